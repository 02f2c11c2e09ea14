"""Reading a page from its address: politely, within limits, and never from an inner network."""

import asyncio
import contextlib
import re
import ssl
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePosixPath
from urllib.parse import unquote, urljoin, urlsplit

import httpx

from claims.documents.addresses import AddressBook, Target
from config.errors import AddressRefusedError, RobotsError, msgid

AGENT = "TouchstoneBot"
MOST_BYTES = 10 * 1024 * 1024
_ROBOTS_BYTES = 512 * 1024
_MOST_REDIRECTS = 5
_OK, _SAME, _TOO_OFTEN, _FAILED = 200, 304, 429, 500
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD = frozenset({301, 308})
_TYPES = frozenset({
    "text/html", "application/xhtml+xml", "text/plain", "text/markdown", "text/x-markdown", "application/pdf",
    "text/vtt", "text/srt", "application/x-subrip",
})  # fmt: skip
# Servers that do not know these kinds of files call them so; their names tell.
_UNTOLD = frozenset({"application/octet-stream", "binary/octet-stream", ""})
_NAMED = frozenset({".txt", ".md", ".markdown", ".srt", ".vtt", ".pdf", ".html", ".htm"})


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a single address may take: bytes after unpacking, seconds over all, redirects on the way."""

    bytes: int = MOST_BYTES
    seconds: float = 20
    redirects: int = _MOST_REDIRECTS


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave: its bytes, unpacked, and the address that it was found at in the end."""

    address: str
    data: bytes
    charset: str
    name: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What is remembered of a page to ask whether it has changed: the address that gave it, and its validators."""

    address: str = ""
    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What an address says of its page now.

    `page` is None where the status is another than 200, and where its kind is not read; `moved`: every step on the way
    was for good; `wait`: the seconds that the site wants to be left alone for.
    """

    status: int
    seen: Seen
    moved: bool
    page: Fetched | None = None
    wait: float = 0


# What the robots.txt of each origin said, for as long as one round lasts.
Robots = dict[str, str]


@dataclass(frozen=True, slots=True)
class PageReader:
    """Reads single pages. It connects to the very IP address that was checked, and goes through no proxy."""

    book: AddressBook = field(default_factory=AddressBook)
    limits: Limits = field(default_factory=Limits)

    def fetch(self, address: str) -> Fetched:
        """Return what an address gives; raises AddressRefusedError with the reason. Runs its own event loop."""
        return asyncio.run(self._fetch(address))

    async def _fetch(self, address: str) -> Fetched:
        async with self._arriving(address, Seen(), {}) as (target, answer, _):
            return await self._read(answer, target)

    async def look(self, address: str, before: Seen, robots: Robots) -> Look:
        """Ask whether a page is still there and still the same, with as little as possible; nothing is asked twice.

        Raises AddressRefusedError for an address that may not be asked or cannot be reached, RobotsError where the site
        does not want to be read.
        """
        async with self._arriving(address, before, robots) as (target, answer, moved):
            return await self._looked(answer, target, moved=moved)

    @contextlib.asynccontextmanager
    async def _arriving(
        self, address: str, before: Seen, robots: Robots
    ) -> AsyncGenerator[tuple[Target, httpx.Response, bool]]:
        """Yield where an address leads in the end, what is answered there, and whether every step there is for good."""
        try:
            async with asyncio.timeout(self.limits.seconds):
                moved = True
                for step in range(self.limits.redirects + 1):
                    target = await asyncio.to_thread(self.book.target, address)
                    conditions = _conditions(before) if target.address == before.address else {}
                    async with _client() as client:
                        await self._ask_robots(client, target, robots)
                        async with _get(client, target, conditions) as answer:
                            if answer.status_code not in _REDIRECTS:
                                yield target, answer, moved and step > 0
                                return
                            moved = moved and answer.status_code in _FOR_GOOD
                            address = _next(answer, target)
                raise AddressRefusedError(
                    "The address leads on more than {most} times. Give the last one.", most=self.limits.redirects
                )
        except TimeoutError:
            raise AddressRefusedError(
                "{address} took longer than {seconds} seconds. Try again later, or save the page as a file.",
                address=address, seconds=self.limits.seconds,
            ) from None  # fmt: skip

    async def _looked(self, answer: httpx.Response, target: Target, *, moved: bool) -> Look:
        status, headers = answer.status_code, answer.headers
        seen = Seen(target.address, headers.get("etag", "")[:_VALIDATOR], headers.get("last-modified", "")[:_VALIDATOR])
        page = None
        if status == _OK:
            with contextlib.suppress(AddressRefusedError):  # it is there, but of a kind or a size that is not read
                page = await self._read(answer, target)
        return Look(status, seen, moved, page, _wait(headers.get("retry-after", "")))

    async def _read(self, answer: httpx.Response, target: Target) -> Fetched:
        if answer.status_code != _OK:
            raise _refused(answer.status_code, target.address)
        kind, charset = _kind(answer.headers.get("content-type", ""))
        name = PurePosixPath(unquote(urlsplit(target.address).path)).name
        if kind not in _TYPES and not (kind in _UNTOLD and PurePosixPath(name.lower()).suffix in _NAMED):
            raise AddressRefusedError(
                "{address} gives {kind}, which is not read. Give a page, a text, a PDF or subtitles.",
                address=target.address, kind=kind or "?",
            )  # fmt: skip
        data = await _bounded(answer, self.limits.bytes, target.address)
        return Fetched(target.address, data, charset, name)

    async def _ask_robots(self, client: httpx.AsyncClient, target: Target, robots: Robots) -> None:
        """Raise RobotsError where the site's robots.txt keeps us out; AddressRefusedError where it cannot be had."""
        if target.origin not in robots:
            robots[target.origin] = await self._robots(client, target)
        if not may_read(robots[target.origin], AGENT, target.path):
            raise RobotsError(
                "{host} asks programs not to read this page (robots.txt). Save it as a file yourself, and add that.",
                host=target.host,
            )

    async def _robots(self, client: httpx.AsyncClient, page: Target) -> str:
        target = Target(page.scheme, page.host, page.port, "/robots.txt", page.ip)
        for _ in range(self.limits.redirects + 1):
            async with _get(client, target) as answer:
                status = answer.status_code
                if status in _REDIRECTS:
                    target = await asyncio.to_thread(self.book.target, _next(answer, target))
                    continue
                if status >= _FAILED or status == _TOO_OFTEN:
                    raise AddressRefusedError(
                        "{host} cannot say now what programs may read (robots.txt: {status}). Try again later.",
                        host=page.host, status=status,
                    )  # fmt: skip
                if status != _OK:
                    return ""
                data = await _bounded(answer, _ROBOTS_BYTES, target.address, cut=True)
                return data.decode("utf-8-sig", "replace")
        return ""


