"""The loopback Discord: one aiohttp application with the REST routes the bot uses and the gateway."""

import asyncio
import contextlib
import fnmatch
import itertools
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.discord_server import payloads
from tests.discord_server.gateway import Gateway

API = "/api/v10"
# A process starts in some seconds, in minutes where many others want the processor; longer than this takes only a hang.
PATIENCE = 240.0


@dataclass(frozen=True)
class Seen:
    """One REST request as it came over the wire."""

    method: str
    path: str
    body: Any


@dataclass
class Fault:
    """Answers matching requests with an error, so many times."""

    method: str
    path: str
    status: int
    body: dict[str, Any] = field(default_factory=dict)
    times: int = 1

    def takes(self, method: str, path: str) -> bool:
        if self.times < 1 or method != self.method or not fnmatch.fnmatch(path, self.path):
            return False
        self.times -= 1
        return True


def answer(body, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Answer with JSON; the content type must be exactly this for discord.py to parse it."""
    return web.Response(
        body=json.dumps(body).encode(), status=status, headers={"Content-Type": "application/json", **(headers or {})}
    )


class LoopbackDiscord:
    """A Discord with one server and two channels.

    `requests` holds what was asked for, `unknown` what is not served, `edited` the messages as they were edited.
    """

    def __init__(self) -> None:
        self.gateway = Gateway()
        self.requests: list[Seen] = []
        self.unknown: list[str] = []
        self.faults: list[Fault] = []
        self.messages: dict[int, dict[str, Any]] = {}
        self.commands: list[dict[str, Any]] = []
        self.token_is_good = True
        self.hold_posts: asyncio.Event | None = None
        self.edited: list[int] = []
        self._ids = itertools.count(10_000)
        self._runner: web.AppRunner | None = None
        self.port = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; port 0 takes a free one."""
        app = web.Application()
        app.router.add_get("/gateway", self.gateway.serve)
        app.router.add_get("/gateway/", self.gateway.serve)
        app.router.add_route("*", "/{path:.*}", self._rest)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.gateway.address = f"ws://127.0.0.1:{self.port}/gateway"

    async def stop(self) -> None:
        await self.gateway.drop(1001)
        if self._runner is not None:
            await self._runner.cleanup()

    async def say(self, content: str, channel: int = payloads.CHANNEL_ID, **fields) -> int:
        """Let a member write a message; returns its id."""
        message_id = next(self._ids)
        data = payloads.message(message_id, content, payloads.user(payloads.MEMBER_ID, "alice"), channel, **fields)
        self.messages[message_id] = data
        await self.gateway.emit("MESSAGE_CREATE", data)
        return message_id

    @staticmethod
    def held() -> asyncio.Event:
        """Return what `hold_posts` can be set to: messages are then kept waiting until the event is set."""
        return asyncio.Event()

    def posts(self, channel: int = payloads.CHANNEL_ID) -> list[dict[str, Any]]:
        """Return the bodies of all messages that the bot has sent to the channel, delivered or not."""
        return [
            seen.body
            for seen in self.requests
            if seen.method == "POST" and seen.path == f"/channels/{channel}/messages"
        ]

    def answered(self) -> list[int]:
        """Return the ids of the messages that the bot's messages reply to, one for each attempt."""
        return [int(body["message_reference"]["message_id"]) for body in self.posts()]

    def delivered(self) -> list[dict[str, Any]]:
        """Return the bot's messages that were accepted."""
        return [message for message in self.messages.values() if message["author"]["bot"]]

    async def until(self, happened: Callable[[], Any], seconds: float = PATIENCE) -> None:
        """Wait until something is true; fails the test where it does not come true in time."""
        async with asyncio.timeout(seconds):
            while not happened():  # noqa: ASYNC110  what is waited for happens in another process
                await asyncio.sleep(0.02)

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix(API)
        body = await request.json() if request.can_read_body and request.content_type == "application/json" else None
        self.requests.append(Seen(request.method, path, body))
        for fault in self.faults:
            if fault.takes(request.method, path):
                # Without this header discord.py takes a 429 for a ban by the proxy in front of Discord.
                return answer(fault.body, fault.status, {"Via": "1.1 loopback"})
        handler = self._handler(request.method, path)
        if handler is None:
            self.unknown.append(f"{request.method} {path}")
            return answer({"code": 0, "message": "not served by the loopback"}, 501)
        return await handler(path, body)

    def _handler(self, method: str, path: str) -> Callable[[str, Any], Awaitable[web.Response]] | None:
        routes: list[tuple[str, str, Callable[[str, Any], Awaitable[web.Response]]]] = [
            ("GET", "/users/@me", self._me),
            ("GET", "/oauth2/applications/@me", self._application),
            ("GET", "/gateway/bot", self._gateway_bot),
            ("GET", "/applications/*/commands", self._get_commands),
            ("PUT", "/applications/*/commands", self._put_commands),
            ("POST", "/channels/*/messages", self._post_message),
            ("GET", "/channels/*/messages/*", self._get_message),
            ("PATCH", "/channels/*/messages/*", self._edit_message),
            ("PUT", "/channels/*/messages/*/reactions/*/@me", self._react),
            ("POST", "/interactions/*/*/callback", self._acknowledge),
            ("POST", "/webhooks/*/*", self._follow_up),
        ]
        return next((act for verb, pattern, act in routes if verb == method and fnmatch.fnmatch(path, pattern)), None)

    async def _me(self, _path: str, _body) -> web.Response:
        if not self.token_is_good:
            return answer({"code": 0, "message": "401: Unauthorized"}, 401)
        return answer(payloads.user(payloads.BOT_ID, "touchstone", bot=True))

    async def _application(self, _path: str, _body) -> web.Response:
        return answer(payloads.application())

    async def _gateway_bot(self, _path: str, _body) -> web.Response:
        limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        return answer({"url": self.gateway.address, "shards": 1, "session_start_limit": limit})

    async def _get_commands(self, _path: str, _body) -> web.Response:
        return answer(self.commands)

    async def _put_commands(self, _path: str, body) -> web.Response:
        self.commands = [self._stored(command) for command in body]
        return answer(self.commands)

    def _stored(self, command: dict[str, Any]) -> dict[str, Any]:
        rights = command.get("default_member_permissions")
        return {
            "description": "",
            **command,
            "id": str(next(self._ids)),
            "application_id": str(payloads.BOT_ID),
            "version": "1",
            "default_member_permissions": None if rights is None else str(rights),
        }

    async def _post_message(self, path: str, body) -> web.Response:
        if self.hold_posts is not None:
            await self.hold_posts.wait()
        channel = int(path.split("/")[2])
        for known in self.delivered():
            # As Discord does within some minutes: the same message again is the one that stands.
            if body.get("enforce_nonce") and (known["channel_id"], known.get("nonce")) == (str(channel), body["nonce"]):
                return answer(known)
        fields = {"components": body.get("components") or [], "flags": body.get("flags") or 0}
        data = payloads.message(
            next(self._ids), body.get("content") or "", payloads.user(payloads.BOT_ID, "touchstone", bot=True), channel
        )
        data |= fields | {"message_reference": body.get("message_reference"), "nonce": body.get("nonce")}
        self.messages[int(data["id"])] = data
        with contextlib.suppress(ConnectionError):
            await self.gateway.emit("MESSAGE_CREATE", data)
        return answer(data)

    async def _get_message(self, path: str, _body) -> web.Response:
        found = self.messages.get(int(path.split("/")[4]))
        return answer(found) if found else answer({"code": 10008, "message": "Unknown Message"}, 404)

    async def _edit_message(self, path: str, body) -> web.Response:
        found = self.messages.get(int(path.split("/")[4]))
        if found is None:
            return answer({"code": 10008, "message": "Unknown Message"}, 404)
        self.edited.append(int(found["id"]))
        found |= {name: body[name] for name in ("content", "components", "flags") if body.get(name) is not None}
        with contextlib.suppress(ConnectionError):
            await self.gateway.emit("MESSAGE_UPDATE", found)
        return answer(found)

    async def _react(self, _path: str, _body) -> web.Response:
        return web.Response(status=204)

    async def _acknowledge(self, path: str, _body) -> web.Response:
        return answer({"interaction": {"id": path.split("/")[2], "type": 5}})

    async def _follow_up(self, _path: str, body) -> web.Response:
        return answer(
            payloads.message(
                next(self._ids),
                (body or {}).get("content") or "",
                payloads.user(payloads.BOT_ID, "touchstone", bot=True),
                payloads.CHANNEL_ID,
            )
        )
