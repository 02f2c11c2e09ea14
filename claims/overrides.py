"""What a server sets on a claim without writing its own: muted, its cut-off, and an end to a pause."""

from sqlalchemy import select
from sqlmodel import Session, col

from claims.base import ClaimBase
from claims.changing import Intent, Written, change
from claims.editing import seen_claim
from claims.history import Deed
from claims.keepers.claim_setting import CLAIM_SETTING, UNSET
from claims.keepers.queue_item import QUEUE_ITEM
from claims.queue_items import open_rows
from claims.rights import Actor, permit
from claims.tables import ClaimOverride
from config.errors import InvalidEditError, NotAllowedError
from config.faults import FieldFault, msgid


class ClaimSettings:
    """Sets things on a claim for the actor's server; raises NotAllowedError, UnknownClaimError, InvalidEditError."""

    def __init__(self, base: ClaimBase) -> None:
        self._base = base

    def mute(self, actor: Actor, claim_id: str, reason: str = "") -> Written:
        """Find the claim but never answer it."""
        return self._set(actor, claim_id, "claim.mute", reason, muted=True)

    def unmute(self, actor: Actor, claim_id: str, reason: str = "") -> Written:
        """Answer the claim again."""
        return self._set(actor, claim_id, "claim.unmute", reason, muted=False)

    def set_cut_off(self, actor: Actor, claim_id: str, cut_off: float | None, reason: str = "") -> Written:
        """Reply from this probability on (0 to 1); None: as for all claims."""
        if cut_off is not None and not 0 <= cut_off <= 1:
            mend = msgid("Give a probability from 0 to 1.")
            raise InvalidEditError(
                (FieldFault("cut_off", "{value} is out of range.", mend, {"value": cut_off}),), cut_off
            )
        return self._set(actor, claim_id, "claim.cut-off", reason, cut_off=cut_off)

    def resume(self, actor: Actor, claim_id: str, reason: str = "") -> Written:
        """Lift what members' reports have led to: the pause and the raised bar; earlier reports count no more."""
        with self._base.database.changing() as session:
            server = _permitted(session, actor, claim_id)
            settled = [
                Intent(QUEUE_ITEM, str(row.id), {"state": "accepted", "decision": "resume"})
                for row in open_rows(session, server, "paused")
                if row.claim == claim_id
            ]
            intent = setting_intent(session, server, claim_id, paused=False, raised_to=None)
            deed = Deed(actor.who, "claim.resume", reason, server)
            return change(session, deed, [intent, *settled], self._base.clock())

    def paused(self, server: int) -> tuple[str, ...]:
        """Return the ids of the claims that are paused in the server."""
        rows = select(col(ClaimOverride.claim)).where(col(ClaimOverride.server) == server, col(ClaimOverride.paused))
        with self._base.database.reading() as session:
            return tuple(session.scalars(rows.order_by(col(ClaimOverride.claim))))

    def _set(self, actor: Actor, claim_id: str, act: str, reason: str, **values: object) -> Written:
        with self._base.database.changing() as session:
            intent = setting_intent(session, _permitted(session, actor, claim_id), claim_id, **values)
            return change(session, Deed(actor.who, act, reason, actor.server), [intent], self._base.clock())


def _permitted(session: Session, actor: Actor, claim_id: str) -> int:
    permit(session, actor, "claim.set")
    if actor.server is None:
        raise NotAllowedError("This works in a server only.")
    seen_claim(session, actor.server, claim_id)
    return actor.server


def setting_intent(session: Session, server: int, claim_id: str, **values: object) -> Intent:
    """Return the claim's settings in a server with new values."""
    row = session.get(ClaimOverride, (server, claim_id))
    now = {name: getattr(row, name) for name in UNSET} if row else UNSET
    return Intent(CLAIM_SETTING, claim_id, now | values)
