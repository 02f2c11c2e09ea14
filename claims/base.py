"""The claim base: the one door to claims, packs and documents."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from sqlalchemy import func, select
from sqlmodel import col

from claims.documents.loading import DocumentReport, load_files, read_documents, read_passage
from claims.record import CitationRecord, ClaimRecord, DocumentRecord, PackRecord, Passage
from claims.store.changes import CLAIM, CLAIM_ORIGIN, PACK
from claims.store.claim_rows import (
    Difference,
    are_seen,
    pack_record,
    packs_in_force,
    read_claims,
    read_difference,
    unknown_claim,
)
from claims.store.copying import upgrade
from claims.store.database import Database
from claims.store.server_settings import CLAIM_SETTING, PACK_IN_FORCE, SERVER
from claims.store.tables import ChangeRow, Claim, Pack, Revision, Wording
from config.errors import Worded, msgid, worded
from config.languages import ByLanguage

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return this moment in UTC."""
    return datetime.now(UTC)


_CLAIMS = frozenset({CLAIM, CLAIM_ORIGIN})
_ALL_CLAIMS = frozenset({PACK, PACK_IN_FORCE})
_SEEN = _CLAIMS | {CLAIM_SETTING, SERVER}


@dataclass(frozen=True, slots=True)
class Touched:
    """Which `shared` claims have changed (ids; None: any), and for which `servers` something, with own claims by id."""

    shared: frozenset[str] | None
    servers: Mapping[int, frozenset[str]]


class ClaimBase:
    """Claims, packs and documents in one database; all methods are synchronous and safe to call from any thread.

    Every method may raise DatabaseError. `backup` is the copy made of an existing SQLite file before an upgrade.
    """

    def __init__(self, database: Database, clock: Clock = utc_now, backup: Path | None = None) -> None:
        self.database = database
        self.clock = clock
        self.backup = backup

    @classmethod
    def open(cls, database_url: str, clock: Clock = utc_now) -> Self:
        """Open the base and bring its tables up to date; a SQLite file and its folder are made where missing."""
        database = Database(database_url)
        try:
            backup = upgrade(database)
        except BaseException:
            database.close()
            raise
        return cls(database, clock, backup)

    def limited(self, packs: frozenset[str]) -> Self:
        """Return this base, over the same connections, in which only these packs are in force."""
        return type(self)(self.database.limited(packs), self.clock, self.backup)

    def close(self) -> None:
        """Close all connections."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def upgraded(self) -> Worded | None:
        """Return the sentence about an upgrade of the file at this opening; None where there was none."""
        if self.backup is None:
            return None
        said = msgid("The tables of the claim base were brought up to date; as it was before, it is kept: {file}")
        return worded(said, file=self.backup)

    @property
    def revision(self) -> int:
        """Return a number that grows with each change to the base, whichever process made it; cheap to ask for."""
        return self.database.newest().revision

    def touched(self, since: int) -> Touched:
        """Return whose claims have changed since a revision."""
        query = select(col(Revision.server), col(ChangeRow.kind), col(ChangeRow.subject))
        query = query.join(ChangeRow, col(ChangeRow.revision) == col(Revision.id)).where(col(Revision.id) > since)
        with self.database.reading() as session:
            rows = session.connection().execute(query).all()
        shared = {subject for server, kind, subject in rows if server is None and kind in _CLAIMS}
        all_shared = any(kind in _ALL_CLAIMS for _, kind, _ in rows)
        servers: dict[int, set[str]] = {int(subject): set() for _, kind, subject in rows if kind == SERVER}
        for server, kind, subject in rows:
            if server is not None and kind in _SEEN:
                servers.setdefault(server, set()).update({subject} if kind in _CLAIMS else ())
        names = {server: frozenset(each) for server, each in servers.items()}
        return Touched(None if all_shared else frozenset(shared), names)

    def packs(self) -> tuple[PackRecord, ...]:
        """Return the packs that are loaded and in force, by id."""
        with self.database.reading() as session:
            used = col(Pack.id).in_(packs_in_force(session))
            return tuple(map(pack_record, session.scalars(select(Pack).where(used).order_by(col(Pack.id)))))

    def claims(self, server: int | None = None) -> tuple[ClaimRecord, ...]:
        """Return the published claims as the server sees them (None: the shared ones)."""
        with self.database.reading() as session:
            return tuple(claim for claim in read_claims(session, server) if claim.status == "published")

    def claim(self, claim_id: str, server: int | None = None) -> ClaimRecord:
        """Return one claim of any status as the server sees it; raises UnknownClaimError."""
        with self.database.reading() as session:
            found = read_claims(session, server, claim_id)
            if found:
                return found[0]
            raise unknown_claim(session, server, claim_id)

    def saying(self, texts: Collection[str], besides: str, server: int | None = None) -> dict[str, ByLanguage]:
        """Return which of some texts a claim of any status says word for word, but one, each with that claim's title.

        Capitals make no difference; what is never to be matched is said by nobody.
        """
        with self.database.reading() as session:
            others = are_seen(session, server) & (col(Claim.id) != besides)
            titles = session.scalars(select(col(Claim.title)).where(others))
            found = {each.casefold(): title for title in titles for each in title.values()}
            # A database may know the capitals of English alone.
            small = func.lower(col(Wording.text)).in_([text.lower() for text in texts])
            same = small | col(Wording.text).in_(texts)
            said = select(col(Wording.text), col(Claim.title)).join(Claim, col(Claim.key) == col(Wording.claim))
            rows = session.connection().execute(said.where(same, others, ~col(Wording.negative)))
            found |= {row[0].casefold(): row[1] for row in rows}
        return {text: found[text.casefold()] for text in texts if text.casefold() in found}

    def shared_claims(self, ids: Collection[str]) -> dict[str, ClaimRecord]:
        """Return some of the published claims that all servers share, by id."""
        with self.database.reading() as session:
            found = (claim for name in ids for claim in read_claims(session, None, name))
            return {claim.id: claim for claim in found if claim.status == "published"}

    def difference(self, server: int, before: Difference | None = None, changed: Collection[str] = ()) -> Difference:
        """Return what a server sees otherwise than the shared claims say.

        Where it was read `before`, only those of the server's own claims are read again that have `changed` since.
        """
        with self.database.reading() as session:
            return read_difference(session, server, before, changed)

    def documents(self, server: int | None = None) -> tuple[DocumentRecord, ...]:
        """Return all documents that packs cite, and the server's own sources, by id."""
        with self.database.reading() as session:
            return read_documents(session, server)

    def load_documents(self, paths: Iterable[Path]) -> list[DocumentReport]:
        """Read files (and the files of folders), and store those that are documents of a loaded pack."""
        return load_files(self.database, paths, self.clock)

    def passage(self, citation: CitationRecord) -> Passage:
        """Return the words of a citation, as far as its document is loaded."""
        with self.database.reading() as session:
            return read_passage(session, citation)
