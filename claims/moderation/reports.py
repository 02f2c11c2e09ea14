"""What members report about cards: one kind a member, card and claim, counted once, weighed, and acted on at once.

No handful of accounts silences the bot: a report weighs by who makes it, and nobody counts for everything.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, String, and_, cast, delete, exists, func, not_, select
from sqlmodel import Session, col

from claims.answering.answers import is_card
from claims.base import ClaimBase
from claims.moderation.queue import NewItem, item_key, open_rows, put
from claims.moderation.server_setup import setting_change, settled
from claims.store.changes import Change, write_changes
from claims.store.claim_rows import read_rows
from claims.store.revisions import TOUCHSTONE, AuditEntry, hash_user
from claims.store.server_settings import CLAIM_SETTING, PAUSE_REPORTS
from claims.store.tables import Answer, ChangeRow, ClaimOverride, Feedback, QueueItem, Revision, Server, Sighting
from config.errors import NotAllowedError, UnknownClaimError

WINDOW = timedelta(days=1)
# From this weight on a card counts as called wrong.
_ENOUGH_FOR_A_CARD = 1.0
# Who has called so many other claims wrong, and was not found right, is heard by moderators alone about one more.
_MOST_OTHERS = 2
_DAY, _WEEK, _MONTH = 1.0, 7.0, 30.0
# So much of a reporter's hash is shown.
_MARK = 6
# Both say that the card does not belong to the message; "out of date" says nothing about the match.
WRONG_MATCH = frozenset({"not-said", "wrong-claim"})
# A vote that asks nothing of moderators.
HELPFUL = "helpful"
# Reports that do not count: those for which this holds.
Without = ColumnElement[bool] | None
_REASON = "reported by members"


@dataclass(frozen=True, slots=True)
class ReportOutcome:
    """What a report did: how many members have reported this claim on this card, and what followed at once.

    `raised_to`: matches scoring less are answered more reluctantly in the server (0: no change); `paused`: this report
    has paused the claim's automatic replies there, and the moderators should hear of it; `new`: the member had not said
    the same before.
    """

    count: int
    raised_to: float = 0.0
    paused: bool = False
    new: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """Who reports, as the front end sees it: days in the server (None: not known), roles given, whether a moderator."""

    days: float | None = None
    has_role: bool = False
    moderates: bool = False

    def weight(self, upheld: int = 0, dismissed: int = 0) -> float:
        """Return how much a report counts: 1 for a settled member, nothing on the first day, a moderator's as two.

        Reports that moderators have dismissed take from it, those that they have upheld make up for that.
        """
        trust = (upheld + 1) / (upheld + dismissed + 1)
        if self.moderates:
            return 2 * trust
        if self.days is None or self.days >= _MONTH:
            return trust
        if self.days < _DAY:
            return 0.0
        settled = 0.5 if self.has_role or self.days >= _WEEK else 0.25
        return settled * trust


def act_on_report(session: Session, report: Feedback, before: str | None, now: datetime) -> tuple[float, bool]:
    """Do what a report that has been written leads to; return the bar it raised (0: none) and whether it paused.

    `before` is the kind that the same member had chosen first: what that has led to is taken back, also a pause for
    which the other reports are not enough. Raises UnknownClaimError where the card answers other claims.
    """
    server, claim = report.server, report.claim
    answer = session.scalar(select(Answer).where(is_card(report.channel, report.card_message)))
    if answer is not None and claim not in answer.claims:
        raise UnknownClaimError(claim, tuple(answer.claims))
    if not read_rows(session, server, claim, everything=True):
        return 0.0, False
    place = (answer.channel, answer.message) if answer else (report.channel, None)
    payload = {"kind": report.kind, "card": report.card_message}
    if report.kind != HELPFUL:
        put(session, NewItem(server, "feedback", _occasion(report, report.kind), claim, payload, *place), now)
    if before is not None:
        _drop_unreported(session, report, before)
    if not {report.kind, before} & WRONG_MATCH:
        return 0.0, False
    setting = session.get(ClaimOverride, (server, claim)) or ClaimOverride(server=server, claim=claim, changed_at=now)
    raised, pauses, paused, ended = _bar(session, setting), False, setting.paused, list[QueueItem]()
    if is_wrong := report.kind in WRONG_MATCH:
        raised = max(raised, setting.raised_to or 0.0)
        # Nobody switches a claim off and on by choosing one kind after the other.
        is_open = not paused and not (before and _has_resumed(session, report, now))
        pauses = is_open and _recent(session, setting, now) >= pause_limit(session, server)
    else:
        paused, ended = _pause_left(session, setting, now)
    change = setting_change(session, server, claim, raised_to=raised or None, paused=paused or pauses)
    written = _write(session, report, change, ended, now, pauses=pauses)
    return (written if is_wrong else 0.0), pauses


def _pause_left(
    session: Session, setting: ClaimOverride, now: datetime, without: Without = None
) -> tuple[bool, list[QueueItem]]:
    """Return whether a claim is still to be paused, and the items of the queue that end with its pause."""
    if not setting.paused or not _is_by_reports(session, setting, "paused"):
        return setting.paused, []
    pauses = [row for row in open_rows(session, setting.server, "paused") if row.claim == setting.claim]
    holds = pause_holds(session, setting, pauses, now, without=without)
    return holds, [] if holds else pauses


def _has_resumed(session: Session, report: Feedback, now: datetime) -> bool:
    """Tell whether a pause of the claim has ended by itself within a day."""
    ended = (col(Revision.actor) == TOUCHSTONE, col(Revision.act) == "claim.resume", col(Revision.at) > now - WINDOW)
    same = (col(Revision.server) == report.server, col(ChangeRow.subject) == report.claim)
    query = select(col(Revision.id)).join(ChangeRow, col(Revision.id) == col(ChangeRow.revision))
    return session.scalar(query.where(*ended, *same, col(ChangeRow.kind) == CLAIM_SETTING).limit(1)) is not None


def _drop_unreported(session: Session, report: Feedback, kind: str, without: Without = None) -> None:
    """Take the item of a kind that nobody reports any more out of the queue, where nobody has decided on it."""
    same = (*_same(report.channel, report.card_message, report.claim), col(Feedback.kind) == kind)
    if session.scalar(select(func.count()).select_from(Feedback).where(*same, *_but(without))):
        return
    here = col(QueueItem.channel).is_(None) | (col(QueueItem.channel) == report.channel)
    mine = (col(QueueItem.key) == _key(report, kind), col(QueueItem.state) == "open", here)
    session.connection().execute(delete(QueueItem).where(*mine))


def _write(
    session: Session, report: Feedback, change: Change, ended: Sequence[QueueItem], now: datetime, *, pauses: bool
) -> float:
    act = "reports.raise" if report.kind in WRONG_MATCH else "claim.resume" if ended else "reports.lower"
    entry = AuditEntry(TOUCHSTONE, "reports.pause" if pauses else act, _REASON, report.server)
    written = write_changes(session, entry, [change, *settled(ended)], now)
    if pauses:
        payload = {"reports": pause_limit(session, report.server)}
        put(session, NewItem(report.server, "paused", f"{report.claim}/{written.revision}", report.claim, payload), now)
    return (change.after or {})["raised_to"] or 0.0 if written.changes else 0.0


def _bar(session: Session, setting: ClaimOverride, without: Without = None) -> float:
    """Return the bar above all matches that members call wrong, since moderators have decided on the last ones."""
    server, claim = setting.server, setting.claim
    same = (col(Feedback.server) == server, col(Feedback.claim) == claim, col(Feedback.kind).in_(WRONG_MATCH))
    reported = select(Feedback).where(*same, *_but(without))
    if setting.reports_from is not None:
        reported = reported.where(col(Feedback.reported_at) > setting.reports_from)
    weights: defaultdict[tuple[int, int], float] = defaultdict(float)
    for row in _heard(session, session.scalars(reported)):
        weights[row.channel, row.card_message] += row.weight
    wrong: list[float] = []
    for card, weight in weights.items():
        answer = session.scalar(select(Answer).where(is_card(*card))) if weight >= _ENOUGH_FOR_A_CARD else None
        seen = session.get(Sighting, (answer.channel, answer.message, claim)) if answer else None
        wrong += [seen.score] if seen else []
    return bar_above(max(wrong)) if wrong else 0.0


def _heard(session: Session, reports: Iterable[Feedback]) -> Iterator[Feedback]:
    """Yield those of a claim's reports before which the same member had not called too many other claims wrong."""
    ends: dict[str, datetime | None] = {}
    for row in reports:
        if row.reporter_hash not in ends:
            ends[row.reporter_hash] = _heard_until(session, row)
        end = ends[row.reporter_hash]
        if end is None or row.reported_at < end:
            yield row


