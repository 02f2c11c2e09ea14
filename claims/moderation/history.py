"""The history: its revisions, page by page, and new ones that bring an older state back; nothing is ever taken out."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import Session, col

from claims.base import ClaimBase
from claims.fields import FormReader
from claims.moderation.citations import Sources
from claims.moderation.editor import edit_change
from claims.moderation.edits import ReplaceAll, check_published, cited_documents
from claims.moderation.queue import gone_with
from claims.moderation.rights import Actor, change_permitted, permit, permitted
from claims.record import (
    ClaimRecord,
    State,
    claim_from_state,
    claim_state,
    differences,
    fields_by_language,
    lacking,
    with_texts,
)
from claims.store.changes import (
    AT_ONCE,
    CLAIM,
    CLAIM_ORIGIN,
    DOCUMENT,
    NOWHERE,
    PACK,
    SOURCE,
    STATE_STORES,
    Ahead,
    Change,
    PreparedChanges,
    StateStore,
    states_now,
    write_changes,
)
from claims.store.revisions import QUEUE_ITEM, ChangeRecord, ChangeResult
from claims.store.server_settings import CHANNEL, SERVER, channel_from_state, settings_from_state, settings_state
from claims.store.tables import ChangeRow, Pack, Revision
from config.errors import ConflictError, FieldDifference, NotUndoableError, UnknownEntryError, msgid


@dataclass(frozen=True, slots=True)
class RevisionRecord:
    """One revision: `actor` is a moderator's Discord user id or a word such as `operator`; `changes` may be many.

    `undoes` is the revision that it took back; `undone_by` the newest one that took it back.
    """

    id: int
    at: datetime
    actor: str
    act: str
    reason: str
    server: int | None
    undoes: int | None
    undone_by: int | None
    changes: tuple[ChangeRecord, ...]


@dataclass(frozen=True, slots=True)
class RevisionPage:
    """Revisions, newest first; `before` asks for the next page, None on the last one."""

    entries: tuple[RevisionRecord, ...]
    before: int | None


@dataclass(frozen=True, slots=True)
class Milestone:
    """One change of what readers of a claim see; `fields` are told for `changed` only, with the older as `mine`."""

    at: datetime
    kind: Literal["published", "changed", "withdrawn"]
    fields: tuple[FieldDifference, ...] = ()


class History:
    """Reads revisions of the actor's server; all methods may raise NotAllowedError and UnknownEntryError."""

    def __init__(self, base: ClaimBase) -> None:
        self._database = base.database

    def page(self, actor: Actor, claim: str | None = None, before: int | None = None, most: int = 10) -> RevisionPage:
        """Return the server's revisions, or those of one claim, which for a shared claim are those of its pack too."""
        scope = col(Revision.server) == actor.server
        if claim is not None:
            of_claim = (col(ChangeRow.subject) == claim, col(ChangeRow.kind).startswith(CLAIM))
            changed = select(col(ChangeRow.revision)).where(*of_claim)
            scope = or_(scope, col(Revision.server).is_(None)) & col(Revision.id).in_(changed)
        if before is not None:
            scope &= col(Revision.id) < before
        with permitted(self._database.reading(), actor, "history.see") as session:
            query = select(Revision).where(scope).order_by(col(Revision.id).desc()).limit(most + 1)
            rows = session.scalars(query).all()
            entries = _records(session, rows[:most], claim)
        return RevisionPage(entries, entries[-1].id if len(rows) > most else None)

    def revision(self, actor: Actor, number: int) -> RevisionRecord:
        """Return one revision of the actor's server."""
        with permitted(self._database.reading(), actor, "history.see") as session:
            return read_revision(session, actor.server, number)

    def milestones(self, claim: ClaimRecord) -> tuple[Milestone, ...]:
        """Return what became of a claim in public, oldest first: no actor, no reason, nothing of its time as a draft.

        A server's own version has the milestones of that server's revisions alone.
        """
        query = (
            select(col(Revision.at), col(ChangeRow.after))
            .join(Revision, col(Revision.id) == col(ChangeRow.revision))
            .where(col(ChangeRow.kind) == CLAIM, col(ChangeRow.subject) == claim.id)
            .where(col(Revision.server) == claim.server if claim.server else col(Revision.server).is_(None))
            .order_by(col(ChangeRow.id))
        )
        with self._database.reading() as session:
            rows = session.connection().execute(query).all()
        states = [(row[0], _as_kept_now(CLAIM, row[1])) for row in rows]
        return tuple(_milestones(states))


# What readers are not shown.
_UNSEEN = frozenset({"status", "wordings"})


