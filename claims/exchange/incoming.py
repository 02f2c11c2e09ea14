"""What a file for import holds, once it has been read: nothing of it has been held against a base yet."""

from dataclasses import dataclass

from claims.exchange.format_names import Format
from claims.record import ClaimRecord, DocumentRecord, PackRecord
from config.errors import PackProblem


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
    """All that a file holds, pack by pack."""

    name: str
    format: Format
    packs: tuple[IncomingPack, ...]

    @property
    def drafts(self) -> bool:
        """Whether the claims are proposals for moderators, which never change what these have published."""
        return self.format == "claimreview"
