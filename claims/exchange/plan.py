"""Each claim of a file held against the base: what is to be done with it, and why."""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, cast

from sqlalchemy import select
from sqlmodel import Session, col

from checks.base import IndexedBase
from checks.lexicon import Lexicon, analyse
from checks.tuning import Tuning
from claims.exchange.formats import Format, Incoming, IncomingClaim, IncomingPack, RefusedClaim
from claims.packs.plain import canonical, exported_state
from claims.record import CitationRecord, ClaimRecord, DocumentRecord, claim_fingerprint, claim_state, lacking
from claims.store.changes import AT_ONCE
from claims.store.claim_rows import read_rows
from claims.store.tables import Claim, Document, DocumentText, Pack
from config.errors import FieldDifference, PackProblem, worded
from config.languages import ByLanguage, by_field

# From here on it is more likely than not that a message with the new title would be about the known claim. A warning
# costs a glance, and nothing is refused for it; a claim that stands twice costs two cards for one message. That is no
# likeness of two claims: those of one field share words that are rare in chat. Of rewordings of known claims four in
# five are reached so, and of pairs of other claims about one matter one in eleven; with REPEATS_FROM two in three, and
# one in 160.
NEAR_FROM, REPEATS_FROM = 0.5, 0.95
MOST_NEAR = 3


@dataclass(frozen=True, slots=True)
class NearClaim:
    """A claim that may be the same as a new one; `likeness` (0–1) puts them in order."""

    claim: str
    title: ByLanguage
    likeness: float

    @property
    def repeats(self) -> bool:
        """Whether the new one likely says the same, and is not only about the same matter."""
        return self.likeness >= REPEATS_FROM


class NearFinder:
    """Holds the claims of a base and, apart from them, new ones of the same file, and tells which are near to one.

    They are apart because the checks weigh differently in a base with many wordings a claim and in one with few.
    """

    def __init__(
        self, known: Iterable[ClaimRecord], new: Iterable[ClaimRecord], lexicon: Lexicon, tuning: Tuning
    ) -> None:
        """Index the claims; some milliseconds for each."""
        self._lexicon = lexicon
        self._bases = [IndexedBase.of((claim.known for claim in claims), lexicon, tuning) for claims in (known, new)]

    def near(self, claim: ClaimRecord) -> tuple[NearClaim, ...]:
        """Return the claims that one of the claim's titles seems to make, likeliest first, and not itself."""
        found = [each for title in claim.title.values() for each in self._candidates(title)]
        likely = sorted(found, key=lambda each: -each.likeness)
        first = {each.claim: each for each in reversed(likely) if each.claim != claim.id and each.likeness >= NEAR_FROM}
        return tuple(sorted(first.values(), key=lambda each: -each.likeness))[:MOST_NEAR]

    def _candidates(self, title: str) -> Iterator[NearClaim]:
        reading = analyse(title, self._lexicon)
        for base in self._bases:
            scorer = base.scorer
            if scorer is None or not reading.words:
                continue
            for candidate in scorer.candidates(reading):
                claim = base.claim(candidate.claim)
                likeness = scorer.model.probability(candidate.evidence.features())
                yield NearClaim(claim.id, claim.title, round(likeness, 3))


ImportOutcome = Literal["new", "changed", "conflicting", "refused", "unchanged"]
FINGERPRINT_DIGITS = 16


