"""Traces: every column that can lead to a person, why, and until when; the list drives the purge and `/forget-me`.

A message's or a card's number leads to its author, a hash to whoever knows its key, an id by itself. A test holds the
list against the tables: a column that stands neither here nor among those that lead to nobody makes it fail. What
`docs/privacy.md` shows is this list.

A sighting holds which claim was seen where and what the bot did: no text, the author only as keyed hash.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlmodel import Session, col

from checks.model import Action, Finding
from claims.base import ClaimBase
from claims.store.freshness import take_turns
from claims.store.revisions import hash_user, mark_of
from claims.store.server_settings import OWN_WISH, note_exemption
from claims.store.tables import (
    Answer,
    ChangeRow,
    Claim,
    Cooldown,
    Example,
    Exemption,
    Feedback,
    FormDraft,
    Label,
    QueueItem,
    Revision,
    ShadowDay,
    ShadowMatch,
    Sighting,
    Table,
)

DRAFTS_KEPT = timedelta(days=1)
CARDS_KEPT = timedelta(days=365)
# In the payload of a proposal: the hash of whoever wrote the message that it was taken from.
SAID_BY = "said_by"


Condition = ColumnElement[bool]
# What is done before reports are let go of: those for which the condition holds.
Forgetting = Callable[[Session, Condition, datetime], None]


@dataclass(frozen=True, slots=True)
class Trace:
    """Columns of a table that can lead to a person, how (`leads`), and how long they are kept (`kept`; N: the setting).

    `old` is the condition for rows whose time is over, given the moment and the setting, `own` that for rows of a user,
    given the hash; None where there are none. Such rows go; or, where `blank` is given, these values take their place
    in them, and `mark_of` that of the message where `is_marked`.
    """

    table: type[Table]
    columns: tuple[str, ...]
    leads: str
    kept: str
    old: Callable[[datetime, timedelta], Condition] | None = None
    own: Callable[[str], Condition] | None = None
    blank: Mapping[str, object] | None = None
    is_marked: bool = False


def _theirs(channel: Any, message: Any) -> Callable[[str], Condition]:  # noqa: ANN401  columns of any table
    """Return the condition that a message was written by the user, as far as answers and sightings tell."""

    def condition(mark: str) -> Condition:
        answered = (col(Answer.channel) == channel, col(Answer.message) == message, col(Answer.author_hash) == mark)
        seen = (col(Sighting.channel) == channel, col(Sighting.message) == message, col(Sighting.author_hash) == mark)
        return exists().where(*answered) | exists().where(*seen)

    return condition


def _is_unseen(now: datetime, days: timedelta) -> Condition:
    seldom = col(QueueItem.kind).in_(("near", "offer", "feedback")) & (col(QueueItem.created_at) < now - days)
    return (col(QueueItem.decided_at) < now - days) | seldom


_LONGEST_COOLDOWN = timedelta(days=366)
_STANDS = col(Answer.card_message).is_not(None) & ~col(Answer.hidden)

# In this order: what leads to a message is looked for before the answers that say whose it is.
TRACES = (
    Trace(
        Cooldown,
        ("message",),
        "the message that was answered last",
        "N days; the cool-down itself stays",
        old=lambda now, days: (col(Cooldown.answered_at) < now - days) & (col(Cooldown.message) != 0),
        own=_theirs(col(Cooldown.channel), col(Cooldown.message)),
        blank={"message": 0},
    ),
    Trace(
        Cooldown,
        ("channel",),
        "a thread, which has the number of the message that it was started from",
        "a year; a longer cool-down ends then",
        old=lambda now, _: col(Cooldown.answered_at) < now - _LONGEST_COOLDOWN,
    ),
    Trace(
        QueueItem,
        ("key", "payload", "message", "author_hash", "decided_by"),
        "a proposal, who made it and whose message it was; the message or card to look at; who decided",
        "reports, near misses and offers: N days; a proposal: until it is decided; N days from the decision",
        old=_is_unseen,
        own=lambda mark: (col(QueueItem.author_hash) == mark) | (col(QueueItem.payload)[SAID_BY].as_string() == mark),
    ),
    Trace(
        QueueItem,
        ("message",),
        "the message that a proposal or a report is about",
        "N days",
        old=lambda now, days: (col(QueueItem.created_at) < now - days) & col(QueueItem.message).is_not(None),
        own=_theirs(col(QueueItem.channel), col(QueueItem.message)),
        blank={"message": None},
    ),
    Trace(
        Feedback,
        ("reporter_hash", "card_message"),
        "who reported which card",
        "N days",
        old=lambda now, days: col(Feedback.reported_at) < now - days,
        own=lambda mark: col(Feedback.reporter_hash) == mark,
    ),
    Trace(
        Sighting,
        ("message", "author_hash"),
        "the message in which a claim was seen, and its author",
        "N days",
        old=lambda now, days: col(Sighting.seen_at) < now - days,
        own=lambda mark: col(Sighting.author_hash) == mark,
    ),
    Trace(
        ShadowMatch,
        ("message", "author_hash"),
        "the message that would have been answered, and its author",
        "N days",
        old=lambda now, days: col(ShadowMatch.seen_at) < now - days,
        own=lambda mark: col(ShadowMatch.author_hash) == mark,
    ),
    Trace(
        Label,
        ("message", "author_hash", "labelled_by"),
        "a reply that moderators call right or wrong, its message's author, and who called it so",
        "N days",
        old=lambda now, days: col(Label.noted_at) < now - days,
        own=lambda mark: col(Label.author_hash) == mark,
    ),
    Trace(
        ShadowDay,
        (),
        "counts of a channel's day, which lead to nobody",
        "N days",
        old=lambda now, days: col(ShadowDay.day) < (now - days).date(),
    ),
    Trace(
        Example,
        ("text", "message", "author_hash", "kept_by"),
        "a message that a moderator has kept, its author, and the moderator",
        "until its author or a moderator deletes it",
        own=lambda mark: col(Example.author_hash) == mark,
    ),
    Trace(
        FormDraft,
        ("user_hash", "form", "fields"),
        "what somebody typed into a form",
        "a day, or until it is written",
        old=lambda now, _days: col(FormDraft.saved_at) < now - DRAFTS_KEPT,
        own=lambda mark: col(FormDraft.user_hash) == mark,
    ),
    Trace(
        Answer,
        ("message", "author_hash"),
        "the message that was answered, and its author",
        "N days, then a keyed hash of the message while a card stands",
        old=lambda now, days: (col(Answer.taken_at) < now - days) & (col(Answer.message) >= 0),
        own=lambda mark: col(Answer.author_hash) == mark,
        blank={"author_hash": None},
        is_marked=True,
    ),
    Trace(
        Answer,
        ("card_message",),
        "the bot's own card, which Discord shows as a reply to the message",
        "N days, a card that stands for a year, so that it can be corrected",
        old=lambda now, days: (
            ((col(Answer.taken_at) < now - days) & ~_STANDS) | (col(Answer.taken_at) < now - CARDS_KEPT)
        ),
    ),
    Trace(
        Exemption,
        ("user_hash",),
        "whom the bot leaves alone",
        "until whoever wanted it takes it back; a member's own wish outlives /forget-me",
        own=lambda mark: (col(Exemption.user_hash) == mark) & (col(Exemption.server) != OWN_WISH),
    ),
    Trace(Revision, ("actor", "reason"), "who changed a server's claims, and why", "as long as the history"),
    Trace(ChangeRow, ("before", "after"), "what moderators wrote", "as long as the history"),
    Trace(Claim, ("edited_by",), "who changed the claim last", "as long as the claim"),
)


def _reports(conditions: Sequence[tuple[Trace, Condition]]) -> Condition:
    """Return which reports go."""
    return next(condition for trace, condition in conditions if trace.table is Feedback)


class TraceBook:
    """Lets go of what leads to people: after its time, or when they ask.

    `before` is done first: it ends what is in force only by the reports that go.
    """

    def __init__(self, base: ClaimBase, hash_key: bytes, before: Forgetting | None = None) -> None:
        self._database = base.database
        self._key = hash_key
        self._clock = base.clock
        self._before = before

    def purge(self, older_than: timedelta) -> int:
        """Let go of all whose time is over, the setting being `older_than`; return how many rows that touched."""
        now = self._clock()
        due = [(trace, trace.old(now, older_than)) for trace in TRACES if trace.old is not None]
        if self._before is not None:
            # Apart from the rest, which takes longer: other changes have to wait for this one.
            with self._database.changing() as session:
                self._before(session, _reports(due), now)
        with self._database.writing() as session:
            return sum(self._let_go(session, trace, condition) for trace, condition in due)

    def forget(self, user: int) -> int:
        """Let go of all that is kept of a user; return how many rows that touched.

        Moderators' own changes stay in the history: it is a record of what was done in a server's name.
        """
        mark = hash_user(user, self._key)
        theirs = [(trace, trace.own(mark)) for trace in TRACES if trace.own is not None]
        with self._database.changing() as session:
            note_exemption(session)
            if self._before is not None:
                self._before(session, _reports(theirs), self._clock())
            return sum(self._let_go(session, trace, condition) for trace, condition in theirs)

    def _let_go(self, session: Session, trace: Trace, condition: Condition) -> int:
        connection = session.connection()
        if trace.blank is None:
            return connection.execute(delete(trace.table).where(condition)).rowcount
        if not trace.is_marked:
            return connection.execute(update(trace.table).where(condition).values(**trace.blank)).rowcount
        rows = connection.execute(select(col(Answer.channel), col(Answer.message)).where(condition)).all()
        for channel, message in rows:
            kept = message if message < 0 else mark_of(channel, message, self._key)
            same = (col(Answer.channel) == channel, col(Answer.message) == message)
            connection.execute(update(Answer).where(*same).values(message=kept, **trace.blank))
        return len(rows)


class SightingBook:
    """Records matches; `TraceBook` lets them go after their time, or when their author asks."""

    def __init__(self, base: ClaimBase, hash_key: bytes) -> None:
        self._database = base.database
        self._key = hash_key
        self._clock = base.clock

    def record(self, server: int, channel: int, message: int, author: int, finding: Finding, action: Action) -> None:
        """Keep the matches of a message; a message seen again, such as after an edit, replaces what was kept of it."""
        now, author_hash = self._clock(), hash_user(author, self._key)
        rows = [
            Sighting(
                message=message,
                claim=match.claim,
                server=server,
                channel=channel,
                author_hash=author_hash,
                score=match.unrounded,
                stance=match.stance,
                action=action,
                claim_version=match.version,
                seen_at=now,
            )
            for match in finding.matches
        ]
        seen = (col(Sighting.channel) == channel, col(Sighting.message) == message)
        with self._database.writing() as session:
            # A message and its edit may be read at the same time.
            take_turns(session, message)
            session.connection().execute(delete(Sighting).where(*seen))
            session.add_all(rows)
