"""What each Discord server has set: language, moderators, cool-down, and the mode of its channels."""

from dataclasses import replace
from typing import Unpack, cast

from sqlalchemy import select
from sqlmodel import Session, col

from claims.base import ClaimBase
from claims.store.changes import CHANNEL, SERVER, Change, write_changes
from claims.store.revisions import AuditEntry, Who
from claims.store.server_settings import (
    ChannelMode,
    ServerLanguage,
    ServerSettings,
    SettingsChange,
    settings_faults,
    settings_of,
    settings_state,
)
from claims.store.tables import Channel, Server

__all__ = ["ChannelMode", "ServerBook", "ServerLanguage", "ServerSettings", "SettingsChange"]


class ServerBook:
    """Settings of servers and channels; each change is a revision with its actor.

    Its writes trust their caller; `ServerSetup` has the same with the actor's rights checked.
    """

    def __init__(self, base: ClaimBase) -> None:
        self._base = base

    def settings(self, server: int) -> ServerSettings:
        """Return the server's settings, or the defaults where it has set nothing."""
        with self._base.database.reading() as session:
            return settings_of(server, session.get(Server, server))

    def change_settings(self, server: int, actor: Who, **changes: Unpack[SettingsChange]) -> ServerSettings:
        """Change the named settings and return all; raises ValueError for a value out of its range."""
        for fault in settings_faults(changes):
            raise ValueError(str(fault))
        with self._base.database.changing() as session:
            after = replace(settings_of(server, session.get(Server, server)), **changes)
            self.write_settings(session, actor, after)
        return after

    def write_settings(self, session: Session, actor: Who, after: ServerSettings) -> int:
        """Write the settings within the caller's transaction; return the revision of the base."""
        if after == settings_of(after.server, session.get(Server, after.server)):
            return write_changes(session, AuditEntry(actor, "server.settings"), (), self._base.clock()).revision
        change = Change(SERVER, str(after.server), settings_state(after))
        entry = AuditEntry(actor, "server.settings", server=after.server)
        return write_changes(session, entry, [change], self._base.clock()).revision

    def channel_mode(self, server: int, channel: int) -> ChannelMode:
        """Return the mode of a channel; `off` where nothing was set."""
        with self._base.database.reading() as session:
            row = session.get(Channel, (server, channel))
            return cast("ChannelMode", row.mode) if row else "off"

    def set_channel_mode(self, server: int, channel: int, mode: ChannelMode, actor: Who) -> None:
        """Set the mode of a channel."""
        with self._base.database.changing() as session:
            self.write_channel_mode(session, actor, server, channel, mode)

    def write_channel_mode(self, session: Session, actor: Who, server: int, channel: int, mode: ChannelMode) -> int:
        """Set the mode within the caller's transaction; return the revision of the base."""
        entry = AuditEntry(actor, "channel.mode", server=server)
        unset = mode == "off" and session.get(Channel, (server, channel)) is None
        changes = [] if unset else [Change(CHANNEL, f"{server}/{channel}", {"mode": mode})]
        return write_changes(session, entry, changes, self._base.clock()).revision

    def channels(self, server: int) -> dict[int, ChannelMode]:
        """Return the channels that are not off, with their modes."""
        query = (
            select(Channel)
            .where(col(Channel.server) == server, col(Channel.mode) != "off")
            .order_by(col(Channel.channel))
        )
        with self._base.database.reading() as session:
            return {row.channel: cast("ChannelMode", row.mode) for row in session.scalars(query)}
