"""Decisions on queue items; what was proposed is no part of their state."""

from sqlmodel import Session

from claims.claim_state import State
from claims.keepers.keeper import Scene
from claims.tables import QueueItem
from config.errors import NotUndoableError

QUEUE_ITEM = "queue item"
OPEN: State = {"state": "open", "decision": None}


class QueueItemKeeper:
    """Keeps what was decided on queue items, by their number."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:
        """Return what was decided, or None for an item that is gone or another server's."""
        row = session.get(QueueItem, int(subject))
        return None if row is None or row.server != server else {"state": row.state, "decision": row.decision}

    def write(self, scene: Scene, subject: str, state: State | None) -> None:
        """Write the decision; raises NotUndoableError for an item that is gone."""
        row = scene.session.get(QueueItem, int(subject))
        if row is None or row.server != scene.server or state is None:
            raise NotUndoableError("The queue item is gone: its time was over, or its author had it deleted.")
        row.state, row.decision = state["state"], state["decision"]
        decided = row.state != OPEN["state"]
        row.decided_by, row.decided_at = (str(scene.who), scene.at) if decided else (None, None)
        scene.session.add(row)
        scene.session.flush()
