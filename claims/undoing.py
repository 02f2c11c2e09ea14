"""Undo and restore: new revisions that bring an older state back; nothing is ever taken out of the history."""

from collections.abc import Sequence
from typing import Any, cast

from sqlmodel import Session

from claims.base import ClaimBase
from claims.changing import KEEPERS, Intent, Written, change
from claims.claim_state import State, claim_from_state, claim_state
from claims.differences import differences, lacking
from claims.editing import edit_intent
from claims.edits import ReplaceAll, check_published
from claims.history import ChangeRecord, Deed
from claims.keepers.claim import CLAIM
from claims.keepers.queue_item import QUEUE_ITEM
from claims.keepers.server import SERVER
from claims.revisions import RevisionRecord, claim_state_at, read_revision
from claims.rights import Actor, permit
from claims.server_settings import settings_from_state, settings_state
from config.errors import ConflictError, NotUndoableError
from config.faults import FieldDifference

_MISSING = object()


class Undoing:
    """Takes revisions back, in the actor's own server, all changes of a revision or none.

    Both methods may raise NotAllowedError, UnknownEntryError, NotUndoableError, ConflictError, and InvalidEditError for
    a published claim that would lack what an answer needs.
    """

    def __init__(self, base: ClaimBase) -> None:
        self._base = base

    def undo(self, actor: Actor, number: int, reason: str = "") -> Written:
        """Take one revision back, also one that itself was an undo; later changes to other fields stay.

        ConflictError: what it wrote has been changed since; `restore` brings back a whole version nevertheless.
        """
        with self._base.database.changing() as session:
            permit(session, actor, "history.undo")
            revision = read_revision(session, actor.server, number)
            _check_rights(session, actor, revision)
            deed = Deed(actor.who, "undo", reason, actor.server, undoes=number)
            changes = [made for made in reversed(revision.changes) if not _is_gone(session, actor.server, made)]
            intents = [_undone(session, actor.server, made) for made in changes]
            _check_claims(actor.server, intents)
            return change(session, deed, intents, self._base.clock())

    def restore(
        self, actor: Actor, claim_id: str, number: int, edition: str | None = None, reason: str = ""
    ) -> Written:
        """Bring a claim back to what it was after a revision, whatever has happened since."""
        with self._base.database.changing() as session:
            permit(session, actor, "history.undo")
            state = claim_state_at(session, actor.server, claim_id, number)
            edit = ReplaceAll(claim_from_state(claim_id, state, server=actor.server, pack=""))
            intent = edit_intent(session, actor, claim_id, edition, edit)
            why = reason or f"as after revision {number}"
            return change(session, Deed(actor.who, "claim.restore", why, actor.server), [intent], self._base.clock())


def _check_rights(session: Session, actor: Actor, revision: RevisionRecord) -> None:
    for made in revision.changes:
        before, after = made.before or {}, made.after or {}
        if made.kind == SERVER and before.get("moderator_roles", []) != after.get("moderator_roles", []):
            permit(session, actor, "server.moderators")


def _check_claims(server: int | None, intents: Sequence[Intent]) -> None:
    for intent in intents:
        if intent.kind == CLAIM and intent.after is not None:
            claim = claim_from_state(intent.subject, intent.after, server=server, pack="")
            check_published(claim, ReplaceAll(claim))


def _is_gone(session: Session, server: int | None, made: ChangeRecord) -> bool:
    """Tell of a queue item whose time is over: what was decided on it can be undone without it."""
    return made.kind == QUEUE_ITEM and KEEPERS[QUEUE_ITEM].read(session, server, made.subject) is None


def _undone(session: Session, server: int | None, made: ChangeRecord) -> Intent:
    """Return the state without the change; raises ConflictError where that is not possible."""
    keeper = KEEPERS.get(made.kind)
    if keeper is None:
        raise NotUndoableError(
            "A change of the kind “{kind}” cannot be undone here: load the file again instead.", kind=made.kind
        )
    now = keeper.read(session, server, made.subject)
    before, after = _as_kept_now(made.kind, made.before), _as_kept_now(made.kind, made.after)
    if now in (after, before):
        return Intent(made.kind, made.subject, before)
    if now is None or before is None or after is None:
        raise ConflictError(made.subject, differences(before, now))
    wanted, blocked = dict(now), list[FieldDifference]()
    for name in after:
        old, new, current = before.get(name), after.get(name), now.get(name)
        value = _without(old, new, current)
        if value is _MISSING:
            blocked.append(FieldDifference(name, old, current))
        else:
            wanted[name] = value
    if blocked:
        raise ConflictError(made.subject, tuple(blocked))
    return Intent(made.kind, made.subject, wanted)


def _as_kept_now(kind: str, state: State | None) -> State | None:
    """Return a state out of the history with the fields that have been added to its kind since."""
    if state is None or kind not in {CLAIM, SERVER}:
        return state
    if kind == SERVER:
        return settings_state(settings_from_state(state))
    return claim_state(claim_from_state("", state, server=None, pack=""))


def _without(old: object, new: object, current: object) -> object:
    """Return one field as it would be without the change from old to new, or _MISSING where it was changed since."""
    if old == new:
        return current
    if current in (new, old):
        return old
    if isinstance(old, list) and isinstance(new, list) and isinstance(current, list):
        return _list_without(cast("list[Any]", old), cast("list[Any]", new), cast("list[Any]", current))
    return _MISSING


def _list_without(old: list[Any], new: list[Any], current: list[Any]) -> object:
    came, went = lacking(new, old), lacking(old, new)
    if lacking(came, current):
        return _MISSING
    kept = [entry for entry in current if entry not in came]
    for entry in went:
        if entry not in kept:
            kept.insert(min(old.index(entry), len(kept)), entry)
    return kept
