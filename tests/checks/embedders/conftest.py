"""The loopback server, one for each test."""

from collections.abc import Iterator

import pytest

from tests.checks.embedders.embedding_server import EmbeddingServer, embedding_server


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    with embedding_server() as served:
        yield served
