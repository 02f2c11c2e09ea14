"""What the history's buttons need of the claim base: read and written for one person, rights checked there."""

from dataclasses import dataclass

from bot.discord.history.deed_view import Blocked
from bot.discord.history.names import Names, restorable
from bot.discord.history.spot import Spot
from bot.service import Touchstone
from claims.changing import Written
from claims.claim_state import claim_state
from claims.differences import differences
from claims.history import ChangeRecord
from claims.keepers.claim import CLAIM
from claims.revisions import RevisionRecord
from claims.rights import Actor
from config.errors import ConflictError, UnknownClaimError, UnknownEntryError
from config.faults import FieldDifference

_MOST = 25


@dataclass(frozen=True, slots=True)
class Desk:
    """The history as one person may see it at this moment; its methods are synchronous."""

    touchstone: Touchstone
    actor: Actor

    def revision(self, spot: Spot) -> RevisionRecord:
        """Return a revision of the server, or of one claim, which may be a pack's too; raises UnknownEntryError."""
        history = self.touchstone.moderation.history
        if not spot.claim:
            return history.revision(self.actor, spot.number)
        found = history.page(self.actor, spot.claim, spot.number + 1, 1).entries
        if not found or found[0].id != spot.number:
            raise UnknownEntryError(
                "There is no revision {number} here. Look at the history for its number.", number=spot.number
            )
        return found[0]

    def whole(self, spot: Spot) -> RevisionRecord:
        """Return a revision of the server with all that it changed, also where only one claim is looked at."""
        return self.touchstone.moderation.history.revision(self.actor, spot.number)

    def version(self, spot: Spot) -> ChangeRecord:
        """Return the change whose outcome is the one version of a claim that the revision holds."""
        changes = self.revision(spot).changes
        claim = restorable(changes)
        if claim is None:
            raise UnknownEntryError("Revision {number} holds no version of one claim.", number=spot.number)
        return next(change for change in changes if (change.kind, change.subject) == (CLAIM, claim))

    def until(self, version: ChangeRecord) -> tuple[FieldDifference, ...]:
        """Return how the claim differs now (left) from that version (right)."""
        try:
            now = claim_state(self.touchstone.base.claim(version.subject, self.actor.server))
        except UnknownClaimError:
            now = None
        return differences(now, version.after)

    def undo(self, spot: Spot, names: Names) -> Written | Blocked:
        """Take the revision back, or say what stands in the way."""
        try:
            return self.touchstone.moderation.undoing.undo(self.actor, spot.number)
        except ConflictError as conflict:
            subject = conflict.subject
            changes = [each for each in self.whole(spot).changes if each.subject == subject]
            name = names.of(changes[0]) if changes else subject
            if not any(each.kind == CLAIM for each in changes):
                return Blocked(name, conflict.fields)
            return Blocked(name, conflict.fields, subject, self._version_before(subject, spot.number))

    def restore(self, spot: Spot) -> Written:
        """Bring the claim back to what it was after the revision."""
        return self.touchstone.moderation.undoing.restore(self.actor, self.version(spot).subject, spot.number)

    def _version_before(self, claim: str, number: int) -> int:
        """Return the newest older revision that holds a version of the claim, 0 where there is none."""
        before: int | None = number
        while before is not None:
            page = self.touchstone.moderation.history.page(self.actor, claim, before, _MOST)
            for entry in page.entries:
                if restorable(entry.changes):
                    return entry.id
            before = page.before
        return 0
