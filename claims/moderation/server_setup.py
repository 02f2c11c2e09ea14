"""What a server sets: on single claims, for itself and its channels, and whom the bot leaves alone there."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from typing import Unpack

from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from claims.base import ClaimBase
from claims.moderation.editor import seen_claim
from claims.moderation.queue import open_rows
from claims.moderation.rights import Actor, permit, permitted
from claims.record import fingerprint_of
from claims.store.changes import Change, note_changes, write_changes
from claims.store.database import insert_into, rows_written
from claims.store.revisions import QUEUE_ITEM, ChangeRecord, ChangeResult, hash_user
from claims.store.server_settings import (
    CHANNEL,
    CLAIM_SETTING,
    OWN_WISH,
    SERVER,
    UNSET,
    ChannelChange,
    ChannelMode,
    ChannelSettings,
    ServerSettings,
    SettingsChange,
    channel_settings,
    note_exemption,
    settings_faults,
    settings_of,
    settings_state,
)
from claims.store.tables import Channel, ClaimOverride, Exemption, Pack, QueueItem, Server
from config.errors import ConflictError, FieldDifference, FieldFault, InvalidEditError, msgid


class ClaimSettings:
    """Sets things on a claim for the actor's server; raises NotAllowedError, UnknownClaimError, InvalidEditError."""

    def __init__(self, base: ClaimBase) -> None:
        self._base = base

    def mute(self, actor: Actor, claim_id: str) -> ChangeResult:
        """Find the claim but never answer it."""
        return self._set(actor, claim_id, "claim.mute", muted=True)

    def unmute(self, actor: Actor, claim_id: str) -> ChangeResult:
        """Answer the claim again."""
        return self._set(actor, claim_id, "claim.unmute", muted=False)

    def set_cut_off(self, actor: Actor, claim_id: str, cut_off: float | None, version_tag: str = "") -> ChangeResult:
        """Reply from this probability on (0 to 1); None: as for all claims.

        `version_tag`: the fingerprint of the cut-off that the caller has seen ("": whatever stands there now). Raises
        ConflictError where somebody else has set another one meanwhile.
        """
        if cut_off is not None and not 0 <= cut_off <= 1:
            mend = msgid("Give a probability from 0 to 1.")
            raise InvalidEditError(
                (FieldFault("cut_off", "{value} is out of range.", mend, {"value": cut_off}),), cut_off
            )
        with permitted(self._base.database.changing(), actor, "claim.set") as session:
            row = session.get(ClaimOverride, (actor.its_server, claim_id))
            now = row.cut_off if row else None
            if version_tag not in {"", tag := fingerprint_of(now)} and cut_off != now:
                raise ConflictError(claim_id, (FieldDifference("cut_off", cut_off, now),), current=tag, mine=cut_off)
            return self._write(session, actor, claim_id, "claim.cut-off", cut_off=cut_off)

    def resume(self, actor: Actor, claim_id: str) -> ChangeResult:
        """Lift what members' reports have led to: the pause and the raised bar; earlier reports count no more."""
        with permitted(self._base.database.changing(), actor, "claim.set") as session:
            server = actor.its_server
            seen_claim(session, server, claim_id)
            pauses = [row for row in open_rows(session, server, "paused") if row.claim == claim_id]
            change = setting_change(session, server, claim_id, paused=False, raised_to=None)
            entry = actor.entry("claim.resume")
            return write_changes(session, entry, [change, *settled(pauses)], self._base.clock())

    def _set(self, actor: Actor, claim_id: str, act: str, **values: object) -> ChangeResult:
        with permitted(self._base.database.changing(), actor, "claim.set") as session:
            return self._write(session, actor, claim_id, act, **values)

    def _write(self, session: Session, actor: Actor, claim_id: str, act: str, **values: object) -> ChangeResult:
        seen_claim(session, actor.its_server, claim_id)
        change = setting_change(session, actor.its_server, claim_id, **values)
        return write_changes(session, actor.entry(act), [change], self._base.clock())


