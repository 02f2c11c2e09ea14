"""What the bot did in a server of late, and which claims were seen there: counts for its moderators."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from claims.answering.answers import CLOCKS_DIFFER
from claims.base import ClaimBase
from claims.moderation.queue import due, fill
from claims.moderation.reports import HELPFUL
from claims.moderation.rights import Actor, permit, permitted
from claims.store.tables import Answer, Claim, ClaimOverride, Feedback, QueueItem, Revision, Server, Sighting


@dataclass(frozen=True, slots=True)
class Digest:
    """Counts of one server since a moment; `waiting` by kind of item, `actors` those who changed anything, by id."""

    server: int
    since: datetime
    waiting: Mapping[str, int]
    oldest: timedelta | None
    decided: int
    reports: Mapping[str, int]
    replies: int
    offers: int
    changes: int
    actors: tuple[str, ...]
    paused: tuple[str, ...]


class Digests:
    """Makes digests, for moderators who ask, and for the channels that servers have chosen."""

    def __init__(self, base: ClaimBase) -> None:
        self._database = base.database
        self._clock = base.clock

    def channels(self) -> dict[int, int]:
        """Return the channel of each server that wants a weekly digest."""
        query = select(Server).where(col(Server.digest_channel).is_not(None)).order_by(col(Server.id))
        with self._database.reading() as session:
            return {row.id: row.digest_channel for row in session.scalars(query) if row.digest_channel is not None}

    def for_moderator(self, actor: Actor, since: datetime) -> Digest:
        """Return the digest of the actor's server; raises NotAllowedError."""
        with self._database.reading() as session:
            permit(session, actor, "queue.see")
        return self.digest(actor.its_server, since)

    def digest(self, server: int, since: datetime) -> Digest:
        """Return the digest of a server, for its digest channel."""
        now = self._clock()
        with self._database.reading() as session:
            wanted = due(session, server, now)
        with self._database.writing() as session:
            fill(session, server, wanted, now)
        with self._database.reading() as session:
            waiting = (col(QueueItem.server) == server) & (col(QueueItem.state) == "open")
            oldest = session.scalar(select(QueueItem).where(waiting).order_by(col(QueueItem.created_at)).limit(1))
            answered = (col(Answer.server) == server) & (col(Answer.taken_at) >= since)
            changed = (col(Revision.server) == server) & (col(Revision.at) >= since)
            reported = (col(Feedback.server) == server) & (col(Feedback.reported_at) >= since)
            decided = (col(QueueItem.server) == server) & (col(QueueItem.decided_at) >= since)
            return Digest(
                server=server,
                since=since,
                waiting=_grouped(session, col(QueueItem.kind), waiting),
                oldest=now - oldest.created_at if oldest else None,
                decided=_number(session, decided),
                reports=_grouped(session, col(Feedback.kind), reported),
                replies=_number(session, answered, _WAS_POSTED),
                offers=_number(session, answered, _WAS_OFFERED),
                changes=_number(session, changed),
                actors=tuple(sorted(_grouped(session, col(Revision.actor), changed))),
                paused=_paused(session, server),
            )


# One meaning wherever the bot counts its answers: a card stood, or a hint was given, whatever became of either.
_WAS_POSTED = col(Answer.card_message).is_not(None)
_WAS_OFFERED = col(Answer.offered).is_(True)


def _number(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(*conditions)) or 0


def _paused(session: Session, server: int | None) -> tuple[str, ...]:
    # What was set on a claim stays where somebody has taken back that it was made.
    there = col(ClaimOverride.claim).in_(
        select(col(Claim.id)).where(or_(col(Claim.server).is_(None), col(Claim.server) == server))
    )
    paused = (col(ClaimOverride.server) == server, col(ClaimOverride.paused).is_(True), there)
    return tuple(session.scalars(select(col(ClaimOverride.claim)).where(*paused).order_by(col(ClaimOverride.claim))))


def _grouped(session: Session, column: Mapped[str], condition: ColumnElement[bool]) -> dict[str, int]:
    rows = session.connection().execute(select(column, func.count()).where(condition).group_by(column))
    return {row[0]: row[1] for row in rows}


WEEK = timedelta(days=7)
# Where a round comes a little late, the next digest still keeps to the hour of the first.
_LATE = timedelta(days=1)


class DigestPostings:
    """Hands out each posting once: whoever takes it posts it, and gives it back where Discord could not be reached."""

    def __init__(self, base: ClaimBase) -> None:
        self._database = base.database
        self._clock = base.clock

    def due(self, channels: Mapping[int, int]) -> tuple[int, ...]:
        """Return those of the servers (keys of `Digests.channels`) whose last digest is a week old or older."""
        now = self._clock()
        with self._database.reading() as session:
            return tuple(server for server in channels if _is_due(session.get(Server, server), now))

    def take(self, server: int) -> datetime | None:
        """Take the server's posting; return since when it counts, or None where it is not due any more."""
        now = self._clock()
        with self._database.writing() as session:
            row = _locked(session, server)
            if row is None or not _is_due(row, now):
                return None
            before = row.digest_at
            is_punctual = before is not None and WEEK <= now - before < WEEK + _LATE
            row.digest_at = before + WEEK if before is not None and is_punctual else now
        return now - WEEK

    def give_back(self, server: int) -> None:
        """Make the server's posting due again, because it could not be posted."""
        with self._database.writing() as session:
            row = _locked(session, server)
            if row is not None and row.digest_at is not None:
                row.digest_at -= WEEK


