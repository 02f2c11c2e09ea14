"""Publishing and withdrawing many claims at once, such as all drafts of an import: all of them or none."""

from collections.abc import Sequence

from claims.base import ClaimBase
from claims.moderation.editor import edit_change
from claims.moderation.edits import SetStatus
from claims.moderation.history import read_revision
from claims.moderation.rights import Actor, permit
from claims.store.changes import CLAIM, Change, ChangeResult, write_changes
from claims.store.revisions import AuditEntry
from config.errors import InvalidEditError
from config.faults import FieldFault


def set_status(base: ClaimBase, actor: Actor, claims: Sequence[str], status: str, reason: str = "") -> ChangeResult:
    """Give all these claims a status, in one revision; raises InvalidEditError with the faults of all of them.

    Also raises NotAllowedError and UnknownClaimError.
    """
    changes: list[Change] = []
    faults: list[FieldFault] = []
    with base.database.changing() as session:
        permit(session, actor, "claim.edit")
        for claim in dict.fromkeys(claims):
            try:
                changes.append(edit_change(session, actor, claim, None, SetStatus(status)))
            except InvalidEditError as error:
                faults += [
                    FieldFault(f"{claim}, {each.field}", each.fault, each.mend, each.values) for each in error.faults
                ]
        if faults:
            raise InvalidEditError(tuple(faults))
        entry = AuditEntry(actor.who, "claim.edit", reason, actor.server)
        return write_changes(session, entry, changes, base.clock())


def claims_of(base: ClaimBase, actor: Actor, revision: int) -> tuple[str, ...]:
    """Return the claims that a revision of the actor's server wrote, in its order; raises UnknownEntryError."""
    with base.database.reading() as session:
        permit(session, actor, "history.see")
        made = read_revision(session, actor.server, revision)
    return tuple(change.subject for change in made.changes if change.kind == CLAIM and change.after is not None)
