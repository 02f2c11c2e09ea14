"""Shadow mode: what the bot would have said where it only listens, as counts, ids and scores."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from checks.model import Finding
from claims.base import ClaimBase, Clock
from claims.moderation.labels import LabelledReply
from claims.moderation.rights import Actor, permit
from claims.store.database import insert_into
from claims.store.revisions import hash_user
from claims.store.tables import ShadowDay, ShadowMatch


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """What a channel (or the whole server) would have seen: counts, the claims by number of replies, and the replies.

    `per_thousand`: would-be replies per 1,000 messages; `would_say`: all of them, by their messages.
    """

    messages: int
    replies: int
    offers: int
    per_thousand: float
    claims: tuple[tuple[str, int], ...]
    would_say: tuple[LabelledReply, ...]


class ShadowBook:
    """Collects would-be outcomes; no text, the author only as keyed hash."""

    def __init__(self, base: ClaimBase, hash_key: bytes, clock: Clock | None = None) -> None:
        self._database = base.database
        self._key = hash_key
        self._clock = clock or base.clock

    def note(self, server: int, channel: int, message: int, author: int, finding: Finding) -> None:
        """Count a checked message; one that was counted before, with a match, counts no second time."""
        now, best = self._clock(), finding.best
        with self._database.writing() as session:
            if session.get(ShadowMatch, (channel, message)) is not None:
                return
            _count(session, server, channel, now.date(), finding)
            if best is not None and finding.action != "silent":
                row = ShadowMatch(
                    message=message,
                    server=server,
                    channel=channel,
                    claim=best.claim,
                    author_hash=hash_user(author, self._key),
                    score=best.score if best.exact is None else best.exact,
                    stance=best.stance,
                    action=finding.action,
                    seen_at=now,
                )
                session.add(row)

    def report(self, actor: Actor, channel: int | None = None, days: int = 30) -> ShadowReport:
        """Return what was collected in the actor's server; raises NotAllowedError."""
        since = self._clock() - timedelta(days=days)
        with self._database.reading() as session:
            permit(session, actor, "shadow.see")
            messages, replies, offers = _totals(session, actor.server, channel, since.date())
            replied = _replies(session, actor.server, channel, since)
        counts = {claim: sum(each.claim == claim for each in replied) for claim in {each.claim for each in replied}}
        claims = tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
        rate = 1000 * replies / messages if messages else 0.0
        return ShadowReport(messages, replies, offers, rate, claims, tuple(replied))

    def clear(self, actor: Actor, channel: int | None) -> None:
        """Drop what was collected in a channel (None: in the whole server); raises NotAllowedError."""
        with self._database.writing() as session:
            permit(session, actor, "channel.mode")
            for table in (ShadowDay, ShadowMatch):
                there = delete(table).where(col(table.server) == actor.server)
                there = there if channel is None else there.where(col(table.channel) == channel)
                session.connection().execute(there)


def _count(session: Session, server: int, channel: int, day: date, finding: Finding) -> None:
    first = {"server": server, "channel": channel, "day": day, "messages": 0, "replies": 0, "offers": 0}
    session.connection().execute(insert_into(session, ShadowDay).values(first).on_conflict_do_nothing())
    row = session.get_one(ShadowDay, (server, channel, day), with_for_update=True)
    row.messages += 1
    row.replies += finding.action == "reply"
    row.offers += finding.action == "offer"


def _totals(session: Session, server: int | None, channel: int | None, first: date) -> tuple[int, int, int]:
    counts = (col(ShadowDay.messages), col(ShadowDay.replies), col(ShadowDay.offers))
    messages, replies, offers = (func.coalesce(func.sum(count), 0) for count in counts)
    query = select(messages, replies, offers).where(col(ShadowDay.server) == server, col(ShadowDay.day) >= first)
    if channel is not None:
        query = query.where(col(ShadowDay.channel) == channel)
    row = session.connection().execute(query).one()
    return int(row[0]), int(row[1]), int(row[2])


def _replies(session: Session, server: int | None, channel: int | None, since: datetime) -> list[LabelledReply]:
    replied = (col(ShadowMatch.action) == "reply", col(ShadowMatch.seen_at) >= since)
    query = select(ShadowMatch).where(col(ShadowMatch.server) == server, *replied)
    if channel is not None:
        query = query.where(col(ShadowMatch.channel) == channel)
    rows = session.scalars(query.order_by(col(ShadowMatch.channel), col(ShadowMatch.message)))
    return [LabelledReply(r.channel, r.message, r.claim, r.score, author_hash=r.author_hash) for r in rows]