def user_agent() -> str:
    """Return who we say we are."""
    try:
        number = version("touchstone-bot")
    except PackageNotFoundError:
        number = "0"
    return f"{AGENT}/{number} (reads single pages that people have asked for, to cite them; obeys robots.txt)"


def _client() -> httpx.AsyncClient:
    headers = {"User-Agent": user_agent(), "Accept-Encoding": "gzip, deflate", "Accept": ", ".join(sorted(_TYPES))}
    timeout = httpx.Timeout(10)
    return httpx.AsyncClient(headers=headers, timeout=timeout, trust_env=False, follow_redirects=False)


class _get:  # noqa: N801  (used like a function, in `async with`)
    """Ask for a target at the IP address that was checked, under its own name; errors are told as refusals."""

    def __init__(self, client: httpx.AsyncClient, target: Target, conditions: Mapping[str, str] | None = None) -> None:
        host = f"[{target.ip}]" if ":" in target.ip else target.ip
        self._address = target.address
        self._host = target.host
        self._request = client.build_request(
            "GET",
            f"{target.scheme}://{host}:{target.port}{target.path}",
            headers={"Host": target.origin.partition("://")[2], **(conditions or {})},
            extensions={"sni_hostname": target.host} if target.scheme == "https" else {},
        )
        self._client = client
        self._answer: httpx.Response | None = None

    async def __aenter__(self) -> httpx.Response:
        try:
            self._answer = await self._client.send(self._request, stream=True)
        except httpx.HTTPError as error:
            raise self._told(error) from error
        return self._answer

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if self._answer is not None:
            await self._answer.aclose()
        if isinstance(error, httpx.HTTPError):
            raise self._told(error) from error

    def _told(self, error: httpx.HTTPError) -> AddressRefusedError:
        if isinstance(error, httpx.TimeoutException):
            return AddressRefusedError("{host} does not answer. Try again later.", host=self._host)
        if isinstance(error.__cause__, ssl.SSLError) or "CERTIFICATE" in str(error).upper():
            return AddressRefusedError("{host} has no valid certificate. Save the page as a file.", host=self._host)
        if isinstance(error, httpx.ConnectError):
            return AddressRefusedError("{host} cannot be reached. Try again later.", host=self._host)
        return AddressRefusedError(
            "{address} gave a broken answer ({reason}). Save the page as a file.",
            address=self._address, reason=type(error).__name__,
        )  # fmt: skip


_VALIDATOR = 300
_LONGEST_WAIT = 30 * 86_400.0


def _conditions(before: Seen) -> dict[str, str]:
    named = {"If-None-Match": before.etag, "If-Modified-Since": before.modified}
    # Servers may send other bytes than we may: then the page is asked for as a whole.
    return {name: value for name, value in named.items() if value and value.isascii()}


