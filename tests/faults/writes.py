"""Processes that are killed while they write, and clocks that are set back and forth: what was confirmed stands."""

import json
import os
import random
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import select, text
from sqlmodel import col

from claims.answering.answers import AnswerBook
from claims.answering.corrections import Corrections
from claims.base import ClaimBase
from claims.exchange.importing import import_claims, read_import_bytes
from claims.migrations import newest_step
from claims.moderation.editor import Editor
from claims.moderation.edits import EditTexts
from claims.moderation.queue import Queue
from claims.moderation.rights import Actor
from claims.store.copying import current_step, upgrade
from claims.store.database import Database
from claims.store.tables import ChangeRow, QueueItem, Revision
from tests.claims.packs import claim_data, pack_data
from tests.claims.people import HERE, MODERATOR, settled
from tests.faults.stage import KEY, Figures
from tests.templates import Templates

_KEY = KEY.encode()
_HOUR = timedelta(hours=1)
_CLAIM = "crane-built-1920"
_CARDS = 600
_ROWS = 1_500
_AT_ONCE = 5
Tell = Callable[[object], None]


def kills(times: float) -> Figures:
    """Kill −9 at any moment of imports, forms, migrations and corrections: all that was confirmed stands, and whole."""
    figures, chance = Figures(), random.Random(5)
    told: dict[str, dict[str, int]] = {}
    with tempfile.TemporaryDirectory(prefix="touchstone-fault-") as name:
        folder = Path(name)
        templates = Templates(folder / "templates")
        for kind, (prepare, write, look) in _WRITERS.items():
            first = prepare(templates, folder / f"{kind}.db")
            done, heard, confirmed, faults = 0, 0, list[object](), list[str]()
            for turn in range(max(1, round(times / len(_WRITERS)))):
                if write is _migrate or write is _correct:  # each begins with an old base
                    prepare(templates, folder / f"{kind}.db")
                    confirmed = []
                new = _killed(write, first, turn, chance)
                confirmed += new
                done, heard = done + 1, heard + len(new)
                if not _is_whole(first):
                    faults.append("the file is not whole")
                faults += look(first, confirmed)
            told[kind] = {"killed": done, "confirmed": heard}
            for fault in sorted(set(faults)):
                figures.promise(f"{kind}: {fault}", False)
    figures.told = told
    return figures


