"""What members report about cards: one kind a member, card and claim, counted once, and acted on at once."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from claims.answering.answers import is_card
from claims.base import ClaimBase, Clock
from claims.moderation.queue import NewItem, open_rows, put
from claims.moderation.server_setup import setting_change
from claims.store.changes import Change, write_changes
from claims.store.claim_rows import read_rows
from claims.store.revisions import AuditEntry, hash_user
from claims.store.server_settings import PAUSE_REPORTS
from claims.store.tables import Answer, ClaimOverride, Feedback, Server, Sighting
from config.errors import NotAllowedError, UnknownClaimError

WINDOW = timedelta(days=1)
# Both say that the card does not belong to the message; "out of date" says nothing about the match.
WRONG_MATCH = frozenset({"not-said", "wrong-claim"})


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


def act_on_report(session: Session, report: Feedback, before: str | None, now: datetime) -> tuple[float, bool]:
    """Do what a report that has been written leads to; return the bar it raised (0: none) and whether it paused.

    `before` is the kind that the same member had chosen first: what that has led to is taken back, except a pause.
    Raises UnknownClaimError where the card answers other claims.
    """
    server, claim = report.server, report.claim
    answer = session.scalar(select(Answer).where(is_card(report.channel, report.card_message)))
    if answer is not None and claim not in answer.claims:
        raise UnknownClaimError(claim, tuple(answer.claims))
    if not read_rows(session, server, claim, everything=True):
        return 0.0, False
    place = (answer.channel, answer.message) if answer else (report.channel, None)
    occasion = f"{claim}/{report.card_message}/{report.kind}"
    payload = {"kind": report.kind, "card": report.card_message}
    put(session, NewItem(server, "feedback", occasion, claim, payload, *place), now)
    if before is not None:
        _drop_unreported(session, report, before)
    if not {report.kind, before} & WRONG_MATCH:
        return 0.0, False
    setting = session.get(ClaimOverride, (server, claim))
    raised, is_wrong = _bar(session, report, setting), report.kind in WRONG_MATCH
    if is_wrong:
        raised = max(raised, setting.raised_to or 0.0 if setting else 0.0)
    enough = is_wrong and _recent(session, report, setting, now) >= _limit(session, server)
    pauses = enough and not (setting and setting.paused)
    change = setting_change(session, server, claim, raised_to=raised or None, **({"paused": True} if pauses else {}))
    written = _write(session, report, change, now, pauses=pauses)
    return (written if is_wrong else 0.0), pauses


def _drop_unreported(session: Session, report: Feedback, kind: str) -> None:
    """Take the item of a kind that nobody reports any more out of the queue, where nobody has decided on it."""
    same = _same(report.channel, report.card_message, report.claim)
    if session.scalar(select(func.count()).select_from(Feedback).where(*same, col(Feedback.kind) == kind)):
        return
    for row in open_rows(session, report.server, "feedback"):
        card = {"kind": kind, "card": report.card_message}
        if (row.claim, row.channel or report.channel, row.payload) == (report.claim, report.channel, card):
            session.delete(row)


def _write(session: Session, report: Feedback, change: Change, now: datetime, *, pauses: bool) -> float:
    act = "reports.pause" if pauses else "reports.raise" if report.kind in WRONG_MATCH else "reports.lower"
    written = write_changes(session, AuditEntry("touchstone", act, "reported by members", report.server), [change], now)
    if pauses:
        payload = {"reports": _limit(session, report.server)}
        put(session, NewItem(report.server, "paused", f"{report.claim}/{written.revision}", report.claim, payload), now)
    return (change.after or {})["raised_to"] or 0.0 if written.changes else 0.0


def _bar(session: Session, report: Feedback, setting: ClaimOverride | None) -> float:
    """Return the bar above all matches that members call wrong, since moderators have decided on the last ones."""
    reported = (
        select(func.max(col(Sighting.score)))
        .join(Answer, (col(Answer.channel) == col(Sighting.channel)) & (col(Answer.message) == col(Sighting.message)))
        .join(
            Feedback,
            (col(Feedback.channel) == col(Answer.channel)) & (col(Feedback.card_message) == col(Answer.card_message)),
        )
        .where(col(Sighting.claim) == report.claim, col(Feedback.claim) == report.claim)
        .where(col(Feedback.server) == report.server, col(Feedback.kind).in_(WRONG_MATCH))
    )
    if setting is not None and setting.reports_from is not None:
        reported = reported.where(col(Feedback.reported_at) > setting.reports_from)
    score = session.scalar(reported)
    return 0.0 if score is None else bar_above(score)


def bar_above(score: float) -> float:
    """Return the bar below which matches fall that are no surer than a reported one.

    It leaves half of the doubt: messages like the reported one fall below, and those that are much nearer to the claim
    are answered on, also where all of them round to 1. At 1 itself everything falls below.
    """
    return max(1 - (1 - score) / 2, math.nextafter(score, 2))


def _recent(session: Session, report: Feedback, setting: ClaimOverride | None, now: datetime) -> int:
    """Count the members who have called a match of this claim wrong within a day, after the last decision."""
    since = max(filter(None, (now - WINDOW, setting.reports_from if setting else None)))
    same = (col(Feedback.server) == report.server, col(Feedback.claim) == report.claim)
    recent = (col(Feedback.kind).in_(WRONG_MATCH), col(Feedback.reported_at) > since)
    members = func.count(func.distinct(col(Feedback.reporter_hash)))
    return session.scalar(select(members).where(*same, *recent)) or 0


def _limit(session: Session, server: int) -> int:
    row = session.get(Server, server)
    return row.pause_reports or PAUSE_REPORTS if row else PAUSE_REPORTS


FeedbackKind = Literal["not-said", "wrong-claim", "out-of-date"]


class FeedbackBook:
    """Keeps members' reports, the member only as keyed hash."""

    def __init__(self, base: ClaimBase, hash_key: bytes, clock: Clock | None = None) -> None:
        self._database = base.database
        self._key = hash_key
        self._clock = clock or base.clock

    def act(
        self, server: int, channel: int, claim: str, card_message: int, reporter: int, kind: FeedbackKind
    ) -> ReportOutcome:
        """Keep a report and do at once what follows from it; of one member the last kind counts, and never twice.

        Raises NotAllowedError for a card of another server.
        """
        row: dict[str, Any] = {
            "channel": channel,
            "card_message": card_message,
            "claim": claim,
            "reporter_hash": hash_user(reporter, self._key),
            "server": server,
            "kind": kind,
            "reported_at": self._clock(),
        }
        with self._database.changing() as session:
            _check_server(session, server, channel, card_message)
            earlier = session.get(Feedback, (channel, card_message, claim, row["reporter_hash"]))
            before = earlier.kind if earlier else None
            if before != kind:
                # The time of the first report stays: once moderators have decided on it, it is dealt with.
                session.add(earlier.sqlmodel_update({"kind": kind}) if earlier else Feedback(**row))
                session.flush()
            same = _same(channel, card_message, claim)
            count = session.scalar(select(func.count()).select_from(Feedback).where(*same)) or 0
            if before == kind:
                return ReportOutcome(count, new=False)
            return ReportOutcome(count, *act_on_report(session, Feedback(**row), before, self._clock()))


def _same(channel: int, card_message: int, claim: str) -> tuple[ColumnElement[bool], ...]:
    card = (col(Feedback.channel) == channel, col(Feedback.card_message) == card_message)
    return (*card, col(Feedback.claim) == claim)


def _check_server(session: Session, server: int, channel: int, card_message: int) -> None:
    owner = session.scalar(select(col(Answer.server)).where(is_card(channel, card_message)))
    if owner not in {None, server}:
        raise NotAllowedError("This card belongs to another server.")
