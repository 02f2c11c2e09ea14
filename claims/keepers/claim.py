"""Claims: the shared ones for the operator; for a server its own ones, and its versions of shared ones."""

from collections.abc import Collection, Mapping

from sqlalchemy import func, select
from sqlmodel import Session, col

from claims.claim_reading import read_rows
from claims.claim_state import State, claim_from_state, claim_state
from claims.claim_writing import write_claim
from claims.keepers.keeper import Scene
from claims.tables import Change, Claim, Revision

CLAIM = "claim"


class ClaimKeeper:
    """Keeps claims; a server's version that says the same as the shared claim is given up and follows it again."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:
        """Return the state that the server sees."""
        found = read_rows(session, server, subject, everything=True)
        return claim_state(found[0][1]) if found else None

    def read_many(self, session: Session, server: int | None, subjects: Collection[str]) -> Mapping[str, State | None]:
        """Return the states that the server sees, out of one reading of all claims."""
        found = {record.id: record for _, record in read_rows(session, server, everything=True)}
        return {name: claim_state(found[name]) if name in found else None for name in subjects}

    def write(self, scene: Scene, subject: str, state: State | None) -> None:
        """Write the state, or (None) take the server's claim, or its version of a shared one, away."""
        session = scene.session
        shared, own = _rows(session, subject, None), _rows(session, subject, scene.server)
        follows = scene.server is not None and shared is not None and state == self.read(session, None, subject)
        if state is None or follows:
            if own is not None:
                session.delete(own)
                session.flush()
            return
        place = own or shared
        pack = (place.pack if place else None) or ""
        record = claim_from_state(subject, state, server=scene.server, pack=pack, edited_by=str(scene.who))
        row = write_claim(session, own, record, place.position if place else _next_position(session), scene.at)
        if own is None:
            row.version = _first_version(session, scene.server, subject, shared)
            session.flush()


def _rows(session: Session, claim: str, server: int | None) -> Claim | None:
    return session.scalar(select(Claim).where(col(Claim.id) == claim, col(Claim.server) == server))


def _next_position(session: Session) -> int:
    return (session.scalar(select(func.max(col(Claim.position)))) or 0) + 1


def _first_version(session: Session, server: int | None, claim: str, shared: Claim | None) -> int:
    """Return a version that no earlier form of this claim has had in this server."""
    past = select(func.count()).select_from(Change).join(Revision, col(Revision.id) == col(Change.revision))
    same = (col(Change.kind) == CLAIM, col(Change.subject) == claim, col(Revision.server) == server)
    base = shared.version if shared is not None and server is not None else 0
    return base + 1 + (session.scalar(past.where(*same)) or 0)
