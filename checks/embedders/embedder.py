"""Embedders: what they give, also in outline, and how one is made safe to ask: a breaker, a cache, None in a fault."""

import importlib
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from types import ModuleType
from typing import Protocol, Self, runtime_checkable

import numpy as np
import numpy.typing as npt

from checks.words import Flags, Rows, begins
from config.errors import EmbedderError, EmbedderSetupError, TouchstoneError, install_hint, msgid, worded

Vector = npt.NDArray[np.float32]
Vectors = npt.NDArray[np.float32]

# Time grows with length in every model, and the meaning of a chat message stands at its beginning.
MOST_EMBEDDED = 500


class Embedder(Protocol):
    """Turns texts into vectors; safe to call from several threads."""

    @property
    def name(self) -> str:
        """Return the id under which vectors may be kept: equal ids mean comparable vectors."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one row for each text: of unit length, or all zero where the model sees nothing in the text.

        Raises EmbedderError where there is no usable answer; a model's own runtime may raise others.
        """
        ...

    def close(self) -> None:
        """Give back connections; the embedder is not asked again."""
        ...


def bounded(text: str) -> str:
    """Return the text without lone surrogates, cut at 500 characters: what every model can take in bounded time."""
    cut = text[:MOST_EMBEDDED]
    return cut if cut.isascii() else cut.encode("utf-8", "ignore").decode("utf-8")


