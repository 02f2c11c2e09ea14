"""Claims as moderators look at them and edit them, and what somebody typed that could not be written.

Claims are of every status, with what the server has set and where they come from; a restart costs no word of a form.
"""

import re
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

from sqlalchemy import delete, select
from sqlmodel import Session, col

from claims.answering.traces import DRAFTS_KEPT
from claims.base import ClaimBase
from claims.fields import SENTENCE, FormReader
from claims.moderation.citations import Found, Sources, source_cited
from claims.moderation.edits import (
    AddWording,
    AddWordings,
    Edit,
    EditTexts,
    RemoveFigure,
    RemovePoint,
    SetStatus,
    check_published,
)
from claims.moderation.queue import open_rows
from claims.moderation.rights import Act, Actor, Submission, change_permitted, permit, permitted
from claims.record import (
    ClaimRecord,
    PointRecord,
    State,
    claim_from_state,
    claim_state,
    differences,
    is_date,
    merge_states,
)
from claims.store.changes import (
    AT_ONCE,
    CLAIM,
    CLAIM_ORIGIN,
    NOWHERE,
    STATE_STORES,
    Ahead,
    Change,
    PreparedChanges,
    write_changes,
)
from claims.store.claim_rows import packs_in_force, read_rows, unknown_claim
from claims.store.database import insert_into
from claims.store.revisions import QUEUE_ITEM, AuditEntry, ChangeResult, hash_user
from claims.store.server_settings import CLAIM_SETTING, UNSET
from claims.store.tables import ChangeRow, Claim, ClaimOverride, Document, FormDraft, Revision, Server
from config.errors import ConflictError, FieldFault, InvalidEditError, UnknownClaimError
from config.languages import NO_TEXT, completed, written_language

_NO_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit did: the claim as the server sees it now (None: it sees none), and the revision of the base."""

    claim: ClaimRecord | None
    revision: int
    changed: bool


@dataclass(frozen=True, slots=True)
class NewClaim:
    """A claim as it is typed into one form, each text in its own language.

    `wordings`: one a line (none: the title is one); `point`: what is documented against it, or nothing; `source`: a
    name or an address, which becomes a source where it is none yet.
    """

    title: str
    wordings: str = ""
    point: str = ""
    source: str = ""
    publish: bool = False


class Editor:
    """Edits claims as the actor's server sees them; a shared claim gets a version of that server's own.

    All methods may raise NotAllowedError, UnknownClaimError, InvalidEditError, ConflictError and DatabaseError; then
    nothing was written. The operator edits the shared claims themselves.
    """

    def __init__(self, base: ClaimBase) -> None:
        self._base = base

    def edit(self, actor: Actor, claim_id: str, version_tag: str | None, edit: Edit, reason: str = "") -> Edited:
        """Apply one edit to the claim that the caller has seen as `version_tag` (None: whatever stands there now)."""
        found = searched(self._base, actor, "claim.edit", edit, claim_id)
        with permitted(self._base.database.changing(), actor, "claim.edit") as session:
            change = edit_change(session, actor, claim_id, version_tag, edit, found)
            return self._write(session, actor.entry("claim.edit", reason), [change], claim_id)

    def begin(self, actor: Actor, new: NewClaim) -> Edited:
        """Begin a claim of the server's own with all that it needs, its source too, as one revision.

        Its id is made from the title.
        """
        with permitted(self._base.database.reading(), actor, "claim.edit") as session:
            known = Sources(session, actor.server)
            source_cited(FormReader(), session, known, new.source)
        with permitted(self._base.database.changing(), actor, "claim.edit") as session:
            form, sources = FormReader(), Sources(session, actor.server, known.found)
            title, point = form.needed("title", new.title), form.text("point", new.point, SENTENCE)
            wordings = form.lines("wordings", new.wordings) or [title]
            speaker, cited, added = source_cited(form, session, sources, new.source)
            form.finish(new)
            if added is not None:
                permit(session, actor, "source.add")
            draft = EditTexts(completed({written_language(title): title})).apply(
                blank_claim(self._base, actor), sources
            )
            draft = AddWordings("\n".join(wordings)).apply(draft, sources)
            if point:
                who, what = (completed({written_language(each): each}) for each in (speaker, point))
                # A source that is known has said it on its own day; of a new one nobody was asked for that.
                row = session.get(Document, cited[0].document) if cited else None
                day = row.published if row and is_date(row.published) else ""
                draft = replace(draft, points=(PointRecord("refutes", who, day, what, cited),))
            draft = replace(draft, status="published" if new.publish else "draft")
            check_published(draft, new)
            change = Change(CLAIM, _free_id(session, title), claim_state(draft))
            changes = [change] if added is None else [added, change]
            return self._write(session, actor.entry("claim.create"), changes, change.subject)

    def follow_shared(self, actor: Actor, claim_id: str, version_tag: str | None) -> Edited:
        """Give up the server's version of a shared claim, or a claim of its own altogether."""
        with permitted(self._base.database.changing(), actor, "claim.edit") as session:
            seen = seen_claim(session, actor.server, claim_id)
            if version_tag is not None and version_tag != seen.version_tag:
                raise ConflictError(claim_id, differences(None, claim_state(seen)), current=seen.version_tag)
            changes: list[Change] = []
            if seen.server == actor.server:
                # Where it came from goes first, so that it comes back last.
                changes = [Change(CLAIM_ORIGIN, claim_id, NOWHERE), Change(CLAIM, claim_id, None)]
            if changes and _origin(session, seen) == "own":
                changes += _left_behind(session, actor.its_server, claim_id)
            return self._write(session, actor.entry("claim.remove"), changes, claim_id)

    def _write(self, session: Session, entry: AuditEntry, changes: Sequence[Change], claim_id: str) -> Edited:
        written = write_changes(session, entry, changes, self._base.clock())
        session.expire_all()
        found = read_rows(session, entry.server, claim_id, everything=True)
        return Edited(found[0][1] if found else None, written.revision, bool(written.changes))


