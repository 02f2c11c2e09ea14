"""Who may do what: asked anew at every write, in the transaction of that write."""

import secrets
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeVar, get_args

from sqlalchemy import delete
from sqlmodel import Session, col

from claims.base import ClaimBase
from claims.store.changes import OWN_REVISION, Ahead
from claims.store.database import Database, insert_into, rows_written
from claims.store.revisions import AuditEntry, Who
from claims.store.tables import FormDraft, Server, last_revision
from config.errors import AlreadyWrittenError, NotAllowedError, msgid

T = TypeVar("T")
Level = Literal["member", "moderator", "administrator"]
LEVELS: tuple[Level, ...] = get_args(Level)

Act = Literal[
    "card.report", "card.hide", "claim.propose", "claim.edit", "claim.set", "claim.import", "claim.export",
    "source.add", "queue.see", "queue.decide", "history.see", "history.undo", "example.keep", "example.see",
    "shadow.see", "answer.label", "activity.see", "backtest.run", "server.settings", "channel.mode", "member.exempt",
    "server.moderators", "server.outside",
]  # fmt: skip
# All other acts are the moderators'; the operator may do everything.
_OTHERS: Mapping[Act, Level] = {
    "card.report": "member",
    "claim.propose": "member",
    "server.moderators": "administrator",
    "server.outside": "administrator",
}
NEEDED: Mapping[Act, Level] = {act: _OTHERS.get(act, "moderator") for act in get_args(Act)}


NO_SERVER = msgid("This works in a server only.")
_BEFORE = msgid("You have handed in this form before: it was written then, and only once.")


@dataclass(frozen=True, slots=True)
class Submission:
    """A form that is handed in: whose, under which name its draft is kept, and the number of the form ("": none).

    It is settled in the transaction of the write: the draft goes, and the number is taken, which happens once.
    """

    server: int
    user_hash: str
    draft: str
    number: str
    at: datetime
    token: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def receipt(self) -> str:
        """Return the name under which it is kept that the form was written."""
        return f"~{self.number}"

    def settle(self, session: Session) -> None:
        """Take the number and drop the draft; raises AlreadyWrittenError where the number was taken before."""
        mine = (col(FormDraft.server) == self.server, col(FormDraft.user_hash) == self.user_hash)
        if self.number:
            taken = insert_into(session, FormDraft).values(
                server=self.server,
                user_hash=self.user_hash,
                form=self.receipt,
                fields={"by": self.token},
                saved_at=self.at,
            )
            taken = taken.on_conflict_do_nothing()
            # What writes twice for one form has taken the number itself.
            if not rows_written(session, taken) and not self._is_mine(session):
                raise AlreadyWrittenError(_BEFORE)
        session.connection().execute(delete(FormDraft).where(*mine, col(FormDraft.form) == self.draft))

    def _is_mine(self, session: Session) -> bool:
        row = session.get(FormDraft, (self.server, self.user_hash, self.receipt))
        return row is not None and row.fields.get("by") == self.token


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who wants something: a Discord user in one server, with what Discord says of them this moment.

    Never keep one: roles and permissions change between a click and the next. With a `submission`, the first write that
    asks for a right settles it.
    """

    user_id: int
    server: int | None
    is_administrator: bool = False
    can_manage_server: bool = False
    role_ids: tuple[int, ...] = ()
    is_operator: bool = False
    submission: Submission | None = None

    @classmethod
    def operator(cls, server: int | None = None) -> "Actor":
        """Return whoever runs Touchstone, at the terminal: the only one who may change the shared base.

        With a server, as somebody who may do everything there.
        """
        return cls(0, server, is_operator=True)

    @property
    def who(self) -> Who:
        """Return how the history names the actor."""
        return "operator" if self.is_operator else self.user_id

    @property
    def its_server(self) -> int:
        """Return the actor's server; raises NotAllowedError where there is none."""
        if self.server is None:
            raise NotAllowedError(NO_SERVER)
        return self.server

    def entry(self, act: str, reason: str = "", *, undoes: int | None = None) -> AuditEntry:
        """Return what the history says of something that the actor does."""
        return AuditEntry(self.who, act, reason, self.server, undoes)


