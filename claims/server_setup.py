"""Setting a server up: the settings and channels of `ServerBook`, with the rights of whoever changes them."""

from dataclasses import replace
from typing import Unpack

from sqlalchemy import select
from sqlmodel import Session, col

from claims.base import ClaimBase
from claims.rights import Actor, permit
from claims.server_settings import ChannelMode, ServerSettings, SettingsChange, settings_faults, settings_of
from claims.servers import ServerBook
from claims.tables import Pack, Server
from config.errors import InvalidEditError, NotAllowedError
from config.faults import FieldFault


class ServerSetup:
    """Changes settings of the actor's own server; all methods may raise NotAllowedError."""

    def __init__(self, base: ClaimBase) -> None:
        self._base = base
        self._book = ServerBook(base)

    def change(self, actor: Actor, **changes: Unpack[SettingsChange]) -> ServerSettings:
        """Change the named settings and return all; raises InvalidEditError. Moderator roles need an administrator."""
        server = _server_of(actor)
        with self._base.database.changing() as session:
            permit(session, actor, "server.settings")
            before = settings_of(server, session.get(Server, server))
            after = replace(before, **changes)
            if after.moderator_roles != before.moderator_roles:
                permit(session, actor, "server.moderators")
            faults = (*settings_faults(changes), *_unknown_packs(session, changes))
            if faults:
                raise InvalidEditError(faults, changes)
            self._book.write_settings(session, actor.who, after)
        return after

    def set_channel_mode(self, actor: Actor, channel: int, mode: ChannelMode) -> None:
        """Set the mode of a channel of the actor's server."""
        server = _server_of(actor)
        with self._base.database.changing() as session:
            permit(session, actor, "channel.mode")
            self._book.write_channel_mode(session, actor.who, server, channel, mode)


def _server_of(actor: Actor) -> int:
    if actor.server is None:
        raise NotAllowedError("This works in a server only.")
    return actor.server


def _unknown_packs(session: Session, changes: SettingsChange) -> tuple[FieldFault, ...]:
    known = set(session.scalars(select(col(Pack.id))))
    unknown = [name for name in changes.get("packs") or () if name not in known]
    values = {"packs": ", ".join(unknown), "known": ", ".join(sorted(known))}
    return (FieldFault("packs", "There is no pack {packs}.", "Choose from: {known}.", values),) if unknown else ()