# What waits in the queue about a claim as messages were matched to it; nothing of it can be decided without the claim.
_OF_MATCHES = frozenset({"feedback", "paused", "offer", "near"})


def _left_behind(session: Session, server: int, claim_id: str) -> Iterator[Change]:
    """Yield the end of what a server has set on a claim that goes, and of what waits for a decision about it."""
    yield Change(CLAIM_SETTING, claim_id, UNSET)
    for row in open_rows(session, server):
        if row.claim == claim_id and row.kind in _OF_MATCHES:
            yield Change(QUEUE_ITEM, str(row.id), {"state": "dismissed", "decision": "dismiss"})


# Between the version that somebody has seen last and the one on which the form was opened: what both changed is theirs.
_BEGUN_ON = "~"
# Clicks that are about the claim as it was seen: whoever publishes one has read all of it.
_OF_THE_WHOLE = (SetStatus, RemovePoint, RemoveFigure)


def searched(base: ClaimBase, actor: Actor, act: Act, edit: Edit, claim_id: str | None = None) -> Found:
    """Find what an edit of a claim (None: of a new one) cites by words, so that no write has to wait for the search.

    Raises NotAllowedError; what else is wrong with the edit is told by the write.
    """
    with base.database.reading() as session:
        permit(session, actor, act)
        sources = Sources(session, actor.server)
        with suppress(InvalidEditError, UnknownClaimError):
            edit.apply(seen_claim(session, actor.server, claim_id) if claim_id else blank_claim(base, actor), sources)
    return sources.found


def edit_change(
    session: Session, actor: Actor, claim_id: str, version_tag: str | None, edit: Edit, found: Found | None = None
) -> Change:
    """Return the state that the edit leads to; `found` is what it cites by words.

    Where somebody else was faster, both changes are merged against the version that both began with. Raises
    ConflictError about what both have changed; with the version that it names, one's own is written there.
    """
    seen, sources = seen_claim(session, actor.server, claim_id), Sources(session, actor.server, found)
    known, _, begun = (version_tag or seen.version_tag).partition(_BEGUN_ON)
    base = begun or known
    is_of_all = base == seen.version_tag or isinstance(edit, _OF_THE_WHOLE)
    before = None if is_of_all else _state_at(session, actor.server, claim_id, base)
    if before is None:
        after = edit.apply(seen, sources)
        fields = differences(claim_state(after), claim_state(seen)) if known != seen.version_tag else ()
        # Somebody else has made the very same change: there is nothing left to decide.
        if fields:
            raise ConflictError(claim_id, fields, current=seen.version_tag, mine=edit)
    else:
        mine = edit.apply(_like(seen, before), sources)
        state, both = merge_states(before, claim_state(mine), claim_state(seen))
        if both:
            state |= {name: claim_state(edit.apply(seen, sources))[name] for name in both}
        fields = differences(state, claim_state(seen))
        asked = tuple(each for each in fields if each.field in both or each.field.rpartition("_")[0] in both)
        if asked and known != seen.version_tag:
            raise ConflictError(claim_id, asked, current=f"{seen.version_tag}{_BEGUN_ON}{base}", mine=edit)
        after = _like(seen, state)
    return _checked(after, edit)


