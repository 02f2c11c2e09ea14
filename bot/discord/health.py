"""Health and metrics for whoever watches over the process: `/health` as JSON, `/metrics` as Prometheus reads them.

Nothing that is told here leads to a member or a message, and by default only this machine can ask.
"""

import asyncio
import json
import logging
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from bot.discord.bot import TouchstoneBot
from bot.service import Touchstone
from config.errors import TouchstoneError, version

_log = logging.getLogger(__name__)

# Seconds for a request to come, and for the claim base to answer; bytes that a request may have.
_PATIENCE = 3.0
_LONGEST = 8192
_TEXT = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(slots=True)
class Health:
    """What is known of the process; `bot` is the one that lives now, None before the first."""

    touchstone: Touchstone
    bot: TouchstoneBot | None = None

    async def status(self) -> tuple[bool, dict[str, object]]:
        """Return whether all is well, and what is told: connected to Discord, and the claim base can be read."""
        bot, ready = self.bot, self._is_ready
        told: dict[str, object] = {"status": "ok" if ready else "not connected to Discord", "version": version()}
        try:
            async with asyncio.timeout(_PATIENCE):
                told["revision"] = await asyncio.to_thread(lambda: self.touchstone.base.revision)
        except (TouchstoneError, TimeoutError):
            # The log says why; here it could name the database.
            return False, told | {"status": "the claim base cannot be read"}
        return ready, told | {"servers": len(bot.guilds) if bot else 0}

    def metrics(self) -> str:
        """Return the figures of this moment."""
        bot = self.bot
        lines = [*_gauge("touchstone_info", "The version that runs.", 1, f'{{version="{version()}"}}')]
        lines += _gauge("touchstone_ready", "1 while the bot is connected to Discord.", int(self._is_ready))
        if bot is not None:
            lines += _gauge("touchstone_start_time_seconds", "When the bot began.", bot.metrics.started.timestamp())
            lines += _gauge("touchstone_servers", "Servers that the bot is in.", len(bot.guilds))
            if math.isfinite(bot.latency):
                lines += _gauge("touchstone_gateway_latency_seconds", "Latency of the gateway.", bot.latency)
            if bot.metrics.seconds is not None:
                lines += _gauge("touchstone_check_seconds", "Median of the latest checks.", bot.metrics.seconds)
            name = "touchstone_messages_checked_total"
            lines += [f"# HELP {name} Messages that were checked.", f"# TYPE {name} counter"]
            lines += [f"{name} {bot.metrics.total}"]
        return "\n".join([*lines, ""])

    @property
    def _is_ready(self) -> bool:
        return self.bot is not None and self.bot.is_ready() and not self.bot.is_closed()

    @asynccontextmanager
    async def served(self, address: str) -> AsyncIterator[None]:
        """Answer at the address while the body runs; where that cannot be, the log says so and the bot runs on."""
        if address == "none":
            yield
            return
        host, _, port = address.rpartition(":")
        try:
            server = await asyncio.start_server(self._answer, host.strip("[]"), int(port), limit=_LONGEST)
        except OSError as error:
            why = error.strerror or type(error).__name__
            mend = "Set health_address to another one, or to none"
            _log.warning("Health and metrics are not served at %s (%s). %s", address, why, mend)
            yield
            return
        _log.info("Health and metrics at http://%s", address)
        async with server:
            yield

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            async with asyncio.timeout(_PATIENCE):
                head = await reader.readuntil(b"\r\n\r\n")
            writer.write(await self._response(head))
            async with asyncio.timeout(_PATIENCE):
                await writer.drain()
        writer.close()

    async def _response(self, head: bytes) -> bytes:
        method, path, *_ = [*head.split(b"\r\n", 1)[0].split(b" "), b"", b""]
        code, kind, body = "404 Not Found", _TEXT, "There are /health and /metrics.\n"
        if method not in {b"GET", b"HEAD"}:
            code, body = "405 Method Not Allowed", "Only GET and HEAD.\n"
        elif path == b"/metrics":
            code, body = "200 OK", self.metrics()
        elif path == b"/health":
            is_well, told = await self.status()
            code, kind = "200 OK" if is_well else "503 Service Unavailable", "application/json"
            body = json.dumps(told) + "\n"
        raw = body.encode()
        lines = [f"HTTP/1.1 {code}", f"Content-Type: {kind}", f"Content-Length: {len(raw)}", "Connection: close"]
        top = "\r\n".join([*lines, "", ""]).encode()
        return top if method == b"HEAD" else top + raw


def _gauge(name: str, about: str, value: float, labels: str = "") -> list[str]:
    return [f"# HELP {name} {about}", f"# TYPE {name} gauge", f"{name}{labels} {value:.10g}"]
