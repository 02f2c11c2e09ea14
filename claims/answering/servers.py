"""What each server has set: language, moderators, cool-down, and the mode of its channels."""

from typing import cast

from sqlalchemy import select
from sqlmodel import col

from claims.base import ClaimBase
from claims.store.server_settings import ChannelMode, ServerSettings, settings_of
from claims.store.tables import Channel, Server


class ServerBook:
    """Reads settings of servers and channels; `ServerSetup` changes them."""

    def __init__(self, base: ClaimBase) -> None:
        self._database = base.database

    def settings(self, server: int) -> ServerSettings:
        """Return the server's settings, or the defaults where it has set nothing."""
        with self._database.reading() as session:
            return settings_of(server, session.get(Server, server))

    def channel_mode(self, server: int, channel: int) -> ChannelMode:
        """Return the mode of a channel; `off` where nothing was set."""
        with self._database.reading() as session:
            row = session.get(Channel, (server, channel))
            return cast("ChannelMode", row.mode) if row else "off"

    def channels(self, server: int) -> dict[int, ChannelMode]:
        """Return the channels that are not off, with their modes."""
        there = (col(Channel.server) == server, col(Channel.mode) != "off")
        with self._database.reading() as session:
            rows = session.scalars(select(Channel).where(*there).order_by(col(Channel.channel)))
            return {row.channel: cast("ChannelMode", row.mode) for row in rows}
