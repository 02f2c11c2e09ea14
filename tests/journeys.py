"""How many files of the product somebody opens who follows one thing on its way: `python -m tests.journeys [--files]`.

Four journeys are made with the loopback Discord of the tests, and every file is counted in which a function is entered,
in whichever thread. All but the import are warm: the same has been done once before, so that nothing is read first.
"""

import asyncio
import inspect
import sys
import tempfile
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import FrameType

import simcord
from rich.console import Console
from rich.table import Table

from bot.discord import create_bot
from bot.service import Touchstone
from claims.base import ClaimBase
from claims.exchange.importing import export_claims, import_claims, plan_import, read_import_bytes
from claims.moderation.rights import Actor
from config.settings import Settings
from tests.bot.discord.editor.conftest import AtDesk
from tests.bot.discord.world import CRANE, LAMP, World
from tests.claims.people import administrator
from tests.templates import Templates

ROOT = Path(__file__).parents[1]
FLOORS = ("bot", "claims", "checks", "config")
SMALL_TALK = ("does anyone want to play tonight", "see you all tomorrow then")


@dataclass
class Tracer:
    """Notes the product's files in which a function is entered while it listens; code of modules does not count."""

    files: set[str] = field(default_factory=set[str])
    _listens: bool = False
    _known: dict[str, str | None] = field(default_factory=dict[str, str | None])

    def install(self) -> None:
        """Follow this thread, and every one that is started from now on."""
        threading.setprofile(self._seen)
        sys.setprofile(self._seen)

    def remove(self) -> None:
        """Follow nobody any more."""
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]

    @contextmanager
    def listening(self) -> Iterator[set[str]]:
        """Yield the set of files that fills until the end of the context."""
        self.files, self._listens = set(), True
        try:
            yield self.files
        finally:
            self._listens = False

    def _seen(self, frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if not self._listens or event != "call" or not code.co_flags & inspect.CO_OPTIMIZED:
            return
        name = code.co_filename
        if name not in self._known:
            self._known[name] = _product_file(name)
        if found := self._known[name]:
            self.files.add(found)


def _product_file(name: str) -> str | None:
    path = Path(name)
    if not path.is_relative_to(ROOT):
        return None
    relative = path.relative_to(ROOT)
    return relative.as_posix() if relative.parts[0] in FLOORS else None


@dataclass(frozen=True)
class Journey:
    """One way through the house, with the most files that it may take."""

    name: str
    most: int
    make: Callable[[Tracer, Path, Templates], Awaitable[set[str]]]

    def files(self) -> set[str]:
        """Make the journey in a folder of its own; return the files entered."""
        with tempfile.TemporaryDirectory(prefix="touchstone-journey-") as name:
            folder = Path(name)
            tracer = Tracer()
            tracer.install()
            try:
                return asyncio.run(self.make(tracer, folder, Templates(folder / "templates")))
            finally:
                tracer.remove()


async def _in_discord(folder: Path, templates: Templates, way: Callable[[World], Awaitable[set[str]]]) -> set[str]:
    address = templates.copy("harbour", folder / "touchstone.db")
    settings = Settings(database_url=address, shard_count=1, cooldown_hours=6, hash_key="key of the tests")
    with Touchstone(settings, ClaimBase.open(address)) as touchstone:
        async with simcord.run(create_bot(settings, touchstone), settle_timeout=120.0) as env:
            guild = env.create_guild()
            channel = guild.create_text_channel("general")
            touchstone.moderation.setup.set_channel_mode(administrator(guild.id), channel.id, "on")
            return await way(World(env, touchstone, guild, channel))


async def _card(tracer: Tracer, folder: Path, templates: Templates) -> set[str]:
    async def way(world: World) -> set[str]:
        await world.card(CRANE)
        with tracer.listening() as files:
            await world.alice.send(world.channel, LAMP)
        assert len(world.cards()) == 2, "the bot has not answered"
        return files

    return await _in_discord(folder, templates, way)


async def _form(tracer: Tracer, folder: Path, templates: Templates) -> set[str]:
    async def way(world: World) -> set[str]:
        desk = AtDesk(world)
        message = await desk.open()
        await desk.hand_in(await desk.form(message, "Edit"), title_en="The crane is old")
        message = await desk.open()
        with tracer.listening() as files:
            form = await desk.form(message, "Edit")
            await desk.hand_in(form, title_en="The crane is older")
        assert desk.claim().title["en"] == "The crane is older", "nothing was written"
        return files

    return await _in_discord(folder, templates, way)


async def _import(tracer: Tracer, folder: Path, templates: Templates) -> set[str]:
    with ClaimBase.open(templates.copy("harbour", folder / "touchstone.db")) as base:
        text = "".join(export_claims(base, "yaml", None)).replace(CRANE, "The old harbour crane is from 1920", 1)
        with tracer.listening() as files:
            incoming = read_import_bytes("claims.yaml", text.encode(), date(2026, 2, 1))
            plan_import(base, incoming, None)
            report = import_claims(base, incoming, Actor.operator())
        assert report.revision, "nothing was written"
        return files


async def _silence(tracer: Tracer, folder: Path, templates: Templates) -> set[str]:
    async def way(world: World) -> set[str]:
        first, second = SMALL_TALK
        await world.alice.send(world.channel, first)
        with tracer.listening() as files:
            await world.alice.send(world.channel, second)
        assert world.cards() == [], "the bot has answered"
        return files

    return await _in_discord(folder, templates, way)


JOURNEYS = (
    Journey("chat message → card, warm", 38, _card),
    Journey("saved form: button → form → database → card", 48, _form),
    Journey("import of YAML: dry run → written", 17, _import),
    Journey("small talk → silence, warm", 15, _silence),
)


def main() -> int:
    """Print a row for each journey, and with `--files` what was entered; returns 1 where one takes too many files."""
    console = Console()
    table = Table("journey", "files entered", "at most", *FLOORS, title="Files of the product entered")
    too_long = False
    entered: dict[str, set[str]] = {}
    for journey in JOURNEYS:
        files = entered[journey.name] = journey.files()
        too_long |= len(files) > journey.most
        by_floor = (str(sum(file.startswith(f"{floor}/") for file in files)) for floor in FLOORS)
        table.add_row(journey.name, str(len(files)), str(journey.most), *by_floor)
    console.print(table)
    if "--files" in sys.argv[1:]:
        for name, files in entered.items():
            console.print(f"\n{name}, {len(files)} files:", *sorted(files), sep="\n  ")
    return int(too_long)


if __name__ == "__main__":
    sys.exit(main())