def settled(pauses: Iterable[QueueItem]) -> list[Change]:
    """Return the changes by which items of paused claims are decided: the claim is answered again."""
    return [Change(QUEUE_ITEM, str(row.id), {"state": "accepted", "decision": "resume"}) for row in pauses]


def setting_change(session: Session, server: int, claim_id: str, **values: object) -> Change:
    """Return the claim's settings in a server with new values."""
    row = session.get(ClaimOverride, (server, claim_id))
    now = {name: getattr(row, name) for name in UNSET} if row else UNSET
    return Change(CLAIM_SETTING, claim_id, now | values)


# A month, in hours: who wants longer switches the channel off.
LONGEST_SNOOZE = 720


class ServerSetup:
    """Changes settings of the actor's own server; all methods may raise NotAllowedError."""

    def __init__(self, base: ClaimBase) -> None:
        self._base = base

    def change(self, actor: Actor, **changes: Unpack[SettingsChange]) -> ServerSettings:
        """Change the named settings and return all; raises InvalidEditError.

        Moderator roles and outside checks need an administrator.
        """
        return self.change_by(actor, lambda _: changes)

    def change_by(self, actor: Actor, change: Callable[[ServerSettings], SettingsChange]) -> ServerSettings:
        """Do the same with changes that are worked out from the settings as they stand at the write."""
        return self._change(actor, "server.settings", change)

    def toggle_exempt_role(self, actor: Actor, role: int) -> bool:
        """Leave those who have a role alone, or no longer; returns whether it is so now."""

        def toggled(before: ServerSettings) -> SettingsChange:
            rest = tuple(each for each in before.exempt_roles if each != role)
            return {"exempt_roles": (*rest, role) if rest == before.exempt_roles else rest}

        return role in self._change(actor, "server.settings", toggled).exempt_roles

    def _change(self, actor: Actor, act: str, change: Callable[[ServerSettings], SettingsChange]) -> ServerSettings:
        """Write what is to change of the settings as they stand in the transaction."""
        server = actor.its_server
        with permitted(self._base.database.changing(), actor, "server.settings") as session:
            before = settings_of(server, session.get(Server, server))
            changes = change(before)
            after = replace(before, **changes)
            if after.moderator_roles != before.moderator_roles:
                permit(session, actor, "server.moderators")
            if bool(after.outside_checks) != bool(before.outside_checks):
                permit(session, actor, "server.outside")
            faults = (*settings_faults(changes), *_unknown_packs(session, changes))
            if faults:
                raise InvalidEditError(faults, changes)
            # Whoever sets what was so already leaves no row behind.
            wanted = [Change(SERVER, str(server), settings_state(after))] if after != before else []
            entry = actor.entry(act)
            write_changes(session, entry, wanted, self._base.clock())
        return after

    def set_channel_mode(self, actor: Actor, channel: int, mode: ChannelMode) -> None:
        """Set the mode of a channel of the actor's server."""
        self.set_channel_modes(actor, {channel: (mode, None)})

    def set_channel_modes(self, actor: Actor, modes: Mapping[int, tuple[ChannelMode, ChannelMode | None]]) -> None:
        """Set the modes of channels as one change, each only where it has the second one now (None: any)."""
        server = actor.its_server
        with permitted(self._base.database.changing(), actor, "channel.mode") as session:
            now = {channel: channel_settings(session.get(Channel, (server, channel))) for channel in modes}
            wanted = [
                Change(CHANNEL, f"{server}/{channel}", asdict(replace(now[channel], mode=mode)))
                for channel, (mode, instead_of) in modes.items()
                if now[channel].mode != mode and instead_of in {None, now[channel].mode}
            ]
            write_changes(session, actor.entry("channel.mode"), wanted, self._base.clock())

    def change_channel(self, actor: Actor, channel: int, **changes: Unpack[ChannelChange]) -> ChannelSettings:
        """Change the named settings of a channel and return all; raises InvalidEditError."""
        return self._change_channel(actor, channel, "channel.settings", **changes)

    def snooze(self, actor: Actor, hours: float, channel: int | None = None) -> int | None:
        """Keep quiet for so many hours (0: speak again), in a channel or (None) the whole server.

        Returns the end in seconds since 1970, None where there is none; raises InvalidEditError.
        """
        if not 0 <= hours <= LONGEST_SNOOZE:
            mend = msgid("Give 0 to 720 hours; 0 ends it.")
            raise InvalidEditError(
                (FieldFault("hours", "{value} is out of range.", mend, {"value": f"{hours:g}"}),), hours
            )
        until = int(self._base.clock().timestamp() + hours * 3600) if hours else None
        if channel is None:
            self._change(actor, "server.snooze", lambda _: {"snoozed_until": until})
        else:
            self._change_channel(actor, channel, "channel.snooze", snoozed_until=until)
        return until

    def _change_channel(
        self, actor: Actor, channel: int, act: str, **changes: Unpack[ChannelChange]
    ) -> ChannelSettings:
        server = actor.its_server
        with permitted(self._base.database.changing(), actor, "channel.mode") as session:
            if faults := tuple(settings_faults(changes)):
                raise InvalidEditError(faults, changes)
            before = channel_settings(session.get(Channel, (server, channel)))
            after = replace(before, **changes)
            wanted = [Change(CHANNEL, f"{server}/{channel}", asdict(after))] if after != before else []
            write_changes(session, actor.entry(act), wanted, self._base.clock())
        return after


