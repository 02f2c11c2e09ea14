"""The index of a base as bytes, so that a start need not read thousands of wordings anew.

Whoever holds the claims keeps the bytes (`IndexStore`) under the digest of all that they come of: the claims, the
lexicon, and the program that reads by it. Where anything of it differs, or the bytes are damaged, all is read anew.
"""

import hashlib
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from importlib import metadata, resources
from io import BytesIO
from itertools import compress, pairwise, product
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from checks.base import IndexedBase, IndexParts, Readings
from checks.features import CharacterVectors, GramCounts
from checks.index import Postings, Segment
from checks.lexicon import Lexicon, Spelling, Vocabulary
from checks.model import KnownClaim, WordingList
from checks.text import ClaimTexts
from checks.tuning import Tuning
from checks.words import FoldedTexts, WordNumbers, give_back
from config.errors import TouchstoneError
from config.languages import CODES

log = logging.getLogger(__name__)

# Fewer wordings are read as quickly as they are found again.
_LEAST_KEPT = 500
# Of more wordings the texts to embed are not kept: they would have to be read anew to be written.
_MOST_TEXTS = 10_000
_LEXICON = ("frequencies.tsv", "concepts.yaml", "script.tsv")
_READ_BY = ("opencc", "pystemmer")
_DIGEST = hashlib.sha256().digest_size
_ARRAYS = ("first_row", "claim_of", "negative", "sizes", "lengths", "scripts", "sums", "summed")
_SIDES = ("denies", "points")

Array = npt.NDArray[Any]


class IndexStore(Protocol):
    """Keeps the index of one base under its digest; raises TouchstoneError where it cannot."""

    def load(self, digest: str) -> bytes | None:
        """Return what was kept under the digest, if anything was."""
        ...

    def save(self, digest: str, written: bytes) -> None:
        """Keep the bytes in place of what was kept before."""
        ...


class KeptIndex:
    """Opens bases with the index that was kept, and keeps that of one that had to be read. Safe from one thread."""

    def __init__(self, lexicon: Lexicon, tuning: Tuning, store: IndexStore | None = None) -> None:
        """Read by the lexicon; without a store all is read anew each time."""
        self._lexicon, self._tuning, self._store = lexicon, tuning, store
        self._unkept: tuple[str, IndexedBase] | None = None

    def open(self, claims: Iterable[KnownClaim]) -> IndexedBase:
        """Return the claims indexed."""
        known = list(claims)
        if self._store is None or sum(len(claim.wordings) for claim in known) < _LEAST_KEPT:
            return IndexedBase.of(known, self._lexicon, self._tuning)
        digest = digest_of(known)
        parts = self._found(self._store, digest, known)
        if parts is not None:
            return IndexedBase.of_parts(parts, self._tuning, Readings(self._lexicon))
        made = IndexedBase.of(known, self._lexicon, self._tuning)
        self._unkept = digest, made
        return made

    def keep(self) -> None:
        """Keep the index of the base that had to be read; nobody should wait for it."""
        if self._unkept is not None and self._store is not None:
            (digest, base), self._unkept = self._unkept, None
            try:
                self._store.save(digest, written(base.whole(with_texts=base.rows <= _MOST_TEXTS)))
            except TouchstoneError as error:
                log.info("The index of the claims cannot be kept; they are read again at the next start. %s", error)
        give_back()

    def _found(self, store: IndexStore, digest: str, known: Sequence[KnownClaim]) -> IndexParts | None:
        try:
            kept = store.load(digest)
            return None if kept is None else read(kept, known, self._lexicon)
        except TouchstoneError as error:
            log.info("The kept index of the claims cannot be read. %s", error)
        except ValueError as error:
            log.info("The kept index of the claims is damaged, and made anew: %s", error)
        return None


def digest_of(claims: Iterable[KnownClaim]) -> str:
    """Return the digest of all that an index comes of, in hexadecimal."""
    digest = hashlib.sha256()
    for part in (*read_with(), *_said_in(claims)):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def read_with(*, messages: bool = False) -> Iterator[bytes]:
    """Yield the program and the data by which wordings are read; `messages`: and those by which messages are judged."""
    for name in _READ_BY:
        yield metadata.version(name).encode()
    checks, config = resources.files("checks"), resources.files("config")
    files = sorted(
        (file for file in checks.iterdir() if file.name.endswith((".py", ".pyc"))), key=lambda file: file.name
    )
    for file in (*files, config / "languages.py", config / "lexicon" / "names.yaml"):
        if file.is_file():
            yield file.name.encode()
            yield file.read_bytes()
    lexicon = config / "lexicon"
    for name, code in product(_LEXICON, CODES):
        if (lexicon / code / name).is_file():
            yield code.encode()
            # As texts they would be read, and written again, in seven times the time.
            yield (lexicon / code / name).read_bytes()
    for folder in (checks / "stance", checks / "figures", lexicon, *map(lexicon.joinpath, CODES)) if messages else ():
        for file in sorted((each for each in folder.iterdir() if each.is_file()), key=lambda each: each.name):
            yield file.name.encode()
            yield file.read_bytes()