def set_status(base: ClaimBase, actor: Actor, claims: Sequence[str], status: str, reason: str = "") -> ChangeResult:
    """Give all these claims a status, in one revision; raises InvalidEditError with the faults of all of them.

    Also raises NotAllowedError and UnknownClaimError.
    """
    edit = SetStatus(status)

    def prepare(session: Session) -> Ahead[ChangeResult]:
        changes, faults = list[Change](), list[FieldFault]()
        names = iter(dict.fromkeys(claims))
        while some := list(islice(names, AT_ONCE)):
            seen = {record.id: record for _, record in read_rows(session, actor.server, some, everything=True)}
            for claim in some:
                if claim not in seen:
                    raise unknown_claim(session, actor.server, claim)
                try:
                    changes.append(changed_claim(seen[claim], edit, Sources(session, actor.server)))
                except InvalidEditError as error:
                    faults += (replace(each, field=f"{claim}, {each.field}") for each in error.faults)
        if faults:
            raise InvalidEditError(tuple(faults))
        entry = actor.entry("claim.edit", reason)
        return PreparedChanges(session, entry, changes, base.clock()).ahead

    return change_permitted(base.database, actor, "claim.edit", prepare)


def changed_claim(seen: ClaimRecord, edit: Edit, sources: Sources) -> Change:
    """Return the state that the edit leads to from the claim as it stands."""
    return _checked(edit.apply(seen, sources), edit)


def _checked(after: ClaimRecord, edit: Edit) -> Change:
    check_published(after, edit)
    return Change(CLAIM, after.id, claim_state(after))


def _like(seen: ClaimRecord, state: State) -> ClaimRecord:
    return claim_from_state(seen.id, state, server=seen.server, pack=seen.pack)


def _state_at(session: Session, server: int | None, claim_id: str, version_tag: str) -> State | None:
    """Return a claim as it was at a version, which is what the changes since have found; None where that is unknown."""
    owner = server if version_tag.endswith("o") else None
    number = version_tag.removesuffix("o")
    row = session.scalar(select(Claim).where(col(Claim.id) == claim_id, col(Claim.server) == owner))
    if row is None or not number.isdecimal() or (steps := row.version - int(number)) < 0:
        return None
    if steps == 0:
        return STATE_STORES[CLAIM].read(session, owner, claim_id)
    query = (
        select(ChangeRow)
        .join(Revision, col(Revision.id) == col(ChangeRow.revision))
        .where(col(ChangeRow.kind) == CLAIM, col(ChangeRow.subject) == claim_id, col(Revision.server) == owner)
        .order_by(col(ChangeRow.id).desc())
        .limit(steps)
    )
    since = session.scalars(query).all()
    if len(since) < steps or any(each.before is None or each.after is None for each in since):
        return None
    before = since[-1].before
    # A state of an older kind gets the fields that have come since.
    return None if before is None else claim_state(claim_from_state("", before, server=None, pack=""))


def new_claim_change(
    base: ClaimBase, session: Session, actor: Actor, edit: Edit, wording: str = "", found: Found | None = None
) -> Change:
    """Return the state that an edit gives a new draft, with a first wording where one is given."""
    sources = Sources(session, actor.server, found)
    draft = edit.apply(blank_claim(base, actor), sources)
    draft = AddWording(wording).apply(draft, sources) if wording else draft
    check_published(draft, edit)
    return Change(CLAIM, _free_id(session, draft.title.first()), claim_state(draft))


