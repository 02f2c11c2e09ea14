"""What the history says of a change: who made it, why, and each thing before and after; and keyed hashes of users.

Beside it the store of decisions on queue items, of which nothing else is kept as a state.

Whose changes the history keeps stands there by name. Everybody else is a hash: the same user is recognised again, and
nobody without the key can tell who it is.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from claims.store.tables import QueueItem
from config.errors import ClaimBaseError, NotUndoableError, msgid, worded
from config.named_files import written_whole

Who = str | int
TOUCHSTONE = "touchstone"  # acts by itself: at a start, and on members' reports


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """What happens to one thing (`kind` such as claim, pack, document, server or channel; `subject` is its id).

    `before` is None for a new thing, `after` for one that is gone.
    """

    kind: str
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who does something and why: `actor` is a Discord user id, or a word such as `operator` or TOUCHSTONE.

    Those who change a server's base are kept by their plain id: whoever may see the history may ask them. Members, who
    only report and propose, never stand here. `undoes` is the number of the revision that is taken back.
    """

    actor: Who
    act: str
    reason: str = ""
    server: int | None = None
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class WriteContext:
    """Where and by whom something is written: in a transaction, for one server (None: the shared base).

    `standing` says of claims whether their row in this server is there once what was worked out so far is written;
    `origins` are those that claims get in the same write.
    """

    session: Session
    server: int | None
    who: Who
    at: datetime
    standing: dict[str, bool] = field(default_factory=dict[str, bool])
    origins: Mapping[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])


@dataclass(frozen=True, slots=True)
class ChangeResult:
    """What a write did: the revision of the base now, and what changed (nothing: it was so already)."""

    revision: int
    changes: tuple[ChangeRecord, ...] = ()


KEY_BYTES = 32


def hash_user(user: int, key: bytes) -> str:
    """Return the HMAC-SHA256 of a Discord user id, as 64 hexadecimal digits."""
    return hmac.new(key, str(user).encode(), hashlib.sha256).hexdigest()


_SMALLER = 2  # of 64 bits that no column holds


def mark_of(channel: int, message: int, key: bytes) -> int:
    """Return what stands for a message whose number is forgotten: below 0, always the same, and of no use without key.

    A message that comes again is still known, and its card goes when it goes.
    """
    digest = hmac.new(key, f"{channel}/{message}".encode(), hashlib.sha256).digest()
    return -1 - (int.from_bytes(digest[:8]) >> _SMALLER)


def key_file(folder: Path) -> Path:
    """Return the file that keeps the key where the operator has set none."""
    return folder / "touchstone.key"


def read_hash_key(given: str | None, folder: Path, *, is_read_only: bool = False) -> bytes:
    """Return the key that the operator has set, or the one kept in the folder, which is made at first use.

    The folder is that of the database file, or the user's data folder for PostgreSQL. A base that can only be read and
    has no key keeps no hash of anybody: any key does. Raises ClaimBaseError where the key cannot be read or made.
    """
    if given:
        return given.encode()
    path = key_file(folder)
    if is_read_only and not path.exists():
        return secrets.token_bytes(KEY_BYTES)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _kept_key(path)
    except OSError as error:
        said = msgid(
            "The key file {path} cannot be read or made ({reason}). "
            "Give Touchstone the right to write there, or set TOUCHSTONE_HASH_KEY."
        )
        raise ClaimBaseError(worded(said, path=path, reason=error.strerror or type(error).__name__)) from error


def _kept_key(path: Path) -> bytes:
    if not path.exists():
        # Where another process was first, its key is the one to read.
        with suppress(FileExistsError), written_whole(path, is_new=True) as draft:
            draft.write_bytes(secrets.token_hex(KEY_BYTES).encode())
    key = path.read_bytes().strip()
    if not key:
        said = msgid(
            "The key file {path} is empty. Delete it to have a new one made; hashes kept so far then fit no user."
        )
        raise ClaimBaseError(worded(said, path=path))
    return key


QUEUE_ITEM = "queue item"
OPEN: dict[str, Any] = {"state": "open", "decision": None}


class QueueItemStore:
    """Keeps what was decided on queue items, by their number; what goes for all servers goes out of their queues."""

    def read(self, session: Session, server: int | None, subject: str) -> dict[str, Any] | None:
        """Return what was decided, or None for an item that is gone or another server's."""
        row = session.get(QueueItem, int(subject))
        if row is None or server not in {None, row.server}:
            return None
        return {"state": row.state, "decision": row.decision}

    def write(self, context: WriteContext, subject: str, state: dict[str, Any] | None) -> None:
        """Write the decision; raises NotUndoableError for an item that is gone."""
        row = context.session.get(QueueItem, int(subject))
        if row is None or context.server not in {None, row.server} or state is None:
            raise NotUndoableError("The queue item is gone: its time was over, or its author had it deleted.")
        row.state, row.decision = state["state"], state["decision"]
        decided = row.state != OPEN["state"]
        row.decided_by, row.decided_at = (str(context.who), context.at) if decided else (None, None)
        context.session.add(row)
        context.session.flush()