@dataclass(frozen=True, slots=True)
class ImportEntry:
    """What becomes of one claim of a file, and the line where it begins (0: unknown).

    `new` and `changed` ones are written; `conflicting` ones were changed here since, and stay as they are here;
    `refused` ones carry their problems. `warnings` say what was read with doubt; `near` warns of claims that a new one
    may repeat. `fields` are those that the file has otherwise than the base: `mine` as the base has each, `theirs` as
    the file does.
    """

    claim: str
    title: ByLanguage
    outcome: ImportOutcome
    line: int
    problems: tuple[PackProblem, ...] = ()
    near: tuple[NearClaim, ...] = ()
    fields: tuple[FieldDifference, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportDocument:
    """A shared document of which the file says something else than the base; `fields` are as in an ImportEntry.

    It `changes` where the file's version of its pack is newer; else it stays as it is here.
    """

    document: str
    fields: tuple[FieldDifference, ...]
    changes: bool


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What a file would change, in the order of the file; `drafts`: new claims are drafts for moderators.

    `code_page` is that of the file, where it is not in Unicode.
    """

    name: str
    format: Format
    drafts: bool
    entries: tuple[ImportEntry, ...]
    documents: tuple[ImportDocument, ...] = ()
    code_page: str = ""

    def of(self, outcome: ImportOutcome) -> tuple[ImportEntry, ...]:
        """Return the entries with an outcome."""
        return tuple(entry for entry in self.entries if entry.outcome == outcome)

    @property
    def writes(self) -> bool:
        """Whether there is anything to write."""
        return self.written > 0 or any(document.changes for document in self.documents)

    @property
    def written(self) -> int:
        """The number of claims that are written."""
        return sum(entry.outcome in {"new", "changed"} for entry in self.entries)

    @property
    def fingerprint(self) -> str:
        """A hash of what becomes of all of it: a later plan has another one where the base has changed in between.

        That holds for the same file. What a new claim comes near to is only a warning, and no part of it.
        """
        facts: list[Sequence[object]] = [
            [entry.claim, entry.outcome, [asdict(field) for field in entry.fields], list(map(str, entry.problems))]
            for entry in self.entries
        ]
        facts += [
            [each.document, each.changes, [asdict(field) for field in each.fields], []] for each in self.documents
        ]
        text = json.dumps(facts, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:FINGERPRINT_DIGITS]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did: as its plan says, in one revision, by whose number it can be undone (None: nothing)."""

    plan: ImportPlan
    revision: int | None


class CitedTexts:
    """The documents that claims of one pack of a file may cite, with their texts where these are loaded.

    `fresh`: the pack is newer than the base's, and may put another file under a document's id.
    """

    def __init__(
        self, session: Session, documents: Sequence[DocumentRecord], server: int | None, *, fresh: bool
    ) -> None:
        self._session, self._fresh, self._server = session, fresh, server
        rows = session.scalars(select(Document).order_by(col(Document.id))).all()
        self._taken = {row.id for row in rows}
        self._here = {row.id: row for row in rows if row.server in {None, server}}
        # A server may bring sources of its own, which have no file; documents of packs are the operator's.
        self._given = {d.id: d for d in documents if server is None or not d.sha256}
        self._texts: dict[str, str | None] = {}

    def row(self, document: str) -> Document | None:
        """Return the base's document of this id, as far as this server sees it."""
        return self._here.get(document)

    def clashes(self, document: str) -> bool:
        """Tell whether the file means another document by this id than the base does."""
        given, row = self._given.get(document), self._here.get(document)
        if given is None:
            return False
        if row is None:
            return document in self._taken  # by another server
        if self._fresh:
            return False
        return given.sha256 != row.sha256 or (not given.sha256 and given.title != row.title)

    def problems(self, claim: IncomingClaim) -> Iterator[PackProblem]:
        """Yield what is wrong with the citations of a claim."""
        for number, point in enumerate(claim.record.points):
            for count, citation in enumerate(point.citations):
                problem = self._problem(citation)
                if problem:
                    line = claim.citation_lines[number][count] if claim.citation_lines else claim.line
                    yield PackProblem(line, f"points[{number}].citations[{count}]", *problem)

    def _problem(self, citation: CitationRecord) -> tuple[str, str] | None:
        name = citation.document
        if self.clashes(name):
            return worded("{name!r} is another document here", name=name), worded("Give the file's one another id.")
        source = self._given.get(name) or self._here.get(name)
        if source is None:
            mend = worded("Load the pack that has it, or add it as a source.")
            return worded("there is no document {name!r} here", name=name), mend
        text = self._text(source.sha256) if citation.start < citation.end else None
        span = None if text is None else text[citation.start : citation.end]
        if span is not None and hashlib.sha256(span.encode()).hexdigest() != citation.sha256:
            fault = worded("the span of {name!r} has another SHA-256 than the file says", name=name)
            return fault, worded("Correct start, end or sha256.")
        return None

    def _text(self, digest: str) -> str | None:
        if digest not in self._texts:
            row = self._session.get(DocumentText, digest)
            self._texts[digest] = row.text if row else None
        return self._texts[digest]


# fresh: the base lacks the pack, or has an older version; same: it has this one; stale: it has a newer one.
Age = Literal["fresh", "same", "stale", "none"]


@dataclass(frozen=True, slots=True)
class Step:
    """One claim of a file (`incoming`; None where it was refused unread), and the base's claim of that id, if any."""

    claim: str
    line: int
    outcome: ImportOutcome
    incoming: IncomingClaim | None = None
    row: Claim | None = None
    before: ClaimRecord | None = None
    problems: tuple[PackProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class PackSteps:
    """The steps for one pack of a file, how it stands to the base's pack of that id, and what its claims may cite."""

    pack: IncomingPack
    age: Age
    texts: CitedTexts
    steps: tuple[Step, ...]


class Steps:
    """Works out the steps of an import, in the state of the base that the session sees.

    `theirs`: where a claim was changed here since, the file's version is taken; a draft never takes the place of what
    moderators have published or withdrawn. `known` has all claims, or (`is_alone`) those that the steps are about.
    """

    def __init__(
        self, session: Session, incoming: Incoming, server: int | None, *, theirs: bool = False, is_alone: bool = False
    ) -> None:
        self._session, self._incoming, self._server, self._theirs = session, incoming, server, theirs
        wanted = self._concerned() if is_alone else None
        # Of very many it takes less to read all than to name each.
        wanted = wanted if wanted is None or len(wanted) <= AT_ONCE else None
        self._known = {row.id: (row, record) for row, record in read_rows(session, server, wanted, everything=True)}

    def _concerned(self) -> set[str]:
        """Return the ids of the claims of the file, and of those that a whole pack has here."""
        found: set[str] = set()
        for pack in self._incoming.packs:
            found.update(claim.record.id for claim in pack.claims if isinstance(claim, IncomingClaim))
            if self._incoming.whole and pack.head is not None:
                mine = (col(Claim.pack) == pack.head.id, col(Claim.server).is_(None))
                found.update(self._session.scalars(select(col(Claim.id)).where(*mine)))
        return found

    def packs(self) -> Iterator[PackSteps]:
        """Yield the steps, pack by pack."""
        for pack in self._incoming.packs:
            age = self._age(pack)
            texts = CitedTexts(self._session, pack.documents, self._server, fresh=age == "fresh")
            steps = (self._step(claim, pack, age, texts) for claim in pack.claims)
            yield PackSteps(pack, age, texts, (*steps, *self._left_out(pack)))

    @property
    def known(self) -> tuple[ClaimRecord, ...]:
        """The claims that the server sees now, as far as they were read."""
        return tuple(record for _, record in self._known.values())

    def _age(self, pack: IncomingPack) -> Age:
        if pack.head is None or self._server is not None:
            return "none"  # packs are the operator's: a server takes only their claims
        row = self._session.get(Pack, pack.head.id)
        if row is None or row.version < pack.head.version:
            return "fresh"
        if row.version > pack.head.version:
            return "stale"
        # Whoever works on a pack does not count its version up with each line.
        return "fresh" if self._incoming.whole and row.sha256 != pack.sha256 else "same"

    def _left_out(self, pack: IncomingPack) -> Iterator[Step]:
        """Withdraw the claims that a whole pack had here and has no more."""
        if not self._incoming.whole or pack.head is None:
            return
        given = {claim.claim if isinstance(claim, RefusedClaim) else claim.record.id for claim in pack.claims}
        for name, (row, record) in self._known.items():
            if row.pack == pack.head.id and name not in given and record.status != "withdrawn":
                withdrawn = IncomingClaim(replace(record, status="withdrawn"), 0)
                yield Step(name, 0, self._outcome(withdrawn, row, record), withdrawn, row, record)

    def _step(self, claim: IncomingClaim | RefusedClaim, pack: IncomingPack, age: Age, texts: CitedTexts) -> Step:
        if isinstance(claim, RefusedClaim):
            return Step(claim.claim, claim.line, "refused", problems=claim.problems)
        row, before = self._known.get(claim.record.id, (None, None))
        problems = tuple(texts.problems(claim))
        if before is not None and row is not None:
            outcome = self._outcome(claim, row, before)
            if outcome == "conflicting" and self._theirs and not (self._incoming.drafts and before.status != "draft"):
                outcome = "changed"
            if outcome != "unchanged" or self._incoming.whole:
                problems += tuple(_misplaced(claim, row, pack, age))
            if outcome == "changed" and self._incoming.strays and _loses(before, claim.record):
                problems += (_stray(claim, self._incoming.strays[0]),)
            if outcome == "changed" and (lost := _lost(before, claim.record)):
                problems += (_damaged(claim, *lost),)
        else:
            outcome = "new"
        if problems and (outcome != "unchanged" or self._incoming.whole):
            return Step(claim.record.id, claim.line, "refused", claim, row, before, problems)
        return Step(claim.record.id, claim.line, outcome, claim, row, before)

    def _outcome(self, claim: IncomingClaim, row: Claim, before: ClaimRecord) -> ImportOutcome:
        if claim.partial:
            return "unchanged" if _says_the_same(claim.record, before) else "conflicting"
        given = claim_fingerprint(claim.record)
        if given == claim_fingerprint(canonical(before)):
            return "unchanged"
        if self._incoming.drafts and given == row.loaded_digest:
            return "unchanged"  # the feed says what it said before; moderators have taken the draft further
        if claim.state is not None:
            return "changed" if claim.state == exported_state(before) else "conflicting"
        shared_seen_by_server = self._server is not None and row.server is None
        return "changed" if shared_seen_by_server or claim_fingerprint(before) == row.loaded_digest else "conflicting"


# What a review of our own says of a claim.
REVIEWED = frozenset({*by_field("title").values(), "kind", "as_of", "review_by"})


def _says_the_same(review: ClaimRecord, before: ClaimRecord) -> bool:
    """Tell whether a review of our own says what the claim says; it may be in one language only."""
    facts = all(getattr(review, name) == getattr(before, name) for name in ("kind", "as_of", "review_by"))
    return facts and {*review.title.values()} <= {*before.title.values()}


def _loses(before: ClaimRecord, after: ClaimRecord) -> bool:
    """Tell whether the claim has parts here that it would have no more."""
    old, new = claim_state(before), claim_state(after)
    return any(lacking(old[name], new[name]) for name in ("wordings", "figures", "points"))


def _stray(claim: IncomingClaim, line: int) -> PackProblem:
    fault = worded("it would lose parts, and line {line} could not be placed: that part may belong here", line=line)
    return PackProblem(claim.line, "", fault, worded("Mend that line first."))


def _lost(before: ClaimRecord, after: ClaimRecord) -> tuple[str, str] | None:
    """Return a text that has question marks where the claim here has other signs, and what stands here.

    So a program writes what the code page in which it saves does not have.
    """
    here = set(_texts_in(claim_state(before)))
    by_length: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for text in here:
        # Some write two for a sign that takes two places in UTF-16.
        for written in {text, _WIDE.sub(r"\g<0>\g<0>", text)}:
            by_length[len(written)].append((written, text))
    for given in _texts_in(claim_state(after)):
        if "?" in given and given not in here:
            found = (text for written, text in by_length[len(given)] if _has_lost(given, written))
            if text := next(found, None):
                return given, text
    return None


_WIDE = re.compile("[\U00010000-\U0010ffff]")
# Whoever puts the plain mark in the place of these has lost nothing.
_MARKS = "？﹖‽"


def _has_lost(given: str, here: str) -> bool:
    pairs = [(now, before) for now, before in zip(given, here, strict=True) if now != before]
    are_marks = all(now == "?" and before > "\x7f" for now, before in pairs)
    return are_marks and any(before not in _MARKS for _, before in pairs)


def _texts_in(value: Any) -> Iterator[str]:  # noqa: ANN401  a state, or a part of one
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        parts = cast("dict[str, Any]", value).values() if isinstance(value, dict) else cast("list[Any]", value)
        for part in parts:
            yield from _texts_in(part)


def _damaged(claim: IncomingClaim, given: str, here: str) -> PackProblem:
    fault = worded("“{given}” has lost characters in saving: “{here}” stands here", given=given[:40], here=here[:40])
    return PackProblem(claim.line, "", fault, worded("Save it as UTF-8 (in Excel: “CSV UTF-8”)."))


def _misplaced(claim: IncomingClaim, row: Claim, pack: IncomingPack, age: Age) -> Iterator[PackProblem]:
    if age == "none" or pack.head is None:
        return
    if (row.pack or "") != pack.head.id:
        owner = row.pack or worded("this base itself")
        fault = worded("the claim {claim!r} already belongs to {owner}", claim=row.id, owner=owner)
        yield PackProblem(claim.line, "id", fault, worded("Give it another id."))
    elif age == "stale" and claim.state is None:
        head = pack.head
        fault = worded(
            "the base holds a newer version of the pack {pack!r} than {version}", pack=head.id, version=head.version
        )
        yield PackProblem(claim.line, "pack.version", fault, worded("Export the claims again, and change that file."))
