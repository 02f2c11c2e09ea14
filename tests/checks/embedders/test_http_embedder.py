"""Vectors over HTTP, from a real server on loopback that sometimes misbehaves."""

import json
import logging
from collections.abc import Iterator

import httpx
import numpy as np
import pytest
from pydantic import SecretStr

from checks.embedders.embedder import PROBE, SafeEmbedder
from checks.embedders.http import HttpEmbedder
from config.errors import EmbedderError, EmbedderSetupError
from tests.checks.embedders.embedding_server import EmbeddingServer, rows_of, vector_of
from tests.checks.embedders.known_vectors import Clock

KEY = "sk-very-secret-1234"


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as opened:
        yield opened


@pytest.fixture
def embedder(server: EmbeddingServer, client: httpx.Client) -> HttpEmbedder:
    return HttpEmbedder(client, server.base, "bge-m3", key=SecretStr(KEY), timeout=30)


def expected(*texts: str) -> np.ndarray:
    rows = np.array([vector_of(text) for text in texts])
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_texts_become_unit_rows_in_order(embedder: HttpEmbedder):
    vectors = embedder.embed(["silver", "白銀"])
    assert vectors.dtype == np.float32
    assert np.allclose(vectors, expected("silver", "白銀"))


def test_the_dimension_is_known_after_the_first_call(embedder: HttpEmbedder):
    embedder.embed(["silver"])


def test_the_request_is_openais(server: EmbeddingServer, embedder: HttpEmbedder):
    embedder.embed(["silver"])
    assert server.paths == ["/v1/embeddings"]
    assert server.requests == [{"model": "bge-m3", "input": ["silver"]}]
    assert server.headers[0]["Authorization"] == f"Bearer {KEY}"


def test_without_a_key_no_authorisation_is_sent(server: EmbeddingServer, client: httpx.Client):
    HttpEmbedder(client, server.base + "/", "bge-m3").embed(["silver"])
    assert "Authorization" not in server.headers[0]
    assert server.paths == ["/v1/embeddings"]


def test_many_texts_go_out_in_batches(server: EmbeddingServer, client: httpx.Client):
    texts = [f"wording {i}" for i in range(70)]
    vectors = HttpEmbedder(client, server.base, "m", timeout=30).embed(texts)
    assert [len(request["input"]) for request in server.requests] == [32, 32, 6]
    assert np.allclose(vectors, expected(*texts))


def test_no_text_asks_nothing(server: EmbeddingServer, embedder: HttpEmbedder):
    assert len(embedder.embed([])) == 0
    assert not server.requests


def test_a_text_that_json_cannot_carry_goes_out_made_safe(server: EmbeddingServer, embedder: HttpEmbedder):
    embedder.embed(["silver\ud83d", "x" * 4000])
    assert server.texts == ["silver", "x" * 500]


def test_rows_in_another_order_are_put_right(server: EmbeddingServer, embedder: HttpEmbedder):
    server.spoil = lambda rows: rows[::-1]
    assert np.allclose(embedder.embed(["a", "b", "c"]), expected("a", "b", "c"))


@pytest.mark.parametrize(
    "data",
    [
        [],
        rows_of(["a"]),
        rows_of(["a", "b", "c"]),
        [rows_of(["a"])[0], rows_of(["a"])[0]],
        [{"index": 0, "embedding": [1.0, 2.0]}, {"index": 1, "embedding": [1.0]}],
        [{"index": 0, "embedding": []}, {"index": 1, "embedding": []}],
        [{"index": 0, "embedding": "AACAPw=="}, {"index": 1, "embedding": "AACAPw=="}],
        [{"index": 0, "embedding": [True]}, {"index": 1, "embedding": [True]}],
        [{"index": "0", "embedding": [1.0]}, {"index": "1", "embedding": [1.0]}],
        [{"embedding": [1.0]}, {"embedding": [1.0]}],
        [{"index": 0, "embedding": [float("nan")]}, {"index": 1, "embedding": [1.0]}],
        [{"index": 0, "embedding": [float("inf")]}, {"index": 1, "embedding": [1.0]}],
        None,
    ],
    ids=[
        "nothing", "too few", "too many", "one twice", "ragged", "empty", "base64", "booleans",
        "numbered by words", "not numbered", "NaN", "infinite", "null",
    ],
)  # fmt: skip
def test_an_answer_of_the_wrong_shape_is_refused(server: EmbeddingServer, embedder: HttpEmbedder, data: object):
    server.raw = json.dumps({"data": data}).encode()
    with pytest.raises(EmbedderError, match="no usable answer"):
        embedder.embed(["a", "b"])