def _milestones(states: Iterable[tuple[datetime, State | None]]) -> Iterator[Milestone]:
    shown: State | None = None
    for at, state in states:
        if state is None or state["status"] != "published":
            if shown is not None:
                yield Milestone(at, "withdrawn")
            shown = None
        elif shown is None:
            yield Milestone(at, "published")
            shown = state
        else:
            fields = tuple(each for each in differences(shown, state) if each.field not in _UNSEEN)
            if fields:
                yield Milestone(at, "changed", fields)
            shown = state


def diff(change: ChangeRecord) -> tuple[FieldDifference, ...]:
    """Return what a change did: `mine` is each field before, `theirs` after; of lists, what went and what came."""
    return differences(change.before, change.after)


def read_revision(session: Session, server: int | None, number: int) -> RevisionRecord:
    """Return a revision of the server (None: of the shared base); raises UnknownEntryError."""
    row = session.get(Revision, number)
    if row is None or row.server != server:
        raise UnknownEntryError(
            "There is no revision {number} here. Look at the history for its number.", number=number
        )
    return _records(session, [row], None)[0]


def claim_state_at(session: Session, server: int | None, claim: str, number: int) -> State:
    """Return the claim's state after a revision, of the server's or, for a shared claim, of the shared base."""
    seen: ColumnElement[bool] = or_(col(Revision.server) == server, col(Revision.server).is_(None))
    query = (
        select(ChangeRow)
        .join(Revision, col(Revision.id) == col(ChangeRow.revision))
        .where(seen, col(ChangeRow.revision) == number, col(ChangeRow.kind) == CLAIM, col(ChangeRow.subject) == claim)
    )
    row = session.scalars(query).first()
    if row is None or row.after is None:
        raise UnknownEntryError(
            "Revision {number} holds no version of {claim}. Choose one from its history.", number=number, claim=claim
        )
    return row.after


def _records(session: Session, rows: Sequence[Revision], claim: str | None) -> tuple[RevisionRecord, ...]:
    numbers = [row.id or 0 for row in rows]
    changes = _changes(session, numbers, claim)
    undoing = select(col(Revision.undoes), col(Revision.id)).where(col(Revision.undoes).in_(numbers))
    undone = {row[0]: row[1] for row in session.connection().execute(undoing.order_by(col(Revision.id)))}
    return tuple(
        RevisionRecord(
            number, row.at, row.actor, row.act, row.reason, row.server, row.undoes, undone.get(number),
            tuple(changes[number]),
        )
        for number, row in zip(numbers, rows, strict=True)
    )  # fmt: skip


def _changes(session: Session, numbers: Iterable[int], claim: str | None) -> dict[int, list[ChangeRecord]]:
    query = select(ChangeRow).where(col(ChangeRow.revision).in_(numbers)).order_by(col(ChangeRow.id))
    if claim is not None:
        # A pack brings many claims in one revision: the history of one shows that one only.
        query = query.where(col(ChangeRow.subject) == claim, col(ChangeRow.kind).startswith(CLAIM))
    found: dict[int, list[ChangeRecord]] = defaultdict(list)
    for row in session.scalars(query):
        found[row.revision].append(ChangeRecord(row.kind, row.subject, _lifted(row.before), _lifted(row.after)))
    return found


def _lifted(state: State | None) -> State | None:
    return None if state is None else with_texts(state)


_MISSING = object()


class Undoing:
    """Takes revisions back, in the actor's own server, all changes of a revision or none.

    Both methods may raise NotAllowedError, UnknownEntryError, NotUndoableError, ConflictError, and InvalidEditError for
    a claim whose source is gone, or a published one that would lack what an answer needs.
    """

    def __init__(self, base: ClaimBase) -> None:
        self._base = base

    def undo(self, actor: Actor, number: int, reason: str = "") -> ChangeResult:
        """Take one revision back, also one that itself was an undo; later changes to other fields stay.

        ConflictError: what it wrote has been changed since; `restore` brings back a whole version nevertheless.
        """

        def prepare(session: Session) -> Ahead[ChangeResult]:
            revision = read_revision(session, actor.server, number)
            _check_rights(session, actor, revision)
            entry = actor.entry("undo", reason, undoes=number)
            standing = [made for made in reversed(revision.changes) if not _is_gone(session, actor.server, made)]
            changes = list(_all_undone(session, actor.server, standing))
            _check_claims(session, actor.server, changes)
            taken = [each.subject for each in changes if each.kind in {DOCUMENT, SOURCE} and each.after is None]
            changes += gone_with(session, actor.server, taken) if taken else []
            return PreparedChanges(session, entry, changes, self._base.clock()).ahead

        return change_permitted(self._base.database, actor, "history.undo", prepare)

    def restore(self, actor: Actor, claim_id: str, number: int) -> ChangeResult:
        """Bring a claim back to what it was after a revision, whatever has happened since."""
        with permitted(self._base.database.changing(), actor, "history.undo") as session:
            state = claim_state_at(session, actor.server, claim_id, number)
            edit = ReplaceAll(claim_from_state(claim_id, state, server=actor.server, pack=""))
            change = edit_change(session, actor, claim_id, None, edit)
            entry = actor.entry("claim.restore", f"as after revision {number}")
            return write_changes(session, entry, [change], self._base.clock())