def _unknown_packs(session: Session, changes: SettingsChange) -> tuple[FieldFault, ...]:
    known = set(session.scalars(select(col(Pack.id))))
    unknown = [name for name in changes.get("packs") or () if name not in known]
    values = {"packs": ", ".join(unknown), "known": ", ".join(sorted(known))}
    return (FieldFault("packs", "There is no pack {packs}.", "Choose from: {known}.", values),) if unknown else ()


class ExemptionBook:
    """Keeps whom the bot leaves alone, as keyed hashes only; roles are a setting of the server.

    `rules` in `claims/store/server_settings.py` says what comes of it for a message.
    """

    def __init__(self, base: ClaimBase, hash_key: bytes) -> None:
        self._database = base.database
        self._key = hash_key
        self._clock = base.clock

    def toggle(self, actor: Actor, member: int) -> bool:
        """Leave a member of the actor's server alone, or no longer; returns whether it is so now.

        The history tells that it was done, and not to whom.
        """
        server = actor.its_server
        row = {"server": server, "user_hash": hash_user(member, self._key)}
        with permitted(self._database.changing(), actor, "member.exempt") as session:
            is_new = bool(rows_written(session, insert_into(session, Exemption).values(row).on_conflict_do_nothing()))
            if not is_new:
                _drop(session, server, row["user_hash"])
            note_exemption(session)
            act = "member.exempt" if is_new else "member.answer"
            # Nothing is kept of whom, so that there is nothing to bring back either.
            made = ChangeRecord("exemption", "", None, None)
            note_changes(session, actor.entry(act), [made], self._clock())
        return is_new

    def count(self, server: int) -> int:
        """Return how many members the moderators of a server have exempted."""
        with self._database.reading() as session:
            found = session.scalar(select(func.count()).select_from(Exemption).where(col(Exemption.server) == server))
        return found or 0

    def wish(self, user: int, *, ignore: bool) -> None:
        """Keep a member's wish not to be answered anywhere, or (not `ignore`) drop it."""
        row = {"server": OWN_WISH, "user_hash": hash_user(user, self._key)}
        with self._database.changing() as session:
            if ignore:
                session.connection().execute(insert_into(session, Exemption).values(row).on_conflict_do_nothing())
            else:
                _drop(session, OWN_WISH, row["user_hash"])
            note_exemption(session)


def _drop(session: Session, server: int, mark: object) -> None:
    there = (col(Exemption.server) == server, col(Exemption.user_hash) == mark)
    session.connection().execute(delete(Exemption).where(*there))
