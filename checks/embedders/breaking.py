"""An embedder with a breaker before it: who failed is not asked again at once."""

import logging
from collections.abc import Sequence

from checks.embedders.breaker import CircuitBreaker
from checks.embedders.embedder import Embedder, Vectors
from config.errors import EmbedderError

log = logging.getLogger(__name__)


class BreakingEmbedder:
    """Asks the wrapped embedder while its breaker admits it; an outage is logged once at either end.

    Belongs inside a cache, so that only real calls count as outcomes. Safe to use from several threads.
    """

    def __init__(self, embedder: Embedder, breaker: CircuitBreaker) -> None:
        self._embedder, self._breaker = embedder, breaker

    @property
    def name(self) -> str:
        """Return the wrapped embedder's id."""
        return self._embedder.name

    @property
    def dimension(self) -> int | None:
        """Return the length of a vector; None before the first call."""
        return self._embedder.dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one row for each text; raises EmbedderError for any failure, and while the embedder is left alone."""
        if not self._breaker.admits():
            raise EmbedderError(f"The embedder {self.name} failed a moment ago and is left alone for a while.")
        try:
            vectors = self._embedder.embed(texts)
        except Exception as error:
            # Whatever a model's runtime throws, it counts as an outcome: a probe without one would never end.
            if self._breaker.failed():
                log.warning("Checking without the embedder %s until it answers again. %s", self.name, error)
            raise EmbedderError(f"The embedder {self.name} failed: {error}") from error
        if self._breaker.succeeded():
            log.info("The embedder %s answers again.", self.name)
        return vectors

    def close(self) -> None:
        """Close the wrapped embedder."""
        self._embedder.close()