def _heard_until(session: Session, report: Feedback) -> datetime | None:
    """Return when the member had called too many other claims wrong that no moderator has found wrong since.

    Also on answers to the own words, and however long ago: claims can be said to be reported, and one a day be enough.
    """
    same = (col(Feedback.server) == report.server, col(Feedback.reporter_hash) == report.reporter_hash)
    other = (col(Feedback.claim) != report.claim, col(Feedback.kind).in_(WRONG_MATCH))
    undecided = col(QueueItem.state).is_distinct_from("accepted")
    first = func.min(col(Feedback.reported_at))
    query = select(first).select_from(Feedback).outerjoin(QueueItem, _leads_to())
    times = session.scalars(
        query.where(*same, *other, undecided).group_by(col(Feedback.claim)).order_by(first).limit(_MOST_OTHERS)
    ).all()
    return times[-1] if len(times) == _MOST_OTHERS else None


def bar_above(score: float) -> float:
    """Return the bar below which matches fall that are no surer than a reported one.

    It leaves half of the doubt: messages like the reported one fall below, and those that are much nearer to the claim
    are answered on, also where all of them round to 1. At 1 itself everything falls below.
    """
    return max(1 - (1 - score) / 2, math.nextafter(score, 2))


def _recent(session: Session, setting: ClaimOverride, now: datetime) -> float:
    """Return what the reports of a day weigh that call a match of this claim wrong, after the last decision."""
    since = max(filter(None, (now - WINDOW, setting.reports_from)))
    return weight_of_reports(session, setting.server, setting.claim, since)


