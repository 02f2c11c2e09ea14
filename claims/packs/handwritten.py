"""Packs as people write them by hand: what is left out is filled in, quotes become passages, and faults are mended."""

import difflib
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, cast

from checks.figures.units import UnitTable
from claims.packs.plain import known_units
from claims.packs.schema import Lined, PartPath, Plain
from claims.record import DocumentRecord
from config.errors import PackProblem
from config.languages import CODES, GIVEN, tag_of, written_language

# Finds a document whose text is at hand, by its id or title.
Shelf = Callable[[str], tuple[DocumentRecord, str] | None]
PlainData = dict[str, Any]

NO_SHA256 = hashlib.sha256(b"").hexdigest()
_NO_SLUG = re.compile(r"[^a-z0-9]+")
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_LONGEST_ID = 50


class Completed:
    """The data of a pack with all that was left out; lines are those of what was written."""

    def __init__(self, lined: Lined, data: Plain, filling: "_Filling") -> None:
        self._lined = lined
        self._origins: Mapping[PartPath, PartPath] = filling.origins
        self.unfound: Mapping[PartPath, str] = filling.unfound
        self.data = data

    def line(self, place: PartPath) -> int:
        """Return the line of the part, or of what it was made from."""
        return self._lined.line(self.written(place))

    def written(self, place: PartPath) -> PartPath:
        """Return where somebody wrote what the part was made from."""
        around = (place[:depth] for depth in range(len(place), 0, -1))
        made = next((each for each in around if each in self._origins), None)
        return place if made is None else self._origins[made] + place[len(made) :]


def completed(lined: Lined, today: date | None = None, shelf: Shelf | None = None) -> Lined:
    """Return the pack with everything that its schema asks for, as far as the file says enough for that.

    Parts of another form are left as they are, for the schema to refuse. A claim is as of `today` where it does not
    say of when it is; a point that has no date, nor a source with one, stays without.
    """
    written = _group(lined.data)
    if written is None or not {"pack", "claims"} & set(written):
        return lined
    data = dict(written)
    day: Any = (today or datetime.now(UTC).date()).isoformat()
    head = _group(data.get("pack"))
    if head is not None:
        head = {"version": 1, "licence": "–", "as_of": day} | head
        data["pack"], day = head | _both(head, "title"), head["as_of"]
    filling = _Filling(data, day, shelf)
    claims = _entries(data.get("claims"))
    if claims is not None:
        data["claims"] = [filling.claim(claim, ("claims", number)) for number, claim in enumerate(claims)]
    if filling.documents is not None:
        data["documents"] = filling.documents
    return Completed(lined, cast("Plain", data), filling)