def _killed(write: Callable[[str, int, Tell], None], address: str, turn: int, chance: random.Random) -> list[object]:
    """Let another process write, and kill it at some moment; return what it has confirmed."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(reader)
            write(address, turn, lambda value: os.write(writer, (json.dumps(value) + "\n").encode()) and None)
        finally:
            os._exit(0)
    os.close(writer)
    time.sleep(chance.uniform(0.02, 0.6))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reader, "rb") as told:
        # The last line may be cut off: then nobody has heard of it.
        return [json.loads(line) for line in told.read().split(b"\n")[:-1]]


def _is_whole(address: str) -> bool:
    with closing(sqlite3.connect(address.removeprefix("sqlite:///"))) as base:
        return base.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def _settled_base(templates: Templates, file: Path) -> str:
    address = templates.copy("empty", file)
    with ClaimBase.open(address) as base:
        settled(base, file.parent)
    return address


def _import(address: str, turn: int, tell: Tell) -> None:
    with ClaimBase.open(address) as base:
        for number in count():
            names = [f"import-{turn}-{number}-{part}" for part in range(_AT_ONCE)]
            data = pack_data(*map(claim_data, names), pack=f"pack-{turn}-{number}")
            incoming = read_import_bytes("claims.yaml", json.dumps(data).encode(), date(2026, 2, 1))
            import_claims(base, incoming, Actor.operator())
            tell(f"import-{turn}-{number}")


def _imports_are_whole(address: str, confirmed: list[object]) -> list[str]:
    with ClaimBase.open(address) as base, base.database.reading() as session:
        parts: dict[str, int] = {}
        for claim in base.claims():
            if claim.id.startswith("import-"):
                parts[claim.id.rpartition("-")[0]] = parts.get(claim.id.rpartition("-")[0], 0) + 1
        faults = ["half an import stands"] if set(parts.values()) - {_AT_ONCE} else []
        faults += ["a confirmed import is lost"] if set(confirmed) - parts.keys() else []
        heads = set(session.scalars(select(col(Revision.id))))
        bodies = set(session.scalars(select(col(ChangeRow.revision))))
        return faults + (["a revision without its changes"] if heads != bodies else [])


def _fill_in(address: str, turn: int, tell: Tell) -> None:
    with ClaimBase.open(address) as base:
        for number in count():
            title = f"Title {turn}-{number}"
            Editor(base).edit(MODERATOR, "silver-server", None, EditTexts({"en": title}))
            tell(title)
            proposal = f"a wording of turn {turn}, number {number}"
            # Each by another member: one has twenty places in the queue.
            Queue(base, _KEY).propose(Actor(10_000 * turn + number, HERE), proposal, "bubble")
            tell(proposal)


def _forms_are_whole(address: str, confirmed: list[object]) -> list[str]:
    with ClaimBase.open(address) as base, base.database.reading() as session:
        titles = [
            change.after["title"]["en"]
            for change in session.scalars(select(ChangeRow).order_by(col(ChangeRow.id)))
            if change.kind == "claim" and change.subject == "silver-server" and change.after
        ]
        proposed = {item.payload.get("text") for item in session.scalars(select(QueueItem))}
        stands = base.claim("silver-server", HERE).title["en"]
        faults = [] if not titles or stands == titles[-1] else ["history and claim differ"]
        return faults + (["a confirmed form is lost"] if set(confirmed) - {*titles, *proposed} else [])


def _old_base(_templates: Templates, file: Path) -> str:
    for left in file.parent.glob(f"{file.stem}*"):
        left.unlink()
    database = Database(f"sqlite:///{file}")
    upgrade(database, "0001")
    rows = [{"sha256": f"{number:064x}", "text": "kept " * 40, "at": "2026-01-01 00:00:00"} for number in range(_ROWS)]
    with database.writing() as session:
        session.connection().execute(text("INSERT INTO document_text VALUES (:sha256, :text, :at)"), rows)
    database.close()
    return f"sqlite:///{file}"


def _migrate(address: str, _turn: int, tell: Tell) -> None:
    ClaimBase.open(address).close()
    tell("migrated")
    time.sleep(60)


def _migration_is_whole(address: str, confirmed: list[object]) -> list[str]:
    with closing(Database(address)) as database, database.reading() as session:
        step = current_step(session.connection())
    faults = [] if step in {"0001", newest_step()} else [f"it stands at step {step}"]
    faults += ["a confirmed migration is lost"] if confirmed and step != newest_step() else []
    with ClaimBase.open(address) as base, base.database.reading() as session:
        kept = session.connection().execute(text("SELECT count(*) FROM document_text")).scalar_one()
    return faults + ([] if kept == _ROWS else ["rows are lost"])


def _posted_cards(templates: Templates, file: Path) -> str:
    address = templates.copy("harbour", file)
    with ClaimBase.open(address) as base:
        book = AnswerBook(base, _KEY)
        for number in range(_CARDS):
            book.take(HERE, 1, number, 10, [_CLAIM], timedelta(0))
            book.posted(1, number, 10_000 + number, "en")
        Editor(base).edit(Actor.operator(), _CLAIM, None, EditTexts({"en": "The crane is of 1954"}))
    return address


def _correct(address: str, _turn: int, tell: Tell) -> None:
    with ClaimBase.open(address) as base:
        corrections = Corrections(base)
        for correction in corrections.pending():
            tell(["edited", correction.card_message])
            corrections.done(correction)
            tell(["done", correction.card_message])
    time.sleep(60)


def _corrections_are_whole(address: str, confirmed: list[object]) -> list[str]:
    edited = {card for word, card in confirmed if word == "edited"}  # type: ignore[misc]
    done = {card for word, card in confirmed if word == "done"}  # type: ignore[misc]
    with ClaimBase.open(address) as base:
        waiting = {correction.card_message for correction in Corrections(base).pending()}
    faults = ["a confirmed correction is lost"] if done & waiting else []
    faults += ["more than one card would be edited again"] if len(edited & waiting) > 1 else []
    return faults + (["a card is forgotten"] if len(waiting | edited) != _CARDS else [])


_WRITERS: dict[str, tuple[Callable[[Templates, Path], str], Callable[..., None], Callable[..., list[str]]]] = {
    "imports": (_settled_base, _import, _imports_are_whole),
    "forms": (_settled_base, _fill_in, _forms_are_whole),
    "migrations": (_old_base, _migrate, _migration_is_whole),
    "corrections": (_posted_cards, _correct, _corrections_are_whole),
}


@dataclass
class _WrongClock:
    """A clock that shows what it is set to."""

    now: datetime = datetime(2026, 1, 5, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def clock(times: float) -> Figures:
    """The clock set back and forth, by minutes or years: no message answered twice, no claim silent for good."""
    figures, chance = Figures(), random.Random(7)
    right = _WrongClock()
    silent = twice = 0
    with tempfile.TemporaryDirectory(prefix="touchstone-fault-") as name:
        address = Templates(Path(name) / "templates").copy("harbour", Path(name) / "clock.db")
        with ClaimBase.open(address, right) as base:
            book, true_now = AnswerBook(base, _KEY), right.now
            for number in range(int(times)):
                true_now += timedelta(minutes=chance.uniform(1, 10))
                wrong = chance.choice((0, 0, 0, 60, -60, 86_400, -86_400, 400 * 86_400, -400 * 86_400))
                right.now = true_now + timedelta(seconds=wrong)
                if book.take(HERE, 1, number, 10, [_CLAIM], _HOUR, most=6):
                    book.posted(1, number, 10**6 + number, "en")
                    twice += bool(book.take(HERE, 1, number, 10, [_CLAIM], timedelta(0)))
                # With the clock right again, the cool-down is over within its own time.
                right.now = true_now
                ends = book.cooling(1, [_CLAIM], _HOUR).get(_CLAIM, right.now)
                silent += ends > right.now + _HOUR + timedelta(minutes=11)
            right.now = true_now + timedelta(hours=2)
            answered = book.take(HERE, 1, 10**9, 10, [_CLAIM], _HOUR, most=6)
            late = book.unposted(timedelta(seconds=30))
    figures.told = {"settings": int(times), "twice": twice, "silent_too_long": silent}
    figures.promise("no message is answered twice", not twice)
    figures.promise("no claim is silent for longer than its cool-down", not silent)
    figures.promise("with the clock right again a claim is answered", bool(answered))
    figures.promise("nothing old is taken up", {record.message for record in late} <= {10**9})
    return figures