def _said_in(claims: Iterable[KnownClaim]) -> Iterator[bytes]:
    for claim in claims:
        said = claim.wordings if isinstance(claim.wordings, WordingList) else WordingList(claim.wordings)
        titled = (f"{language} {text}" for language, text in claim.title.items())
        for texts in ([claim.id], titled, claim.points):
            yield "\0".join(texts).encode("utf-8", "surrogatepass")
        yield said.written


def written(parts: IndexParts) -> bytes:
    """Return an index as bytes: their SHA-256, and arrays in the form of numpy (npz), which run nothing when read."""
    segment, postings = parts.segment, parts.segment.postings
    holders, counted = parts.characters.counts()
    terms, shares, concepts = parts.vocabulary.settled()
    keys, numbers = terms.held()
    arrays: dict[str, Array] = {
        "ids": _lines(claim.id for claim in segment.claims),
        "terms": keys,
        "numbers": numbers,
        "shares": shares,
        "concepts": concepts,
        "grams": holders.keys,
        "held": holders.counts,
        "counted": np.array(counted),
        "words": _lines(parts.spelling.words()),
        **{name: getattr(segment, name) for name in _ARRAYS},
        **{f"postings_{each.name}": getattr(postings, each.name) for each in fields(Postings)},
        **_written_texts("texts", segment.texts),
    }
    if parts.texts is not None:
        for side in _SIDES:
            sets: list[tuple[str, ...]] = [getattr(each, side) for each in parts.texts]
            arrays |= _written_texts(side, FoldedTexts.of(text for texts in sets for text in texts))
            arrays[f"{side}_counts"] = np.array([len(texts) for texts in sets], dtype=np.int32)
    file = BytesIO(bytes(_DIGEST))
    file.seek(_DIGEST)
    np.savez(file, allow_pickle=False, **arrays)
    with file.getbuffer() as whole:
        whole[:_DIGEST] = hashlib.sha256(whole[_DIGEST:]).digest()
    return file.getvalue()


def read(kept: bytes, claims: Iterable[KnownClaim], lexicon: Lexicon) -> IndexParts:
    """Return an index of these claims from bytes; raises ValueError where the bytes are damaged."""
    # Of damaged bytes numpy makes any of a dozen errors, those of Python's own tokenizer among them.
    if hashlib.sha256(memoryview(kept)[_DIGEST:]).digest() != kept[:_DIGEST]:
        raise ValueError("its SHA-256 is another one")
    whole = BytesIO(kept)
    whole.seek(_DIGEST)
    with np.load(whole, allow_pickle=False) as file:
        arrays: dict[str, Array] = dict(file)
    by_id = {claim.id: claim for claim in claims}
    known = tuple(by_id[name] for name in _split(arrays["ids"]))
    segment = Segment(
        claims=known,
        numbers={claim.id: number for number, claim in enumerate(known)},
        postings=Postings(**{each.name: arrays[f"postings_{each.name}"] for each in fields(Postings)}),
        texts=_read_texts("texts", arrays),
        **{name: arrays[name] for name in _ARRAYS},
    )
    return IndexParts(
        segment,
        Vocabulary(lexicon, WordNumbers(arrays["terms"], arrays["numbers"]), arrays["shares"], arrays["concepts"]),
        CharacterVectors(GramCounts(arrays["grams"], arrays["held"]), int(arrays["counted"])),
        Spelling([" ".join(_split(arrays["words"]))], lexicon),
        _texts_of(segment, arrays) if f"{_SIDES[0]}_counts" in arrays else None,
    )


def _texts_of(segment: Segment, arrays: Mapping[str, Array]) -> list[ClaimTexts]:
    """Return the texts to embed; what makes a claim stands in the index already."""
    denies, points = (_sets(side, arrays) for side in _SIDES)
    every, says = [*segment.texts], (~segment.negative).tolist()
    spans = (slice(*span) for span in pairwise(segment.first_row.tolist()))
    said = (tuple(compress(every[span], says[span])) for span in spans)
    return [ClaimTexts(*sides) for sides in zip(said, denies, points, strict=True)]


def _sets(side: str, arrays: Mapping[str, Array]) -> list[tuple[str, ...]]:
    texts = (*_read_texts(side, arrays),)
    ends = np.cumsum(arrays[f"{side}_counts"]).tolist()
    return [texts[slice(*span)] for span in pairwise([0, *ends])]


def _written_texts(name: str, texts: FoldedTexts) -> dict[str, Array]:
    return {name: np.frombuffer(texts.written, dtype=np.uint8), f"{name}_ends": texts.ends}


def _read_texts(name: str, arrays: Mapping[str, Array]) -> FoldedTexts:
    return FoldedTexts(arrays[name].tobytes(), arrays[f"{name}_ends"])


def _lines(words: Iterable[str]) -> Array:
    return np.frombuffer("\n".join(words).encode(), dtype=np.uint8)


def _split(lines: Array) -> list[str]:
    text = lines.tobytes().decode()
    return text.split("\n") if text else []