def pause_holds(
    session: Session, setting: ClaimOverride, pauses: Sequence[QueueItem], now: datetime, but: str = "",
    without: Without = None,
) -> bool:  # fmt: skip
    """Tell whether the reports that are left are enough for a pause that stands; `pauses` are its open items."""
    since = min((each.created_at for each in pauses), default=now) - WINDOW
    after = max(filter(None, (since, setting.reports_from)))
    left = weight_of_reports(session, setting.server, setting.claim, after, but, without)
    return left >= pause_limit(session, setting.server)


def _but(without: Without) -> tuple[ColumnElement[bool], ...]:
    return () if without is None else (not_(without),)


def take_back(session: Session, goes: ColumnElement[bool], now: datetime) -> None:
    """Lower the bars and end the pauses that only stand by reports for which `goes` holds, before these are deleted.

    What waits in the queue for nobody's report but these goes with them.

    Otherwise whoever is forgotten could report a few more claims, and again, and all of it would stay in force; and so
    would what nobody decides on until its reports are old. What a moderator has brought back stays.
    """
    waiting = select(Feedback).join(QueueItem, _leads_to()).where(goes, col(QueueItem.state) == "open")
    for report in session.scalars(waiting).all():
        _drop_unreported(session, report, report.kind, goes)
    same = (col(Feedback.server) == ClaimOverride.server, col(Feedback.claim) == ClaimOverride.claim)
    wrong = (*same, col(Feedback.kind).in_(WRONG_MATCH))
    touched = exists().where(*wrong, goes, col(Feedback.weight) > 0) | ~exists().where(*wrong, not_(goes))
    is_set = col(ClaimOverride.paused).is_(True) | col(ClaimOverride.raised_to).is_not(None)
    in_order = (col(ClaimOverride.server), col(ClaimOverride.claim))
    for setting in session.scalars(select(ClaimOverride).where(is_set, touched).order_by(*in_order)).all():
        server, claim = setting.server, setting.claim
        raised = setting.raised_to or 0.0
        if raised and _is_by_reports(session, setting, "raised_to"):
            raised = min(raised, _bar(session, setting, goes))
        paused, ended = _pause_left(session, setting, now, goes)
        change = setting_change(session, server, claim, raised_to=raised or None, paused=paused)
        act = "claim.resume" if setting.paused and not paused else "reports.lower"
        write_changes(session, AuditEntry(TOUCHSTONE, act, _REASON, server), [change, *settled(ended)], now)


