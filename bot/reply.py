"""The answer, before any front end draws it: what the claim is, what is said for and against it, by whom, and where."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import quote

from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.numbers import format_decimal

from bot.quantities import documented_text
from bot.texts import Texts, msgid
from checks.model import FigureFinding, Finding, Match
from claims.record import CitationRecord, ClaimRecord, DocumentRecord, PointRecord
from config.languages import LANGUAGES, NO_TEXT, Language, content_language


def display_date(written: str, texts: Texts) -> str:
    """Return an ISO day, month or year in the words of the language; anything else stays as it was written."""
    parts = written.split("-")
    try:
        day = date(*map(int, [*parts, 1, 1][:3]))
    except (ValueError, TypeError, OverflowError):
        return written
    match len(parts):
        case 3:
            return format_date(day, "long", texts.locale)
        case 2:
            return format_skeleton("yMMMM", day, locale=texts.locale)
        case _:
            return format_skeleton("y", day, locale=texts.locale) if written.isdigit() else written


# A whole passage up to this many characters goes into the link; of a longer one, its first and last clause.
_WHOLE = 60
_CLAUSE = 24
_CLAUSE_ENDS = re.compile(r"(?<=[\uff0c。\uff1b\uff1a\uff01\uff1f、」』”])|(?<=[,.;:!?])(?=\s)")


def link_to(address: str, passage: str) -> str:
    """Return the address with a text fragment that points at the passage."""
    lines = [line.strip() for line in passage.splitlines() if line.strip()]
    if not lines:
        return address
    if len(lines) == 1 and len(lines[0]) <= _WHOLE:
        wanted = _encoded(lines[0])
    else:
        wanted = f"{_encoded(_head(lines[0]))},{_encoded(_tail(lines[-1]))}"
    return f"{address}{'' if '#' in address else '#'}:~:text={wanted}"


def _head(line: str) -> str:
    """Return the first clause, cut where a browser sees the end of a word."""
    clause = _clauses(line)[0]
    return clause if len(clause) <= _CLAUSE else _cut(clause[:_CLAUSE], from_end=False)


def _tail(line: str) -> str:
    clause = _clauses(line)[-1]
    return clause if len(clause) <= _CLAUSE else _cut(clause[-_CLAUSE:], from_end=True)


def _clauses(line: str) -> list[str]:
    return [clause.strip() for clause in _CLAUSE_ENDS.split(line) if clause.strip()]


def _cut(text: str, *, from_end: bool) -> str:
    """Drop the word that the cut has broken, where words are set apart by spaces."""
    words = text.split(" ")
    if len(words) == 1:
        return text
    return " ".join(words[1:] if from_end else words[:-1])


def _encoded(text: str) -> str:
    # A hyphen means "prefix" or "suffix" in a text fragment, and `quote` leaves it alone.
    return quote(text, safe="").replace("-", "%2D")


PassageText = Callable[[CitationRecord], str | None]


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One cited passage.

    `language` is said only where it is not the reader's; `place` counts characters of the raw text from 1; it is empty
    where the document is cited as a whole. `note` says since when its page says something else.
    """

    number: int
    title: str
    publisher: str
    date: str
    language: str
    address: str | None
    place: str
    document: str
    citation: CitationRecord
    note: str = ""


class SourceList:
    """Numbers citations in the order in which they are first named."""

    def __init__(self, documents: Mapping[str, DocumentRecord], texts: Texts, passage: PassageText) -> None:
        self._documents = documents
        self._texts = texts
        self._passage = passage
        self._lines: dict[CitationRecord, SourceLine] = {}

    def number(self, citation: CitationRecord) -> int:
        """Return the number of the citation, a new one where it has none."""
        if citation not in self._lines:
            self._lines[citation] = self._line(len(self._lines) + 1, citation)
        return self._lines[citation].number

    @property
    def lines(self) -> tuple[SourceLine, ...]:
        """Return the sources named so far, in the order of their numbers."""
        return tuple(self._lines.values())

    def _line(self, number: int, citation: CitationRecord) -> SourceLine:
        document = self._documents[citation.document]
        return SourceLine(
            number=number,
            title=self._texts.quoted(document.title),
            publisher=self._texts.quoted(document.publisher),
            date=display_date(document.published, self._texts),
            language=self._language(document.language),
            address=self._address(document, citation),
            place=self._place(citation),
            document=document.id,
            citation=citation,
            note=self._note(document),
        )

    def _note(self, document: DocumentRecord) -> str:
        if document.changed_on is None:
            return ""
        return self._texts("source changed on {date}", date=display_date(document.changed_on.isoformat(), self._texts))

    def _place(self, citation: CitationRecord) -> str:
        if citation.start == citation.end:
            return self._texts("not verified against a document")
        return self._texts(
            "characters {start}–{end}",
            start=format_decimal(citation.start + 1, locale=self._texts.locale),
            end=format_decimal(citation.end, locale=self._texts.locale),
        )

    def _address(self, document: DocumentRecord, citation: CitationRecord) -> str | None:
        if not document.address:
            return None
        words = self._passage(citation)
        return link_to(document.address, words) if words else document.address

    def _language(self, code: str) -> str:
        written = content_language(code)
        if written == self._texts.content:
            return ""
        if written in _IN_LANGUAGE:
            return self._texts(_IN_LANGUAGE[written])
        return next((each.name for each in LANGUAGES if each.code == written), code)


