"""What all keepers have in common."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from sqlmodel import Session

from claims.claim_state import State
from claims.history import Who


@dataclass(frozen=True, slots=True)
class Scene:
    """Where and by whom something is written: in a transaction, for one server (None: the shared base)."""

    session: Session
    server: int | None
    who: Who
    at: datetime


class Keeper(Protocol):
    """Reads and writes the whole state of one kind of thing; None stands for a thing that does not exist."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:
        """Return the state as the server sees it."""
        ...

    def write(self, scene: Scene, subject: str, state: State | None) -> None:
        """Bring the thing to this state; may raise NotUndoableError."""
        ...


@runtime_checkable
class BulkKeeper(Keeper, Protocol):
    """A keeper of things that come by the hundred."""

    def read_many(self, session: Session, server: int | None, subjects: Collection[str]) -> Mapping[str, State | None]:
        """Return the states of all subjects, as `read` gives them one by one."""
        ...
