"""What a server sets on a claim: muted, its cut-off, and what members' reports have led to."""

from sqlmodel import Session

from claims.claim_state import State
from claims.keepers.keeper import Scene
from claims.tables import ClaimOverride

CLAIM_SETTING = "claim setting"
UNSET: State = {"muted": False, "cut_off": None, "paused": False, "raised_to": None}


class ClaimSettingKeeper:
    """Keeps the settings of claims; a claim on which nothing is set has the state UNSET."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:
        """Return what the server has set."""
        row = session.get(ClaimOverride, (server, subject)) if server is not None else None
        return UNSET if row is None else {name: getattr(row, name) for name in UNSET}

    def write(self, scene: Scene, subject: str, state: State | None) -> None:
        """Write the settings; reports that led to a pause or a raise which is lifted now are dealt with."""
        assert scene.server is not None  # noqa: S101  only servers set anything on a claim
        row = scene.session.get(ClaimOverride, (scene.server, subject))
        if row is None:
            row = ClaimOverride(server=scene.server, claim=subject, changed_at=scene.at)
        after = state or UNSET
        lifted = (row.paused and not after["paused"]) or (row.raised_to is not None and after["raised_to"] is None)
        if lifted:
            row.reports_from = scene.at
        row.sqlmodel_update({name: after[name] for name in UNSET} | {"changed_at": scene.at})
        scene.session.add(row)
        scene.session.flush()
