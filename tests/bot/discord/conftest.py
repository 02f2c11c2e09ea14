"""A bot with four claims of a made-up harbour, in a Discord that lives in memory."""

from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

import aiohttp
import discord
import pytest
import simcord.http.router
import simcord.interactions

from bot.discord import create_bot
from bot.service import Touchstone
from claims.base import ClaimBase
from config.settings import Settings
from tests.bot.discord.world import World
from tests.claims.people import administrator

PACKS = Path(__file__).parents[2] / "packs"


def pytest_collection_modifyitems(items):
    """Wait longer than simcord does by itself, because a loaded machine may need it."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.simcord(settle_timeout=60.0))


@pytest.fixture(autouse=True)
def patient_start(monkeypatch):
    """Let the start take as long as all else: simcord gives it five seconds, whatever it is told."""
    plain = simcord.Env._settle_internal

    def settle(env, **given):
        return plain(env, **given | {"timeout": max(given.get("timeout") or 0.0, env.settle_timeout)})

    monkeypatch.setattr(simcord.Env, "_settle_internal", settle)


@pytest.fixture
def settings(tmp_path):
    """Settings with a database of this test's own."""
    address = f"sqlite:///{tmp_path / 'touchstone.db'}"
    return Settings(database_url=address, shard_count=1, cooldown_hours=6, hash_key="key of the tests")


@pytest.fixture
def touchstone(settings, tmp_path, templates):
    """An open application with the harbour's claims and no others, which makes a start quick."""
    base = ClaimBase.open(templates.copy("harbour", tmp_path / "touchstone.db"))
    with Touchstone(settings, base) as opened:
        yield opened


@pytest.fixture
def simcord_bot(settings, touchstone):
    """The bot that simcord starts."""
    return create_bot(settings, touchstone)


@pytest.fixture
async def world(simcord_env, touchstone):
    """A server with two channels, two members, a moderator and a manager; the bot is switched on in `general`."""
    guild = simcord_env.create_guild()
    channel = guild.create_text_channel("general")
    touchstone.moderation.setup.set_channel_mode(administrator(guild.id), channel.id, "on")
    made = World(simcord_env, touchstone, guild, channel)
    # What Discord hides from members by default is tried elsewhere: here the bot's own rights are to refuse.
    made.open_commands()
    return made


@pytest.fixture
def without_rights(monkeypatch):
    """Return a context in which Discord says that nobody holds any right, as after roles were taken away."""
    plain = simcord.interactions.base_payload

    @contextmanager
    def powerless():
        def payload(*args: object, **more: object):
            record, made = plain(*args, **more)
            made["member"] |= {"permissions": "0", "roles": []}
            return record, made

        with monkeypatch.context() as patch:
            patch.setattr(simcord.interactions, "base_payload", payload)
            yield

    return powerless


@pytest.fixture
def in_language(monkeypatch):
    """Let every click and command come from a client in this language."""
    plain = simcord.interactions.base_payload

    def speak(locale: discord.Locale) -> None:
        def payload(*args: object, **more: object):
            record, made = plain(*args, **more)
            made["locale"] = locale.value
            return record, made

        monkeypatch.setattr(simcord.interactions, "base_payload", payload)

    return speak


@pytest.fixture
def lose(monkeypatch):
    """Let the connection be lost at requests, so many times or at all of them, as discord.py tells of it by default."""
    plain = simcord.http.router._check_faults

    def lose(
        method: str,
        path: str,
        times: int | None = None,
        error: type[Exception] | Exception = aiohttp.ServerDisconnectedError,
    ) -> None:
        lost: list[str] = []

        def check(backend: object, asked: str, where: str) -> None:
            if asked == method and fnmatch(where, path) and (times is None or len(lost) < times):
                lost.append(where)
                raise error
            plain(backend, asked, where)

        monkeypatch.setattr(simcord.http.router, "_check_faults", check)

    return lose
