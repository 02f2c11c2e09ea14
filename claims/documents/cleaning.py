"""The clean reading of a raw text: a view with the page's frame, captions, inserted readings and talk left out."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import accumulate

import yaml
from pydantic import BaseModel, ConfigDict

from claims.documents.markup import (
    Edit,
    Form,
    Line,
    View,
    body_lines,
    form_of,
    prose_span,
    title_of,
    voices_of,
    without_markup,
)
from claims.documents.wrapping import broken_lines, page_frame, rolled_lines, transcript_times

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"


class _Words(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    en: tuple[str, ...]
    zh: tuple[str, ...]


class _Speech(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    least: float
    fillers: _Words
    stutters: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """From `start` of the view on, `speaker` has the word."""

    start: int
    speaker: str


@dataclass(frozen=True, slots=True)
class CleanDocument:
    """A document as it is read; `title` is what the text itself shows of one, `turns` who speaks in an interview."""

    view: View
    form: Form
    title: str
    is_speech: bool
    turns: tuple[Turn, ...]

    def speaker_at(self, position: int) -> str:
        """Return who has the word at a position of the view; "" where nobody is marked."""
        after = bisect_right(self.turns, position, key=lambda turn: turn.start)
        return self.turns[after - 1].speaker if after else ""


class CleaningRules:
    """What config/lexicon says about reading documents, compiled; holds tables only, so that all threads share one."""

    def __init__(self, file: Mapping[str, object], ends: Sequence[str], fold: Callable[[str], str]) -> None:
        """Take the tables over: the documents' file, and the folded beginnings of lines that end an article."""
        self.ends = ends
        self.fold = fold
        self._captions = _any(_lines(file["captions"]))
        self._breadcrumbs = _any(_lines(file["breadcrumbs"]))
        self._longest_name = int(str(file["longest_name"]))
        speech = _Speech.model_validate(file["speech"])
        self._least = speech.least
        zh = "|".join(map(re.escape, speech.fillers.zh))
        en = "|".join(map(re.escape, speech.fillers.en))
        tags = "|".join(map(re.escape, speech.tags))
        stutters = "|".join(map(re.escape, speech.stutters))
        self._fillers = re.compile(rf"(?:{zh})|\b(?:{en})\b[,，]?\s?", re.IGNORECASE)
        self._tidy = re.compile(
            rf"""
              (?P<filler>(?:(?:{zh}|(?<=[，。,.?？\s])(?:{tags})(?=[，。,.?？\s]))[，,、]?)+
                |(?<![\w'])(?:{en})(?!\w)[,，]?[ ]?)
            | (?P<point>(?<=\d)[ ]?\.[ ](?=\d))
            # Of two numbers beside each other only what makes a year is one.
            | (?P<number>(?<=\d)[ ](?=[年%％])
                |(?<=\d{{3}})(?<!\d{{4}})[ ](?=\d年)|(?<=19|20)(?<!\d{{3}})[ ](?=\d\d年))
            | (?P<stutter>(?P<twice>{stutters})(?=[，、 ]?(?P=twice)))
            | (?P<stops>[。，,.？?！!、](?:\s*[。，,.？?！!、])+)
            | (?P<space>(?<=[{HAN}，。？！、])[ ]+(?=[{HAN}，。？！、A-Za-z0-9])
                |(?<=[A-Za-z0-9])[ ]+(?=[{HAN}，。？！、]))
            """,
            re.VERBOSE | re.IGNORECASE,
        )

    @classmethod
    def load(cls, ends: Sequence[str], fold: Callable[[str], str]) -> "CleaningRules":
        """Read the shipped file."""
        return cls(documents_file(), ends, fold)

    def clean(self, raw: str) -> CleanDocument:
        """Return the clean reading; it depends on the raw text alone, and time grows with its length only."""
        form = form_of(raw)
        view = unmarked(raw, form)
        title = title_of(raw, view.text, form, self._is_frame)
        view = view.edited(self._frame(raw, view.text, form))
        names = self._names(view.text)
        if form == "subtitles":
            names |= voices_of(raw)
        view = view.edited(self._captions_and_credits(view.text, title, names))
        is_speech = self.is_speech(view.text)
        if is_speech:
            view = view.edited(self._tidied(view.text))
            # What stood between two stops may be gone now.
            view = view.edited(self._tidied(view.text))
        elif form == "subtitles":
            view = view.edited(Edit(*each.span(), "space") for each in _HAN_SPACE.finditer(view.text))
        return _with_turns(view, form, title, is_speech=is_speech, names=names)

    def is_speech(self, text: str) -> bool:
        """Tell whether a text was written down by speech recognition: full of fillers or of doubled stops."""
        letters = len(_ONE_HAN.findall(text)) or len(text.split())
        if letters < _LEAST_SPEECH:
            return False
        marks = len(self._fillers.findall(text)) + len(_DOUBLED.findall(text))
        return marks > self._least * letters

    def _frame(self, raw: str, text: str, form: Form) -> Iterator[Edit]:
        """Yield what stands around the article: in pages as trafilatura sees it, else by where the prose is."""
        if form in {"markdown", "subtitles"}:
            return
        lines = body_lines(raw, text) if form == "page" else None
        if lines is not None:
            yield from (Edit(line.start, line.end, "frame") for line in lines)
            return
        start, end = prose_span(text, self.ends, self.fold)
        # An interview begins with the name of who speaks first.
        above = text[:start].rstrip()
        line = above[above.rfind("\n") + 1 :]
        if line and self._is_speaker(line.strip()):
            start = len(above) - len(line)
        if end > start:
            if start > 0 and text[:start].strip():
                yield Edit(0, start, "frame")
            if text[end:].strip():
                yield Edit(end, len(text), "frame")

    def _is_speaker(self, line: str) -> bool:
        name, colon, rest = _before_colon(line)
        return bool(colon and not rest and len(name) <= self._longest_name and _NAME.fullmatch(name))

    def _is_frame(self, line: str) -> bool:
        return bool(self._breadcrumbs.match(line) or self._captions.match(line))

    def _names(self, text: str) -> frozenset[str]:
        """Return the names that stand before colons as those of speakers do: several of them, or one time and again."""
        found: dict[str, int] = {}
        for line in text.splitlines():
            name, colon, rest = _before_colon(line)
            if colon and 0 < len(name) <= self._longest_name and _NAME.fullmatch(name):
                found[name] = found.get(name, 0) + (2 if not rest.strip() else 1)
        often = {name for name, times in found.items() if times > 1}
        return frozenset(often if sum(found[name] for name in often) > _LEAST_TURNS else ())

    def _captions_and_credits(self, text: str, title: str, names: frozenset[str]) -> Iterator[Edit]:
        for line in split_lines(text):
            if line.text and (reason := self._why_not(line.text, title, names)):
                yield Edit(line.start, line.end, reason)

    def _why_not(self, line: str, title: str, names: frozenset[str]) -> str:
        if self._captions.match(line):
            return "caption"
        if self._breadcrumbs.match(line):
            return "frame"
        if _before_stop(line) and any(line.startswith((f"{name},", f"{name}，", f"{name}（")) for name in names):
            return "credit"
        repeats = len(title) >= _LEAST_TITLE and line.startswith(title) and line != title
        return "caption" if repeats and _before_stop(line[len(title) :]) else ""

    def _tidied(self, text: str) -> Iterator[Edit]:
        for found in self._tidy.finditer(text):
            kind = found.lastgroup if found.lastgroup != "twice" else "stutter"
            if found["stutter"] is not None:
                kind = "stutter"
            match kind:
                case "point":
                    yield Edit(*found.span(), "space", ".")
                case "stops":
                    yield Edit(*found.span(), "stop", _strongest(found.group()))
                case "number" | "space":
                    yield Edit(*found.span(), "space")
                case _:
                    yield Edit(*found.span(), "filler")


