"""Picking the sentences of a document that look like claims that can be checked, for moderators to decide on."""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from heapq import nsmallest
from typing import Any, Literal

from rapidfuzz import fuzz

from checks.lexicon import Lexicon
from claims.documents.cleaning import CleanDocument, CleaningRules
from claims.documents.sentences import Counterpoint, Counterpoints, Said, Sentence, sentences_of
from claims.documents.speakers import SpeechReader, ToldTime
from claims.documents.worthiness import Signal, Worth, WorthReader
from claims.fields import LINE, SENTENCE, clean_text
from config.languages import language_of_code, written_language

Attitude = Literal["asserts", "rejects", "reports", "predicts"]


@dataclass(frozen=True, slots=True)
class NearClaim:
    """A published claim that says something like a candidate: what to add to it, a wording or a further point."""

    claim: str
    score: float
    offer: Literal["wording", "point"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence at `start`–`end` of the raw text of a document; `signals` say why it was picked.

    `text` is the sentence made clean; `digest` is of the raw words, so that the same passage is known again.
    `attitude` is what the document does with it; `also` names further documents that say the same.
    """

    document: str
    start: int
    end: int
    text: str
    language: str
    score: float
    signals: tuple[Signal, ...]
    digest: str
    speaker: str = ""
    attitude: Attitude = "asserts"
    counterpoint: Counterpoint | None = None
    times: tuple[ToldTime, ...] = ()
    near: tuple[NearClaim, ...] = ()
    also: tuple[str, ...] = ()
    concepts: frozenset[str] = frozenset()
    is_speech: bool = False

    @property
    def occasion(self) -> str:
        """Return what names this candidate in a queue."""
        return f"{self.document}/{self.digest}"

    @property
    def payload(self) -> dict[str, Any]:
        """Return what an item of the queue holds of it: all that a claim can be begun with."""
        counter = self.counterpoint
        return {
            "title": {self.language: self.text[:LINE]},
            "text": self.text,
            "source": self.document,
            "start": self.start,
            "end": self.end,
            "attitude": self.attitude,
            "speaker": self.speaker,
            "counter": [counter.start, counter.end, counter.text] if counter else None,
            "near": [[each.claim, each.offer] for each in self.near],
        }

    @property
    def said_by(self) -> str | None:
        """Return the published claim that says this already, of which it can only become a wording."""
        return next((each.claim for each in self.near if each.offer == "wording"), None)


@dataclass(frozen=True, slots=True)
class SourceText:
    """A document to look through: its id, its raw text, its day, and the spans that claims cite already."""

    document: str
    raw: str
    published: str = ""
    cited: tuple[tuple[int, int], ...] = ()


MOST = 20
MOST_MERGED = 300
# No more candidates of one document are held against one another, each against all.
MOST_RANKED = 2_000
# From this probability on, a claim of the base says the sentence already.
COVERED = 0.5
# rapidfuzz's ratio (0–100) from which two sentences about the same things say the same; of a talk, words get lost.
_SAME = 80
_SAME_SPOKEN = 60
_HAN_LENGTH = range(9, 181)
_WORDS_LENGTH = range(4, 46)
_ASKING = re.compile(r"[?？]|[吗嗎呢][。.!！]?$")
# Stops that follow one another are left by speech recognition.
_BROKEN = re.compile(r"[。，,][。，,.]|\.[。，,]")

_STOPS = re.compile(r"[。！？!?；]|\.(?=\s|$)")
# Texts this long, with so few stops for a character, were recognised or written without them.
_LEAST_LONG, _LEAST_STOPS = 600, 1 / 400


def lacks_stops(raw: str) -> bool:
    """Tell whether a text has hardly any full stop: its sentences cannot be told, and it proposes nothing."""
    return len(raw) >= _LEAST_LONG and len(_STOPS.findall(raw)) < _LEAST_STOPS * len(raw)


# Told how many sentences of how many have been read.
Moved = Callable[[int, int], None]


class CandidateReader:
    """Picks candidates by rules; holds tables only, so that one reader serves all threads.

    All points and cues stand in config/lexicon/candidates.yaml, and how documents are read in documents.yaml there.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        """Take the lexicon over; tables are read when first needed."""
        self._lexicon = lexicon

    def survey(self, source: SourceText, moved: Moved | None = None) -> tuple[Candidate, ...]:
        """Return the best candidates of a document that no claim cites, best first.

        What is nearly the same comes once; of a long document more are passed over than anybody could look at.
        """
        ranked = nsmallest(MOST_RANKED, self._read(source, moved), key=lambda each: (-each.score, each.start))
        return tuple(self.merged([ranked], len(ranked)))

    def merged(self, surveys: Sequence[Iterable[Candidate]], most: int = MOST_MERGED) -> list[Candidate]:
        """Return the candidates of several documents as one list, best first.

        What several say comes once and names the others; recognised speech comes only beside another source, or alone.
        """
        ranked = sorted((each for survey in surveys for each in survey), key=lambda each: (each.is_speech, -each.score))
        kept: list[tuple[str, Candidate]] = []
        alike: dict[frozenset[str], list[int]] = {}
        alone = len(surveys) == 1
        for candidate in ranked:
            folded = self._lexicon.folder.fold(candidate.text)
            # Sentences about other things are never the same.
            places = alike.setdefault(candidate.concepts, [])
            same = next((place for place in places if _is_same(candidate, folded, *kept[place])), None)
            if same is not None:
                other, one = kept[same]
                if candidate.document not in {one.document, *one.also}:
                    kept[same] = other, replace(one, also=(*one.also, candidate.document), score=one.score + 1)
            elif alone or not candidate.is_speech:
                places.append(len(kept))
                kept.append((folded, candidate))
        return sorted((each for _, each in kept), key=lambda each: -each.score)[:most]

    def clean(self, raw: str) -> CleanDocument:
        """Return the clean reading that candidates are picked from."""
        return self._rules.clean(raw)

    def _read(self, source: SourceText, moved: Moved | None) -> list[Candidate]:
        document = self._rules.clean(source.raw)
        sentences = list(sentences_of(document.view, self._worth.cues.file.abbreviations))
        said: list[Said] = []
        worths: list[Worth] = []
        speaker = ""
        for number, sentence in enumerate(sentences, 1):
            one = self._said(document, sentence, speaker)
            if said and said[-1].is_named and not one.speaker and _goes_on_quoting(one):
                one = replace(one, speaker=said[-1].speaker, is_reported=True, is_named=True)
            speaker = one.speaker if one.is_named else speaker
            said.append(one)
            worths.append(self._worth.weigh(one.text, is_reported=one.is_reported))
            if moved is not None:
                moved(number, len(sentences))
        file = self._worth.cues.file
        spoken = sum(worth.is_talk for worth in worths) > file.spoken.share * len(sentences)
        least = file.spoken.least if spoken or document.is_speech else file.least
        counterpoints = Counterpoints(document.view, said, self._worth.cues, self._lexicon.folder.fold)
        found = [
            self._candidate(source, document, one, worth, counterpoints.of(number))
            for number, (one, worth) in enumerate(zip(said, worths, strict=True))
            if _is_sound(one) and worth.signals
        ]
        return [
            each
            for each in found
            if each.score >= least and not any(a < each.end and each.start < b for a, b in source.cited)
        ]

    def _said(self, document: CleanDocument, sentence: Sentence, last_speaker: str) -> Said:
        """Return a sentence without what leads up to it, and with who says it."""
        view = document.view
        words = view.text[sentence.at : sentence.till]
        plain = self._speech.plain(words)
        head = _heading_of(view.text, sentence.at, plain)
        lead = head + self._worth.cues.lead_of(plain[head:])
        found = self._speech.attribution(words[lead:])
        turn = document.speaker_at(sentence.at)
        who = turn
        if found is not None:
            who = found.who or ("" if found.is_hearsay else last_speaker) or turn
        start = lead + (found.end if found is not None else 0)
        # After a name, words such as 其实 may lead on again.
        start += self._worth.cues.lead_of(plain[start:])
        if len(words) - start < _LEAST_LEFT:
            start = lead
        words = words[: len(words) - _left_over(words[start:])]
        if quoted := _quoted(words, start, is_told=found is not None and found.end == 0):
            start, words = quoted[0], words[: quoted[1]]
        first = sentence.at + start
        return Said(
            sentence=sentence,
            start=first,
            end=sentence.at + len(words),
            text=clean_text(words[start:]),
            plain=plain,
            speaker=who,
            turn=turn,
            is_reported=found is not None,
            is_named=found is not None and found.is_named,
        )

    def _candidate(
        self, source: SourceText, document: CleanDocument, one: Said, worth: Worth, counter: Counterpoint | None
    ) -> Candidate:
        one = _without(document, one, counter)
        start, end = document.view.span(one.start, one.end)
        score = worth.score + (self._worth.cues.file.disputed if counter else 0)
        return Candidate(
            source.document,
            start,
            end,
            one.text,
            written_language(one.text),
            round(score, 2),
            worth.signals,
            hashlib.sha256(source.raw[start:end].encode()).hexdigest()[:16],
            one.speaker,
            _attitude(one, worth, counter),
            counter,
            self._speech.times(one.text, source.published),
            concepts=worth.concepts,
            is_speech=document.is_speech,
        )

    @cached_property
    def _worth(self) -> WorthReader:
        return WorthReader(self._lexicon)

    @cached_property
    def _speech(self) -> SpeechReader:
        return SpeechReader()

    @cached_property
    def _rules(self) -> CleaningRules:
        return CleaningRules.load(self._worth.cues.ends, self._lexicon.folder.fold)


# The heading of an item of a list: • Supply: the mines …
_HEADING = re.compile(r"[^，,。.:：]{2,24}[:：]\s?")
_BULLET = re.compile(r"[•·*-]\s*$")


def _heading_of(text: str, start: int, plain: str) -> int:
    """Return how many characters of a sentence are the heading of its item in a list."""
    found = _HEADING.match(plain) if _BULLET.search(text[max(0, start - 4) : start]) else None
    return found.end() if found and len(plain) > 2 * found.end() else 0


def _goes_on_quoting(one: Said) -> bool:
    """Tell whether a sentence is a quotation in the paragraph of the one before it, and names nobody itself."""
    return one.sentence.text[:1] in {opening for opening, _ in _QUOTES} and not one.sentence.opens


def _quoted(words: str, start: int, *, is_told: bool) -> tuple[int, int] | None:
    """Return where the longest quotation stands in a sentence that is one, with who says it behind it or between."""
    if words[start : start + 1] not in {opening for opening, _ in _QUOTES}:
        return None
    parts = [found.span(1) for found in _QUOTATION.finditer(words, start)]
    outside = len(words) - start - sum(end - first for first, end in parts)
    if not parts or outside > _MOST_OUTSIDE or not (is_told or _ADDED.search(words, start)):
        return None
    first, end = max(parts, key=lambda part: part[1] - part[0])
    return first, first + len(words[first:end].rstrip(",，"))


_QUOTATION = re.compile(r"[“「『]([^“”「」『』]{9,})[”」』]")
_ADDED = re.compile(
    r"[”」』]\s?(?:(?:he|she|they)\s(?:\w+ed|says|said|adds|notes|explains)\b|(?:他|她)们?(?:补充|補充|说|說|表示|指出|解释|解釋))"
)
_MOST_OUTSIDE = 90
_LEAST_LEFT = 9
_QUOTES = (("“", "”"), ("「", "」"), ("『", "』"))


def _left_over(words: str) -> int:
    """Return how many characters at the end belong to what stood before: a quotation's end, or a semicolon."""
    kept = words.rstrip("；; ")
    for opening, closing in _QUOTES:
        if kept.endswith(closing) and kept.count(closing) > kept.count(opening):
            kept = kept[:-1]
    return len(words) - len(kept)


def _without(document: CleanDocument, one: Said, counter: Counterpoint | None) -> Said:
    """Return what somebody is said to say without what the same sentence holds against it."""
    view = document.view
    if counter is None or not one.is_reported or one.is_named:
        return one
    at, _ = view.within(counter.start, counter.end)
    if not one.start + _LEAST_LEFT < at < one.end:
        return one
    words = view.text[one.start : at]
    # Between the comma and what follows it may stand words that only lead on.
    words = words[: max(map(words.rfind, "，,;；"))] if set(words[-_LEAST_LEFT:]) & set("，,;；") else words
    return replace(one, end=one.start + len(words), text=clean_text(words))


def _attitude(one: Said, worth: Worth, counter: Counterpoint | None) -> Attitude:
    if counter is not None or ("rejects" in worth.signals and not one.is_named):
        return "rejects"
    if one.is_reported or "reports" in worth.signals:
        return "reports"
    return "predicts" if "predicts" in worth.signals else "asserts"


def _is_same(candidate: Candidate, folded: str, other_folded: str, other: Candidate) -> bool:
    least = _SAME_SPOKEN if candidate.is_speech != other.is_speech else _SAME
    return fuzz.ratio(folded, other_folded, score_cutoff=least) >= least


def _is_sound(one: Said) -> bool:
    """Tell whether a sentence is whole, of a length to be quoted, and no question."""
    text = one.text
    if not one.sentence.stop or _ASKING.search(text) or _BROKEN.search(text) or len(text) > SENTENCE:
        return False
    spaced = language_of_code(written_language(text)).spaced
    return len(text.split()) in _WORDS_LENGTH if spaced else len(text) in _HAN_LENGTH
