"""A small server on the loopback that speaks the protocol of chat models, and fails as they do."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Model:
    """What was asked, in order, and how it is answered: a status and a body, or what finds them out."""

    base: str
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    answer: Callable[[dict[str, Any], int], tuple[int, bytes]] = lambda _asked, _number: said([])


def said(items: object, tokens: int = 100) -> tuple[int, bytes]:
    """Return an answer with these items; a text is said as it is."""
    content = items if isinstance(items, str) else json.dumps({"items": items}, ensure_ascii=False)
    body = {"choices": [{"message": {"role": "assistant", "content": content}}], "usage": {"total_tokens": tokens}}
    return 200, json.dumps(body, ensure_ascii=False).encode()


def item(quote: str, **more: object) -> dict[str, Any]:
    """Return an item about a passage."""
    plain: dict[str, Any] = {
        "claim_en": f"It is said: {quote[:40]}",
        "claim_zh": f"有人说：{quote[:40]}",
        "stance": "asserts",
    }
    return {"quote": quote, "attributed_to": None, "counter_quote": None} | plain | more


def words_of(asked: dict[str, Any]) -> str:
    """Return the words of the document that a question holds."""
    return "\n".join(asked["messages"][1]["content"].splitlines()[1:-1])


@contextmanager
def model() -> Iterator[Model]:
    """Run a model."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            running.asked.append(json.loads(self.rfile.read(length)))
            running.keys.append(self.headers.get("authorization", ""))
            status, body = running.answer(running.asked[-1], len(running.asked))
            self.send_response(status if self.path == "/v1/chat/completions" else 404)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the signature is the library's
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running = Model(f"http://127.0.0.1:{server.server_port}/v1")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