class _Filling:
    """Fills claims in, and gathers the documents that their points name by title."""

    def __init__(self, data: PlainData, day: Any, shelf: Shelf | None) -> None:  # noqa: ANN401  as somebody wrote it
        self._day, self._shelf = day, shelf
        # The places of what was written elsewhere than where it now stands, and words that a document does not have.
        self.origins: dict[PartPath, PartPath] = {}
        self.unfound: dict[PartPath, str] = {}
        given = _entries(data.get("documents", []))
        self.documents = None if given is None else [self._document(each) for each in given]
        # Documents by id, and by id or title, the first of each in the file.
        self._ids: dict[str, PlainData] = {}
        self._named: dict[str, PlainData] = {}
        for each in self.documents or ():
            self._know(each)
        head = _group(data.get("pack")) or {}
        self._title = _one(head.get("title"))

    def claim(self, written: object, place: PartPath) -> object:
        given = _group(written)
        if given is None:
            return written
        claim = {"kind": "contested", "as_of": self._day} | given
        claim |= _both(claim, "title")
        for name in ("wordings", "not_wordings", "denials"):
            if isinstance(claim.get(name), str | list):
                claim[name] = self._by_language(claim[name], (*place, name))
        figures = _entries(claim.get("figures"))
        if figures is not None:
            claim["figures"] = [self._figure(figure) for figure in figures]
        points = claim.get("points")
        points = [points] if isinstance(points, str) else _entries(points)
        if points is not None and self.documents is not None:
            draft = claim.get("status") == "draft"
            claim["points"] = [
                self._point(point, self.documents, (*place, "points", number), draft=draft)
                for number, point in enumerate(points)
            ]
        return claim

    def _by_language(self, given: str | list[Any], place: PartPath) -> PlainData:
        texts: list[Any] = [given] if isinstance(given, str) else given
        if not all(isinstance(text, str) for text in texts):
            self.origins[*place, CODES[0]] = place
            return {CODES[0]: texts}
        named = [written_language(text) for text in texts]
        found = {name: [number for number, each in enumerate(named) if each == name] for name in CODES}
        for name, numbers in found.items():
            self.origins |= {(*place, name, count): (*place, number) for count, number in enumerate(numbers)}
        return {name: [texts[number] for number in numbers] for name, numbers in found.items() if numbers}

    def _know(self, written: object) -> None:
        document = _group(written)
        if document is None:
            return
        for name in (document.get("id", ""), document.get("title", "")):
            self._named.setdefault(str(name), document)
        if isinstance(document.get("id"), str):
            self._ids.setdefault(document["id"], document)

    def _figure(self, written: object) -> object:
        given = _group(written)
        if given is None:
            return written
        figure = {"bound": "range" if "low" in given else "exactly"} | given | _both(given, "subject")
        unit = figure.get("unit")
        return figure | {"unit": self._unit(unit)} if isinstance(unit, str) else figure

    def _unit(self, written: str) -> str:
        """Return the unit of the table that is spelled so, such as % or °C; one that nobody knows as it is."""
        if written in self._units:
            return written
        spelling = written.strip().lower()
        found = self._table.words.get(spelling) or self._table.prefixes.get(spelling)
        return found.name if found and found.name in self._units else written

    @cached_property
    def _units(self) -> frozenset[str]:
        return frozenset(known_units())

    @cached_property
    def _table(self) -> UnitTable:
        return UnitTable.load()

    def _point(self, written: object, documents: list[Any], place: PartPath, *, draft: bool) -> object:
        given = _group({"text": written} if isinstance(written, str) else written)
        if given is None:
            return written
        point = {"role": "refutes"} | given
        source, quote = point.pop("source", None), point.pop("quote", None)
        point |= _both(point, "text")
        if "citations" not in point:
            known = len(documents)
            named = point.pop("document", None) or source or _one(point.get("speaker"))
            said_on = str(point.get("date", ""))
            facts = {"published": said_on} if _DATE.fullmatch(said_on) else {}
            if named:
                point["citations"] = [self._citation(named, facts, quote, documents, place)]
            elif draft:
                point["citations"] = []
            origin = (*place, next((key for key in ("document", "source") if key in given), "text"))
            self.origins |= {("documents", number): origin for number in range(known, len(documents))}
        citations = _entries(point.get("citations")) or [None]
        name = (_group(citations[0]) or {}).get("document")
        cited = self._ids.get(name, {}) if isinstance(name, str) else {}
        point.setdefault("speaker", cited.get("publisher") or cited.get("title") or self._title)
        point |= _both(point, "speaker")
        published = str(cited.get("published", ""))
        point.setdefault("date", published if _DATE.fullmatch(published) else "")
        return point

    def _citation(
        self, source: object, facts: PlainData, quote: object, documents: list[Any], place: PartPath
    ) -> PlainData:
        facts = facts | (_group(source) or {"title": str(source)})
        title = str(facts.get("title", ""))
        known = self._named.get(title)
        found = self._shelf(str(known["id"]) if known else title) if self._shelf and quote else None
        if found is not None:
            record, text = found
            if known is None:
                known = {name: getattr(record, name) for name in _FACTS}
                documents.append(known)
                self._know(known)
            span = find_quote(text, str(quote))
            if span is not None:
                words = text[span[0] : span[1]]
                sha256 = hashlib.sha256(words.encode()).hexdigest()
                return {"document": known["id"], "start": span[0], "end": span[1], "sha256": sha256}
            self.unfound[*place, "quote"] = str(quote)
        if known is None:
            known = self._blank(title) | facts
            documents.append(known)
            self._know(known)
        return {"document": known["id"], "start": 0, "end": 0, "sha256": NO_SHA256}

    def _document(self, written: object) -> object:
        given = _group(written)
        return written if given is None else self._blank(str(given.get("title", ""))) | given

    def _blank(self, title: str) -> PlainData:
        return {
            "id": _slug(title),
            "title": title,
            "author": "",
            "publisher": "",
            # The day on which somebody wrote the pack down says nothing of its sources.
            "published": "",
            "language": tag_of(written_language(title)),
            "address": None,
            "sha256": "",
        }