class Rights:
    """The rights of people, as their servers have set them."""

    def __init__(self, base: ClaimBase) -> None:
        self._database = base.database

    def may(self, actor: Actor, act: Act) -> bool:
        """Tell whether the actor may do this in the actor's own server; for what to show, never instead of a check."""
        with self._database.reading() as session:
            return may(session, actor, act)

    def permit(self, actor: Actor, act: Act) -> None:
        """Return where the actor may do this in the actor's own server; else raises NotAllowedError."""
        with self._database.reading() as session:
            permit(session, actor, act)


def may(session: Session, actor: Actor, act: Act) -> bool:
    """Tell within a transaction whether the actor may do this in the actor's own server."""
    if actor.is_operator:
        return True
    return actor.server is not None and LEVELS.index(_level(session, actor, actor.server)) >= LEVELS.index(NEEDED[act])


def permit(session: Session, actor: Actor, act: Act) -> None:
    """Check within a transaction that the actor may do this in the actor's own server; raises NotAllowedError."""
    if not may(session, actor, act):
        lacking: Level = "member" if actor.server is None else NEEDED[act]
        raise NotAllowedError(_LACKING[lacking])
    # To look at something may write as well, such as what has become due.
    if actor.submission is None or act.endswith(".see") or _SETTLED in session.info or not _is_writing(session):
        return
    actor.submission.settle(session)
    session.info[_SETTLED] = True


def _is_writing(session: Session) -> bool:
    """Tell whether what the session writes will be kept."""
    return bool(session.connection().get_execution_options().get("touchstone_write"))


@contextmanager
def permitted(opened: AbstractContextManager[Session], actor: Actor, act: Act) -> Generator[Session]:
    """Yield the session of a transaction in which the actor may do this; else raises NotAllowedError."""
    with opened as session:
        permit(session, actor, act)
        yield session


_TRIES = 3


class _OutrunError(Exception):
    """Somebody else has changed the base first."""


def change_permitted(database: Database, actor: Actor, act: Act, prepare: Callable[[Session], Ahead[T]]) -> T:
    """Work a change out while others write, and keep them waiting only while it is written; as `permitted` otherwise.

    `prepare` reads, and returns what writes ahead (see `PreparedChanges`), which returns what has to be written alone.
    That is not called once the base has changed in between: then nothing is kept and all is worked out anew, and where
    others keep changing it, while they wait.
    """
    for _ in range(_TRIES):
        with permitted(database.reading(), actor, act) as session:
            # Whatever changes claims, documents or rights makes a revision.
            seen, ahead = last_revision(session), prepare(session)
        with suppress(_OutrunError), database.changing(later=True) as session:
            _keep_up(session, seen)
            write = ahead(session)
            database.take_turn(session)
            _keep_up(session, seen)
            permit(session, actor, act)
            return write(session)
    with permitted(database.changing(), actor, act) as session:
        return prepare(session)(session)(session)


def _keep_up(session: Session, seen: int) -> None:
    if last_revision(session, besides=session.info.get(OWN_REVISION)) != seen:
        raise _OutrunError


# Said of a session whose form is settled: a write may ask for several rights.
_SETTLED = "settled"


def _level(session: Session, actor: Actor, server: int) -> Level:
    """Return the actor's level: the roles an administrator has chosen moderate, else whoever may manage the server."""
    if actor.is_administrator:
        return "administrator"
    settings = session.get(Server, server)
    chosen = set(settings.moderator_roles) if settings else set[int]()
    moderates = bool(chosen & set(actor.role_ids)) if chosen else actor.can_manage_server
    return "moderator" if moderates else "member"


_LACKING: Mapping[Level, str] = {
    "member": NO_SERVER,
    "moderator": msgid("This needs a moderator of the server. Its administrators choose who that is."),
    "administrator": msgid("This needs an administrator of the server."),
}
