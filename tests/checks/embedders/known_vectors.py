"""An embedder of known outcome, and a store in memory: for what surrounds an embedder."""

from collections.abc import Mapping, Sequence

import numpy as np

from checks.embedders.embedder import Vector, Vectors, unit_rows
from config.errors import DatabaseError, EmbedderError
from tests.checks.embedders.embedding_server import vector_of


class KnownEmbedder:
    """Gives the same vectors as the loopback server; with a `fault`, raises it."""

    def __init__(self, length: int = 4) -> None:
        self.name = "known"
        self.length = length
        self.asked: list[list[str]] = []
        self.fault: Exception | None = None
        self.closed = False

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked.append(list(texts))
        if self.fault is not None:
            raise self.fault
        return unit_rows([vector_of(text, self.length) for text in texts], len(texts))

    def close(self) -> None:
        self.closed = True

    def go_down(self) -> None:
        self.fault = EmbedderError("it is down")


class DictStore:
    """A vector store in a dictionary; `broken` makes it fail as a database would."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Vector] = {}
        self.broken = False

    def load(self, model: str, texts: Sequence[str]) -> Mapping[str, Vector]:
        self._work()
        return {text: self.kept[model, text] for text in texts if (model, text) in self.kept}

    def save(self, model: str, vectors: Mapping[str, Vector]) -> None:
        self._work()
        self.kept.update({(model, text): np.array(vector) for text, vector in vectors.items()})

    def _work(self) -> None:
        if self.broken:
            raise DatabaseError("the disk is full")


class Clock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now
