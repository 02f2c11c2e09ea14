"""What happens to the claim base: locked, no room left, damaged, or its server taken away and started again."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic

from bot.service import Touchstone
from claims.base import ClaimBase
from claims.exchange.importing import load_pack
from claims.moderation.editor import set_status
from claims.moderation.rights import Actor
from config.settings import Settings
from tests.claims.postgres import server
from tests.faults.stage import CLAIMS, KEY, Figures, share, stage, talking, until
from tests.templates import HARBOUR, Templates

ROOT = Path(__file__).parents[2]
# What an answer may come after its message at most.
_LATE = 30.0
# After so many seconds a change of one process is in force in all.
_IN_FORCE = 2.0


async def locked(seconds: float) -> Figures:
    """Another program holds the write lock: what is said meanwhile waits, and is answered once the lock is free."""
    figures = Figures()
    async with stage() as on:
        first = await on.discord.say(CLAIMS[0])
        await on.discord.until(lambda: first in on.discord.answers, 120.0)
        file = on.database.removeprefix("sqlite:///")
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            async with talking(on, 1.0) as said:
                await asyncio.sleep(seconds)
            other.execute("ROLLBACK")
        freed = monotonic()
        # Whatever was said less than the bound ago still has its time.
        due = [number for number in said if freed - on.discord.said[number] < _LATE - 3]
        await until(lambda: set(due) <= on.discord.answers.keys(), _LATE)
        after = await on.discord.say(CLAIMS[1])
        await until(lambda: after in on.discord.answers, _LATE)
        waited = on.discord.waited()
        figures.told = {
            "said": len(said),
            "answered": len(set(said) & on.discord.answers.keys()),
            "due": len(due),
            "twice": on.discord.twice(),
            "longest_wait_seconds": share(waited, 1.0),
            "caught_up_seconds": round(max((on.discord.answers.get(n, freed) for n in due), default=freed) - freed, 2),
        }
        figures.promise("what was said within the bound is answered", set(due) <= on.discord.answers.keys())
        figures.promise("no message is answered twice", not on.discord.twice())
        figures.promise("afterwards all is as before", after in on.discord.answers)
        figures.promise("no traceback", "Traceback" not in on.bot.log)
    return figures


async def full(seconds: float) -> Figures:
    """The disk is full while people talk: the bot lives, says so, and goes on when there is room again."""
    figures = Figures()
    with _small_disk() as disk:
        async with stage(lambda _: Templates(disk / "templates").copy("harbour", disk / "touchstone.db")) as on:
            shutil.rmtree(disk / "templates")
            first = await on.discord.say(CLAIMS[0])
            await on.discord.until(lambda: first in on.discord.answers, 120.0)
            with closing(sqlite3.connect(disk / "touchstone.db")) as base:
                # Room that the log has already would be used again.
                base.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            _fill(disk / "filler")
            async with talking(on, 0.5) as said:
                await asyncio.sleep(seconds)
            meanwhile = len(set(said) & on.discord.answers.keys())
            told = on.bot.log.count("full")
            (disk / "filler").unlink()
            after = await on.discord.say(CLAIMS[1])
            await until(lambda: after in on.discord.answers, _LATE)
            code = await on.bot.stop()
            with closing(sqlite3.connect(disk / "touchstone.db")) as base:
                whole = base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                answers = base.execute("SELECT count(*) FROM answer").fetchone()[0]
            figures.told = {
                "said": len(said),
                "answered_meanwhile": meanwhile,
                "lines_in_the_log": told,
                "twice": on.discord.twice(),
                "answers_kept": answers,
            }
            figures.promise("the log says that the disk is full", told)
            figures.promise("the file is whole", whole)
            figures.promise("with room again the next message is answered", after in on.discord.answers)
            figures.promise("no message is answered twice", not on.discord.twice())
            figures.promise("it ends cleanly", code == 0)
    return figures


async def restart(seconds: float) -> Figures:
    """PostgreSQL is stopped hard and started again while people talk: nothing is lost or said twice."""
    figures = Figures()
    with server() as made:
        # No copy of a template: a copied sequence is behind after a crash that comes before the next checkpoint.
        address = made("new")
        with ClaimBase.open(address) as base:
            load_pack(base, HARBOUR)
        async with stage(lambda _: address) as on:
            first = await on.discord.say(CLAIMS[0])
            await on.discord.until(lambda: first in on.discord.answers, 120.0)
            every, ended, count = min(10.0, seconds / 2), monotonic() + seconds, 0
            async with talking(on, 0.5) as said:
                while monotonic() < ended:
                    await asyncio.sleep(every / 2)
                    await asyncio.to_thread(made.cluster.stop)
                    await asyncio.sleep(1.0)
                    await asyncio.to_thread(made.cluster.start)
                    count += 1
                    await asyncio.sleep(every / 2)
            await until(lambda: set(said) <= on.discord.answers.keys(), _LATE)
            await asyncio.to_thread(_withdraw, address)
            await asyncio.sleep(_IN_FORCE)
            withdrawn, other = await on.discord.say(CLAIMS[0]), await on.discord.say(CLAIMS[1])
            await until(lambda: other in on.discord.answers, _LATE)
            await asyncio.sleep(1.0)
            waited = on.discord.waited()
            figures.told = {
                "restarts": count,
                "said": len(said),
                "answered": len(set(said) & on.discord.answers.keys()),
                "twice": on.discord.twice(),
                "p50_seconds": share(waited, 0.5),
                "longest_wait_seconds": share(waited, 1.0),
            }
            figures.promise("every message is answered", set(said) <= on.discord.answers.keys())
            figures.promise("no message is answered twice", not on.discord.twice())
            figures.promise("afterwards all is as before", other in on.discord.answers)
            figures.promise("a change is in force after 2 s", withdrawn not in on.discord.answers)
            figures.promise("no traceback", "Traceback" not in on.bot.log)
    return figures


def _withdraw(address: str) -> None:
    with Touchstone.open(Settings(database_url=address, hash_key=KEY)) as touchstone:
        set_status(touchstone.base, Actor.operator(), ["crane-built-1920"], "withdrawn")


def damaged(times: float) -> Figures:
    """Files that are no whole base: each is told in a sentence with its mend, and a copy put back works."""
    figures, told = Figures(), dict[str, str]()
    with tempfile.TemporaryDirectory(prefix="touchstone-fault-") as name:
        folder = Path(name)
        whole = Templates(folder / "templates").copy("harbour", folder / "whole.db").removeprefix("sqlite:///")
        for kind, spoil in list(_SPOILT.items())[: int(times)]:
            base, copy = folder / f"{kind}.db", folder / f"{kind}-copy.db"
            shutil.copyfile(whole, base)
            _touchstone(base, "backup", str(copy))
            spoil(base)
            done = _touchstone(base, "claims", "list")
            told[kind] = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else ""
            figures.promise(f"{kind}: no traceback", "Traceback" not in done.stderr)
            figures.promise(f"{kind}: refused with a sentence", done.returncode == 1 and told[kind].endswith("."))
            figures.promise(f"{kind}: how to restore", "touchstone restore" in told[kind])
            back = _touchstone(base, "restore", str(copy), "--force")
            again = _touchstone(base, "claims", "list")
            figures.promise(f"{kind}: a copy put back works", (back.returncode, again.returncode) == (0, 0))
    figures.told = {"told": told}
    return figures


def _cut(base: Path) -> None:
    os.truncate(base, base.stat().st_size // 3)


def _overwrite(base: Path) -> None:
    with base.open("r+b") as file:
        file.seek(8192)
        file.write(os.urandom(base.stat().st_size // 2))


def _replace(base: Path) -> None:
    base.write_bytes(b"These are my notes. " * 500)


def _empty(base: Path) -> None:
    base.write_bytes(b"")


_SPOILT = {"truncated": _cut, "overwritten": _overwrite, "another file": _replace, "empty": _empty}


def _touchstone(base: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "TOUCHSTONE_DATABASE_URL": f"sqlite:///{base}",
        "TOUCHSTONE_EMBEDDER": "none",
        "TOUCHSTONE_PACKS": str(HARBOUR),
        "PYTHONPATH": str(ROOT),
        "LANG": "C.UTF-8",
    }
    command = [sys.executable, "-c", "from bot.terminal import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=base.parent)


@contextmanager
def _small_disk() -> Iterator[Path]:
    """Yield a folder on a file system of its own with a few megabytes; needs the right to mount one."""
    with tempfile.TemporaryDirectory(prefix="touchstone-disk-") as name:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", name], check=False)
        if mounted.returncode:
            raise PermissionError("a small disk cannot be mounted here: run it as root")
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", "--lazy", name], check=True)


def _fill(file: Path) -> None:
    with file.open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(b"x" * 4096)
        except OSError:
            pass
