"""Who may do what: asked anew at every write, in the transaction of that write."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlmodel import Session

from claims.base import ClaimBase
from claims.store.revisions import Who
from claims.store.tables import Server
from config.errors import NotAllowedError
from config.faults import msgid

Level = Literal["member", "moderator", "administrator", "operator"]
LEVELS: tuple[Level, ...] = ("member", "moderator", "administrator", "operator")

Act = Literal[
    "card.report", "claim.propose", "claim.edit", "claim.set", "claim.import", "source.add", "queue.see",
    "queue.decide", "history.see", "history.undo", "example.keep", "example.see", "shadow.see", "server.settings",
    "channel.mode", "server.moderators",
]  # fmt: skip
NEEDED: Mapping[Act, Level] = {
    "card.report": "member",
    "claim.propose": "member",
    "claim.edit": "moderator",
    "claim.set": "moderator",
    "claim.import": "moderator",
    "source.add": "moderator",
    "queue.see": "moderator",
    "queue.decide": "moderator",
    "history.see": "moderator",
    "history.undo": "moderator",
    "example.keep": "moderator",
    "example.see": "moderator",
    "shadow.see": "moderator",
    "server.settings": "moderator",
    "channel.mode": "moderator",
    "server.moderators": "administrator",
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who wants something: a Discord user in one server, with what Discord says of them this moment.

    Never keep one: roles and permissions change between a click and the next.
    """

    user_id: int
    server: int | None
    is_administrator: bool = False
    can_manage_server: bool = False
    role_ids: tuple[int, ...] = ()
    is_operator: bool = False

    @classmethod
    def operator(cls) -> "Actor":
        """Return whoever runs Touchstone, at the terminal: the only one who may change the shared base."""
        return cls(0, None, is_operator=True)

    @property
    def who(self) -> Who:
        """Return how the history names the actor."""
        return "operator" if self.is_operator else self.user_id


class Rights:
    """The rights of people, as their servers have set them."""

    def __init__(self, base: ClaimBase) -> None:
        self._database = base.database

    def level(self, actor: Actor) -> Level:
        """Return how much the actor may do in the actor's own server."""
        with self._database.reading() as session:
            return level_of(session, actor)

    def may(self, actor: Actor, act: Act) -> bool:
        """Tell whether the actor may do this in the actor's own server; for what to show, never instead of a check."""
        return LEVELS.index(self.level(actor)) >= LEVELS.index(NEEDED[act])

    def require(self, actor: Actor, server: int | None, level: Level) -> None:
        """Return where the actor has the level in this server (None: the shared base); else raises NotAllowedError."""
        with self._database.reading() as session:
            require(session, actor, server, level)


def level_of(session: Session, actor: Actor) -> Level:
    """Return the actor's level: the roles an administrator has chosen moderate, else whoever may manage the server."""
    if actor.is_operator:
        return "operator"
    if actor.server is None:
        return "member"
    if actor.is_administrator:
        return "administrator"
    settings = session.get(Server, actor.server)
    chosen = set(settings.moderator_roles) if settings else set[int]()
    moderates = bool(chosen & set(actor.role_ids)) if chosen else actor.can_manage_server
    return "moderator" if moderates else "member"


def permit(session: Session, actor: Actor, act: Act) -> None:
    """Check within a transaction that the actor may do this in the actor's own server; raises NotAllowedError."""
    require(session, actor, actor.server, NEEDED[act])


def require(session: Session, actor: Actor, server: int | None, level: Level) -> None:
    """Check within a transaction; raises NotAllowedError."""
    if actor.is_operator:
        return
    if actor.server is None:
        lacking = _LACKING["member"]
        raise NotAllowedError(lacking)
    if server is None:
        raise NotAllowedError("Shared claims are changed by the operator only. A server can keep its own version.")
    if actor.server != server:
        raise NotAllowedError("This belongs to another server.")
    if LEVELS.index(level_of(session, actor)) < LEVELS.index(level):
        raise NotAllowedError(_LACKING[level])


_LACKING: Mapping[Level, str] = {
    "member": msgid("This works in a server only."),
    "moderator": msgid("This needs a moderator of the server. Its administrators choose who that is."),
    "administrator": msgid("This needs an administrator of the server."),
    "operator": msgid("This needs the operator of Touchstone."),
}