_IN_LANGUAGE = {"en": msgid("in English"), "zh": msgid("in Chinese")}


# Who asks about a message that is left alone is told of a claim only where it is more likely right than wrong.
LIKELY = 0.5

# By: was the check asked for (then often by somebody else than the author), and is it known what the figure measures.
_FIGURE_LINES = {
    (False, True): msgid("You wrote {said}; the source says {documented}, for {subject}."),
    (False, False): msgid("You wrote {said}; the source says {documented}."),
    (True, True): msgid("The message says {said}; the source says {documented}, for {subject}."),
    (True, False): msgid("The message says {said}; the source says {documented}."),
}


# What a contested claim says is not what its source gives.
_CONTESTED_LINES = {
    (False, True): msgid("You wrote {said}; the claim has {documented}, for {subject}."),
    (False, False): msgid("You wrote {said}; the claim has {documented}."),
    (True, True): msgid("The message says {said}; the claim has {documented}, for {subject}."),
    (True, False): msgid("The message says {said}; the claim has {documented}."),
}
_SOURCE_LINES = {False: msgid("The source gives {source}."), True: msgid("The source gives {source} ({place}).")}


@dataclass(frozen=True, slots=True)
class PointLine:
    """One statement with its speaker, its date and the numbers of its sources.

    `label` says in words what it does for the claim: its `role`.
    """

    text: str
    speaker: str
    date: str
    source_numbers: tuple[int, ...]
    role: str
    label: str


