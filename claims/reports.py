"""What members' reports lead to at once: a raised bar, an item in the queue, and a pause when there are many."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from claims.changing import Intent, change
from claims.claim_reading import read_rows
from claims.history import Deed
from claims.overrides import setting_intent
from claims.queue_items import NewItem, put
from claims.server_settings import PAUSE_REPORTS
from claims.tables import Answer, ClaimOverride, Feedback, Server, Sighting
from config.errors import UnknownClaimError

WINDOW = timedelta(days=1)
NOT_SAID = "not-said"


@dataclass(frozen=True, slots=True)
class ReportOutcome:
    """What a report did: how many members have reported this claim on this card, and what followed at once.

    `raised_to`: matches scoring less are answered more reluctantly in the server (0: no change); `paused`: this report
    has paused the claim's automatic replies there, and the moderators should hear of it.
    """

    count: int
    raised_to: float = 0.0
    paused: bool = False


def act_on_report(session: Session, report: Feedback, now: datetime) -> tuple[float, bool]:
    """Do what a new report leads to; return the bar it raised (0: none) and whether it paused the claim.

    Raises UnknownClaimError where the card answers other claims.
    """
    server, claim = report.server, report.claim
    answer = session.scalar(select(Answer).where(col(Answer.card_message) == report.card_message))
    if answer is not None and claim not in answer.claims:
        raise UnknownClaimError(claim, tuple(answer.claims))
    if not read_rows(session, server, claim, everything=True):
        return 0.0, False
    place = (answer.channel, answer.message) if answer else (None, None)
    occasion = f"{claim}/{report.card_message}/{report.kind}"
    payload = {"kind": report.kind, "card": report.card_message}
    put(session, NewItem(server, "feedback", occasion, claim, payload, *place), now)
    if report.kind != NOT_SAID:
        return 0.0, False
    setting = session.get(ClaimOverride, (server, claim))
    raised = max(setting.raised_to or 0.0 if setting else 0.0, _bar(session, answer, claim))
    pauses = not (setting and setting.paused) and _recent(session, report, setting, now) >= _limit(session, server)
    intent = setting_intent(session, server, claim, raised_to=raised or None, **({"paused": True} if pauses else {}))
    return _write(session, report, intent, now, pauses=pauses), pauses


def _write(session: Session, report: Feedback, intent: Intent, now: datetime, *, pauses: bool) -> float:
    act = "reports.pause" if pauses else "reports.raise"
    written = change(session, Deed("touchstone", act, "reported by members", report.server), [intent], now)
    if pauses:
        payload = {"reports": _limit(session, report.server)}
        put(session, NewItem(report.server, "paused", f"{report.claim}/{written.revision}", report.claim, payload), now)
    return (intent.after or {})["raised_to"] or 0.0 if written.changes else 0.0


def _bar(session: Session, answer: Answer | None, claim: str) -> float:
    sighting = session.get(Sighting, (answer.message, claim)) if answer else None
    return bar_above(sighting.score) if sighting else 0.0


def bar_above(score: float) -> float:
    """Return the bar below which matches fall that are no surer than a reported one.

    It leaves half of the doubt: messages like the reported one fall below, and those that are much nearer to the claim
    are answered on, also where all of them round to 1. At 1 itself everything falls below.
    """
    return max(1 - (1 - score) / 2, math.nextafter(score, 2))


def _recent(session: Session, report: Feedback, setting: ClaimOverride | None, now: datetime) -> int:
    """Count the members who have said "not what I said" of this claim within a day, after the last decision."""
    since = max(filter(None, (now - WINDOW, setting.reports_from if setting else None)))
    same = (col(Feedback.server) == report.server, col(Feedback.claim) == report.claim)
    recent = (col(Feedback.kind) == NOT_SAID, col(Feedback.reported_at) > since)
    members = func.count(func.distinct(col(Feedback.reporter_hash)))
    return session.scalar(select(members).where(*same, *recent)) or 0


def _limit(session: Session, server: int) -> int:
    row = session.get(Server, server)
    return row.pause_reports or PAUSE_REPORTS if row else PAUSE_REPORTS
