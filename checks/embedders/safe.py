"""An embedder that is never in the way: vectors, or None and the check goes on without."""

import logging
from collections.abc import Callable, Sequence

from checks.embedders.breaker import CircuitBreaker
from checks.embedders.caching import CachingEmbedder
from checks.embedders.embedder import Vectors

log = logging.getLogger(__name__)


class SafeEmbedder:
    """Turns every failure into None; after one, the embedder is left alone until the breaker admits a probe.

    An outage is logged once at its beginning and once at its end. Safe to use from several threads.
    """

    def __init__(self, embedder: CachingEmbedder, breaker: CircuitBreaker) -> None:
        self._embedder, self._breaker = embedder, breaker

    @property
    def name(self) -> str:
        """Return the wrapped embedder's id."""
        return self._embedder.name

    def embed_or_none(self, texts: Sequence[str]) -> Vectors | None:
        """Return one row for each message, or None while the embedder fails."""
        return self._attempt(self._embedder.embed, texts)

    def wordings_or_none(self, texts: Sequence[str]) -> Vectors | None:
        """Return one row for each wording, from the store where it has them, or None while the embedder fails."""
        return self._attempt(self._embedder.embed_wordings, texts)

    def close(self) -> None:
        """Close the wrapped embedder."""
        self._embedder.close()

    def _attempt(self, embed: Callable[[Sequence[str]], Vectors], texts: Sequence[str]) -> Vectors | None:
        if not self._breaker.admits():
            return None
        try:
            vectors = embed(texts)
        except Exception as error:  # noqa: BLE001  whatever a model's runtime throws, the message is checked without it
            if self._breaker.failed():
                log.warning("Checking without the embedder %s until it answers again. %s", self.name, error)
            return None
        if self._breaker.succeeded():
            log.info("The embedder %s answers again.", self.name)
        return vectors
