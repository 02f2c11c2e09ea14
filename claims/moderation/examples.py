"""A server's own evaluation set: messages that a moderator has kept and labelled, until their author deletes them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from claims.base import ClaimBase
from claims.moderation.editor import seen_claim
from claims.moderation.rights import Actor, may, permit, permitted
from claims.record import State
from claims.store.changes import note_changes
from claims.store.revisions import AuditEntry, ChangeRecord, hash_user
from claims.store.tables import Example
from config.errors import FieldFault, InvalidEditError, UnknownEntryError, msgid
from config.languages import written_language

LONGEST = 4000


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """A message that a moderator wants to keep: its place, author and text, and whether it makes the claim.

    An empty `claim` means that it makes none of the known ones.
    """

    channel: int
    message: int
    author: int
    text: str
    claim: str
    makes_claim: bool


@dataclass(frozen=True, slots=True)
class ExampleRecord:
    """One labelled example."""

    id: int
    claim: str
    makes_claim: bool
    text: str
    channel: int
    message: int
    kept_at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """What keeping a message did: the example's number, and what was kept of the message before; None: nothing."""

    number: int
    before: ExampleRecord | None


class ExampleBook:
    """Keeps examples; the history notes that one was kept or deleted, and never its text.

    The front end tells the author of a kept message at once, with the means to delete it.
    """

    def __init__(self, base: ClaimBase, hash_key: bytes) -> None:
        self._database = base.database
        self._key = hash_key
        self._clock = base.clock

    def keep(self, actor: Actor, kept: KeptMessage) -> Kept:
        """Keep a message as an example; the same message and claim only gets the new label.

        Raises NotAllowedError, InvalidEditError, and UnknownClaimError.
        """
        if not kept.text.strip() or len(kept.text) > LONGEST:
            fault = (
                msgid("This text is too long to be kept.") if kept.text.strip() else msgid("There is no text to keep.")
            )
            mend = msgid("Choose a message with a text of at most {most} characters.")
            raise InvalidEditError((FieldFault("text", fault, mend, {"most": LONGEST}),), kept)
        now = self._clock()
        with permitted(self._database.changing(), actor, "example.keep") as session:
            server = actor.its_server
            if kept.claim:
                seen_claim(session, server, kept.claim)
            row = _kept_before(session, server, kept)
            before, record = (_label(row), _record(row)) if row else (None, None)
            row = row or Example(
                server=server,
                claim=kept.claim,
                makes_claim=kept.makes_claim,
                text=kept.text,
                channel=kept.channel,
                message=kept.message,
                author_hash=hash_user(kept.author, self._key),
                kept_by=str(actor.who),
                kept_at=now,
            )
            row.makes_claim, row.text = kept.makes_claim and bool(kept.claim), kept.text
            session.add(row)
            session.flush()
            entry = actor.entry("example.keep")
            _note(session, entry, str(row.id), (before, _label(row)), now)
            return Kept(row.id or 0, record)

    def take_back(self, actor: Actor, kept: Kept) -> None:
        """Leave a message as it was before it was kept; nothing happens where the example is gone by now."""
        with permitted(self._database.changing(), actor, "example.keep") as session:
            row = session.get(Example, kept.number)
            if row is None or row.server != actor.server:
                return
            made, before = _label(row), kept.before
            if before is None:
                session.delete(row)
            else:
                row.makes_claim, row.text = before.makes_claim, before.text
            entry = actor.entry("example.keep" if before else "example.delete")
            _note(session, entry, str(kept.number), (made, _label(row) if before else None), self._clock())

    def delete(self, actor: Actor, number: int) -> None:
        """Delete an example; its author may, and moderators may. Raises NotAllowedError and UnknownEntryError."""
        with self._database.changing() as session:
            row = session.get(Example, number)
            if row is None or row.server != actor.server:
                raise UnknownEntryError("This example is not kept (any more).")
            is_author = row.author_hash == hash_user(actor.user_id, self._key)
            if not is_author:
                permit(session, actor, "example.keep")
            # An author is a member: the history does not name them.
            who = actor.who if may(session, actor, "example.keep") else "author"
            session.delete(row)
            entry = AuditEntry(who, "example.delete", "", actor.server)
            _note(session, entry, str(row.id), (_label(row), None), self._clock())

    def examples(self, actor: Actor) -> tuple[ExampleRecord, ...]:
        """Return the server's examples, oldest first; raises NotAllowedError."""
        with permitted(self._database.reading(), actor, "example.see") as session:
            rows = session.scalars(select(Example).where(col(Example.server) == actor.server).order_by(col(Example.id)))
            return tuple(_record(row) for row in rows)


def _record(row: Example) -> ExampleRecord:
    return ExampleRecord(row.id or 0, row.claim, row.makes_claim, row.text, row.channel, row.message, row.kept_at)


def _kept_before(session: Session, server: int, kept: KeptMessage) -> Example | None:
    same = (col(Example.server) == server, col(Example.message) == kept.message, col(Example.claim) == kept.claim)
    return session.scalar(select(Example).where(*same))


def _label(row: Example) -> State:
    return {"claim": row.claim, "makes_claim": row.makes_claim}


def _note(
    session: Session, entry: AuditEntry, number: str, states: tuple[State | None, State | None], at: datetime
) -> None:
    note_changes(session, entry, [ChangeRecord("example", number, *states)], at)


def examples_file(examples: Iterable[ExampleRecord]) -> str:
    """Return a line a message, as an evaluation reads it, with all claims that it makes; without any: `none`."""
    texts: dict[int, str] = {}
    claims: dict[int, set[str]] = {}
    for example in examples:
        texts[example.message] = example.text
        claims.setdefault(example.message, set()).update({example.claim} if example.makes_claim else ())
    rows = (
        {
            "id": str(message),
            "text": text,
            "lang": written_language(text),
            "claims": sorted(claims[message]),
            "stance": "asserts" if claims[message] else "none",
        }
        for message, text in texts.items()
    )
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
