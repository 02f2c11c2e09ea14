"""Whom the bot leaves alone, and where it keeps quiet for a while: asked before a message is read."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from claims.answering.traces import OWN_WISH
from claims.base import ClaimBase, Clock
from claims.moderation.rights import Actor, permit
from claims.store.changes import note_changes
from claims.store.database import insert_into, rows_written
from claims.store.revisions import AuditEntry, ChangeRecord, hash_user
from claims.store.server_settings import ChannelMode, channel_settings, settings_of
from claims.store.tables import Channel, Exemption, Server
from config.errors import NotAllowedError

# Why somebody is left alone: by a role, by the moderators' choice, or at the own wish.
ExemptBy = Literal["role", "moderators", "wish"]
# What a channel's mode comes to for one message.
HeardAs = Literal["off", "hint", "on", "shadow", "snoozed"]


@dataclass(frozen=True, slots=True)
class MessageRules:
    """What holds for a member's message before it is read; `snoozed_until` is in seconds since 1970."""

    mode: ChannelMode = "on"
    exempt: ExemptBy | None = None
    snoozed_until: int | None = None

    @property
    def heard_as(self) -> HeardAs:
        """How to treat the message: nothing is read of who is exempt, and nothing said where the bot is snoozed."""
        if self.exempt is not None:
            return "off"
        return "snoozed" if self.snoozed_until is not None and self.mode in {"on", "hint"} else self.mode


class ExemptionBook:
    """Keeps members as keyed hashes only; roles are a setting of the server."""

    def __init__(self, base: ClaimBase, hash_key: bytes, clock: Clock | None = None) -> None:
        self._database = base.database
        self._key = hash_key
        self._clock = clock or base.clock

    def rules(self, server: int, home: int, author: int, roles: Collection[int] = ()) -> MessageRules:
        """Return what holds for a message; `home` is the channel whose settings count, `roles` are its author's."""
        now, mark = self._clock().timestamp(), hash_user(author, self._key)
        with self._database.reading() as session:
            channel = channel_settings(session.get(Channel, (server, home)))
            settings = settings_of(server, session.get(Server, server))
            marked = select(col(Exemption.server)).where(
                col(Exemption.user_hash) == mark, col(Exemption.server).in_((OWN_WISH, server))
            )
            by = set(session.scalars(marked)) if channel.mode != "off" else set[int]()
        ends = [end for end in (settings.snoozed_until, channel.snoozed_until) if end is not None and end > now]
        exempt: ExemptBy | None = None
        if OWN_WISH in by:
            exempt = "wish"
        elif server in by:
            exempt = "moderators"
        elif not set(settings.exempt_roles).isdisjoint(roles):
            exempt = "role"
        return MessageRules(channel.mode, exempt, max(ends, default=None))

    def toggle(self, actor: Actor, member: int) -> bool:
        """Leave a member of the actor's server alone, or no longer; returns whether it is so now.

        The history tells that it was done, and not to whom.
        """
        if actor.server is None:
            raise NotAllowedError("This works in a server only.")
        row = {"server": actor.server, "user_hash": hash_user(member, self._key)}
        with self._database.changing() as session:
            permit(session, actor, "member.exempt")
            is_new = bool(rows_written(session, insert_into(session, Exemption).values(row).on_conflict_do_nothing()))
            if not is_new:
                _drop(session, actor.server, row["user_hash"])
            act = "member.exempt" if is_new else "member.answer"
            # Nothing is kept of whom, so that there is nothing to bring back either.
            made = ChangeRecord("exemption", "", None, None)
            note_changes(session, AuditEntry(actor.who, act, server=actor.server), [made], self._clock())
        return is_new

    def count(self, server: int) -> int:
        """Return how many members the moderators of a server have exempted."""
        with self._database.reading() as session:
            found = session.scalar(select(func.count()).select_from(Exemption).where(col(Exemption.server) == server))
        return found or 0

    def wish(self, user: int, *, ignore: bool) -> None:
        """Keep a member's wish not to be answered anywhere, or (not `ignore`) drop it."""
        row = {"server": OWN_WISH, "user_hash": hash_user(user, self._key)}
        with self._database.writing() as session:
            if ignore:
                session.connection().execute(insert_into(session, Exemption).values(row).on_conflict_do_nothing())
            else:
                _drop(session, OWN_WISH, row["user_hash"])


def _drop(session: Session, server: int, mark: object) -> None:
    there = (col(Exemption.server) == server, col(Exemption.user_hash) == mark)
    session.connection().execute(delete(Exemption).where(*there))
