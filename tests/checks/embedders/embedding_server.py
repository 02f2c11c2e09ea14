"""A small embeddings server on loopback, whose answers a test can spoil."""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Rows = list[dict[str, Any]]


def vector_of(text: str, length: int = 4) -> list[float]:
    digest = hashlib.sha256(text.encode()).digest()
    return [byte + 1 for byte in digest[:length]]


def rows_of(texts: list[str]) -> Rows:
    return [{"object": "embedding", "index": i, "embedding": vector_of(text)} for i, text in enumerate(texts)]


class EmbeddingServer:
    """Answers as OpenAI's interface does; set `status`, `spoil` or `raw` to answer otherwise, or `silent`."""

    def __init__(self, address: str) -> None:
        self.base = f"{address}/v1"
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.status = 200
        self.spoil: Callable[[Rows], Rows] = lambda rows: rows
        self.raw: bytes | None = None
        self.silent = False
        self.released = threading.Event()

    def answer(self, asked: dict[str, Any]) -> bytes:
        if self.raw is not None:
            return self.raw
        return json.dumps({"object": "list", "data": self.spoil(rows_of(asked["input"]))}).encode()

    @property
    def texts(self) -> list[str]:
        """Every text that was asked for, in order."""
        return [text for request in self.requests for text in request["input"]]


@contextmanager
def embedding_server() -> Iterator[EmbeddingServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            served.requests.append(asked)
            served.headers.append(dict(self.headers))
            served.paths.append(self.path)
            if served.silent:
                served.released.wait()
                return
            content = served.answer(asked)
            self.send_response(served.status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = EmbeddingServer(f"http://127.0.0.1:{http.server_address[1]}")
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield served
    finally:
        served.released.set()
        http.shutdown()
        http.server_close()
        thread.join()