@pytest.mark.parametrize("raw", [b"", b"<html>hello</html>", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"data": 1e999}'])
def test_an_answer_that_is_something_else_is_refused(server: EmbeddingServer, embedder: HttpEmbedder, raw: bytes):
    server.raw = raw
    with pytest.raises(EmbedderError, match="no usable answer"):
        embedder.embed(["a"])


def test_another_length_than_before_is_refused(server: EmbeddingServer, embedder: HttpEmbedder):
    embedder.embed(["a"])
    server.spoil = lambda rows: [row | {"embedding": [1.0, 2.0]} for row in rows]
    with pytest.raises(EmbedderError, match="gave vectors of 2 numbers, before 4"):
        embedder.embed(["b"])


@pytest.mark.parametrize("status", [301, 400, 401, 404, 429, 500, 503])
def test_any_status_but_200_is_an_error_that_names_it(server: EmbeddingServer, embedder: HttpEmbedder, status: int):
    server.status = status
    server.raw = b'{"error": "model not found"}'
    with pytest.raises(EmbedderError, match=rf"answered {status}: .*model not found.*embedder_model"):
        embedder.embed([PROBE])
    with pytest.raises(EmbedderError, match=rf"answered {status}\. .*embedder_model.*touchstone doctor"):
        embedder.embed(["a"])


@pytest.mark.parametrize("message", ["my landlord said so", f"{PROBE} says my landlord"])
def test_of_a_message_nothing_gets_into_a_log_also_where_the_server_repeats_it(
    server: EmbeddingServer, embedder: HttpEmbedder, caplog: pytest.LogCaptureFixture, message: str
):
    caplog.set_level(logging.DEBUG)
    server.status = 422
    server.answer = lambda asked: json.dumps({"detail": [{"msg": "not allowed", "input": asked}]}).encode()
    assert SafeEmbedder(embedder).embed_or_none([message]) is None
    assert "answered 422" in caplog.text
    assert "landlord" not in caplog.text


def test_a_server_that_does_not_answer_is_given_up(server: EmbeddingServer, client: httpx.Client):
    server.silent = True
    with pytest.raises(EmbedderError, match="did not answer in time"):
        HttpEmbedder(client, server.base, "m", timeout=0.05).embed(["a"])


def test_a_server_that_answers_in_drips_is_given_up_at_the_deadline(client: httpx.Client, server: EmbeddingServer):
    clock = Clock()
    embedder = HttpEmbedder(client, server.base, "m", timeout=30, clock=clock)

    def drip(_asked: object) -> bytes:
        clock.now += 31
        return b"{"

    server.answer = drip
    with pytest.raises(EmbedderError, match="did not answer in time"):
        embedder.embed(["a"])


def test_a_server_that_is_not_there_is_an_error_with_a_mend(client: httpx.Client):
    with pytest.raises(EmbedderError, match=r"cannot be reached \(ConnectError\).*embedder_url"):
        HttpEmbedder(client, "http://127.0.0.1:1/v1", "m", timeout=30).embed(["a"])


def test_the_key_stands_in_no_error_and_no_log(
    server: EmbeddingServer, embedder: HttpEmbedder, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    server.status = 401
    server.raw = f"key {KEY} is wrong".encode()
    with pytest.raises(EmbedderError) as raised:
        embedder.embed([PROBE])
    assert "key *** is wrong" in str(raised.value)
    assert KEY not in caplog.text + str(raised.value) + embedder.name + repr(embedder)


@pytest.mark.parametrize("base", ["", "localhost:11434", "ftp://localhost/v1", "http://", "http://[::1", "http://a\nb"])
def test_an_address_that_is_none_is_refused_at_once(client: httpx.Client, base: str):
    with pytest.raises(EmbedderSetupError, match="embedder_url"):
        HttpEmbedder(client, base, "m")


@pytest.mark.parametrize("base", ["http://me:secret@localhost/v1", "http://localhost/v1?key=secret"])
def test_an_address_with_a_secret_is_refused_without_saying_it(client: httpx.Client, base: str):
    with pytest.raises(EmbedderSetupError, match="embedder_key") as raised:
        HttpEmbedder(client, base, "m")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("key", ["one\ntwo", "schlüssel"])
def test_a_key_that_no_header_carries_is_refused_without_saying_it(client: httpx.Client, key: str):
    with pytest.raises(EmbedderSetupError, match="embedder_key") as raised:
        HttpEmbedder(client, "http://localhost", "m", key=SecretStr(key))
    assert key not in str(raised.value)


def test_the_name_tells_models_and_servers_apart(client: httpx.Client):
    names = {HttpEmbedder(client, f"http://{host}/v1", model).name for host in ("a", "b") for model in ("m", "n")}
    assert len(names) == 4
