"""Each claim of a file held against the base: what is to be done with it, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sqlmodel import Session

from claims.claim_reading import read_rows
from claims.claim_state import claim_digest
from claims.exchange.citations import CitedTexts
from claims.exchange.incoming import Incoming, IncomingClaim, IncomingPack, RefusedClaim
from claims.exchange.plain import canonical, exported_state
from claims.exchange.plan import Outcome
from claims.record import ClaimRecord
from claims.tables import Claim, Pack
from config.errors import PackProblem
from config.faults import worded

# fresh: the base lacks the pack, or has an older version; same: it has this one; stale: it has a newer one.
Age = Literal["fresh", "same", "stale", "none"]


@dataclass(frozen=True, slots=True)
class Step:
    """One claim of a file (`incoming`; None where it was refused unread), and the base's claim of that id, if any."""

    claim: str
    line: int
    outcome: Outcome
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
    """Works out the steps of an import, in the state of the base that the session sees."""

    def __init__(self, session: Session, incoming: Incoming, server: int | None) -> None:
        self._session, self._incoming, self._server = session, incoming, server
        self._known = {row.id: (row, record) for row, record in read_rows(session, server, everything=True)}

    def packs(self) -> Iterator[PackSteps]:
        """Yield the steps, pack by pack."""
        for pack in self._incoming.packs:
            age = self._age(pack)
            texts = CitedTexts(self._session, pack.documents, self._server, fresh=age == "fresh")
            yield PackSteps(pack, age, texts, tuple(self._step(claim, pack, age, texts) for claim in pack.claims))

    @property
    def known(self) -> tuple[ClaimRecord, ...]:
        """The claims that the server sees now."""
        return tuple(record for _, record in self._known.values())

    def _age(self, pack: IncomingPack) -> Age:
        if pack.head is None or self._server is not None:
            return "none"  # packs are the operator's: a server takes only their claims
        row = self._session.get(Pack, pack.head.id)
        if row is None or row.version < pack.head.version:
            return "fresh"
        return "same" if row.version == pack.head.version else "stale"

    def _step(self, claim: IncomingClaim | RefusedClaim, pack: IncomingPack, age: Age, texts: CitedTexts) -> Step:
        if isinstance(claim, RefusedClaim):
            return Step(claim.claim, claim.line, "refused", problems=claim.problems)
        row, before = self._known.get(claim.record.id, (None, None))
        problems = tuple(texts.problems(claim))
        if before is not None and row is not None:
            outcome = self._outcome(claim, row, before)
            if outcome in {"changed", "conflicting"}:
                problems += tuple(_misplaced(claim, row, pack, age))
        else:
            outcome = "new"
        if problems and outcome != "unchanged":
            return Step(claim.record.id, claim.line, "refused", claim, row, before, problems)
        return Step(claim.record.id, claim.line, outcome, claim, row, before)

    def _outcome(self, claim: IncomingClaim, row: Claim, before: ClaimRecord) -> Outcome:
        given = claim_digest(claim.record)
        if given == claim_digest(canonical(before)):
            return "unchanged"
        if self._incoming.drafts and given == row.loaded_digest:
            return "unchanged"  # the feed says what it said before; moderators have taken the draft further
        if claim.state is not None:
            return "changed" if claim.state == exported_state(before) else "conflicting"
        shared_seen_by_server = self._server is not None and row.server is None
        return "changed" if shared_seen_by_server or claim_digest(before) == row.loaded_digest else "conflicting"


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