def _is_by_reports(session: Session, setting: ClaimOverride, name: str) -> bool:
    """Tell whether reports have set this last, and not a moderator who has taken back its end."""
    query = (
        select(col(Revision.actor), col(ChangeRow.before), col(ChangeRow.after))
        .join(Revision, col(Revision.id) == col(ChangeRow.revision))
        .where(col(ChangeRow.kind) == CLAIM_SETTING, col(ChangeRow.subject) == setting.claim)
        .where(col(Revision.server) == setting.server)
        .order_by(col(ChangeRow.id).desc())
    )
    for actor, before, after in session.connection().execute(query):
        if (before or {}).get(name) != (after or {}).get(name):
            return actor == TOUCHSTONE
    return False


def weight_of_reports(
    session: Session,
    server: int,
    claim: str,
    since: datetime,
    but: str = "",
    without: Without = None,
) -> float:
    """Return what reports weigh that call a match of the claim wrong: each member once, dismissed ones not at all.

    Whoever has had a part in the pause of another claim, however long ago, has none in this one, except on answers to
    the own words; and nobody has one in more than a few. `but` is the key of an item of the queue that counts as
    dismissed.
    """
    wrong = (col(Feedback.server) == server, col(Feedback.kind).in_(WRONG_MATCH))
    paused = select(col(ClaimOverride.claim)).where(
        col(ClaimOverride.server) == server, col(ClaimOverride.paused).is_(True), col(ClaimOverride.claim) != claim
    )
    elsewhere = select(col(Feedback.reporter_hash)).where(*wrong, col(Feedback.claim).in_(paused))
    spent = set(session.scalars(elsewhere))
    weights: dict[str, float] = {}
    recent = (*wrong, col(Feedback.reported_at) > since, col(Feedback.claim) == claim)
    counted = (*_but(without), col(QueueItem.state).is_distinct_from("dismissed"))
    left = select(Feedback).outerjoin(QueueItem, _leads_to()).where(*recent, *counted)
    for row in _heard(session, session.scalars(left)):
        if _key(row, row.kind) == but or (row.reporter_hash in spent and not row.is_author):
            continue
        weights[row.reporter_hash] = max(row.weight, weights.get(row.reporter_hash, 0.0))
    return sum(weights.values())


def _key(report: Feedback, kind: str) -> str:
    """Return the key of the queue's item that a report of this kind leads to."""
    return item_key(report.server, "feedback", _occasion(report, kind))


def _leads_to() -> ColumnElement[bool]:
    """Return the condition by which a report and its item of the queue belong together, as `_key`."""
    start = cast(col(Feedback.server), String) + "/feedback/" + col(Feedback.claim)
    return col(QueueItem.key) == start + "/" + cast(col(Feedback.card_message), String) + "/" + col(Feedback.kind)


def _occasion(report: Feedback, kind: str) -> str:
    return f"{report.claim}/{report.card_message}/{kind}"


@dataclass(frozen=True, slots=True)
class Reporter:
    """A member who has reported something, known by the beginning of a keyed hash, and what else the same one reported.

    `others` are the claims of the other reports; `upheld` and `dismissed` count those that moderators have decided on.
    """

    mark: str
    weight: float
    is_author: bool
    others: tuple[str, ...]
    upheld: int
    dismissed: int


def reporters_of(session: Session, row: QueueItem) -> tuple[Reporter, ...]:
    """Return who has reported what an item of the queue is about, the weightiest first; none for other items."""
    if row.server is None or row.claim is None or row.kind not in {"feedback", "paused"}:
        return ()
    about = [col(Feedback.server) == row.server, col(Feedback.claim) == row.claim]
    if row.kind == "feedback":
        card = (col(Feedback.channel) == (row.channel or 0), col(Feedback.card_message) == row.payload["card"])
        about += [*card, col(Feedback.kind) == row.payload["kind"]]
    else:
        about += [col(Feedback.kind).in_(WRONG_MATCH), col(Feedback.reported_at) > row.created_at - WINDOW]
    found: dict[str, Reporter] = {}
    for report in session.scalars(select(Feedback).where(*about).order_by(col(Feedback.weight).desc())):
        if report.reporter_hash not in found:
            others, upheld, dismissed = _record(session, report)
            shown = (report.reporter_hash[:_MARK], report.weight, report.is_author)
            found[report.reporter_hash] = Reporter(*shown, others, upheld, dismissed)
    return tuple(found.values())