def unit_rows(raw: npt.ArrayLike, rows: int) -> Vectors:
    """Return `raw` as `rows` vectors of unit length; raises EmbedderError where its shape or a number is wrong."""
    try:
        array = np.asarray(raw, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise EmbedderError(worded("The embedder's vectors differ in length, or are no numbers.")) from error
    if array.ndim != 2 or len(array) != rows or array.shape[1] == 0:
        said = msgid("The embedder gave an array of shape {shape} for {texts} texts.")
        raise EmbedderError(worded(said, shape=array.shape, texts=rows))
    with np.errstate(over="ignore"):
        lengths = np.linalg.norm(array, axis=1, keepdims=True)
    # A number that is not finite, or too large to square, shows in the length of its row.
    if not np.isfinite(lengths).all():
        raise EmbedderError(worded("The embedder gave a vector with a number that is not finite."))
    return (array / np.where(lengths > 0, lengths, 1.0)).astype(np.float32)


# Axes are learned from so many vectors, and so many texts at once held against a message, which takes little room.
_AXES, _LEARNED_FROM, _TEXTS_AT_ONCE = 128, 8_000, 8_192


@dataclass(frozen=True, slots=True)
class Outline:
    """Very many vectors along the axes that tell them apart best: a fourth of the numbers, and most of the nearness.

    `places` has a column for each text.
    """

    axes: Vectors
    places: Vectors

    @classmethod
    def of(cls, vectors: Vectors) -> Self:
        """Learn the axes from some thousand vectors."""
        chosen = vectors[:: max(1, len(vectors) // _LEARNED_FROM)]
        # Ascending: what tells most apart stands last.
        axes = np.ascontiguousarray(np.linalg.eigh(chosen.T @ chosen)[1][:, -_AXES:].T, dtype=np.float32)
        return cls(axes, axes @ vectors.T)

    def nearest(self, messages: Sequence[Vectors], first: Rows, gone: Flags | None, most: int) -> list[Rows]:
        """Return for each message, as its vector and those of its stretches, the numbers of the nearest owners.

        The texts of each owner begin at `first`; those of some may be gone. All numbers, or `most` of them.
        """
        near, sizes = self._near(messages), np.diff(first, append=self.places.shape[1])
        if gone is not None:
            near[:, np.repeat(gone, sizes)] = -np.inf
        return [_owners(each, first, most, int(sizes.max(initial=1))) for each in near]

    def _near(self, messages: Sequence[Vectors]) -> Vectors:
        """Return how near each message (by row) comes to each text."""
        rough, texts = np.concatenate(messages) @ self.axes.T, self.places.shape[1]
        spans = [*pairwise(accumulate(map(len, messages), initial=0))]
        found = np.empty((len(messages), texts), dtype=np.float32)
        for part in (slice(at, at + _TEXTS_AT_ONCE) for at in range(0, texts, _TEXTS_AT_ONCE)):
            said = rough @ self.places[:, part]
            # The message and a stretch, added up.
            found[:, part] = [said[start] + said[start + 1 : end].max(axis=0) for start, end in spans]
        return found


def _owners(near: Vector, first: Rows, most: int, size: int) -> Rows:
    """Return the numbers of the owners of the nearest texts, of which each has at most `size`."""
    # So many texts have as many owners as are wanted: only of these it is asked who they are.
    enough = most * size
    tops = np.maximum.reduceat(near, np.arange(0, len(near), max(1, len(near) // (2 * enough))))
    texts = np.flatnonzero(near >= np.sort(tops)[-enough]) if len(tops) > enough else np.arange(len(near))
    owners = first.searchsorted(texts, "right") - 1
    begun = np.flatnonzero(begins(owners))
    owners, nearest = owners[begun], np.maximum.reduceat(near[texts], begun)
    return owners if len(owners) <= most else np.sort(owners[np.argpartition(-nearest, most)[:most]])


def import_extra(module: str, extra: str) -> ModuleType:
    """Return the imported module; raises EmbedderSetupError with the command that installs `extra`."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise EmbedderSetupError(
            worded(
                "The embedder {extra!r} needs the package {module!r}, which cannot be imported. {hint} Or set embedder "
                "to none.",
                extra=extra,
                module=module,
                hint=install_hint(extra),
            )
        ) from error


FIRST_COOLING = 5.0
LONGEST_COOLING = 300.0


class CircuitBreaker:
    """Closed: all calls may pass. Open: none, until the cooling time is over; then one, whose outcome decides.

    The cooling time (seconds) doubles with each failed probe, up to `longest`. Safe to use from several threads.
    """

    def __init__(
        self,
        first: float = FIRST_COOLING,
        longest: float = LONGEST_COOLING,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start closed; `clock` gives seconds that never run backwards."""
        self._first, self._longest, self._clock = first, longest, clock
        self._lock = threading.Lock()
        self._cooling = 0.0
        self._until: float | None = None
        self._probing = False

    def admits(self) -> bool:
        """Tell whether the caller may go ahead; who is admitted must report `succeeded` or `failed`."""
        with self._lock:
            if self._until is None:
                return True
            if self._probing or self._clock() < self._until:
                return False
            self._probing = True
            return True

    def succeeded(self) -> bool:
        """Close; return True where this ends an outage."""
        with self._lock:
            recovered = self._until is not None
            self._cooling, self._until, self._probing = 0.0, None, False
            return recovered

    def failed(self) -> bool:
        """Open, or cool longer after a failed probe; return True where this begins an outage."""
        with self._lock:
            began = self._until is None
            # Calls that were under way when the outage began tell nothing new.
            if began or self._probing:
                self._cooling = min(self._cooling * 2 or self._first, self._longest)
                self._until = self._clock() + self._cooling
                self._probing = False
            return began


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

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one row for each text; raises EmbedderError for any failure, and while the embedder is left alone."""
        if not self._breaker.admits():
            said = msgid("The embedder {name} failed a moment ago and is left alone for a while.")
            raise EmbedderError(worded(said, name=self.name))
        try:
            vectors = self._embedder.embed(texts)
        except Exception as error:
            # Whatever a model's runtime throws, it counts as an outcome: a probe without one would never end.
            if self._breaker.failed():
                log.warning("Checking without the embedder %s until it answers again. %s", self.name, error)
            reason = error.args[0] if isinstance(error, EmbedderError) else str(error)
            raise EmbedderError(
                worded("The embedder {name} failed: {reason}", name=self.name, reason=reason)
            ) from error
        if self._breaker.succeeded():
            log.info("The embedder %s answers again.", self.name)
        return vectors

    def close(self) -> None:
        """Close the wrapped embedder."""
        self._embedder.close()


# What an embedder is asked to see whether it answers. Its fault may repeat this text; of any other it may hold nothing.
PROBE = "touchstone"

MESSAGES_KEPT = 2_000
# Kept after each such step, so that an outage in the middle of a large base loses little.
_STEP = 128
_SAME = 0.99


class VectorStore(Protocol):
    """Keeps vectors of wordings under the name of their embedder; raises TouchstoneError where it cannot."""

    def load(self, model: str, texts: Sequence[str]) -> Mapping[str, Vector]:
        """Return the kept vectors of those of the texts that have one."""
        ...

    def save(self, model: str, vectors: Mapping[str, Vector]) -> None:
        """Keep the vectors, in place of earlier ones of the same texts."""
        ...


class VectorRows(Mapping[str, Vector]):
    """Vectors by text, as the rows of one array: to put thousands together again would take as long as all else.

    Attributes:
        texts: the texts, of which one may come twice.
        vectors: a row for each of them.
    """

    def __init__(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Take a row for each of the texts."""
        self.texts, self.vectors = texts, vectors
        self._rows = {text: row for row, text in enumerate(texts)}

    def __getitem__(self, text: str) -> Vector:
        return self.vectors[self._rows[text]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


class CachingEmbedder:
    """Wraps an embedder: the newest messages stay in memory, wordings in `store`. Safe to use from several threads."""

    def __init__(self, embedder: Embedder, store: VectorStore | None = None, messages: int = MESSAGES_KEPT) -> None:
        """Keep at most `messages` message vectors."""
        self._embedder, self._store, self._most = embedder, store, messages
        self._kept: OrderedDict[str, Vector] = OrderedDict()
        self._lock = threading.Lock()
        self._trusted: tuple[int, ...] | None = None

    @property
    def name(self) -> str:
        """Return the wrapped embedder's id."""
        return self._embedder.name

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
        kept = self._loaded(wanted)
        if isinstance(kept, VectorRows) and kept.texts == wanted:
            return kept.vectors
        found = dict(kept)
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

    def _loaded(self, texts: Sequence[str]) -> Mapping[str, Vector]:
        if self._store is None:
            return {}
        try:
            kept = self._store.load(self.name, texts)
        except TouchstoneError as error:
            log.warning("Kept vectors cannot be read; all wordings are embedded anew. %s", error)
            return {}
        found = kept if isinstance(kept, VectorRows) else {text: kept[text] for text in texts if text in kept}
        return found if self._still_true(found) else {}

    def _still_true(self, found: Mapping[str, Vector]) -> bool:
        """Embed the first and the last kept wording again, once for vectors of one length.

        The model behind an unchanged name may have been replaced, in the middle of a base too.
        """
        shapes = {found.vectors.shape[1:]} if isinstance(found, VectorRows) else {one.shape for one in found.values()}
        if not found or shapes <= {self._trusted}:
            return True
        texts = [*found]
        ends = [*dict.fromkeys([texts[0], texts[-1]])]
        fresh = dict(zip(ends, self._embedder.embed(ends), strict=True))
        if shapes == {fresh[ends[0]].shape} and all(
            float(now @ found[text]) >= _SAME * float(now @ now) for text, now in fresh.items()
        ):
            self._trusted = fresh[ends[0]].shape
            return True
        log.warning("%s no longer gives the vectors that were kept; all wordings are embedded anew.", self.name)
        return False

    def _save(self, fresh: Mapping[str, Vector]) -> None:
        if self._store is None:
            return
        try:
            self._store.save(self.name, fresh)
        except TouchstoneError as error:
            log.warning("Vectors of wordings cannot be kept; they are embedded again at the next start. %s", error)


def _stacked(texts: Sequence[str], found: Mapping[str, Vector]) -> Vectors:
    return np.stack([found[text] for text in texts]) if texts else np.zeros((0, 0), dtype=np.float32)


class MeaningSource(Protocol):
    """An embedder that never raises: it gives vectors, or None while it is out of order."""

    @property
    def name(self) -> str:
        """Return the embedder's id: equal ids mean comparable vectors."""
        ...

    def embed_or_none(self, texts: Sequence[str]) -> Vectors | None:
        """Embed messages."""
        ...

    def wordings_or_none(self, texts: Sequence[str]) -> Vectors | None:
        """Embed wordings, which are kept."""
        ...


@runtime_checkable
class ReadsAhead(Protocol):
    """An embedder with so much to read that the first text would wait for it."""

    def read_ahead(self) -> None:
        """Begin to read it in a thread beside, and return at once; raises nothing."""
        ...


class SafeEmbedder:
    """Puts breaker and cache around an embedder, and turns every failure into None. Safe to use from several threads.

    Ask for the message first: where that gives None, asking for the wordings is in vain.
    """

    def __init__(
        self, embedder: Embedder, store: VectorStore | None = None, breaker: CircuitBreaker | None = None
    ) -> None:
        """Keep vectors of wordings in `store`; without one they are embedded anew at each start."""
        self._embedder = CachingEmbedder(BreakingEmbedder(embedder, breaker or CircuitBreaker()), store)
        self._ahead = embedder if isinstance(embedder, ReadsAhead) else None

    def read_ahead(self) -> None:
        """Let an embedder that has much to read begin with it while other things are read, as a text will come."""
        if self._ahead is not None:
            self._ahead.read_ahead()

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
