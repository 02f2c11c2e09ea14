"""A small web server on the loopback, which answers as a hostile or a broken site would."""

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from claims.documents.addresses import AddressBook
from claims.documents.fetching import Limits, PageReader

PAGE = b"<html><head><title>Silver</title></head><body><p>Silver rose by 30% in 2025, dealers say.</p></body></html>"
Answer = Callable[[socket.socket, str, dict[str, str]], None]


def answer(
    status: str = "200 OK", body: bytes = PAGE, kind: str | None = "text/html; charset=utf-8", **headers: str
) -> bytes:
    """Return a whole answer; `content_length` and the like become headers."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if kind is not None:
        named["content-type"] = kind
    named.setdefault("content-length", str(len(body)))
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items() if value)
    return f"HTTP/1.1 {status}\r\n{lines}connection: close\r\n\r\n".encode() + body


def to(place: str, status: str = "302 Found") -> bytes:
    """Return an answer that leads on."""
    return answer(status, b"", None, location=place)


def bomb(megabytes: int, wbits: int = 31) -> bytes:
    """Return packed zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(megabytes)) + packer.flush()


class Site:
    """Serves what `pages` holds by path: bytes that are sent as they are, or something that talks to the socket."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes | Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def address(self, path: str = "/page", host: str = "good.example") -> str:
        return f"http://{host}:{self.port}{path}"

    def reader(self, **limits: float) -> PageReader:
        """Return a reader that finds good.example here, and knows no other host; the loopback is let in."""
        hosts = {
            "good.example": ["127.0.0.1"],
            "inner.example": ["10.0.0.5"],
            "split.example": ["127.0.0.1", "10.0.0.5"],
        }

        def resolve(host: str, _: int) -> list[str]:
            if host not in hosts:
                raise OSError(host)
            return hosts[host]

        book = AddressBook(resolve, lambda ip: str(ip) == "127.0.0.1")
        return PageReader(book, Limits(**{"seconds": 10, **limits}))  # pyright: ignore[reportArgumentType]

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        with client:
            try:
                asked = b""
                while b"\r\n\r\n" not in asked and (part := client.recv(65536)):
                    asked += part
                head, _, body = asked.partition(b"\r\n\r\n")
                first, *rest = head.decode("latin-1").split("\r\n")
                path = first.split(" ")[1]
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
                # What is sent and not read would break the connection before the answer is through.
                while len(body) < int(headers.get("content-length", 0)):
                    body += client.recv(65536)
                self.asked.append((path, headers))
                page = self.pages.get(path, answer("404 Not Found", b"", None))
                if isinstance(page, bytes):
                    client.sendall(page)
                else:
                    page(client, path, headers)
            except (OSError, IndexError):
                return


@contextmanager
def site() -> Iterator[Site]:
    """Run a site."""
    running = Site()
    try:
        yield running
    finally:
        running.close()


def drip(part: bytes, pause: float, before: bytes = b"") -> Answer:
    """Return what sends the same few bytes on and on."""

    def send(client: socket.socket, _: str, __: dict[str, str]) -> None:
        client.sendall(before)
        for _ in range(2000):
            client.sendall(part)
            time.sleep(pause)

    return send


def packed(body: bytes = PAGE) -> bytes:
    return gzip.compress(body)
