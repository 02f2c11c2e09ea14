"""What the bot answers: each message at most once, each claim in a channel not again within its cool-down.

What was promised of how seldom is kept here as well.
"""

import hashlib
import hmac
import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Literal

from sqlalchemy import BigInteger, ColumnElement, delete, exists, func, literal_column, select, update
from sqlmodel import Session, col

from claims.base import ClaimBase
from claims.record import ClaimRecord, claim_state
from claims.store.claim_rows import read_rows
from claims.store.database import insert_into, rows_written
from claims.store.freshness import take_turns
from claims.store.revisions import hash_user, mark_of
from claims.store.tables import Answer, Cooldown, Server

# So long a card may be on its way; where none stands after that, its claims were not answered.
ON_ITS_WAY = timedelta(minutes=1)
# Clocks of several machines differ by seconds. A moment that lies further ahead was written by a clock that was wrong.
CLOCKS_DIFFER = timedelta(minutes=10)


def _is_void(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a cool-down does not count.

    It was started for a message under which no card has come to stand, or by a clock that was ahead.
    """
    # By their names: SQLAlchemy does not see what the condition of an upsert is about.
    channel = literal_column("cooldown.channel", BigInteger())
    message = literal_column("cooldown.message", BigInteger())
    same = (col(Answer.channel) == channel, col(Answer.message) == message)
    without = exists().where(*same, col(Answer.card_message).is_(None))
    lost = (col(Cooldown.answered_at) <= now - ON_ITS_WAY) & without
    return lost | (col(Cooldown.answered_at) > now + CLOCKS_DIFFER)


def start_cooldown(
    session: Session, channel: int, message: int, claim: str, now: datetime, before: datetime | None = None
) -> bool:
    """Start the cool-down of a claim, in one step; False where it runs already since a moment after `before`."""
    insert = insert_into(session, Cooldown)
    row = {"channel": channel, "claim": claim, "message": message, "answered_at": now}
    free = None if before is None else (col(Cooldown.answered_at) <= before) | _is_void(now)
    fresh = {"message": message, "answered_at": now}
    statement = insert.values(row).on_conflict_do_update(index_elements=["channel", "claim"], set_=fresh, where=free)
    return bool(rows_written(session, statement))


def is_free(session: Session, channel: int, claim: str, now: datetime, before: datetime | None) -> bool:
    """Tell whether the claim was not answered in the channel since a moment after `before`; None: no cool-down."""
    if before is None:
        return True
    there = (col(Cooldown.channel) == channel, col(Cooldown.claim) == claim)
    runs = (col(Cooldown.answered_at) > before, ~_is_void(now))
    return session.scalar(select(col(Cooldown.claim)).where(*there, *runs)) is None


GONE = "gone"
# What only the checks use; a card looks the same whatever these say.
UNSEEN_ON_CARDS = ("wordings", "review_by", "status")


def card_fingerprints(session: Session, server: int, claims: Iterable[str]) -> dict[str, str]:
    """Return a fingerprint for each claim as the server sees it; GONE for one that it does not (any more) publish."""
    names = tuple(claims)
    found = {record.id: record for _, record in read_rows(session, server, names, wordings=False)} if names else {}
    return {name: _fingerprint(found.get(name)) for name in names}


def _fingerprint(claim: ClaimRecord | None) -> str:
    if claim is None or claim.status != "published":
        return GONE
    shown = {name: value for name, value in claim_state(claim).items() if name not in UNSEEN_ON_CARDS}
    text = json.dumps(shown, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


AnswerKind = Literal["offer", "reply"]
# What an answer becomes: one whose author has taken the message, the claim in it or the card away.
_RETRACTED = "retracted"
_Shows = Mapping[str, str] | None
_HOUR = timedelta(hours=1)
# Whoever has taken so many answered claims back within an hour only gets hints until it is over.
_MOST_RETRACTED = 2
# However many people take something back, a channel sees no more cards in an hour than so many times its own.
_MOST_TIMES = 3
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """A message that was answered, or offered an answer; `card_message` is None until a card stands.

    `kind` is "retracted" for a reply whose author has taken back what it answers, "lapsed" for an offer that went with
    its message, or with the claim in it; `offered`: it was an offer first; `shown`: of which claims the card tells.
    """

    server: int
    channel: int
    message: int
    claims: tuple[str, ...]
    author_hash: str | None
    kind: AnswerKind | Literal["retracted", "lapsed"]
    offered: bool
    card_message: int | None
    hidden: bool
    taken_at: datetime
    shown: _Shows


class AnswerBook:
    """Keeps answers apart over restarts and processes: every method is one short transaction.

    Messages and cards are named by their channel and their number in it.
    """

    def __init__(self, base: ClaimBase, hash_key: bytes) -> None:
        self._database = base.database
        self._key = hash_key
        self._clock = base.clock

    def take(
        self,
        server: int,
        channel: int,
        message: int,
        author: int,
        claims: Sequence[str],
        cooldown: timedelta,
        kind: AnswerKind = "reply",
        most: int | None = None,
    ) -> tuple[str, ...]:
        """Take the message for one answer; return the claims outside their cool-down, in the order given.

        Empty: stay silent, also because the message was taken before. A reply starts the cool-down of its claims; an
        offer does so only once it is accepted. Where the channel has had `most` replies within an hour, or the author
        has taken too many back, the message is not taken for another; `is_full` and `retracts` tell that from the
        other reasons.
        """
        if not claims:
            return ()
        now = self._clock()
        # Without a cool-down two messages of the same moment are both answered.
        before = now - cooldown if cooldown else None
        row: dict[str, Any] = {"message": message, "server": server, "channel": channel, "kind": kind, "taken_at": now}
        row |= {"author_hash": hash_user(author, self._key), "claims": [], "offered": False, "hidden": False}
        free: dict[str, bool] = {}
        with self._database.writing() as session:
            if kind == "reply" and most is not None:
                # Two that count at the same time would both find room for one.
                take_turns(session, channel)
                if _is_full(session, channel, most, now) or _retracts(session, server, row["author_hash"], now):
                    return ()
            is_known = session.scalar(select(col(Answer.message)).where(self._is(channel, message))) is not None
            if is_known or not rows_written(session, insert_into(session, Answer).values(row).on_conflict_do_nothing()):
                return ()
            # Always in the same order, so that no two transactions wait for each other.
            for name in sorted(set(claims)):
                if kind == "offer":
                    free[name] = is_free(session, channel, name, now, before)
                else:
                    free[name] = start_cooldown(session, channel, message, name, now, before)
            due = tuple(name for name in dict.fromkeys(claims) if free[name])
            is_offer = kind == "offer" and bool(due)
            made = {"claims": list(due), "kind": "offer" if is_offer else "reply", "offered": is_offer}
            _set(session, self._is(channel, message), **made)
        return due

    def is_full(self, channel: int, most: int) -> bool:
        """Tell whether the channel has had so many replies within an hour.

        One whose author took it back leaves its place to others, up to three times as many in all.
        """
        with self._database.reading() as session:
            return _is_full(session, channel, most, self._clock())

    def retracts(self, server: int, author: int) -> bool:
        """Tell whether somebody has taken so much back in the server within an hour that it only brings hints now."""
        with self._database.reading() as session:
            return _retracts(session, server, hash_user(author, self._key), self._clock())

    def cooling(self, channel: int, claims: Iterable[str], cooldown: timedelta) -> dict[str, datetime]:
        """Return until when those of the claims that are cooling down in a channel do so."""
        now = self._clock()
        wanted = (col(Cooldown.channel) == channel, col(Cooldown.claim).in_(list(claims)), ~_is_void(now))
        with self._database.reading() as session:
            ends = {row.claim: row.answered_at + cooldown for row in session.scalars(select(Cooldown).where(*wanted))}
        return {name: end for name, end in ends.items() if end > now}

    def stop_cooldown(self, channel: int, message: int) -> None:
        """Let the claims of a message be answered again where no card stands; the message itself stays taken."""
        with self._database.writing() as session:
            answer = self._row(session, channel, message)
            if answer is not None and answer.card_message is None:
                started = (col(Cooldown.channel) == channel, col(Cooldown.message) == message)
                session.connection().execute(delete(Cooldown).where(*started))

    def is_offered(self, channel: int, message: int) -> bool:
        """Tell whether an offer stands under the message that nobody has accepted yet."""
        return (answer := self.answer(channel, message)) is not None and answer.kind == "offer"

    def accept_offer(self, channel: int, message: int, most: int | None = None) -> bool:
        """Turn an offer into a reply and start the cool-down of its claims; True for one caller only.

        False as well where the channel has had `most` replies within an hour.
        """
        mine = update(Answer).where(self._is(channel, message), col(Answer.kind) == "offer").values(kind="reply")
        now = self._clock()
        with self._database.writing() as session:
            take_turns(session, channel)
            if most is not None and _is_full(session, channel, most, now):
                return False
            if not rows_written(session, mine):
                return False
            answer = self._row(session, channel, message)
            for name in sorted(answer.claims if answer else ()):
                start_cooldown(session, channel, message, name, now)
        return True

    def shows(self, server: int, claims: Iterable[str]) -> dict[str, str]:
        """Return the fingerprint of what a card shows of each claim that is drawn after this."""
        with self._database.reading() as session:
            return card_fingerprints(session, server, claims)

    def posted(
        self, channel: int, message: int, card_message: int, language: str | None = None, shows: _Shows = None
    ) -> None:
        """Remember the message that carries the card, its language, and what it shows of its claims, then and later.

        `shows`: their fingerprints from before it was drawn, else those of now; a claim without one was not answered.
        """
        with self._database.writing() as session:
            self._stands(session, self._row(session, channel, message), card_message, language, shows)

    def found(self, channel: int, message: int, card_message: int) -> None:
        """Remember a card that stands although nobody has said that it was posted."""
        with self._database.writing() as session:
            answer = self._row(session, channel, message)
            if answer is not None and answer.card_message is None:
                self._stands(session, answer, card_message)

    def _stands(
        self, session: Session, answer: Answer | None, card: int, language: str | None = None, shows: _Shows = None
    ) -> None:
        if answer is None:
            return
        shown = dict(shows or card_fingerprints(session, answer.server, answer.claims))
        # Buttons elsewhere name the claims of a card that stands already by their places.
        answer.claims = [name for name in answer.claims if name in shown or answer.card_message]
        answer.card_message, answer.language, answer.shown = card, language, shown
        mine = (col(Cooldown.channel) == answer.channel, col(Cooldown.message) == answer.message)
        session.connection().execute(delete(Cooldown).where(*mine, col(Cooldown.claim).not_in(list(shown))))

    def unposted(self, within: timedelta) -> tuple[AnswerRecord, ...]:
        """Return the messages that were taken for a reply so recently, and under which no card stands, oldest first."""
        recent = (col(Answer.kind) == "reply", *_within(self._clock(), within))
        waiting = select(Answer).where(*recent, col(Answer.card_message).is_(None), col(Answer.message) >= 0)
        with self._database.reading() as session:
            rows = session.scalars(waiting.order_by(col(Answer.taken_at))).all()
        return tuple(_record(row) for row in rows if row.claims)

    def release(self, channel: int, message: int) -> None:
        """Give the message back, because nothing was posted: as if never taken, or as an offer again if it was one.

        Does nothing once a card stands.
        """
        with self._database.writing() as session:
            answer = self._row(session, channel, message)
            if answer is None or answer.card_message is not None:
                return
            started = (col(Cooldown.channel) == channel, col(Cooldown.message) == message)
            session.connection().execute(delete(Cooldown).where(*started))
            if answer.offered and answer.kind == "reply":
                answer.kind = "offer"
            else:
                session.delete(answer)

    def lapse(self, channel: int, message: int) -> None:
        """Note that an offer has gone, with its message or the claim in it; the message gets no second one."""
        with self._database.writing() as session:
            _set(session, self._is(channel, message) & (col(Answer.kind) == "offer"), kind="lapsed", hidden=True)

    def answer(self, channel: int, message: int) -> AnswerRecord | None:
        """Return what became of a message, or None where it was never taken."""
        found = self._find(self._is(channel, message))
        # Of a message that is to be forgotten only the caller knows the number.
        return found and replace(found, message=message)

    def card(self, channel: int, card_message: int) -> AnswerRecord | None:
        """Return the answer that a card carries, or None for a message that is no card."""
        return self._find(is_card(channel, card_message))

    def hide(self, channel: int, card_message: int, *, is_retracted: bool = False, is_freed: bool = False) -> None:
        """Mark a card as hidden; freed, or where its author took it back, its claims can be answered again at once.

        Else who says something and takes it back would keep a claim unanswered for the whole cool-down, and with a few
        claims a channel without cards: such an answer counts for its author, and not for the channel.
        """
        with self._database.writing() as session:
            answer = session.scalar(select(Answer).where(is_card(channel, card_message)))
            if answer is None:
                return
            answer.hidden = True
            if is_retracted:
                answer.kind = _RETRACTED
            if is_retracted or is_freed:
                # After /forget-me a cool-down no longer leads to its message.
                forgotten = (col(Cooldown.message) == 0) & col(Cooldown.claim).in_(answer.claims)
                started = (col(Cooldown.message) == answer.message) | forgotten
                session.connection().execute(delete(Cooldown).where(col(Cooldown.channel) == channel, started))

    def is_author(self, answer: AnswerRecord, user: int) -> bool:
        """Tell whether the user wrote the message that was answered."""
        return answer.author_hash is not None and hmac.compare_digest(answer.author_hash, hash_user(user, self._key))

    def _is(self, channel: int, message: int) -> ColumnElement[bool]:
        numbers = (message, mark_of(channel, message, self._key))
        return (col(Answer.channel) == channel) & col(Answer.message).in_(numbers)

    def _row(self, session: Session, channel: int, message: int) -> Answer | None:
        return session.scalar(select(Answer).where(self._is(channel, message)))

    def _find(self, condition: ColumnElement[bool]) -> AnswerRecord | None:
        with self._database.reading() as session:
            row = session.scalar(select(Answer).where(condition))
        return None if row is None else _record(row)


def _record(row: Answer) -> AnswerRecord:
    known: dict[str, Any] = {name: getattr(row, name) for name in AnswerRecord.__slots__}
    return replace(AnswerRecord(**known), claims=tuple(row.claims))


def is_card(channel: int, card_message: int) -> ColumnElement[bool]:
    """Return the condition that an answer's card is this one."""
    return (col(Answer.channel) == channel) & (col(Answer.card_message) == card_message)


def _is_full(session: Session, channel: int, most: int, now: datetime) -> bool:
    """Tell whether a channel has had its replies of the hour, hidden ones too: their readers have seen them."""
    given = (col(Answer.channel) == channel, col(Answer.kind).in_(("reply", _RETRACTED)), *_within(now, _HOUR))
    rows = session.connection().execute(select(col(Answer.kind), col(Answer.claims)).where(*given))
    # Where all claims were cooling down, the message was taken and nothing said.
    kinds = [kind for kind, claims in rows if claims]
    return kinds.count("reply") >= most or len(kinds) >= _MOST_TIMES * most


def _retracts(session: Session, server: int, author_hash: str, now: datetime) -> bool:
    back = (col(Answer.server) == server, col(Answer.author_hash) == author_hash, col(Answer.kind) == _RETRACTED)
    found = session.scalar(select(func.count()).select_from(Answer).where(*back, *_within(now, _HOUR)))
    return (found or 0) >= _MOST_RETRACTED


def _within(now: datetime, span: timedelta) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (col(Answer.taken_at) > now - span, col(Answer.taken_at) <= now + CLOCKS_DIFFER)


def _set(session: Session, condition: ColumnElement[bool], **values: object) -> None:
    session.connection().execute(update(Answer).where(condition).values(**values))


_LEAST_WINDOW = 1000


def _window(budget: float) -> tuple[int, int]:
    """Return over how many messages a budget is kept, and how many replies it allows there."""
    window = _LEAST_WINDOW if budget >= 1 else math.ceil(_LEAST_WINDOW / budget) if budget > 0 else 0
    return window, max(1, math.floor(budget * window / _LEAST_WINDOW + 1e-9)) if window else 0


class BudgetBook:
    """Keeps what servers were promised: at most so many replies per 1,000 messages, over any stretch of them.

    The stretch is 1,000 messages, or as many as it takes for one reply where the budget is smaller than that.
    """

    def __init__(self, base: ClaimBase) -> None:
        self._database = base.database
        self._clock = base.clock
        self._lock = Lock()
        self._unwritten: Counter[int] = Counter()

    def read(self, server: int, messages: int = 1) -> None:
        """Count messages that were read; they are written with the next reply.

        What a process has not written before it ends is not counted: then less is said, never more.
        """
        with self._lock:
            self._unwritten[server] += messages

    def spend(self, server: int, budget: float) -> bool:
        """Take one reply out of the budget; False where it allows none now."""
        with self._lock:
            messages = self._unwritten.pop(server, 0)
        try:
            return self._spend(server, budget, messages)
        except BaseException:
            self.read(server, messages)
            raise

    def is_used_up(self, server: int, budget: float) -> bool:
        """Tell whether the budget allows no reply now, without taking one."""
        window, allowed = _window(budget)
        with self._database.reading() as session:
            row = session.get(Server, server)
            state = (row.budget_spent or {}) if row is not None else {}
        read = int(state.get("read", 0)) + self._unwritten[server]
        return row is not None and sum(at > read - window for at in state.get("replies", [])) >= allowed

    def _spend(self, server: int, budget: float, messages: int) -> bool:
        window, allowed = _window(budget)
        with self._database.writing() as session:
            row = session.get(Server, server, with_for_update=True)
            if row is None:
                return True
            state = row.budget_spent or {}
            read = int(state.get("read", 0)) + messages
            replies = [at for at in state.get("replies", []) if at > read - window]
            is_free = len(replies) < allowed
            row.budget_spent = {"read": read, "replies": [*replies, read] if is_free else replies}
            return is_free

    def give_back(self, server: int) -> None:
        """Put the latest reply back, because nothing was said."""
        with self._database.writing() as session:
            row = session.get(Server, server, with_for_update=True)
            if row is not None and row.budget_spent and row.budget_spent["replies"]:
                row.budget_spent = row.budget_spent | {"replies": row.budget_spent["replies"][:-1]}

    def tell(self, server: int) -> bool:
        """Say whether moderators are to hear that the budget is used up: once a day."""
        now = self._clock()
        with self._database.writing() as session:
            row = session.get(Server, server, with_for_update=True)
            told = row.budget_told_at if row is not None else None
            if row is None or (told is not None and now - _DAY < told <= now + CLOCKS_DIFFER):
                return False
            row.budget_told_at = now
            return True