def unmarked(raw: str, form: Form) -> View:
    """Return the whole text as it is read, its frame included: without markup, invisible characters and readings."""
    view = View.of(raw)
    if form == "subtitles":
        view = view.edited(rolled_lines(view.text))
    if form in {"text", "markdown"}:
        view = view.edited(transcript_times(view.text))
        view = view.edited(page_frame(view.text))
        view = view.edited(broken_lines(view.text, form))
    view = without_markup(view, form)
    view = view.edited(_invisible(view.text))
    if form == "text" and not view.text.isascii():
        view = view.edited(Edit(*found.span(), "space") for found in _MARK_SPACE.finditer(view.text))
    if has_readings(view.text):
        view = view.edited(Edit(*found.span(), "reading") for found in INSERTED.finditer(view.text))
    return view


def documents_file() -> Mapping[str, object]:
    """Return the content of config/lexicon/documents.yaml."""
    return yaml.load((resources.files("config") / "lexicon" / "documents.yaml").read_text("utf-8"), yaml.CSafeLoader)


# Characters followed by their reading in brackets, as some pages insert it: 網(wǎng)易. Tone marks may stand apart.
_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ\u0300\u0301\u0304\u030c"
INSERTED = re.compile(rf"(?<=[{HAN}])[(（](?=[^()（）]{{0,12}}[{_TONED}])[a-zü{_TONED}\u0308]{{1,12}}[)）]")
_ONE_HAN = re.compile(f"[{HAN}]")
# Text that teaches readings has some of them too; a damaged page has them all over, and one for this many characters.
_LEAST_INSERTED = 0.01
_GLOSSED = re.compile(rf"(?<=[{HAN}])[(（][a-zü{_TONED}\u0308 ]{{1,40}}[)）]")
_WHOLE_WORDS = 0.2
_HAN_MARKS = "，。？！、；：…—“”‘’「」『』《》（）"
_HAN_SPACE = re.compile(
    rf"(?<=[{HAN}{_HAN_MARKS}])[ ]+(?=[{HAN}{_HAN_MARKS}\d])|(?<=[\d%％])[ ]+(?=[{HAN}，。？！、%％])"
)
# Before and after these no Chinese text has a space, but the text layer of a PDF has.
_MARK_SPACE = re.compile(
    rf"(?<=[{HAN}\w%）」』”])[ ]+(?=[，。？！、；：”」』》）])"
    rf"|(?<=[，。？！、；：“「『《（])[ ]+(?=[{HAN}\w“”「」『』])"
)
_DOUBLED = re.compile(r"[。，？！][ ]?[。，,.？！]|[.,][ ]?[。，]")
_LEAST_SPEECH = 60
_LEAST_TURNS = 3
_LEAST_TITLE = 10
_NAME = re.compile(rf"[^\W\d_][\w .·・'’()（）\-{HAN}]*")
_STOP = re.compile(r"[。！？!?；;]|\.(?:\s|$)")


