"""What the bot said or would have said: counted where it only listens, labelled right or wrong by moderators.

Labels speak for a cut-off, which is proposed from them alone. Neither they nor what is counted in shadow mode hold any
text: ids, scores and the tick, and the message's author only as keyed hash.
"""

import random
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from threading import Lock
from time import monotonic
from typing import Any, Literal, TypeVar

import numpy as np
from sqlalchemy import ColumnElement, delete, func, select, update
from sqlmodel import Session, col

from checks.model import Action, Finding
from claims.base import ClaimBase
from claims.moderation.rights import Actor, permitted
from claims.store.database import insert_into, take_turns
from claims.store.revisions import hash_user
from claims.store.tables import Answer, Label, Server, ShadowDay, ShadowMatch, Sighting
from config.errors import UnknownEntryError

# card: a card that stands; the others are what a channel's past, or a channel that is only counted, would have led to.
Origin = Literal["card", "backtest", "shadow"]

# So many replies are put up to be ticked where there were more.
SAMPLE = 30
# Labels in all, and of each kind, from which on they say anything of a cut-off.
ENOUGH, ENOUGH_OF_EACH = 20, 5
# A wrong answer weighs as much as so many right ones that are not given: in doubt, silent.
_WRONG_WEIGHS = 2.0
_LEAST_GRID, _MOST_GRID = 50, 99
_REDRAWS, _SEED = 400, 7
_SURE, _WIDEST = 0.9, 0.15
# 90 of 100 intervals hold the true share.
_NORMAL = 1.645
# Counts of messages that lead to nothing wait so many seconds, and so many in a channel, before they are written.
_WRITTEN_EVERY, _MOST_UNWRITTEN = 5.0, 1_000
# While the base is away so many wait in a channel and day, and so many are asked for in one statement.
_MOST_WAITING, _AT_ONCE = 20_000, 500

Member = TypeVar("Member")
_Places = Collection[int]


def sample_of(found: Sequence[Member]) -> list[Member]:
    """Return all that was found in its order, or as many of it drawn by chance, so that labels speak for all of it."""
    if len(found) <= SAMPLE:
        return list(found)
    return [found[at] for at in sorted(random.sample(range(len(found)), SAMPLE))]


@dataclass(frozen=True, slots=True)
class LabelledReply:
    """A reply, given or only meant: its message by ids, claim and score, and whether it is right (None: not ticked)."""

    channel: int
    message: int
    claim: str
    score: float
    right: bool | None = None
    author_hash: str | None = None
    labelled_by: str | None = None


@dataclass(frozen=True, slots=True)
class LabelPage:
    """Replies of one page, counted from 0; how many pages there are (at least 1), how many replies, how many ticked."""

    replies: tuple[LabelledReply, ...]
    page: int
    pages: int
    total: int
    ticked: int


@dataclass(frozen=True, slots=True)
class CutOffProposal:
    """What the labels of a server say of its cut-off.

    few: too few labels to say anything. rare: too few wrong ones to say from where on they come. kept: the present
    cut-off does as well as any. mixed: none tells right from wrong surely enough. proposed: `cut_off`, in two decimals;
    nine in ten re-draws of the labels have theirs, with all that do as well, between `least` and `most`. It leaves
    `kept_right` of the right answers and `kept_wrong` of the wrong ones.
    """

    outcome: Literal["few", "rare", "kept", "mixed", "proposed"]
    right: int
    wrong: int
    cut_off: float | None = None
    least: float = 0.0
    most: float = 1.0
    kept_right: int = 0
    kept_wrong: int = 0

    @property
    def total(self) -> int:
        """The number of labels."""
        return self.right + self.wrong


