"""An embedder that is never in the way: vectors, or None and the check goes on without."""

from collections.abc import Callable, Sequence

from checks.embedders.breaker import CircuitBreaker
from checks.embedders.breaking import BreakingEmbedder
from checks.embedders.caching import CachingEmbedder, VectorStore
from checks.embedders.embedder import Embedder, Vectors
from config.errors import EmbedderError


class SafeEmbedder:
    """Puts breaker and cache around an embedder, and turns every failure into None. Safe to use from several threads.

    Ask for the message first: where that gives None, asking for the wordings is in vain.
    """

    def __init__(
        self, embedder: Embedder, store: VectorStore | None = None, breaker: CircuitBreaker | None = None
    ) -> None:
        """Keep vectors of wordings in `store`; without one they are embedded anew at each start."""
        self._embedder = CachingEmbedder(BreakingEmbedder(embedder, breaker or CircuitBreaker()), store)

    @property
    def name(self) -> str:
        """Return the embedder's id."""
        return self._embedder.name

    def embed_or_none(self, texts: Sequence[str]) -> Vectors | None:
        """Return one row for each message, or None while the embedder fails."""
        return _or_none(self._embedder.embed, texts)

    def wordings_or_none(self, texts: Sequence[str]) -> Vectors | None:
        """Return one row for each wording, from the store where it has them, or None while the embedder fails."""
        return _or_none(self._embedder.embed_wordings, texts)

    def close(self) -> None:
        """Close the embedder; it is not asked again."""
        self._embedder.close()


def _or_none(embed: Callable[[Sequence[str]], Vectors], texts: Sequence[str]) -> Vectors | None:
    try:
        return embed(texts)
    except EmbedderError:
        return None