def has_readings(text: str) -> bool:
    """Tell whether a page's readings were inserted by a machine: many, each of one character, in no lesson."""
    inserted = INSERTED.findall(text)
    if len(inserted) <= _LEAST_INSERTED * len(_ONE_HAN.findall(text)):
        return False
    # Whoever teaches readings says so, or gives those of words: 银行(yín háng).
    words = sum(" " in gloss for gloss in _GLOSSED.findall(text))
    teaching = _any(_lines(documents_file()["teaching"]))
    lesson = len(teaching.findall(INSERTED.sub("", text)))
    return words < _WHOLE_WORDS * len(inserted) and lesson * 20 < len(inserted)


def split_lines(text: str) -> Iterator[Line]:
    """Yield the lines of a text with their places, line end included; their words without outer spaces."""
    lines = text.splitlines(keepends=True)
    for line, end in zip(lines, accumulate(map(len, lines)), strict=True):
        yield Line(end - len(line), end, line.strip())


def _invisible(text: str) -> Iterator[Edit]:
    """Yield the characters that nobody sees, but for joiners within a word."""
    if text.isascii():
        return
    for found in _MAYBE_INVISIBLE.finditer(text):
        if unicodedata.category(found.group()) in {"Cf", "Cc"} and found.group() not in "\n\t\f\u200c\u200d":
            yield Edit(*found.span(), "invisible")


_MAYBE_INVISIBLE = re.compile(r"[^\x20-\x7e\u3000-\u9fff\uff00-\uffee]")


def _before_colon(line: str) -> tuple[str, str, str]:
    name, colon, rest = line.replace("：", ":", 1).partition(":")
    return name.strip(), colon, rest


def _before_stop(line: str) -> bool:
    return not _STOP.search(line)


def _with_turns(view: View, form: Form, title: str, *, is_speech: bool, names: frozenset[str]) -> CleanDocument:
    """Take the speakers' names out of the text, and keep where each begins."""
    if not names:
        return CleanDocument(view, form, title, is_speech, ())
    edits: list[Edit] = []
    speakers: list[tuple[int, str]] = []
    gone = 0
    for line in split_lines(view.text):
        name, colon, _ = _before_colon(line.text)
        if colon and name in names:
            words = view.text[line.start : line.end].replace("：", ":")
            first = line.start + words.index(name)
            end = line.start + words.index(":", first - line.start) + 1
            edits.append(Edit(first, end, "speaker"))
            speakers.append((first - gone, name))
            gone += end - first
    turns = tuple(Turn(start, name) for start, name in speakers)
    return CleanDocument(view.edited(edits), form, title, is_speech, turns)


def _strongest(stops: str) -> str:
    for mark in "？?！!。":
        if mark in stops:
            return mark
    return "，" if re.search(r"[，、。]", stops) else stops[0]


def _any(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def _lines(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
