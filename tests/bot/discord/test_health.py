"""What whoever watches over the bot can ask."""

import asyncio
import json
import re
from threading import Event

import pytest

from bot.discord.lanes import Lanes
from bot.discord.supervise import Health
from claims.base import ClaimBase
from claims.store.database import Database
from config.errors import DatabaseError, DatabaseUnavailableError
from tests.bot.discord.world import CRANE


async def ask(health: Health, request: bytes) -> tuple[str, str]:
    """Return status line and body of an answer."""
    async with asyncio.timeout(30):
        server = await asyncio.start_server(health._answer, "127.0.0.1", 0)
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
            writer.write(request)
            head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
            writer.close()
    return head.partition("\r\n")[0], body


async def test_a_connected_bot_is_well(world):
    status, body = await ask(Health(world.touchstone, world.env.bot), b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
    assert status == "HTTP/1.1 200 OK"
    assert json.loads(body)["status"] == "ok"
    assert json.loads(body)["servers"] == 1


async def test_a_base_that_can_be_read_is_well_however_busy_people_keep_the_bot(world):
    asyncio.get_running_loop().set_default_executor(Lanes())
    held = Event()
    waiting = [asyncio.create_task(asyncio.to_thread(held.wait)) for _ in range(100)]
    try:
        status, _ = await ask(Health(world.touchstone, world.env.bot), b"GET /health HTTP/1.1\r\n\r\n")
        assert status == "HTTP/1.1 200 OK"
    finally:
        held.set()
        await asyncio.gather(*waiting)


async def test_before_the_bot_is_there_it_is_not_well(world):
    status, body = await ask(Health(world.touchstone), b"GET /health HTTP/1.1\r\n\r\n")
    assert status == "HTTP/1.1 503 Service Unavailable"
    assert json.loads(body)["status"] == "not connected to Discord"


async def test_a_base_that_cannot_be_read_is_told_without_its_address(world, monkeypatch):
    def fail(_base: ClaimBase) -> int:
        raise DatabaseError("postgresql://u:hush@h cannot be read")

    monkeypatch.setattr(ClaimBase, "revision", property(fail))
    status, body = await ask(Health(world.touchstone, world.env.bot), b"GET /health HTTP/1.1\r\n\r\n")
    assert "503" in status
    assert "hush" not in body


async def test_a_base_that_has_gone_away_is_told_although_its_revision_is_known(world, monkeypatch):
    def away(_database: Database) -> None:
        raise DatabaseUnavailableError("gone")

    health = Health(world.touchstone, world.env.bot)
    assert "200 OK" in (await ask(health, b"GET /health HTTP/1.1\r\n\r\n"))[0]
    monkeypatch.setattr(Database, "reading", away)
    status, body = await ask(health, b"GET /health HTTP/1.1\r\n\r\n")
    assert "503" in status
    assert json.loads(body)["status"] == "the claim base cannot be read"


async def test_the_figures_are_as_prometheus_reads_them(world):
    await world.alice.send(world.channel, CRANE)
    status, body = await ask(Health(world.touchstone, world.env.bot), b"GET /metrics HTTP/1.1\r\n\r\n")
    assert status == "HTTP/1.1 200 OK"
    assert "\ntouchstone_messages_checked_total 1\n" in body
    assert "\ntouchstone_ready 1\n" in body
    for line in body.splitlines():
        assert re.fullmatch(r'# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"\})? [\d.e+-]+', line), line
    assert str(world.guild.id) not in body
    assert str(world.alice.id) not in body


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", "404"),
        (b"POST /metrics HTTP/1.1\r\n\r\n", "405"),
        (b"\xff\xfe\r\n\r\n", "405"),
        (b"HEAD /metrics HTTP/1.1\r\n\r\n", "200"),
    ],
)
async def test_anything_else_gets_its_code(world, request_, says):
    status, body = await ask(Health(world.touchstone), request_)
    assert status.split()[1] == says
    assert not body or says != "200"


async def test_an_address_that_is_taken_does_not_stop_the_bot(world, caplog):
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        async with Health(world.touchstone).served(f"127.0.0.1:{port}"):
            pass
    assert [line for line in caplog.messages if "are not served" in line]
    for address in ("none", "a..b:80"):
        async with Health(world.touchstone).served(address):
            pass
    assert len([line for line in caplog.messages if "are not served" in line]) == 2