def _group(value: object) -> PlainData | None:
    return cast("PlainData", value) if isinstance(value, dict) else None


def _entries(value: object) -> list[Any] | None:
    return cast("list[Any]", value) if isinstance(value, list) else None


_FACTS = ("id", "title", "author", "publisher", "published", "language", "address", "sha256")


# Signs that one keyboard has and another not, and that are the same to whoever copies words.
_ALIKE = ('"“”„‟«»「」『』＂', "'‘’‚ʼ`´＇", "-‐‑–—−", ",，", ".。．", ":：", ";；", "!！", "?？", "(（", ")）")


def find_quote(text: str, quote: str) -> tuple[int, int] | None:
    """Return where the quoted words stand, whatever white space is between them; None where they do not.

    Where they do not stand as they are, they are looked for in capitals or not, and with other signs of the same kind.
    """
    words = quote.split()
    if not words:
        return None
    found = re.search(r"\s+".join(map(re.escape, words)), text)
    found = found or re.search(r"\s+".join("".join(map(_alike, word)) for word in words), text, re.IGNORECASE)
    return found.span() if found else None


def _alike(sign: str) -> str:
    return next((f"[{re.escape(signs)}]" for signs in _ALIKE if sign in signs), re.escape(sign))


def _both(data: PlainData, name: str) -> PlainData:
    """Return the text in all given languages; one that nobody wrote says the same as what was written."""
    given: object = data.get(name)
    texts = {written_language(given): given} if isinstance(given, str) else _group(given)
    if not texts or not set(texts) <= {*CODES}:
        return {}
    return {name: dict.fromkeys(GIVEN, next(iter(texts.values()))) | texts}


def _one(given: object) -> str:
    texts = (_group(given) or {"": given}).values()
    return next((text for text in texts if isinstance(text, str) and text.strip()), "")


def _slug(title: str) -> str:
    """Return an id of the title; a title without Latin letters is known by its hash."""
    name = _NO_SLUG.sub("-", title.casefold()).strip("-")[:_LONGEST_ID].strip("-")
    digest = hashlib.sha256(title.encode()).hexdigest()[:8]
    return f"{name}-{digest}" if name else f"source-{digest}"


# Reads a text as a pack and returns what is wrong with it; nothing where it is sound.
Judge = Callable[[str], Sequence[PackProblem]]

KEYS = (
    *("pack", "documents", "claims", "id", "title", "version", "licence", "as_of", "kind", "wordings", "not_wordings"),
    *("denials", "figures", "points", "review_by", "role", "speaker", "date", "text", "source", "quote", "citations"),
    *("numbers", "value", "low", "high", "unit", "bound", "subject", "documented", "publisher", "author", "address"),
)
WORDS = ("contested", "context", "outlook", "refutes", "supports", "exactly", "about", "over", "under", "range")
_KEYED = re.compile(r"(?P<lead>\s*(?:- )?)(?P<key>\w[\w ]*?)(?P<colon>\s*[:：]\s*)(?P<value>.*)")
_DAY = re.compile(r"(\d{4})[./年-](\d{1,2})(?:[./月-](\d{1,2})日?)?")
_LEAST_ALIKE = 0.6
# A list or a group in one line: in quotes it would be a text.
_OPENING = ("{", "[")
_MISSING = re.compile(r"'(\w+)' is missing")
_UNKNOWN = re.compile("the key .* is unknown")
_INDENTED = re.compile("the line does not begin where those begin")
MOST_LINES = 3_000