def _wait(written: str) -> float:
    """Return the seconds of a Retry-After, which gives seconds or a moment; 0 where it says nothing."""
    if re.fullmatch(r"\d{1,9}", written.strip()):
        return min(float(written), _LONGEST_WAIT)
    try:
        left = (parsedate_to_datetime(written) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return 0
    return min(max(left, 0), _LONGEST_WAIT)


def _next(answer: httpx.Response, target: Target) -> str:
    place = answer.headers.get("location", "").strip()
    if not place:
        raise AddressRefusedError("{address} leads on to nowhere. Check the address.", address=target.address)
    try:
        return urljoin(target.address, place).partition("#")[0]
    except ValueError:
        raise AddressRefusedError("{address} leads on to nowhere. Check the address.", address=target.address) from None


_STATUSES: Mapping[int, str] = {
    401: msgid("{address} asks for a sign-in. Save the page as a file."),
    402: msgid("{address} asks for payment. Save the page as a file, if you may."),
    403: msgid("{address} does not let programs in. Save the page as a file."),
    404: msgid("There is nothing at {address} (404). Check the address."),
    410: msgid("{address} is gone (410). Look for a copy of it in an archive."),
    429: msgid("{address} is asked too often (429). Try again later."),
    451: msgid("{address} is not shown here for legal reasons (451)."),
}


def _refused(status: int, address: str) -> AddressRefusedError:
    if status in _STATUSES:
        return AddressRefusedError(_STATUSES[status], address=address)
    return AddressRefusedError("{address} answers with {status}. Try again later.", address=address, status=status)


def _kind(content_type: str) -> tuple[str, str]:
    kind, *rest = (part.strip() for part in content_type.split(";"))
    charset = next((part.partition("=")[2].strip("\"' ") for part in rest if part.lower().startswith("charset=")), "")
    return kind.lower(), charset[:30]


async def _bounded(answer: httpx.Response, most: int, address: str, *, cut: bool = False) -> bytes:
    """Return the body, unpacked no further than `most` bytes; beyond it raises (`cut`: stops there)."""
    length = answer.headers.get("content-length", "")
    if length.isdigit() and int(length[:20]) > most and not cut:
        raise _too_large(most, address)
    data = bytearray()
    async for part in _unpacked(answer, most, address):
        data += part
        if len(data) > most:
            if cut:
                return bytes(data[:most])
            raise _too_large(most, address)
    return bytes(data)


async def _unpacked(answer: httpx.Response, most: int, address: str) -> AsyncIterator[bytes]:
    encoding = answer.headers.get("content-encoding", "").strip().lower()
    if encoding in {"", "identity"}:
        async for part in answer.aiter_raw():
            yield part
        return
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise AddressRefusedError(
            "{address} packs its answer as {encoding}, which was not asked for. Save the page as a file.",
            address=address, encoding=encoding[:40],
        )  # fmt: skip
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32 if encoding != "deflate" else zlib.MAX_WBITS)
    try:
        async for part in answer.aiter_raw():
            waiting = part
            while waiting and not unpacker.eof:
                yield unpacker.decompress(waiting, most + 1)
                waiting = unpacker.unconsumed_tail
    except zlib.error as error:
        raise AddressRefusedError(
            "{address} gave a broken answer ({reason}). Save the page as a file.", address=address, reason="zlib"
        ) from error
    if not unpacker.eof:
        raise AddressRefusedError(
            "{address} gave a broken answer ({reason}). Save the page as a file.", address=address, reason="zlib"
        )


def _too_large(most: int, address: str) -> AddressRefusedError:
    return AddressRefusedError(
        "{address} gives more than {most} MB. Save the part that matters as a file.",
        address=address, most=max(1, most // 1024 // 1024),
    )  # fmt: skip


_MOST_RULES = 5000


def may_read(robots: str, agent: str, path: str) -> bool:
    """Tell whether a robots.txt lets the agent read the path, the longest rule deciding; else it may."""
    groups = list(_groups(robots))
    name = agent.lower()
    own = [rules for agents, rules in groups if name in agents]
    rules = [rule for group in own or [rules for agents, rules in groups if "*" in agents] for rule in group]
    best, allowed = -1, True
    for allows, pattern in rules[:_MOST_RULES]:
        if len(pattern) >= best and _fits(pattern, path) and (len(pattern) > best or allows):
            best, allowed = len(pattern), allows
    return allowed


def _groups(robots: str) -> Iterator[tuple[set[str], list[tuple[bool, str]]]]:
    agents: set[str] = set()
    rules: list[tuple[bool, str]] = []
    for line in robots.splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        word, value = key.strip().lower(), value.strip()
        if not colon:
            continue
        if word == "user-agent":
            if rules:
                yield agents, rules
                agents, rules = set(), []
            agents.add(re.split(r"[/\s]", value.lower(), maxsplit=1)[0])
        elif word in {"allow", "disallow"} and agents and value:
            rules.append((word == "allow", value))
        elif word == "disallow" and agents:
            rules.append((True, "/"))
    if agents:
        yield agents, rules


def _fits(pattern: str, path: str) -> bool:
    """Tell whether a pattern with * and $ fits; each part is looked for once, so the time stays linear."""
    whole = pattern.endswith("$")
    parts = pattern.removesuffix("$").split("*")
    if not path.startswith(parts[0]):
        return False
    at = len(parts[0])
    for number, part in enumerate(parts[1:], 1):
        if whole and number == len(parts) - 1:
            return len(path) - at >= len(part) and path.endswith(part)
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return not whole or at == len(path)