def likely_share(count: int, total: int) -> tuple[float, float]:
    """Return between which shares (0–1) the true one lies nine times in ten, where `count` of `total` were seen."""
    if not total:
        return 0.0, 1.0
    seen, square = count / total, _NORMAL**2
    middle = (seen + square / (2 * total)) / (1 + square / total)
    reach = _NORMAL / (1 + square / total) * ((seen * (1 - seen) / total + square / (4 * total**2)) ** 0.5)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def propose_cut_off(labels: Sequence[tuple[float, bool]], present: float | None = None) -> CutOffProposal:
    """Return what labels, as (score, right), say of the cut-off; `present` is the server's, None the fitted one.

    A cut-off is proposed only where it is surely better than the present one and leaves at least half of the right
    answers: never silence for its own sake.
    """
    right, wrong = sum(each for _, each in labels), sum(not each for _, each in labels)
    if right + wrong < ENOUGH:
        return CutOffProposal("few", right, wrong)
    if wrong < ENOUGH_OF_EACH:
        return CutOffProposal("rare", right, wrong)
    if right < ENOUGH_OF_EACH:
        return CutOffProposal("mixed", right, wrong)
    scores, is_right = np.array([score for score, _ in labels]), np.array([each for _, each in labels])
    grid = np.arange(_LEAST_GRID, _MOST_GRID + 1) / 100
    costs = _costs(scores, is_right, grid)
    cheapest = _cheapest(costs.sum(axis=1))
    # As far as can be from wrong and right ones.
    at = int(cheapest[len(cheapest) // 2])
    cut_off = round(float(grid[at]), 2)
    (now,) = _costs(scores, is_right, np.array([present or 0.0]))
    is_as_good = now.sum() <= costs[at].sum() or abs(cut_off - (present or 0.0)) < 0.01
    if present is not None and is_as_good:
        return CutOffProposal("kept", right, wrong)
    draws = np.random.default_rng(_SEED).multinomial(len(labels), np.full(len(labels), 1 / len(labels)), _REDRAWS)
    redrawn = draws @ costs.T
    is_better = float((redrawn[:, at] < draws @ now).mean())
    # Of each re-draw the middle of a gap between wrong and right ones, and its ends: all of the gap does as well.
    gaps = np.array([[grid[each[len(each) // 2]], grid[each[0]], grid[each[-1]]] for each in map(_cheapest, redrawn)])
    (lowest, least, _), (highest, _, most) = np.quantile(gaps, (0.05, 0.95), axis=0).tolist()
    kept = scores >= cut_off
    kept_right, kept_wrong = int((kept & is_right).sum()), int((kept & ~is_right).sum())
    if is_better < _SURE or highest - lowest > _WIDEST or 2 * kept_right < right:
        return CutOffProposal("mixed", right, wrong)
    spread = (round(min(least, cut_off), 2), round(max(most, cut_off), 2))
    return CutOffProposal("proposed", right, wrong, cut_off, *spread, kept_right, kept_wrong)


def _costs(
    scores: np.ndarray[Any, np.dtype[np.float64]],
    is_right: np.ndarray[Any, np.dtype[np.bool_]],
    grid: np.ndarray[Any, np.dtype[np.float64]],
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return what each label (column) costs at each cut-off (row): a wrong answer given, or a right one not given."""
    is_given = scores[None, :] >= grid[:, None]
    return np.where(is_right, ~is_given * 1.0, is_given * _WRONG_WEIGHS)


def _cheapest(costs: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.intp]]:
    return np.flatnonzero(costs <= costs.min() + 1e-9)


class LabelBook:
    """Keeps labels; all methods with an actor may raise NotAllowedError."""

    def __init__(self, base: ClaimBase, hash_key: bytes) -> None:
        self._database = base.database
        self._key = hash_key
        self._clock = base.clock

    def put_up(self, actor: Actor, origin: Origin, places: _Places, replies: Sequence[LabelledReply]) -> None:
        """Put replies up to be ticked, in place of those in these channels that nobody has ticked yet.

        What was ticked before keeps its tick. Here as below, no `places` means all channels; each thread is one.
        """
        now = self._clock()
        with permitted(self._database.writing(), actor, "answer.label") as session:
            waiting = _of(actor.server or 0, origin, places)
            session.connection().execute(delete(Label).where(*waiting, col(Label.is_right).is_(None)))
            for reply in replies:
                row = _row(reply) | {"server": actor.server, "origin": origin, "noted_at": now}
                session.connection().execute(insert_into(session, Label).values(row).on_conflict_do_nothing())

    def channels(self, actor: Actor, origin: Origin) -> tuple[int, ...]:
        """Return the channels and threads of what was put up."""
        with permitted(self._database.reading(), actor, "answer.label") as session:
            found = select(col(Label.channel)).where(*_of(actor.server or 0, origin, ())).distinct()
            return tuple(session.scalars(found))

    def page(
        self, actor: Actor, origin: Origin, places: _Places, page: int, hidden: _Places = (), size: int = 10
    ) -> LabelPage:
        """Return a page of what was put up, newest first; a page that is no longer there gives the last one.

        `hidden`: channels whose messages the actor cannot see.
        """
        there = (*_of(actor.server or 0, origin, places), col(Label.channel).not_in(hidden))
        with permitted(self._database.reading(), actor, "answer.label") as session:
            total = session.scalar(select(func.count()).select_from(Label).where(*there)) or 0
            ticked = session.scalar(select(func.count(col(Label.is_right))).where(*there)) or 0
            pages = max(1, -(-total // size))
            at = max(0, min(page, pages - 1))
            order = (col(Label.noted_at).desc(), col(Label.channel), col(Label.message).desc(), col(Label.claim))
            rows = session.scalars(select(Label).where(*there).order_by(*order).offset(at * size).limit(size))
            return LabelPage(tuple(map(_reply, rows)), at, pages, total, ticked)

    def tick(self, actor: Actor, replies: Collection[tuple[int, int, str]], right: bool | None) -> None:
        """Label replies that were put up, each named by channel, message and claim; None takes a label back."""
        server = actor.server or 0
        with permitted(self._database.writing(), actor, "answer.label") as session:
            for channel, message, claim in replies:
                there = (col(Label.channel) == channel, col(Label.message) == message, col(Label.claim) == claim)
                ticked = update(Label).where(col(Label.server) == server, *there)
                # Where a new report takes its place at this moment, it is gone, and nothing is ticked.
                session.connection().execute(ticked.values(_ticked(actor, right)))

    def tick_card(self, actor: Actor, channel: int, message: int, claim: str, right: bool) -> None:
        """Label an answer that was given; raises UnknownEntryError where it is not known (any more)."""
        server = actor.server or 0
        with permitted(self._database.writing(), actor, "answer.label") as session:
            known = {reply.claim: reply for reply in _of_answer(session, server, channel, message)}
            if claim not in known:
                raise UnknownEntryError("Nothing is kept of this answer any more.")
            ticked = _ticked(actor, right)
            row = _row(known[claim]) | {"server": server, "origin": "card", "noted_at": self._clock()} | ticked
            # Somebody else may tick the same card at this moment.
            label = insert_into(session, Label).values(row)
            label = label.on_conflict_do_update(index_elements=["channel", "message", "claim"], set_=ticked)
            session.connection().execute(label)

    def of_answer(self, server: int, channel: int, message: int) -> tuple[LabelledReply, ...]:
        """Return an answer that was given, a reply for each of its claims, with the labels that there are."""
        with self._database.reading() as session:
            return tuple(_of_answer(session, server, channel, message))

    def labelled(self, actor: Actor, most: int = 500) -> tuple[LabelledReply, ...]:
        """Return what was ticked in the actor's server, newest first."""
        ticked = (col(Label.server) == actor.server, col(Label.is_right).is_not(None))
        with permitted(self._database.reading(), actor, "answer.label") as session:
            order = (col(Label.noted_at).desc(), col(Label.message).desc(), col(Label.claim))
            return tuple(map(_reply, session.scalars(select(Label).where(*ticked).order_by(*order).limit(most))))

    def proposal(self, actor: Actor) -> CutOffProposal:
        """Return what all labels of the actor's server say of its cut-off."""
        ticked = (col(Label.server) == actor.server, col(Label.is_right).is_not(None))
        with permitted(self._database.reading(), actor, "answer.label") as session:
            labels = [(row.score, bool(row.is_right)) for row in session.scalars(select(Label).where(*ticked))]
            server = session.get(Server, actor.server or 0)
        return propose_cut_off(labels, server.cut_off if server else None)

    def ticks(self) -> list[tuple[float, bool]]:
        """Return score and tick of every reply that was ticked in any server, for the operator's own fit."""
        with self._database.reading() as session:
            rows = session.scalars(select(Label).where(col(Label.is_right).is_not(None)).order_by(col(Label.noted_at)))
            return [(row.score, bool(row.is_right)) for row in rows]

    def mark(self, author: int) -> str:
        """Return the keyed hash under which an author's messages are labelled, so that `/forget-me` finds them."""
        return hash_user(author, self._key)


def _of_answer(session: Session, server: int, channel: int, message: int) -> Iterator[LabelledReply]:
    answer = session.get(Answer, (channel, message))
    for claim in answer.claims if answer is not None and answer.server == server else ():
        key = (channel, message, claim)
        if (row := session.get(Label, key)) is not None:
            yield _reply(row)
        elif (seen := session.get(Sighting, key)) is not None:
            yield LabelledReply(*key, seen.score, author_hash=seen.author_hash)


def _of(server: int, origin: Origin, places: _Places) -> tuple[ColumnElement[bool], ...]:
    return (col(Label.server) == server, col(Label.origin) == origin, *_in(Label, places))


def _in(table: type[Label | ShadowDay | ShadowMatch], places: _Places) -> tuple[ColumnElement[bool], ...]:
    return (col(table.channel).in_(places),) if places else ()


def _row(reply: LabelledReply) -> dict[str, Any]:
    names = ("channel", "message", "claim", "score", "author_hash")
    return {name: getattr(reply, name) for name in names}


def _reply(row: Label) -> LabelledReply:
    return LabelledReply(row.channel, row.message, row.claim, row.score, row.is_right, row.author_hash, row.labelled_by)


def _ticked(actor: Actor, right: bool | None) -> dict[str, Any]:
    return {"is_right": right, "labelled_by": None if right is None else str(actor.who)}


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """What channels (or the whole server) would have seen: counts, the claims by number of replies, and the replies.

    `per_thousand`: would-be replies per 1,000 messages; `would_say`: all of them, by their messages.
    """

    messages: int
    replies: int
    offers: int
    per_thousand: float
    claims: tuple[tuple[str, int], ...]
    would_say: tuple[LabelledReply, ...]

    def without(self, hidden: _Places) -> "ShadowReport":
        """Return the report with nothing of single messages in these channels: only their number stays."""
        seen = tuple(reply for reply in self.would_say if reply.channel not in hidden)
        return replace(self, claims=_by_claim(seen), would_say=seen)


class ShadowBook:
    """Collects would-be outcomes; no text, the author only as keyed hash. Safe from any thread.

    Messages that lead to nothing, nearly all of a chat, are written together: by the first that comes some seconds
    after the last write, and by `flush`. Until then their ids wait in memory, at most `_MOST_WAITING` of a channel's
    day: further ones are not counted, and a process that is killed loses these counts, and nothing of what it would
    have said. A base that has failed is left alone for as many seconds.
    """

    def __init__(self, base: ClaimBase, hash_key: bytes) -> None:
        self._database = base.database
        self._key = hash_key
        self._clock = base.clock
        self._lock = Lock()
        # By server, home, channel and day.
        self._unwritten: dict[tuple[int, int, int, date], set[int]] = {}
        self._written_at, self._has_failed = float("-inf"), False

    def note(
        self, server: int, channel: int, message: int, author: int, finding: Finding, home: int = 0, *, new: bool = True
    ) -> None:
        """Count a message for its channel or its thread's (`home`): a match once, and one not `new` only for it."""
        now, best, home = self._clock(), finding.best, home or channel
        if best is None or finding.action == "silent":
            with self._lock:
                waiting = self._unwritten.setdefault((server, home, channel, now.date()), set())
                if len(waiting) < _MOST_WAITING:
                    waiting.add(message)
                is_due = len(waiting) >= _MOST_UNWRITTEN and not self._has_failed
                is_due = is_due or monotonic() - self._written_at >= _WRITTEN_EVERY
            if is_due:
                self.flush()
            return
        with self._database.writing() as session:
            # A message and its edit may be read at the same time.
            take_turns(session, message)
            if session.get(ShadowMatch, (channel, message)) is not None:
                return
            waits = message in self._unwritten.get((server, home, channel, now.date()), ())
            _count(session, server, home, now.date(), int(new or waits), finding.action)
            row: dict[str, Any] = {"claim": best.claim, "score": best.unrounded, "stance": best.stance}
            row |= {"message": message, "server": server, "channel": channel, "seen_at": now}
            session.add(ShadowMatch(action=finding.action, author_hash=hash_user(author, self._key), **row))

    def flush(self) -> None:
        """Write what has been counted and waits; it waits on where the base fails."""
        with self._lock:
            waiting, self._unwritten, self._written_at = self._unwritten, {}, monotonic()
        if not waiting:
            return
        try:
            with self._database.writing() as session:
                for (server, home, channel, day), messages in sorted(waiting.items()):
                    ids, matched = sorted(messages), select(func.count()).where(col(ShadowMatch.channel) == channel)
                    pieces = (ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE))
                    wanted = (matched.where(col(ShadowMatch.message).in_(piece)) for piece in pieces)
                    known = sum(session.scalar(query) or 0 for query in wanted)
                    _count(session, server, home, day, len(messages) - known)
        except BaseException:
            with self._lock:
                self._has_failed, self._written_at = True, monotonic()
                for key, messages in waiting.items():
                    kept = self._unwritten.setdefault(key, set())
                    kept.update(islice(messages, max(0, _MOST_WAITING - len(kept))))
            raise
        self._has_failed = False

    def channels(self, actor: Actor) -> tuple[int, ...]:
        """Return the channels and threads in which anything would have been said; raises NotAllowedError."""
        with permitted(self._database.reading(), actor, "shadow.see") as session:
            found = select(col(ShadowMatch.channel)).where(col(ShadowMatch.server) == actor.server)
            return tuple(session.scalars(found.distinct()))

    def report(self, actor: Actor, places: _Places = (), days: int = 30) -> ShadowReport:
        """Return what was collected in the actor's server, in these channels and threads; raises NotAllowedError.

        Whole days (UTC) are counted, the first one as well, and the replies are those of the same days.
        """
        self.flush()
        first = (self._clock() - timedelta(days=days)).date()
        with permitted(self._database.reading(), actor, "shadow.see") as session:
            messages, replies, offers = _totals(session, actor.server, places, first)
            replied = _replies(session, actor.server, places, datetime.combine(first, time(), UTC))
        rate = 1000 * replies / messages if messages else 0.0
        return ShadowReport(messages, replies, offers, rate, _by_claim(replied), tuple(replied))

    def clear(self, actor: Actor, places: _Places) -> None:
        """Drop what was collected in these channels and threads (none: in the whole server); raises NotAllowedError."""
        self.flush()
        with permitted(self._database.writing(), actor, "channel.mode") as session:
            for table in (ShadowDay, ShadowMatch):
                there = (col(table.server) == actor.server, *_in(table, places))
                session.connection().execute(delete(table).where(*there))


def _by_claim(replies: Sequence[LabelledReply]) -> tuple[tuple[str, int], ...]:
    """Return the claims by their number of replies, the most first."""
    counts = Counter(reply.claim for reply in replies)
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _count(session: Session, server: int, channel: int, day: date, messages: int, action: Action = "silent") -> None:
    first = {"server": server, "channel": channel, "day": day, "messages": 0, "replies": 0, "offers": 0}
    session.connection().execute(insert_into(session, ShadowDay).values(first).on_conflict_do_nothing())
    row = session.get_one(ShadowDay, (server, channel, day), with_for_update=True)
    row.messages += messages
    row.replies += action == "reply"
    row.offers += action == "offer"


def _totals(session: Session, server: int | None, places: _Places, first: date) -> tuple[int, int, int]:
    counts = (col(ShadowDay.messages), col(ShadowDay.replies), col(ShadowDay.offers))
    messages, replies, offers = (func.coalesce(func.sum(count), 0) for count in counts)
    there = (col(ShadowDay.server) == server, col(ShadowDay.day) >= first, *_in(ShadowDay, places))
    row = session.connection().execute(select(messages, replies, offers).where(*there)).one()
    return int(row[0]), int(row[1]), int(row[2])


def _replies(session: Session, server: int | None, places: _Places, since: datetime) -> list[LabelledReply]:
    replied = (col(ShadowMatch.action) == "reply", col(ShadowMatch.seen_at) >= since, *_in(ShadowMatch, places))
    query = select(ShadowMatch).where(col(ShadowMatch.server) == server, *replied)
    rows = session.scalars(query.order_by(col(ShadowMatch.channel), col(ShadowMatch.message)))
    return [LabelledReply(r.channel, r.message, r.claim, r.score, author_hash=r.author_hash) for r in rows]
