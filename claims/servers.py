"""What each Discord server has set: language, moderators, cool-down, and the mode of its channels."""

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, TypedDict, Unpack, cast

from sqlalchemy import select
from sqlmodel import Session, col

from claims.base import ClaimBase
from claims.history import Actor, ChangeRecord, Deed, write_revision
from claims.tables import Channel, Server

ChannelMode = Literal["off", "hint", "on", "shadow"]
ServerLanguage = Literal["auto", "en", "zh-Hans", "zh-Hant"]


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The settings of one server; None means: as the operator has set it."""

    server: int
    language: ServerLanguage | None = None
    moderator_roles: tuple[int, ...] = ()
    cooldown_hours: float | None = None


class SettingsChange(TypedDict, total=False):
    """What `change_settings` may change."""

    language: ServerLanguage | None
    moderator_roles: tuple[int, ...]
    cooldown_hours: float | None


class ServerBook:
    """Settings of servers and channels; each change is a revision with its actor."""

    def __init__(self, base: ClaimBase) -> None:
        self._base = base

    def settings(self, server: int) -> ServerSettings:
        """Return the server's settings, or the defaults where it has set nothing."""
        with self._base.database.reading() as session:
            return _settings(server, session.get(Server, server))

    def change_settings(self, server: int, actor: Actor, **changes: Unpack[SettingsChange]) -> ServerSettings:
        """Change the named settings and return all; raises ValueError for a negative cool-down."""
        cooldown = changes.get("cooldown_hours")
        if cooldown is not None and not cooldown >= 0:
            raise ValueError("cooldown_hours must be 0 or more")
        with self._base.database.changing() as session:
            row = session.get(Server, server)
            before = _settings(server, row)
            after = replace(before, **changes)
            if after == before:
                return after
            self._write(session, row, after)
            change = ChangeRecord("server", str(server), _state(before) if row else None, _state(after))
            write_revision(session, Deed(actor, "server.settings", server=server), [change], self._base.clock())
        return after

    def channel_mode(self, server: int, channel: int) -> ChannelMode:
        """Return the mode of a channel; `off` where nothing was set."""
        with self._base.database.reading() as session:
            row = session.get(Channel, (server, channel))
            return cast("ChannelMode", row.mode) if row else "off"

    def set_channel_mode(self, server: int, channel: int, mode: ChannelMode, actor: Actor) -> None:
        """Set the mode of a channel."""
        with self._base.database.changing() as session:
            row = session.get(Channel, (server, channel))
            before = row.mode if row else None
            if (before or "off") == mode:
                return
            now = self._base.clock()
            if row is None:
                row = Channel(server=server, channel=channel, mode=mode, changed_at=now)
            row.mode, row.changed_at = mode, now
            session.add(row)
            was = {"mode": before} if before else None
            change = ChangeRecord("channel", f"{server}/{channel}", was, {"mode": mode})
            write_revision(session, Deed(actor, "channel.mode", server=server), [change], now)

    def channels(self, server: int) -> dict[int, ChannelMode]:
        """Return the channels that are not off, with their modes."""
        query = (
            select(Channel)
            .where(col(Channel.server) == server, col(Channel.mode) != "off")
            .order_by(col(Channel.channel))
        )
        with self._base.database.reading() as session:
            return {row.channel: cast("ChannelMode", row.mode) for row in session.scalars(query)}

    def _write(self, session: Session, row: Server | None, settings: ServerSettings) -> None:
        now = self._base.clock()
        if row is None:
            row = Server(id=settings.server, moderator_roles=[], changed_at=now)
        row.language, row.moderator_roles = settings.language, list(settings.moderator_roles)
        row.cooldown_hours, row.changed_at = settings.cooldown_hours, now
        session.add(row)


def _settings(server: int, row: Server | None) -> ServerSettings:
    if row is None:
        return ServerSettings(server)
    language = cast("ServerLanguage | None", row.language)
    return ServerSettings(server, language, tuple(row.moderator_roles), row.cooldown_hours)


def _state(settings: ServerSettings) -> dict[str, Any]:
    return asdict(settings) | {"moderator_roles": list(settings.moderator_roles)}