def _locked(session: Session, server: int) -> Server | None:
    return session.get(Server, server, with_for_update=True)


def _is_due(row: Server | None, now: datetime) -> bool:
    if row is None or row.digest_channel is None:
        return False
    # A digest that lies ahead was noted by a clock that was wrong: there would be none until then.
    return row.digest_at is None or not now - WEEK < row.digest_at <= now + CLOCKS_DIFFER


@dataclass(frozen=True, slots=True)
class Activity:
    """Cards posted, offers made and reports by members in a time; the ids of the claims that are paused now."""

    replies: int
    offers: int
    reports: int
    paused: tuple[str, ...]


class ActivityBook:
    """Counts what stands in the books of answers and reports."""

    def __init__(self, base: ClaimBase) -> None:
        self._base = base

    def read(self, actor: Actor, days: int) -> Activity:
        """Return the counts of the last `days` days in the actor's server; raises NotAllowedError."""
        since = self._base.clock() - timedelta(days=days)
        taken = (col(Answer.server) == actor.server, col(Answer.taken_at) >= since)
        # A vote that a card has helped reports nothing.
        is_report = col(Feedback.kind) != HELPFUL
        reported = (col(Feedback.server) == actor.server, col(Feedback.reported_at) >= since, is_report)
        with permitted(self._base.database.reading(), actor, "activity.see") as session:
            return Activity(
                _number(session, *taken, _WAS_POSTED),
                _number(session, *taken, _WAS_OFFERED),
                _number(session, *reported),
                _paused(session, actor.server),
            )


# Matches below are near misses: more likely something else than the claim.
_LIKELY = 0.5


@dataclass(frozen=True, slots=True)
class Tally:
    """How many messages spoke of a claim, and how: stated it, asked about it, disputed it."""

    asserted: int = 0
    asked: int = 0
    debunked: int = 0

    @property
    def seen(self) -> int:
        """The number of all of them."""
        return self.asserted + self.asked + self.debunked

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.asserted + other.asserted, self.asked + other.asked, self.debunked + other.debunked)


@dataclass(frozen=True, slots=True)
class Trends:
    """Tallies by day (UTC) and claim, from `first` to `last`; days and claims that nobody spoke of are left out."""

    first: date
    last: date
    tallies: dict[tuple[date, str], Tally]

    def since_first(self) -> "Trends":
        """Return the same from the first day on which anything was seen, so that no empty time stands before it."""
        seen = min((day for day, _ in self.tallies), default=self.first)
        return Trends(max(self.first, min(seen, self.last - timedelta(days=6))), self.last, self.tallies)

    @property
    def days(self) -> tuple[date, ...]:
        """All days from the first to the last."""
        return tuple(self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1))

    def of_day(self, day: date) -> Tally:
        """Return the sum of a day."""
        return sum((tally for (when, _), tally in self.tallies.items() if when == day), Tally())

    def by_claim(self) -> tuple[tuple[str, Tally], ...]:
        """Return the sum of each claim, most seen first."""
        sums: defaultdict[str, Tally] = defaultdict(Tally)
        for (_, claim), tally in self.tallies.items():
            sums[claim] += tally
        return tuple(sorted(sums.items(), key=lambda item: (-item[1].seen, item[0])))


_KINDS = {"asserts": Tally(asserted=1), "asks": Tally(asked=1), "denies": Tally(debunked=1)}


class TrendBook:
    """Sums sightings up; nothing it returns leads to a message, a channel or a member."""

    def __init__(self, base: ClaimBase) -> None:
        self._base = base

    def read(self, actor: Actor, days: int) -> Trends:
        """Return the last `days` days, today included: of the actor's server, of all servers for the operator.

        Raises NotAllowedError for whoever does not moderate the server.
        """
        last = self._base.clock().date()
        first = last - timedelta(days=days - 1)
        since = datetime.combine(first, time(), UTC)
        wanted = (col(Sighting.score) >= _LIKELY, col(Sighting.seen_at) >= since)
        query, taken = select(Sighting).where(*wanted), select(Answer).where(col(Answer.taken_at) >= since)
        if not actor.is_operator:
            query = query.where(col(Sighting.server) == actor.server)
            taken = taken.where(col(Answer.server) == actor.server)
        tallies: defaultdict[tuple[date, str], Tally] = defaultdict(Tally)
        with permitted(self._base.database.reading(), actor, "activity.see") as session:
            answered = {(answer.channel, answer.message): answer.claims for answer in session.scalars(taken)}
            for seen in _claimed(session.scalars(query), answered):
                # Who only mentions a claim neither makes nor disputes it.
                if seen.stance in _KINDS:
                    tallies[seen.seen_at.date(), seen.claim] += _KINDS[seen.stance]
        return Trends(first, last, dict(tallies))


def _claimed(rows: Iterable[Sighting], claims: Mapping[tuple[int, int], Sequence[str]]) -> list[Sighting]:
    """Return what messages said: of each the claims that were answered, and the one that came nearest, no others."""
    best: dict[tuple[int, int], Sighting] = {}
    answered: dict[tuple[int, int, str], Sighting] = {}
    for seen in rows:
        place = (seen.channel, seen.message)
        if seen.claim in claims.get(place, ()):
            answered[*place, seen.claim] = seen
        if place not in best or seen.score > best[place].score:
            best[place] = seen
    return list(({(*place, seen.claim): seen for place, seen in best.items()} | answered).values())
