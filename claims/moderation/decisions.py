"""Decisions on queue items: each with its rights, and, with what it changes, as one revision that can be undone."""

from sqlalchemy import select
from sqlmodel import Session, col

from claims.base import ClaimBase
from claims.moderation.editor import edit_change, new_claim_change
from claims.moderation.edits import AddWording, EditTexts
from claims.moderation.queue import Item, item_of, reports_of
from claims.moderation.rights import Actor, permit
from claims.moderation.server_setup import setting_change
from claims.store.changes import QUEUE_ITEM, Change, ChangeResult, write_changes
from claims.store.revisions import AuditEntry
from claims.store.tables import ClaimOverride, QueueItem
from config.errors import ConflictError, InvalidEditError, UnknownEntryError
from config.faults import FieldDifference, FieldFault


class QueueDecisions:
    """Decides items of the actor's server, one transaction each.

    All methods may raise NotAllowedError, UnknownEntryError, InvalidEditError, UnknownClaimError, and ConflictError
    where another moderator was faster.
    """

    def __init__(self, base: ClaimBase) -> None:
        self._base = base

    def item(self, actor: Actor, number: int) -> Item:
        """Return one open item."""
        with self._base.database.reading() as session:
            permit(session, actor, "queue.see")
            row = _open(session, actor, number)
            return item_of(row, self._base.clock(), reports_of(session, row))

    def accept_wording(
        self, actor: Actor, number: int, claim: str | None = None, text: str | None = None
    ) -> ChangeResult:
        """Add the item's text to its claim as a wording; items that name a message only need its text from there."""
        return self._add(actor, number, claim, text, "wording")

    def accept_negative(
        self, actor: Actor, number: int, claim: str | None = None, text: str | None = None
    ) -> ChangeResult:
        """Add the text as a negative wording; reports of this claim are then dealt with."""
        return self._add(actor, number, claim, text, "negative")

    def open_claim(
        self, actor: Actor, number: int, texts: EditTexts, wording: str | None = None
    ) -> tuple[str, ChangeResult]:
        """Begin a new draft from the item, with its text as the first wording; return the claim's id."""
        with self._base.database.changing() as session:
            permit(session, actor, "queue.decide")
            row = _open(session, actor, number)
            words = wording or row.payload.get("text") or ""
            change = new_claim_change(self._base, session, actor, texts, words)
            written = self._decide(session, actor, row, "claim", [change])
        return change.subject, written

    def dismiss(self, actor: Actor, number: int, reason: str = "") -> ChangeResult:
        """Leave everything as it is; what reports have led to is lifted when none of the claim's are left."""
        with self._base.database.changing() as session:
            permit(session, actor, "queue.decide")
            row = _open(session, actor, number)
            return self._decide(session, actor, row, "dismiss", _lifting(session, row), reason)

    def _add(self, actor: Actor, number: int, claim: str | None, text: str | None, decision: str) -> ChangeResult:
        with self._base.database.changing() as session:
            permit(session, actor, "queue.decide")
            row = _open(session, actor, number)
            target, words = claim or row.claim, text or row.payload.get("text")
            if not target or not words:
                field = "text" if target else "claim"
                raise InvalidEditError((FieldFault(field, "This is missing.", "Choose or write it.", {}),), text)
            edit = AddWording(words, "negative" if decision == "negative" else "says")
            changes = [edit_change(session, actor, target, None, edit), *_lifting(session, row)]
            return self._decide(session, actor, row, decision, changes)

    def _decide(
        self, session: Session, actor: Actor, row: QueueItem, decision: str, changes: list[Change], reason: str = ""
    ) -> ChangeResult:
        state = "dismissed" if decision == "dismiss" else "accepted"
        decided = Change(QUEUE_ITEM, str(row.id), {"state": state, "decision": decision})
        entry = AuditEntry(actor.who, f"queue.{decision}", reason, actor.server)
        return write_changes(session, entry, [*changes, decided], self._base.clock())


def _open(session: Session, actor: Actor, number: int) -> QueueItem:
    row = session.get(QueueItem, number)
    if row is None or row.server != actor.server:
        raise UnknownEntryError("There is no item {number} in this queue. It may have settled itself.", number=number)
    if row.state != "open":
        fields = (FieldDifference("decision", None, row.decision), FieldDifference("decided_by", None, row.decided_by))
        raise ConflictError(f"queue item {number}", fields)
    return row


def _lifting(session: Session, row: QueueItem) -> list[Change]:
    """Return the end of what reports have led to, where this item is the last that stands for them."""
    if row.server is None or row.claim is None or row.kind not in {"feedback", "paused"}:
        return []
    setting = session.get(ClaimOverride, (row.server, row.claim))
    others = (col(QueueItem.server) == row.server, col(QueueItem.claim) == row.claim, col(QueueItem.state) == "open")
    kinds = (col(QueueItem.kind).in_(("feedback", "paused")), col(QueueItem.id) != row.id)
    if setting is None or session.scalar(select(col(QueueItem.id)).where(*others, *kinds).limit(1)) is not None:
        return []
    return [setting_change(session, row.server, row.claim, paused=False, raised_to=None)]
