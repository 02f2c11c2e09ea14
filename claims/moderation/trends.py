"""What circulates: the sightings of a time summed up by claim and day, so that nobody can be told from them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlmodel import col

from claims.base import ClaimBase
from claims.moderation.rights import Actor, permit
from claims.store.tables import Sighting

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
        query = select(col(Sighting.seen_at), col(Sighting.claim), col(Sighting.stance)).where(*wanted)
        if not actor.is_operator:
            query = query.where(col(Sighting.server) == actor.server)
        tallies: defaultdict[tuple[date, str], Tally] = defaultdict(Tally)
        with self._base.database.reading() as session:
            permit(session, actor, "activity.see")
            for seen_at, claim, stance in session.connection().execute(query):
                # Who only mentions a claim neither makes nor disputes it.
                tallies[seen_at.date(), claim] += _KINDS.get(stance, Tally())
        return Trends(first, last, dict(tallies))
