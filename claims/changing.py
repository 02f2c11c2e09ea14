"""The one way in which the base changes: every new state with its revision, together or not at all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlmodel import Session

from claims.claim_state import State
from claims.history import ChangeRecord, Deed, last_revision, write_revision
from claims.keepers.claim import CLAIM, ClaimKeeper
from claims.keepers.claim_origin import CLAIM_ORIGIN, ClaimOriginKeeper
from claims.keepers.claim_setting import CLAIM_SETTING, ClaimSettingKeeper
from claims.keepers.keeper import BulkKeeper, Keeper, Scene
from claims.keepers.pack import DOCUMENT, PACK, DocumentKeeper, PackKeeper
from claims.keepers.queue_item import QUEUE_ITEM, QueueItemKeeper
from claims.keepers.server import CHANNEL, SERVER, ChannelKeeper, ServerKeeper
from claims.keepers.source import SOURCE, SourceKeeper

# From so many things of a kind on, reading all there are takes less than asking for each.
MANY = 20
KEEPERS: Mapping[str, Keeper] = {
    CLAIM: ClaimKeeper(),
    CLAIM_SETTING: ClaimSettingKeeper(),
    SERVER: ServerKeeper(),
    CHANNEL: ChannelKeeper(),
    QUEUE_ITEM: QueueItemKeeper(),
    SOURCE: SourceKeeper(),
    PACK: PackKeeper(),
    DOCUMENT: DocumentKeeper(),
    CLAIM_ORIGIN: ClaimOriginKeeper(),
}


@dataclass(frozen=True, slots=True)
class Intent:
    """A new state for one thing; None takes it away."""

    kind: str
    subject: str
    after: State | None


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did: the revision of the base now, and what changed (nothing: it was so already)."""

    revision: int
    changes: tuple[ChangeRecord, ...] = ()


def change(session: Session, deed: Deed, intents: Sequence[Intent], at: datetime) -> Written:
    """Bring all things to their new states and write one revision of it; where nothing changes, none is written.

    The caller has checked rights and rules, and holds the transaction (`Database.changing`).
    """
    scene = Scene(session, deed.server, deed.actor, at)
    changes = [
        made
        for kind, run in groupby(intents, key=lambda intent: intent.kind)
        for made in _apply_run(scene, KEEPERS[kind], tuple(run))
    ]
    if not changes:
        return Written(last_revision(session))
    return Written(write_revision(session, deed, changes, at), tuple(changes))


def _apply_run(scene: Scene, keeper: Keeper, run: Sequence[Intent]) -> Iterator[ChangeRecord]:
    """Apply intents of one kind; many of them are read in one go, since nothing else is written while that lasts."""
    subjects = {intent.subject for intent in run}
    if len(run) < MANY or len(subjects) < len(run) or not isinstance(keeper, BulkKeeper):
        yield from (made for intent in run if (made := _apply(scene, keeper, intent)) is not None)
        return
    before = keeper.read_many(scene.session, scene.server, subjects)
    written = [intent for intent in run if before[intent.subject] != intent.after]
    for intent in written:
        keeper.write(scene, intent.subject, intent.after)
    after = keeper.read_many(scene.session, scene.server, subjects)
    for intent in written:
        states = before[intent.subject], after[intent.subject]
        if states[0] != states[1]:
            yield ChangeRecord(intent.kind, intent.subject, *states)


def _apply(scene: Scene, keeper: Keeper, intent: Intent) -> ChangeRecord | None:
    before = keeper.read(scene.session, scene.server, intent.subject)
    if before == intent.after:
        return None
    keeper.write(scene, intent.subject, intent.after)
    # Read again: without its own version, a server sees the shared claim.
    after = keeper.read(scene.session, scene.server, intent.subject)
    return ChangeRecord(intent.kind, intent.subject, before, after) if before != after else None