@dataclass(frozen=True, slots=True)
class ReplyEntry:
    """What is answered about one claim; `heading` names the claim, so that a wrong match is seen at once.

    `page` is the address of the claim's own page, where it has one. `kind` is the claim's; `verdict` is the kind line
    in short, and `brief_figure` the first figure line without what it measures and where it stands, for where nothing
    longer fits.
    """

    claim_id: str
    heading: str
    kind_line: str
    figure_lines: tuple[str, ...]
    points: tuple[PointLine, ...]
    age_line: str
    stance: str = ""
    kind: str = ""
    verdict: str = ""
    brief_figure: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer in one language; every text in it is ready to be shown, and none of it is markup."""

    language: Language
    title: str
    entries: tuple[ReplyEntry, ...]
    sources: tuple[SourceLine, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Composer:
    """Writes replies in one language from the claims and documents of one server's view.

    `site`: where the pages of the shared claims are published, "" where they are not.
    """

    claims: Mapping[str, ClaimRecord]
    documents: Mapping[str, DocumentRecord]
    texts: Texts
    passage: PassageText
    today: date
    site: str = ""

    def compose(self, finding: Finding, *, requested: bool = False, most: int = 3) -> Reply | None:
        """Return the reply to a message, or None where there is nothing to say.

        `requested`: somebody asked for this check. Then also a message that the bot leaves alone by itself is answered,
        and one that disputes the claim gets a line that says so.
        """
        found = answered(finding, requested=requested)
        matches = [match for match in found if match.claim in self.claims and not self.claims[match.claim].muted][:most]
        if not matches:
            return None
        sources = SourceList(self.documents, self.texts, self.passage)
        entries = tuple(self._entry(self.claims[match.claim], sources, match, requested=requested) for match in matches)
        note = (
            self.texts("The message itself disputes this claim.") if requested and matches[0].stance == "denies" else ""
        )
        return Reply(self.texts.language, self.title(len(matches)), entries, sources.lines, note)

    def title(self, count: int) -> str:
        """Return the title of a reply about so many claims."""
        return self.texts.plural(
            "This message comes close to a known claim", "This message comes close to {count} known claims", count
        )

    def describe(self, *claim_ids: str) -> Reply:
        """Return what is known about claims, without any message; raises KeyError for an id that is not in view."""
        sources = SourceList(self.documents, self.texts, self.passage)
        entries = tuple(self._entry(self.claims[claim_id], sources) for claim_id in claim_ids)
        return Reply(self.texts.language, self.texts("From the claim base"), entries, sources.lines)

    def _entry(
        self, claim: ClaimRecord, sources: SourceList, match: Match | None = None, *, requested: bool = False
    ) -> ReplyEntry:
        contested = claim.kind == "contested"
        figures = [figure for figure in match.figures if not figure.agrees] if match else []
        briefs = [replace(figure, subject=NO_TEXT, place="") for figure in figures[:1]]
        return ReplyEntry(
            claim_id=claim.id,
            heading=self.texts.pick(claim.title),
            kind_line=self._kind_line(claim),
            figure_lines=tuple(
                self._figure_line(figure, contested=contested, requested=requested) for figure in figures
            ),
            points=tuple(self._point(point, sources) for point in claim.points),
            age_line=self._age_line(claim),
            stance=match.stance if match else "",
            kind=claim.kind,
            verdict=self.texts("A forecast or opinion.") if claim.kind == "outlook" else self._kind_line(claim),
            brief_figure="".join(
                self._figure_line(figure, contested=contested, requested=requested) for figure in briefs
            ),
            page=self._page(claim),
        )

    def _page(self, claim: ClaimRecord) -> str:
        # A server's own claims and versions stand on no page: the site is everybody's.
        is_shown = self.site and claim.server is None and claim.status == "published"
        return f"{self.site}/{claim_path(claim.id, self.texts.language)}" if is_shown else ""

    def _kind_line(self, claim: ClaimRecord) -> str:
        match claim.kind:
            case "contested":
                return self.texts("The documents dispute this.")
            case "context" if claim.figures:
                return self.texts("A reported figure: mind its scope.")
            case "context":
                return self.texts("Reported in the documents: mind its scope.")
            case "outlook":
                return self.texts("A forecast or opinion of {speakers}.", speakers=self._speakers(claim.points))

    def _speakers(self, points: Sequence[PointRecord]) -> str:
        voices = [point for point in points if point.role != "refutes"] or points
        names = dict.fromkeys(self.texts.pick(point.speaker) for point in voices)
        return format_list(list(names), locale=self.texts.locale)

    def _figure_line(self, figure: FigureFinding, *, contested: bool, requested: bool) -> str:
        subject = self.texts.pick(figure.subject)
        documented, source = documented_text(figure, self.texts)
        lines = _CONTESTED_LINES if source or (contested and figure.is_claim) else _FIGURE_LINES
        line = self.texts(lines[requested, bool(subject)], said=figure.said, documented=documented, subject=subject)
        if not source:
            return line
        given = self.texts(_SOURCE_LINES[bool(figure.place)], source=source, place=self.texts.reworded(figure.place))
        return f"{line} {given}" if self.texts.spaced else f"{line}{given}"

    def _point(self, point: PointRecord, sources: SourceList) -> PointLine:
        labels = {
            "refutes": self.texts("Against it"),
            "supports": self.texts("For it"),
            "context": self.texts("Context"),
        }
        return PointLine(
            text=self.texts.pick(point.text),
            speaker=self.texts.pick(point.speaker),
            date=display_date(point.date, self.texts),
            source_numbers=tuple(sources.number(citation) for citation in point.citations),
            role=point.role,
            label=labels[point.role],
        )

    def _age_line(self, claim: ClaimRecord) -> str:
        day = display_date(claim.as_of.isoformat(), self.texts)
        if claim.review_by and claim.review_by < self.today:
            return self.texts("As of {date}; this may have changed since.", date=day)
        return self.texts("As of {date}.", date=day)


def claim_path(claim: str, language: Language) -> str:
    """Return where a claim's page stands in the site of the claims."""
    return f"{language}/claims/{quote(claim, safe='')}.html"


def answered(finding: Finding, *, requested: bool = False) -> tuple[Match, ...]:
    """Return the matches that a reply is about; a check on request also names a likely claim that is left alone."""
    if finding.action != "silent":
        return finding.answered
    return tuple(match for match in finding.answered if requested and match.score >= LIKELY)
