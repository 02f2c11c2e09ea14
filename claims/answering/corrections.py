"""Corrections: the cards that show an older state of a claim, until each has been edited."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlmodel import Session, col

from claims.answering.answers import UNSEEN_ON_CARDS, card_fingerprints, is_card
from claims.base import ClaimBase
from claims.record import ClaimRecord, State, with_texts
from claims.store.changes import CLAIM
from claims.store.claim_rows import read_rows
from claims.store.server_settings import CORRECTION_DAYS, SERVER
from claims.store.tables import Answer, ChangeRow, Revision, Server
from config.languages import CODES, ByLanguage


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A claim that a server does not see any more; `at` is None where the history does not say since when."""

    title: ByLanguage
    at: datetime | None


def read_withdrawal(session: Session, server: int, claim: str) -> Withdrawal:
    """Return what the history says of a claim that the server does not publish (any more)."""
    found = read_rows(session, server, claim, everything=True)
    if found and found[0][1].status == "published":
        # The claim stands, but the server has given up its pack.
        record = found[0][1]
        settings = session.get(Server, server)
        if settings is None or _uses({"packs": settings.packs}, record.pack):
            return Withdrawal(record.title, None)
        changes = _changes(session, server, SERVER, str(server))
        given_up = (at for at, was, now in changes if _uses(was, record.pack) and not _uses(now, record.pack))
        return Withdrawal(record.title, next(given_up, None))
    for at, before, after in _changes(session, server, CLAIM, claim):
        if before is not None and before["status"] == "published" != (after or {}).get("status"):
            return Withdrawal(ByLanguage(with_texts(before)["title"]), at)
    return Withdrawal(ByLanguage({CODES[0]: claim}), None)


def _uses(settings: State | None, pack: str) -> bool:
    """Tell whether a server with these settings uses a pack; without a choice of its own it uses all."""
    chosen = (settings or {}).get("packs")
    return chosen is None or pack in chosen


def _changes(
    session: Session, server: int, kind: str, subject: str, *, own: bool = False
) -> Iterator[tuple[datetime, State | None, State | None]]:
    """Yield when a thing changed, its state before, and its state after; newest first. `own`: in the server alone."""
    seen = col(Revision.server) == server
    seen = seen if own else or_(seen, col(Revision.server).is_(None))
    query = (
        select(col(Revision.at), col(ChangeRow.before), col(ChangeRow.after))
        .join(Revision, col(Revision.id) == col(ChangeRow.revision))
        .where(seen, col(ChangeRow.kind) == kind, col(ChangeRow.subject) == subject)
        .order_by(col(Revision.id).desc())
    )
    for row in session.connection().execute(query):
        yield row[0], row[1], row[2]


def _on_card(state: State | None) -> State | None:
    """Return what a card shows of a claim's state; nothing where the claim is not published."""
    if state is None or state["status"] != "published":
        return None
    return {name: value for name, value in with_texts(state).items() if name not in UNSEEN_ON_CARDS}


@dataclass(frozen=True, slots=True)
class Correction:
    """A card to edit, with all its claims.

    Hand it back to `done` as it is: `shows` is what the card shows of each claim once it has been edited. `language` is
    the card's, None for cards of an older Touchstone.
    """

    server: int
    channel: int
    message: int
    card_message: int
    claims: tuple[str, ...]
    shows: Mapping[str, str]
    language: str | None = None


class Corrections:
    """Finds cards that are out of date; what is done is kept, so that a run goes on where a restart cut it off."""

    def __init__(self, base: ClaimBase) -> None:
        self._database = base.database
        self._clock = base.clock

    def pending(self, now: datetime | None = None, server: int | None = None) -> tuple[Correction, ...]:
        """Return the cards to edit, newest first, of one server or of all, within each server's days back."""
        moment = now or self._clock()
        standing = col(Answer.card_message).is_not(None) & col(Answer.shown).is_not(None) & ~col(Answer.hidden)
        if server is not None:
            standing &= col(Answer.server) == server
        newest = (col(Answer.taken_at).desc(), col(Answer.message).desc())
        with self._database.reading() as session:
            rows = session.scalars(select(Answer).where(standing, _are_recent(session, moment)).order_by(*newest)).all()
            fingerprints = _Fingerprints(session)
            found = [_correction(row, fingerprints) for row in rows]
        return tuple(each for each in found if each is not None)

    def withdrawal(self, server: int, claim: str) -> Withdrawal:
        """Return since when the server does not publish a claim, and what it was called."""
        with self._database.reading() as session:
            return read_withdrawal(session, server, claim)

    def changed_since(self, server: int, claims: Iterable[ClaimRecord], moment: datetime) -> datetime | None:
        """Return when what cards say of these claims of the server changed last, after a moment; None: not since."""
        with self._database.reading() as session:
            seen = [
                at
                for claim in claims
                for at, was, now in _changes(session, server, CLAIM, claim.id, own=claim.server is not None)
                if at > moment and _on_card(was) != _on_card(now)
            ]
        return max(seen, default=None)

    def done(self, correction: Correction) -> None:
        """Note that the card has been edited; a claim that changed meanwhile makes it pending again."""
        self._write(correction.channel, correction.card_message, shown=dict(correction.shows))

    def gone(self, channel: int, card_message: int) -> None:
        """Note that the card cannot be edited any more."""
        self._write(channel, card_message, shown=None)

    def _write(self, channel: int, card_message: int, **values: object) -> None:
        with self._database.writing() as session:
            session.connection().execute(update(Answer).where(is_card(channel, card_message)).values(**values))


class _Fingerprints:
    """Fingerprints of claims as servers see them now, each worked out once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[tuple[int, str], str] = {}

    def of(self, server: int, claim: str) -> str:
        if (server, claim) not in self._known:
            self._known[server, claim] = card_fingerprints(self._session, server, [claim])[claim]
        return self._known[server, claim]


def _are_recent(session: Session, now: datetime) -> ColumnElement[bool]:
    """Return which answers are within the days back of their servers; few numbers of days are in use."""
    chosen, of = col(Server.correction_days), col(Answer.server)
    days = [each for each in session.scalars(select(chosen).where(chosen.is_not(None)).distinct()) if each is not None]
    same = {each: of.in_(select(col(Server.id)).where(chosen == each)) for each in days}
    usual = of.not_in(select(col(Server.id)).where(chosen.is_not(None)))
    recent = {each: col(Answer.taken_at) > now - timedelta(days=each) for each in (*days, CORRECTION_DAYS)}
    return or_(usual & recent[CORRECTION_DAYS], *(same[each] & recent[each] for each in days))


def _correction(row: Answer, fingerprints: _Fingerprints) -> Correction | None:
    shown = row.shown or {}
    now = {name: fingerprints.of(row.server, name) for name in shown}
    if shown == now or row.card_message is None:
        return None
    return Correction(row.server, row.channel, row.message, row.card_message, tuple(shown), now, row.language)
