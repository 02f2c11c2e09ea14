"""Claims as moderators look at them: of every status, with what the server has set and where they come from."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlmodel import Session, col

from claims.base import ClaimBase
from claims.claim_reading import read_rows
from claims.editing import seen_claim
from claims.record import ClaimRecord
from claims.rights import Actor, permit
from claims.tables import Claim, ClaimOverride, Server

Origin = Literal["shared", "version", "own"]


@dataclass(frozen=True, slots=True)
class ClaimSight:
    """A claim as the actor's server sees it.

    `origin`: the shared claim itself, the server's version of a shared one, or a claim of its own. `cut_off` is what
    the server has set on this claim alone (the record's may come from the whole server). `is_used` is false where the
    server does not use the claim's pack, so that the claim is not answered.
    """

    claim: ClaimRecord
    origin: Origin
    cut_off: float | None
    is_used: bool


class ClaimView:
    """Shows claims of every status and pack to moderators of the actor's server; may raise NotAllowedError."""

    def __init__(self, base: ClaimBase) -> None:
        self._database = base.database

    def all(self, actor: Actor) -> tuple[ClaimRecord, ...]:
        """Return all claims that the actor may edit, the server's own ones last."""
        with self._database.reading() as session:
            permit(session, actor, "claim.edit")
            return tuple(record for _, record in read_rows(session, actor.server, everything=True))

    def one(self, actor: Actor, claim_id: str) -> ClaimSight:
        """Return one claim; raises UnknownClaimError."""
        with self._database.reading() as session:
            permit(session, actor, "claim.edit")
            claim = seen_claim(session, actor.server, claim_id)
            setting = session.get(ClaimOverride, (actor.server, claim_id)) if actor.server is not None else None
            return ClaimSight(
                claim,
                _origin(session, claim),
                setting.cut_off if setting else None,
                _is_used(session, actor.server, claim),
            )


def _origin(session: Session, claim: ClaimRecord) -> Origin:
    if claim.server is None:
        return "shared"
    shared = select(col(Claim.key)).where(col(Claim.id) == claim.id, col(Claim.server).is_(None))
    return "own" if session.scalar(shared) is None else "version"


def _is_used(session: Session, server: int | None, claim: ClaimRecord) -> bool:
    settings = session.get(Server, server) if server is not None else None
    return settings is None or settings.packs is None or not claim.pack or claim.pack in settings.packs
