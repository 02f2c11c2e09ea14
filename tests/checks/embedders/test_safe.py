"""A failing embedder is never in the way."""

import logging

import httpx
import numpy as np
import pytest

from checks.embedders.embedder import LONGEST_COOLING, CircuitBreaker, SafeEmbedder
from checks.embedders.http import HttpEmbedder
from tests.checks.embedders.embedding_server import EmbeddingServer
from tests.checks.embedders.known_vectors import Clock, DictStore, KnownEmbedder


def test_a_working_embedder_gives_its_rows():
    safe = SafeEmbedder(KnownEmbedder(), DictStore(), CircuitBreaker())
    assert safe.embed_or_none(["a", "b"]).shape == (2, 4)
    assert safe.wordings_or_none(["a", "b"]).shape == (2, 4)


@pytest.mark.parametrize("fault", [RuntimeError("runtime"), MemoryError(), UnicodeError()])
def test_whatever_a_model_throws_becomes_none(fault: Exception):
    inner = KnownEmbedder()
    inner.fault = fault
    assert SafeEmbedder(inner, CircuitBreaker()).embed_or_none(["a"]) is None


def test_while_the_breaker_is_open_nobody_is_asked():
    inner = KnownEmbedder()
    inner.go_down()
    safe = SafeEmbedder(inner, DictStore(), CircuitBreaker(clock=Clock()))
    assert [safe.embed_or_none(["a"]), safe.embed_or_none(["b"]), safe.wordings_or_none(["c"])] == [None] * 3
    assert inner.asked == [["a"]]


def test_an_outage_is_logged_once_and_its_end_once(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO, logger="checks.embedders")
    clock, inner = Clock(), KnownEmbedder()
    safe = SafeEmbedder(inner, breaker=CircuitBreaker(clock=clock))
    inner.go_down()
    for number in range(6):
        safe.embed_or_none([f"message {number}"])
        clock.now += LONGEST_COOLING
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "it is down" in caplog.text
    inner.fault = None
    for number in range(3):
        assert safe.embed_or_none([f"later {number}"]) is not None
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_a_message_in_memory_is_served_through_an_outage_and_is_no_probe():
    clock, inner = Clock(), KnownEmbedder()
    safe = SafeEmbedder(inner, breaker=CircuitBreaker(first=5, clock=clock))
    before = safe.embed_or_none(["a"])
    inner.go_down()
    assert safe.embed_or_none(["b"]) is None
    clock.now += 5
    assert np.array_equal(safe.embed_or_none(["a"]), before)
    assert safe.embed_or_none(["c"]) is None
    assert inner.asked == [["a"], ["b"], ["c"]]


def test_a_server_that_fails_and_returns_is_used_again(server: EmbeddingServer):
    clock = Clock()
    with httpx.Client(trust_env=False) as client:
        over_http = HttpEmbedder(client, server.base, "m", timeout=30)
        safe = SafeEmbedder(over_http, breaker=CircuitBreaker(first=5, clock=clock))
        before = safe.embed_or_none(["a"])
        server.status = 500
        assert safe.embed_or_none(["b"]) is None
        clock.now += 5
        assert safe.embed_or_none(["c"]) is None, "the probe fails"
        clock.now += 5
        assert safe.embed_or_none(["d"]) is None, "it cools longer now, and nobody is asked"
        server.status = 200
        clock.now += 5
        assert safe.embed_or_none(["e"]) is not None
        assert np.array_equal(safe.embed_or_none(["a"]), before)
    assert server.texts == ["a", "b", "c", "e"]


def test_an_outage_starts_after_one_slow_answer(server: EmbeddingServer):
    server.silent = True
    with httpx.Client(trust_env=False) as client:
        over_http = HttpEmbedder(client, server.base, "m", timeout=0.05)
        safe = SafeEmbedder(over_http, breaker=CircuitBreaker(clock=Clock()))
        assert [safe.embed_or_none([text]) for text in "abc"] == [None] * 3
    assert server.texts == ["a"]
