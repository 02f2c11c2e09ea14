"""What files hold, in whatever format: claims by pack, each pack with its documents; and their names and endings."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import select
from sqlmodel import Session, col

from claims.base import ClaimBase
from claims.documents.loading import read_documents
from claims.packs.plain import canonical, exported_state
from claims.record import ClaimRecord, DocumentRecord, PackRecord, claim_fingerprint
from claims.store.claim_rows import pack_record, read_rows
from claims.store.tables import Claim, Pack
from config.errors import PackProblem

Format = Literal["yaml", "csv", "claimreview"]
FORMATS: tuple[Format, ...] = get_args(Format)
SUFFIXES: dict[Format, str] = {"yaml": ".yaml", "csv": ".csv", "claimreview": ".json"}


@dataclass(frozen=True, slots=True)
class IncomingClaim:
    """A claim of a file that is sound in itself; `state` marks how it was when it was exported, where that is known."""

    record: ClaimRecord
    line: int
    state: str | None = None


@dataclass(frozen=True, slots=True)
class RefusedClaim:
    """A claim that cannot be taken: its id, or what else tells it apart, its line, and all that is wrong with it."""

    claim: str
    line: int
    problems: tuple[PackProblem, ...]


@dataclass(frozen=True, slots=True)
class IncomingPack:
    """One pack of a file (no head: claims of no pack), and the SHA-256 of its text; claims stand in their order."""

    head: PackRecord | None
    sha256: str
    documents: tuple[DocumentRecord, ...]
    claims: tuple[IncomingClaim | RefusedClaim, ...]


@dataclass(frozen=True, slots=True)
class Incoming:
    """All that a file holds, pack by pack; `whole`: each pack is all there is of it, and what it lacks is withdrawn."""

    name: str
    format: Format
    packs: tuple[IncomingPack, ...]
    whole: bool = False

    @property
    def drafts(self) -> bool:
        """Whether the claims are proposals for moderators, which never change what these have published."""
        return self.format == "claimreview"


@dataclass(frozen=True, slots=True)
class ExportedClaim:
    """A claim of any status, and the mark of its state; `as_loaded`: it is as its pack gave it."""

    record: ClaimRecord
    state: str
    as_loaded: bool


@dataclass(frozen=True, slots=True)
class ExportedPack:
    """A pack with its documents and claims, in order; None as the head for the claims that belong to no pack."""

    head: PackRecord | None
    documents: tuple[DocumentRecord, ...]
    claims: tuple[ExportedClaim, ...]


def read_contents(base: ClaimBase, server: int | None) -> tuple[ExportedPack, ...]:
    """Read everything that the server sees (None: what is shared) in one state of the base, packs by id.

    Documents stand with each pack whose claims cite them; those that nothing cites stand with the first pack.
    """
    with base.database.reading() as session:
        heads = _heads(session)
        documents = {document.id: document for document in read_documents(session, server)}
        groups: dict[str, list[ExportedClaim]] = defaultdict(list)
        for row, record in read_rows(session, server):
            groups[record.pack].append(_exported(row, record))
    uncited = set(documents) - {name for claims in groups.values() for name in _cited(claims)}
    packs: list[ExportedPack] = []
    for name in sorted(groups, key=lambda pack: (not pack, pack)):
        wanted = _cited(groups[name]) | (set[str]() if packs or server is not None else uncited)
        cited = tuple(documents[each] for each in sorted(wanted))
        packs.append(ExportedPack(heads.get(name), cited, tuple(groups[name])))
    return tuple(packs)


def _heads(session: Session) -> dict[str, PackRecord]:
    return {row.id: pack_record(row) for row in session.scalars(select(Pack).order_by(col(Pack.id)))}


def _exported(row: Claim, record: ClaimRecord) -> ExportedClaim:
    as_loaded = bool(record.pack) and row.server is None and claim_fingerprint(record) == row.loaded_digest
    return ExportedClaim(canonical(record), exported_state(record), as_loaded)


def _cited(claims: list[ExportedClaim]) -> set[str]:
    return {cited.document for claim in claims for point in claim.record.points for cited in point.citations}
