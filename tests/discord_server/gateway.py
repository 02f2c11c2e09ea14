"""The gateway half: hello, heartbeats, identify, resume with replay, and dropped sockets."""

import contextlib
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.discord_server import payloads

HELLO, HEARTBEAT, IDENTIFY, RESUME, ACKNOWLEDGED, DISPATCH = 10, 1, 2, 6, 11, 0


@dataclass
class Gateway:
    """Sends events to every identified socket and replays what a resuming one has missed."""

    address: str = ""
    close_on_identify: int | None = None
    identified: int = 0
    resumed: int = 0
    events: list[dict[str, Any]] = field(default_factory=list)
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    sequence: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": HELLO, "d": {"heartbeat_interval": 41250}, "s": None, "t": None})
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                await self._answer(socket, json.loads(frame.data))
        if socket in self.sockets:
            self.sockets.remove(socket)
        return socket

    async def _answer(self, socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
        if frame["op"] == HEARTBEAT:
            await socket.send_json({"op": ACKNOWLEDGED, "d": None, "s": None, "t": None})
        elif frame["op"] == IDENTIFY:
            await self._identify(socket)
        elif frame["op"] == RESUME:
            await self._resume(socket, frame["d"]["seq"])

    async def _identify(self, socket: web.WebSocketResponse) -> None:
        self.identified += 1
        if self.close_on_identify is not None:
            await socket.close(code=self.close_on_identify)
            return
        self.sockets.append(socket)
        await self.emit("READY", payloads.ready(self.address, f"session-{self.identified}"))
        await self.emit("GUILD_CREATE", payloads.guild())

    async def _resume(self, socket: web.WebSocketResponse, seen: int) -> None:
        self.resumed += 1
        for event in [event for event in self.events if event["s"] > seen]:
            await socket.send_json(event)
        self.sockets.append(socket)
        await self.emit("RESUMED", {})

    async def emit(self, name: str, data) -> None:
        """Number the event, keep it for a later resume, and send it to whoever is connected."""
        event = {"op": DISPATCH, "t": name, "s": next(self.sequence), "d": data}
        self.events.append(event)
        for socket in list(self.sockets):
            with contextlib.suppress(ConnectionError):
                await socket.send_json(event)

    async def replay(self, name: str, data) -> None:
        """Send an event that went out before once more, as a resume may do."""
        event = next(event for event in self.events if event["t"] == name and event["d"] == data)
        for socket in list(self.sockets):
            await socket.send_json(event)

    async def drop(self, code: int = 4000) -> None:
        """Close every socket with this code."""
        sockets, self.sockets = self.sockets, []
        for socket in sockets:
            await socket.close(code=code)