def blank_claim(base: ClaimBase, actor: Actor) -> ClaimRecord:
    """Return a draft in which nothing is written yet."""
    return ClaimRecord("", "contested", NO_TEXT, "", 1, base.clock().date(), None, (), (), (), "draft", actor.server)


def seen_claim(session: Session, server: int | None, claim_id: str) -> ClaimRecord:
    """Return a claim of any status and pack as the server sees it; raises UnknownClaimError."""
    found = read_rows(session, server, claim_id, everything=True)
    if not found:
        raise unknown_claim(session, server, claim_id)
    return found[0][1]


def _free_id(session: Session, title: str) -> str:
    """Return an id for a new claim; its ending keeps it apart from those of other servers and of packs to come."""
    while True:
        name = f"{_NO_SLUG.sub('-', title.lower()).strip('-')[:57].strip('-') or 'claim'}-{secrets.token_hex(3)}"
        if session.scalar(select(col(Claim.key)).where(col(Claim.id) == name).limit(1)) is None:
            return name


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
        with permitted(self._database.reading(), actor, "claim.edit") as session:
            used = packs_in_force(session)
            rows = read_rows(session, actor.server, everything=True)
            return tuple(record for _, record in rows if not record.pack or record.pack in used)

    def named(self, actor: Actor, ids: Collection[str]) -> tuple[ClaimRecord, ...]:
        """Return those of some claims that there are, without their wordings."""
        with permitted(self._database.reading(), actor, "claim.edit") as session:
            rows = read_rows(session, actor.server, ids, everything=True, wordings=False)
            return tuple(record for _, record in rows)

    def one(self, actor: Actor, claim_id: str) -> ClaimSight:
        """Return one claim; raises UnknownClaimError."""
        with permitted(self._database.reading(), actor, "claim.edit") as session:
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
    chosen = settings.packs if settings else None
    in_force = claim.pack in packs_in_force(session) and (chosen is None or claim.pack in chosen)
    return not claim.pack or in_force


LONGEST = 20_000


class DraftBook:
    """Keeps the fields of a form for its own user and server, for a day; `form` is the form's id."""

    def __init__(self, base: ClaimBase, hash_key: bytes) -> None:
        self._database = base.database
        self._key = hash_key
        self._clock = base.clock

    def keep(self, actor: Actor, form: str, fields: Mapping[str, str], number: str = "") -> bool:
        """Keep what was typed, in the place of what was kept for the same form.

        False, and nothing is kept, where the form of this number has been written already.
        """
        submission = self.submission(actor, form, number)
        place = (submission.server, submission.user_hash)
        kept = {name: text[:LONGEST] for name, text in fields.items()}
        with self._database.writing() as session:
            session.connection().execute(delete(FormDraft).where(col(FormDraft.saved_at) < submission.at - DRAFTS_KEPT))
            if number and session.get(FormDraft, (*place, submission.receipt)) is not None:
                return False
            # Another process may keep the same form at this moment.
            draft = insert_into(session, FormDraft).values(
                server=submission.server,
                user_hash=submission.user_hash,
                form=form,
                fields=kept,
                saved_at=submission.at,
            )
            new = {name: draft.excluded[name] for name in ("fields", "saved_at")}
            draft = draft.on_conflict_do_update(index_elements=["server", "user_hash", "form"], set_=new)
            session.connection().execute(draft)
        return True

    def submission(self, actor: Actor, form: str, number: str) -> Submission:
        """Return what an actor carries who hands a form in, so that the write settles it."""
        server, user, name = self._place(actor, form)
        return Submission(server, user, name, number, self._clock())

    def find(self, actor: Actor, form: str) -> dict[str, str] | None:
        """Return what was kept, or None."""
        with self._database.reading() as session:
            row = session.get(FormDraft, self._place(actor, form))
            return None if row is None or row.saved_at < self._clock() - DRAFTS_KEPT else dict(row.fields)

    def drop(self, actor: Actor, form: str) -> None:
        """Forget what was kept: it has been written, or is not wanted."""
        with self._database.writing() as session:
            row = session.get(FormDraft, self._place(actor, form))
            if row is not None:
                session.delete(row)

    def _place(self, actor: Actor, form: str) -> tuple[int, str, str]:
        return actor.its_server, hash_user(actor.user_id, self._key), form
