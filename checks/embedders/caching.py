"""What was embedded once is not embedded again: messages in memory, wordings in a store that outlives the process."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from checks.embedders.embedder import Embedder, Vector, Vectors, bounded
from config.errors import TouchstoneError

MESSAGES_KEPT = 2_000
# Kept after each such step, so that an outage in the middle of a large base loses little.
_STEP = 128
_SAME = 0.99

log = logging.getLogger(__name__)


class VectorStore(Protocol):
    """Keeps vectors of wordings under the name of their embedder; raises TouchstoneError where it cannot."""

    def load(self, model: str, texts: Sequence[str]) -> Mapping[str, Vector]:
        """Return the kept vectors of those of the texts that have one."""
        ...

    def save(self, model: str, vectors: Mapping[str, Vector]) -> None:
        """Keep the vectors, in place of earlier ones of the same texts."""
        ...


class CachingEmbedder:
    """Wraps an embedder: the newest messages stay in memory, wordings in `store`. Safe to use from several threads."""

    def __init__(self, embedder: Embedder, store: VectorStore | None = None, messages: int = MESSAGES_KEPT) -> None:
        """Keep at most `messages` message vectors."""
        self._embedder, self._store, self._most = embedder, store, messages
        self._kept: OrderedDict[str, Vector] = OrderedDict()
        self._lock = threading.Lock()
        self._trusted = False

    @property
    def name(self) -> str:
        """Return the wrapped embedder's id."""
        return self._embedder.name

    @property
    def dimension(self) -> int | None:
        """Return the length of a vector; None before the first call."""
        return self._embedder.dimension

    def close(self) -> None:
        """Close the wrapped embedder."""
        self._embedder.close()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one row for each message; asks the embedder only for those not in memory."""
        wanted = [bounded(text) for text in texts]
        found = self._remembered(wanted)
        missing = [text for text in dict.fromkeys(wanted) if text not in found]
        if missing:
            fresh = dict(zip(missing, self._embedder.embed(missing), strict=True))
            found.update(fresh)
            self._remember(fresh)
        return _stacked(wanted, found)

    def embed_wordings(self, texts: Sequence[str]) -> Vectors:
        """Return one row for each wording; asks the embedder only for those not in the store, and keeps them there."""
        wanted = [bounded(text) for text in texts]
        found = self._loaded(list(dict.fromkeys(wanted)))
        missing = [text for text in dict.fromkeys(wanted) if text not in found]
        for start in range(0, len(missing), _STEP):
            step = missing[start : start + _STEP]
            fresh = dict(zip(step, self._embedder.embed(step), strict=True))
            found.update(fresh)
            self._save(fresh)
        return _stacked(wanted, found)

    def _remembered(self, texts: Sequence[str]) -> dict[str, Vector]:
        with self._lock:
            found = {text: self._kept[text] for text in texts if text in self._kept}
            for text in found:
                self._kept.move_to_end(text)
            return found

    def _remember(self, fresh: Mapping[str, Vector]) -> None:
        with self._lock:
            self._kept.update(fresh)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def _loaded(self, texts: Sequence[str]) -> dict[str, Vector]:
        if self._store is None:
            return {}
        try:
            kept = self._store.load(self.name, texts)
        except TouchstoneError as error:
            log.warning("Kept vectors cannot be read; all wordings are embedded anew. %s", error)
            return {}
        found = {text: kept[text] for text in texts if text in kept}
        return found if self._still_true(found) else {}

    def _still_true(self, found: Mapping[str, Vector]) -> bool:
        """Embed one kept wording again, once: the model behind an unchanged name may have been replaced."""
        if found and not self._trusted:
            text, kept = next(iter(found.items()))
            fresh = self._embedder.embed([text])[0]
            if fresh.shape != kept.shape or float(fresh @ kept) < _SAME * float(fresh @ fresh):
                log.warning("%s no longer gives the vectors that were kept; all wordings are embedded anew.", self.name)
                return False
        self._trusted = True
        return True

    def _save(self, fresh: Mapping[str, Vector]) -> None:
        if self._store is None:
            return
        try:
            self._store.save(self.name, fresh)
        except TouchstoneError as error:
            log.warning("Vectors of wordings cannot be kept; they are embedded again at the next start. %s", error)


def _stacked(texts: Sequence[str], found: Mapping[str, Vector]) -> Vectors:
    return np.stack([found[text] for text in texts]) if texts else np.zeros((0, 0), dtype=np.float32)
