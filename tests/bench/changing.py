"""What changes and servers cost: `python -m tests.bench.changing [CLAIMS WORDINGS [FILE]]`, figures as JSON."""

import gc
import json
import platform
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from bot.discord.supervise import short_searches, short_turns
from bot.service import Views
from checks.checker import Checker
from checks.lexicon import Lexicon
from checks.model import KnownClaim
from checks.tuning import Tuning
from claims.base import ClaimBase
from claims.record import ClaimRecord
from claims.store.changes import note_changes
from claims.store.revisions import AuditEntry, ChangeRecord
from claims.store.server_settings import CLAIM_SETTING
from claims.store.tables import ClaimOverride
from tests.bench.making import Words, make_chat, make_claims
from tests.claims.packs import write_claim

SEED = 1
_CHANGES = 40
# For so many seconds it is checked while nothing changes.
_BESIDE = 5.0
# A check should not be kept waiting for so many milliseconds.
_LONG = 5
_SERVERS = 2_000
_OWN, _MUTED, _SHARED = 5, 2, 200
_AT = datetime(2026, 1, 1, tzinfo=UTC)


def resident() -> float:
    """Return the memory of this process in MB."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


@dataclass(frozen=True, slots=True)
class Spent:
    """Milliseconds by the clock, and of the processor in this thread, which other programs do not add to.

    `pause` is what the clock says without the time in which this thread could run and the system ran another program
    (Linux), and `wait` what of this is no work. Such a program adds to both where it comes before the thread whose turn
    it is: what a check waits beside a thread that changes nothing says how much.
    """

    clock: float
    work: float
    pause: float

    @property
    def wait(self) -> float:
        return max(0.0, self.pause - self.work)


def _spread(name: str, spent: Sequence[Spent]) -> dict[str, float]:
    figures: dict[str, float] = {f"{name}_count": len(spent)}
    for kind in ("clock", "work", "pause", "wait"):
        values = [getattr(each, kind) for each in spent]
        shares = {"p99": 0.99, "p999": 0.999}
        quantiles = {"p50": statistics.median(values)} | {n: float(np.quantile(values, q)) for n, q in shares.items()}
        quantiles["longest"] = max(values)
        figures |= {f"{name}_{kind}_{which}_ms": round(value, 2) for which, value in quantiles.items()}
        figures[f"{name}_{kind}_over_{_LONG}_ms"] = sum(value > _LONG for value in values)
    return figures


def _queued() -> float:
    """Return for how many milliseconds this thread could run and another one had the processor, so far."""
    schedule = Path("/proc/thread-self/schedstat")
    return int(schedule.read_text("ascii").split()[1]) / 1e6 if schedule.exists() else 0.0


def _timed(work: object, *args: object) -> Spent:
    # To ask for the queue, too, may be waited for.
    whole, queued, clock, start = time.perf_counter(), _queued(), time.perf_counter(), time.thread_time()
    work(*args)  # type: ignore[operator]
    spent, worked = (time.perf_counter() - clock) * 1e3, (time.thread_time() - start) * 1e3
    queued = _queued() - queued
    return Spent(spent, worked, (time.perf_counter() - whole) * 1e3 - queued)


def _checked_while(checker: Checker, chat: Sequence[str], work: Callable[[], object]) -> list[Spent]:
    """Check in another thread until the work is done."""
    stop, spent = threading.Event(), list[Spent]()

    def check() -> None:
        while not stop.is_set():
            spent.extend(_timed(checker.check, message) for message in chat)

    thread = threading.Thread(target=check)
    thread.start()
    work()
    stop.set()
    thread.join()
    return spent


def _changes(checker: Checker, spare: Sequence[KnownClaim], chat: Sequence[str]) -> dict[str, float]:
    """Change claims one by one, alone and while another thread checks; milliseconds."""
    checks = {"check_before": [_timed(checker.check, message) for message in chat]}
    added = [_timed(checker.change, [claim], ()) for claim in spare]
    muted = [_timed(checker.change, [replace(claim, muted=True)], ()) for claim in spare]
    first = [_timed(checker.check, chat[0])]
    checker.settle()
    meanwhile: dict[str, list[Spent]] = {"remove": [], "add": [], "edit": []}
    changes = [("remove", (), [claim.id]) for claim in spare] + [("add", [claim], ()) for claim in spare]
    others = zip(spare, [*spare[1:], spare[0]], strict=True)
    changes += [("edit", [replace(claim, wordings=other.wordings)], ()) for claim, other in others]

    def change() -> None:
        for kind, *changed in changes:
            meanwhile[kind].append(_timed(checker.change, *changed))
            time.sleep(0.02)
        checker.settle()

    def count() -> None:
        end = time.perf_counter() + _BESIDE
        while time.perf_counter() < end:
            sum(range(100))

    checks["check_alone"] = _checked_while(checker, chat, lambda: time.sleep(_BESIDE))
    checks["check_beside_a_thread_that_counts"] = _checked_while(checker, chat, count)
    checks["check_meanwhile"] = _checked_while(checker, chat, change)
    figures = _spread("add", added) | _spread("mute", muted)
    for kind, spent in meanwhile.items():
        figures |= _spread(f"{kind}_while_checking", spent)
    for name, spent in checks.items():
        figures |= _spread(name, spent)
    return figures | _spread("first_check_after_a_change", first)


def _record(claim: KnownClaim, name: str, server: int | None) -> ClaimRecord:
    facts = (name, claim.kind, claim.title, "", 1, date(2026, 1, 1), None, claim.wordings, (), ())
    return ClaimRecord(*facts, server=server)


def _servers(words: Words, lexicon: Lexicon, tuning: Tuning, folder: str) -> dict[str, float]:
    """Give many servers claims of their own beside a shared base, and check once for each, and after a change."""
    claims, chance = make_claims(words, _SHARED, 12), random.Random(SEED)
    chat = make_chat(words, claims, 200)
    servers = range(1, _SERVERS + 1)
    with ClaimBase.open(f"sqlite:///{folder}/servers.db") as base:
        with base.database.changing() as session:
            for place, claim in enumerate(claims):
                write_claim(session, None, _record(claim, claim.id, None), place, _AT)
            for server in servers:
                for claim in make_claims(words, _OWN, 4, seed=10 + server):
                    write_claim(session, None, _record(claim, f"own-{claim.id}", server), 0, _AT)
                for claim in chance.sample(claims, _MUTED):
                    session.add(ClaimOverride(server=server, claim=claim.id, muted=True, changed_at=_AT))
            entry = AuditEntry("bench", "claim.mute", "made")
            note_changes(session, entry, [ChangeRecord(CLAIM_SETTING, "made", None, {})], _AT)
        views = Views(base, lexicon, tuning)
        for message in chat:
            views.of(None).checker.check(message)
        gc.collect()
        before = resident()

        def check(server: int) -> None:
            views.of(server).checker.check(chat[server % len(chat)])

        first = [_timed(check, server) for server in servers]
        gc.collect()
        beyond = resident() - before
        after: list[Spent] = []
        for server in servers[:200]:
            with base.database.changing() as session:
                changed = ChangeRecord(CLAIM_SETTING, claims[0].id, None, {})
                note_changes(session, AuditEntry("bench", "claim.mute", "made", server), [changed], _AT)
            after.append(_timed(check, server))
        again = [_timed(check, server) for server in servers[-60:] for _ in range(2)]
    figures = {"servers": len(servers), "servers_mb": round(beyond, 1)} | _spread("first_check", first)
    return figures | _spread("check_after_a_change", after) | _spread("check_again", again)


def main() -> None:
    """Measure one size of base."""
    size, wordings = (int(each) for each in (sys.argv[1:3] or ("8334", "12")))
    lexicon, tuning = Lexicon.load(), Tuning.load()
    words = Words.of(lexicon)
    figures: dict[str, object] = {"machine": platform.machine(), "python": platform.python_version(), "seed": SEED}
    figures |= {"numpy": np.__version__, "claims": size, "wordings": wordings}
    with tempfile.TemporaryDirectory() as folder:
        figures |= _servers(words, lexicon, tuning, folder)
    made = make_claims(words, size + _CHANGES, wordings, SEED)
    claims, spare = made[:size], made[size:]
    chat = make_chat(words, claims, 100)
    gc.collect()
    before, start = resident(), time.perf_counter()
    checker = Checker(claims, lexicon, tuning)
    figures |= {"build_s": round(time.perf_counter() - start, 1), "index_mb": round(resident() - before, 1)}
    with short_turns(), short_searches():
        figures |= _changes(checker, spare, chat)
    text = json.dumps(figures, indent=2)
    sys.stdout.write(f"{text}\n")
    if len(sys.argv) > 3:
        Path(sys.argv[3]).write_text(f"{text}\n", "utf-8")


if __name__ == "__main__":
    main()
