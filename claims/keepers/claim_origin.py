"""Where a claim comes from: its pack, and the digest of the state that a file last gave it."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlmodel import Session, col

from claims.claim_state import State
from claims.keepers.keeper import Scene
from claims.tables import Claim

CLAIM_ORIGIN = "claim origin"
NOWHERE: State = {"pack": None, "loaded_digest": None}


class ClaimOriginKeeper:
    """Keeps the origins of claims; a claim that is not there comes from nowhere, and stays there."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:
        """Return the origin of the server's own claim or version (None as the server: of the shared claim)."""
        row = _row(session, server, subject)
        return {fact: getattr(row, fact) for fact in NOWHERE} if row else NOWHERE

    def read_many(self, session: Session, server: int | None, subjects: Collection[str]) -> Mapping[str, State | None]:
        """Return the origins of the server's own claims and versions."""
        query = select(Claim).where(col(Claim.server) == server)
        found = {row.id: {fact: getattr(row, fact) for fact in NOWHERE} for row in session.scalars(query)}
        return {name: found.get(name, NOWHERE) for name in subjects}

    def write(self, scene: Scene, subject: str, state: State | None) -> None:
        """Write the origin; it comes and goes with its claim."""
        row = _row(scene.session, scene.server, subject)
        if row is not None:
            scene.session.add(row.sqlmodel_update(state or NOWHERE))
            scene.session.flush()


def _row(session: Session, server: int | None, claim: str) -> Claim | None:
    return session.scalar(select(Claim).where(col(Claim.id) == claim, col(Claim.server) == server))