def _record(session: Session, report: Feedback) -> tuple[tuple[str, ...], int, int]:
    """Return the other claims that the same member has reported, and how many reports were upheld and dismissed."""
    same = (col(Feedback.server) == report.server, col(Feedback.reporter_hash) == report.reporter_hash)
    this = _same(report.channel, report.card_message, report.claim)
    query = select(col(Feedback.claim), col(QueueItem.state)).select_from(Feedback)
    asked = query.outerjoin(QueueItem, _leads_to()).where(*same, col(Feedback.kind) != HELPFUL, not_(and_(*this)))
    rows = session.connection().execute(asked).all()
    states = [state for _, state in rows]
    return tuple(dict.fromkeys(claim for claim, _ in rows)), states.count("accepted"), states.count("dismissed")


def pause_limit(session: Session, server: int) -> int:
    """Return what reports within a day must weigh to pause a claim in the server."""
    row = session.get(Server, server)
    return (row and row.pause_reports) or PAUSE_REPORTS


FeedbackKind = Literal["helpful", "not-said", "wrong-claim", "out-of-date"]


class FeedbackBook:
    """Keeps members' reports, the member only as keyed hash."""

    def __init__(self, base: ClaimBase, hash_key: bytes) -> None:
        self._database = base.database
        self._key = hash_key
        self._clock = base.clock

    def act(
        self,
        server: int,
        channel: int,
        claim: str,
        card_message: int,
        reporter: int,
        kind: FeedbackKind,
        standing: Standing = Standing(),
    ) -> ReportOutcome:
        """Keep a report and do at once what follows from it; of one member the last kind counts, and never twice.

        Raises NotAllowedError for a card of another server, and UnknownClaimError for one that answers other claims.
        """
        row: dict[str, Any] = {"channel": channel, "card_message": card_message, "claim": claim, "server": server}
        row |= {"reporter_hash": hash_user(reporter, self._key), "kind": kind, "reported_at": self._clock()}
        with self._database.changing() as session:
            author = _check_card(session, server, channel, card_message)
            row["is_author"] = author == row["reporter_hash"]
            _, upheld, dismissed = _record(session, Feedback(**row))
            row["weight"] = standing.weight(upheld, dismissed)
            earlier = session.get(Feedback, (channel, card_message, claim, row["reporter_hash"]))
            before = earlier.kind if earlier else None
            if before != kind:
                session.add(earlier.sqlmodel_update(_renewed(session, earlier, row)) if earlier else Feedback(**row))
                session.flush()
            same = (*_same(channel, card_message, claim), col(Feedback.kind) != HELPFUL)
            count = session.scalar(select(func.count()).select_from(Feedback).where(*same)) or 0
            if before == kind:
                return ReportOutcome(count, new=False)
            return ReportOutcome(count, *act_on_report(session, Feedback(**row), before, self._clock()))


def _renewed(session: Session, earlier: Feedback, row: dict[str, Any]) -> dict[str, Any]:
    """Return what becomes of a report whose kind changes: it weighs what its member weighs now.

    It counts from now on where it calls a match wrong only now; but once moderators have decided on it, it is dealt
    with, and its first time stays.
    """
    renewed = {"kind": row["kind"], "weight": row["weight"]}
    setting = session.get(ClaimOverride, (earlier.server, earlier.claim))
    settled = setting.reports_from if setting else None
    is_open = settled is None or earlier.reported_at > settled
    if is_open and row["kind"] in WRONG_MATCH and earlier.kind not in WRONG_MATCH:
        renewed["reported_at"] = row["reported_at"]
    return renewed


def _same(channel: int, card_message: int, claim: str) -> tuple[ColumnElement[bool], ...]:
    card = (col(Feedback.channel) == channel, col(Feedback.card_message) == card_message)
    return (*card, col(Feedback.claim) == claim)


def _check_card(session: Session, server: int, channel: int, card_message: int) -> str | None:
    """Return the hash of whoever wrote the message of the card, where it is known."""
    answer = session.scalar(select(Answer).where(is_card(channel, card_message)))
    if answer is None:
        return None
    if answer.server != server:
        raise NotAllowedError("This card belongs to another server.")
    return answer.author_hash