def corrected(text: str, problem: PackProblem, judge: Judge) -> str | None:
    """Return the line of a problem as it should stand (with a line to add, where one is missing), or None.

    What is returned has been tried: with it, this problem is gone, there are fewer than before, and no others.
    """
    lines = text.splitlines()
    if not 0 < problem.line <= len(lines) <= MOST_LINES:
        return None
    found = judge(text)
    # What the judge does not see in the file as it is, such as words that a loaded document lacks, no change mends.
    if not _stands(problem, found):
        return None
    for tried in _changes(lines[problem.line - 1], problem):
        left = judge("\n".join([*lines[: problem.line - 1], tried, *lines[problem.line :]]) + "\n")
        new = [each for each in left if not _stands(each, found)]
        # Below a key that was misspelt there may be faults that nobody saw before; the line itself has none, and the
        # file can be read.
        if _UNKNOWN.match(problem.fault):
            is_better = len(left) <= len(found) and all(each.field and each.line > problem.line for each in new)
        else:
            is_better = len(left) < len(found) and not new
        if is_better and not _stands(problem, left):
            return tried
    return None


def _stands(problem: PackProblem, found: Iterable[PackProblem]) -> bool:
    return any((each.field, each.fault) == (problem.field, problem.fault) for each in found)


def _changes(line: str, problem: PackProblem) -> Iterator[str]:
    """Yield the line with one small change each, the likeliest first."""
    if "\t" in line:
        yield line.replace("\t", "  ")
    if _INDENTED.search(problem.fault):
        yield from (line[step:] for step in (2, 4, 1, 3) if line.startswith(" " * step))
        yield from (" " * step + line for step in (2, 1))
    found = _KEYED.fullmatch(line)
    if found:
        yield from _of_pair(found["lead"], found["key"], found["value"])
    missing = _MISSING.search(problem.fault)
    if missing:
        indent = " " * (len(line) - len(line.lstrip().removeprefix("- ")))
        yield f"{line}\n{indent}{missing[1]}: …"
        yield f"{line}\n{indent}{missing[1]}: [{{text: …, source: …}}]"
    stripped = line.strip().removeprefix("- ")
    if missing and line.strip().startswith("- ") and not found:
        yield f"{line[: len(line) - len(line.lstrip())]}- {{text: {_quoted(stripped)}, {missing[1]}: …}}"
    if line.strip().startswith("- ") and stripped[:1] not in _OPENING:
        yield f"{line[: len(line) - len(line.lstrip())]}- {_quoted(stripped)}"


def _of_pair(lead: str, key: str, value: str) -> Iterator[str]:
    if key not in KEYS:
        for near in difflib.get_close_matches(key, KEYS, n=2, cutoff=_LEAST_ALIKE):
            yield f"{lead}{near}: {value}"
            if value and value[0] not in _OPENING:
                yield f"{lead}{near}: [{_quoted(value)}]"
                yield f"{lead}{near}: [{{text: {_quoted(value)}, source: …}}]"
    for near in difflib.get_close_matches(value.strip().casefold(), WORDS, n=2, cutoff=_LEAST_ALIKE):
        yield f"{lead}{key}: {near}"
    day = _DAY.fullmatch(value.strip().strip("'\""))
    if day:
        yield f"{lead}{key}: " + "-".join(part.zfill(2) for part in day.groups() if part)
    slug = re.sub(r"[^a-z0-9]+", "-", value.casefold()).strip("-")
    if key == "id" and slug:
        yield f"{lead}{key}: {slug}"
    if not value:
        yield f"{lead}{key}: …"
    elif value[0] not in _OPENING:
        if key == "documented":
            yield f"{lead}{key}: {{value: {value}}}"
        yield f"{lead}{key}: {_quoted(value)}"
        yield f"{lead}{key}: [{_quoted(value)}]"


def _quoted(value: str) -> str:
    inner = value.strip().strip("'\"").replace("'", "''")
    return f"'{inner}'"