def _check_rights(session: Session, actor: Actor, revision: RevisionRecord) -> None:
    for made in revision.changes:
        before, after = made.before or {}, made.after or {}
        if made.kind == SERVER and before.get("moderator_roles", []) != after.get("moderator_roles", []):
            permit(session, actor, "server.moderators")
        if made.kind == SERVER and bool(before.get("outside_checks")) != bool(after.get("outside_checks")):
            permit(session, actor, "server.outside")


def _check_claims(session: Session, server: int | None, changes: Sequence[Change]) -> None:
    """Raise InvalidEditError where claims would lack what an answer needs, or their documents and pack are gone."""
    cited, packs = set[str](), set[str]()
    for change in changes:
        after = change.after or {}
        if change.kind == CLAIM and after:
            claim = claim_from_state(change.subject, after, server=server, pack="")
            check_published(claim, ReplaceAll(claim))
            cited |= cited_documents(claim)
        elif change.kind == CLAIM_ORIGIN and after.get("pack"):
            packs.add(str(after["pack"]))
    form, sources = FormReader(), Sources(session, server)
    for document in sorted(cited - _made(changes, DOCUMENT, SOURCE)):
        if not sources.knows(document):
            form.refuse("citations", "There is no source {name}.", _BRING_BACK, name=document)
    for pack in sorted(packs - _made(changes, PACK)):
        if session.get(Pack, pack) is None:
            form.refuse("packs", "There is no pack {packs}.", _BRING_BACK, packs=pack)
    form.finish(None)


def _made(changes: Sequence[Change], *kinds: str) -> set[str]:
    """Return the things of these kinds that there are after the changes."""
    return {change.subject for change in changes if change.kind in kinds and change.after is not None}


_BRING_BACK = msgid("Undo first what took it away.")


def _is_gone(session: Session, server: int | None, made: ChangeRecord) -> bool:
    """Tell of a queue item whose time is over: what was decided on it can be undone without it."""
    return made.kind == QUEUE_ITEM and STATE_STORES[QUEUE_ITEM].read(session, server, made.subject) is None


def _all_undone(session: Session, server: int | None, standing: Sequence[ChangeRecord]) -> Iterator[Change]:
    """Yield the states without the changes, some hundred at a time; raises ConflictError where that is not possible."""
    for kind, run in groupby(standing, key=lambda made: made.kind):
        made = iter(run)
        while some := list(islice(made, AT_ONCE)):
            now = states_now(session, server, _store(kind), [each.subject for each in some])
            yield from (_undone(each, now[each.subject]) for each in some)


def _store(kind: str) -> StateStore:
    store = STATE_STORES.get(kind)
    if store is None and kind in {"exemption", "example"}:
        raise NotUndoableError("Exemptions and examples are not undone here: change them where they were changed.")
    if store is None:
        raise NotUndoableError("A text that was loaded is not taken back here: it goes with its document.")
    return store


def _undone(made: ChangeRecord, now: State | None) -> Change:
    """Return the state without the change, `now` being what stands; raises ConflictError where it cannot be."""
    before, after = _as_kept_now(made.kind, made.before), _as_kept_now(made.kind, made.after)
    if made.kind == SOURCE and now is not None:  # older revisions do not say which text it had
        before, after = ({"sha256": now["sha256"]} | each if each else each for each in (before, after))
    if now in (after, before):
        return Change(made.kind, made.subject, before)
    if now is None or before is None or after is None:
        raise ConflictError(made.subject, differences(before, now), kind=made.kind)
    # Each language of a text is a field of its own here: what somebody else wrote in another one stays.
    now, before, after = fields_by_language(now), fields_by_language(before), fields_by_language(after)
    wanted, blocked = dict(now), list[FieldDifference]()
    for name in dict.fromkeys((*after, *before)):
        old, new, current = before.get(name), after.get(name), now.get(name)
        value = _without(old, new, current)
        if value is _MISSING:
            blocked.append(FieldDifference(name, old, current))
        else:
            wanted[name] = value
    if blocked:
        raise ConflictError(made.subject, tuple(blocked), kind=made.kind)
    return Change(made.kind, made.subject, with_texts(wanted))


def _as_kept_now(kind: str, state: State | None) -> State | None:
    """Return a state out of the history with the fields that have been added to its kind since."""
    if state is None or kind not in {CLAIM, CLAIM_ORIGIN, SERVER, CHANNEL}:
        return state
    if kind == CLAIM_ORIGIN:
        return NOWHERE | state
    if kind == CHANNEL:
        return asdict(channel_from_state(state))
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
