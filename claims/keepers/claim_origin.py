"""Where a claim comes from: its pack, its place there, and the digest of the state that a file last gave it."""

from sqlalchemy import select
from sqlmodel import Session, col

from claims.claim_state import State
from claims.keepers.keeper import Scene
from claims.tables import Claim

CLAIM_ORIGIN = "claim origin"
FACTS = ("pack", "position", "loaded_digest")


class ClaimOriginKeeper:
    """Keeps the origins of claims; a claim that is not there has none, and goes without it."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:
        """Return the origin of the server's own claim or version (None as the server: of the shared claim)."""
        row = _row(session, server, subject)
        return {fact: getattr(row, fact) for fact in FACTS} if row else None

    def write(self, scene: Scene, subject: str, state: State | None) -> None:
        """Write the origin; it goes with its claim, so that taking it away does nothing."""
        row = _row(scene.session, scene.server, subject)
        if row is not None and state is not None:
            scene.session.add(row.sqlmodel_update(state))
            scene.session.flush()


def _row(session: Session, server: int | None, claim: str) -> Claim | None:
    return session.scalar(select(Claim).where(col(Claim.id) == claim, col(Claim.server) == server))
