"""What is known of very many words, held in little room.

Numbers by word, how often each is written, texts as bytes, their sequences of letters, and Traditional Chinese.
"""

import operator
import re
import sys
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from ctypes import CDLL
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import distribution
from itertools import compress, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from config.languages import HAN_LETTERS, lexicon_files

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.integer[Any]]
Flags = npt.NDArray[np.bool_]
Shares = npt.NDArray[np.floating[Any]]
Rows = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]

RAREST = 7.5
_COMMENTS = re.compile(r"\A(?:#.*\n)+")
# Keys are whole numbers below this prime: of a million words, two share one in one case of two hundred.
_PRIME = 2**47 - 115
# Lines are read in pieces of so many bytes: what is worked out on the way takes little room.
_PIECE = 200_000
_MOST_KEPT = 10_000


def give_back() -> None:
    """Hand what memory nothing uses any more back to the system, where the library of C can do that (glibc).

    To read very many words takes twice the room of what comes of it, for a moment; it would be kept for other use.
    """
    if sys.platform == "linux":
        with suppress(AttributeError, OSError):
            CDLL(None).malloc_trim(0)


def key_of(word: str) -> int:
    """Return the number that stands for a word."""
    return int.from_bytes(word.encode("utf-8", "surrogatepass"), "little") % _PRIME


class WordNumbers:
    """Whole numbers by word, at twelve bytes a word: keys stand for the words, which themselves are not kept.

    A word that was never put in is taken for one that was in less than one case of a hundred million.
    """

    def __init__(self, keys: Numbers, numbers: Numbers) -> None:
        """Take the keys of the words with their numbers; of words that come twice, the last one counts."""
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        last = np.append(keys[1:] != keys[:-1], np.ones(min(len(keys), 1), dtype=bool))
        self._keys = keys[last].astype(np.int64, copy=False).data
        self._numbers = numbers[order[last]].astype(np.int32).data

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, word: str) -> bool:
        return self.get(word) is not None

    def __getitem__(self, word: str) -> int:
        found = self.get(word)
        if found is None:
            raise KeyError(word)
        return found

    def get(self, word: str) -> int | None:
        """Return the number of a word, if it has one."""
        key = key_of(word)
        place = bisect_left(self._keys, key)
        return self._numbers[place] if place < len(self._keys) and self._keys[place] == key else None

    def of_each(self, words: Sequence[str]) -> dict[str, int]:
        """Return the numbers of those of the words that have one."""
        held, numbers = self.held()
        if not len(held):
            return {}
        keys = np.fromiter(map(key_of, words), dtype=np.int64, count=len(words))
        places = np.minimum(held.searchsorted(keys), len(held) - 1)
        there = held[places] == keys
        return dict(zip(compress(words, there), numbers[places[there]].tolist(), strict=True))

    def held(self) -> tuple[Numbers, Numbers]:
        """Return the keys of all words, ascending, and their numbers."""
        return np.asarray(self._keys), np.asarray(self._numbers)

    def with_more(self, numbers: Mapping[str, int]) -> "WordNumbers":
        """Return the same with some more words."""
        keys = np.fromiter(map(key_of, numbers), dtype=np.int64, count=len(numbers))
        more = np.fromiter(numbers.values(), dtype=np.int32, count=len(numbers))
        before = self.held()
        return WordNumbers(np.concatenate([before[0], keys]), np.concatenate([before[1], more]))

    @classmethod
    def none(cls) -> "WordNumbers":
        """Return numbers of no words."""
        return cls(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32))

    @classmethod
    def read(cls, written: bytes, mark: str, *, beginnings: bool = False) -> "tuple[WordNumbers, int]":
        """Read lines of a word, a mark, and a number that another mark may follow; return the sum of the numbers too.

        With `beginnings`, whatever a word begins with has the number 0, where it is no word itself.
        """
        pieces = [_read(piece, mark, beginnings=beginnings) for piece in _pieces(written)]
        begun = _different(np.concatenate([each for _, _, each in pieces]))
        keys = np.concatenate([begun, *(each for each, _, _ in pieces)])
        numbers = np.concatenate([np.zeros(len(begun), dtype=np.int32), *(each for _, each, _ in pieces)])
        return cls(keys, numbers), int(numbers.sum(dtype=np.int64))


@cache
def chinese_words() -> tuple[WordNumbers, int]:
    """Return how often each word of jieba's dictionary is written, and the sum; read once, in a third of a second."""
    # What jieba reads by itself is a dictionary of Python with half a million words: fifty megabytes. To import it,
    # which is not needed for its words, takes seventeen.
    file = Path(str(distribution("jieba").locate_file("jieba/dict.txt")))
    read = WordNumbers.read(file.read_bytes(), " ", beginnings=True)
    give_back()
    return read


def _pieces(written: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(written):
        end = written.find(b"\n", start + _PIECE) + 1 or len(written)
        yield written[start:end]
        start = end


def _read(piece: bytes, mark: str, *, beginnings: bool) -> tuple[Numbers, Numbers, Numbers]:
    """Return the keys of the words in some lines, their numbers, and the keys of what they begin with."""
    text = np.frombuffer(piece, dtype=np.uint8)
    ends, marks = np.flatnonzero(text == ord("\n")), np.flatnonzero((text == ord(mark)) | (text == ord("\n")))
    starts = np.concatenate([[0], ends[:-1] + 1])
    first = np.searchsorted(marks, starts)
    keys, begun = _keys(text, starts, marks[first], beginnings=beginnings)
    return keys, _numbers(text, marks[first] + 1, marks[first + 1]), begun


def _keys(text: npt.NDArray[np.uint8], starts: Numbers, ends: Numbers, *, beginnings: bool) -> tuple[Numbers, Numbers]:
    keys, lengths, power = np.zeros(len(starts), dtype=np.int64), ends - starts, 1
    begun: list[Numbers] = [keys[:0]]
    for place in range(int(lengths.max(initial=0))):
        rows = np.flatnonzero(lengths > place)
        each = text[starts[rows] + place]
        if place and beginnings:
            # A byte that goes on with a character begins with the bits 10.
            begun.append(_different(keys[rows[each & 0xC0 != 0x80]]))
        keys[rows] = (keys[rows] + each * np.int64(power)) % _PRIME
        power = power * 256 % _PRIME
    return keys, np.concatenate(begun)


def _different(keys: Numbers) -> Numbers:
    # As `np.unique`, which reads a part of numpy that nothing else here needs.
    keys = np.sort(keys)
    return keys[begins(keys)]


def begins(*columns: Numbers | Keys) -> Flags:
    """Tell of each place in sorted columns whether it differs from the one before."""
    found = np.ones(len(columns[0]), dtype=bool)
    first, *others = columns
    np.not_equal(first[1:], first[:-1], out=found[1:])
    for each in others:
        found[1:] |= each[1:] != each[:-1]
    return found


def _numbers(text: npt.NDArray[np.uint8], starts: Numbers, ends: Numbers) -> Numbers:
    numbers, lengths = np.zeros(len(starts), dtype=np.int32), ends - starts
    for place in range(int(lengths.max(initial=0))):
        rows = np.flatnonzero(lengths > place)
        numbers[rows] = numbers[rows] * 10 + (text[starts[rows] + place] - ord("0"))
    return numbers


# So many stretches of values are looked over for their largest ones.
_STRETCHES = 128


def largest(values: Floats, most: int) -> Rows:
    """Return the numbers of the largest values, the largest first; of equal ones the first ones."""
    # To part many values that are equal, as most of a large base are, takes numpy a hundred times as long as this.
    part = np.arange(len(values))
    if len(values) > _STRETCHES >= most:
        part = np.flatnonzero(values >= reached(values, most))
    return part[np.argsort(-values[part], kind="stable")][:most]


def reached(values: Floats, most: int) -> float:
    """Return what so many of very many values reach: the largest ones of some stretches."""
    tops = np.maximum.reduceat(values, np.arange(0, len(values), len(values) // _STRETCHES))
    return float(np.sort(tops)[-most])


class Frequencies:
    """Background frequencies of tokens; `rarity` grows from 1 (the commonest words) to 7.5 (unseen)."""

    def __init__(self, hundredths: WordNumbers) -> None:
        """Take over a table of -log10 shares, times 100."""
        self._hundredths = hundredths
        self.rarity = lru_cache(maxsize=_MOST_KEPT)(self._rarity)

    def _rarity(self, token: str) -> float:
        """Return -log10 of the token's share of ordinary writing; 7.5 for a token that the table lacks."""
        found = self._hundredths.get(token)
        return RAREST if found is None else found / 100

    @staticmethod
    def tokens() -> Iterable[str]:
        """Return all tokens of the table, the commonest of each language first; they are read for this."""
        return dict.fromkeys(line.split("\t")[0] for text in _tables() for line in text.splitlines())

    @classmethod
    def load(cls) -> "Frequencies":
        """Read the table of each language."""
        return cls(WordNumbers.read("".join(_tables()).encode(), "\t")[0])


def _tables() -> Iterator[str]:
    return (_COMMENTS.sub("", text).strip("\n") + "\n" for text in lexicon_files("frequencies.tsv").values())


@dataclass(frozen=True, slots=True)
class FoldedTexts:
    """Folded texts one after another, as bytes."""

    written: bytes
    ends: Numbers

    def __getitem__(self, row: int) -> str:
        return self.written[int(self.ends[row - 1]) if row else 0 : int(self.ends[row])].decode()

    def __iter__(self) -> Iterator[str]:
        return map(self.__getitem__, range(len(self.ends)))

    @classmethod
    def of(cls, texts: Iterable[str]) -> "FoldedTexts":
        """Write the texts."""
        written = [text.encode() for text in texts]
        return cls(b"".join(written), np.cumsum([len(each) for each in written], dtype=np.int64))

    def only(self, rows: Flags) -> "FoldedTexts":
        """Return the texts of some of the rows."""
        if rows.all():
            return self
        bounds = np.append([0], self.ends)
        # What stands together is copied together, and piece by piece: else no other thread could go on meanwhile.
        spans = bounds[np.diff(rows, prepend=False, append=False).nonzero()[0]].reshape(-1, 2).tolist()
        cut = (slice(at, min(at + _PIECE, end)) for start, end in spans for at in range(start, end, _PIECE))
        return FoldedTexts(b"".join(map(self.written.__getitem__, cut)), np.cumsum(np.diff(bounds)[rows]))


_RUN = re.compile(f"[a-z0-9]+|[{HAN_LETTERS}]+")
_FIRST_HAN = "\u3400"
_MOST_CHARACTERS = 600
# A sequence of characters stands for a number in a system of so many digits, of which 64 bits are kept: of the million
# sequences of a large base, two have the same in one case of ten million.
_DIGITS = 0x9E3779B97F4A7C15
_POWERS = np.multiply.accumulate(np.array([1, *[_DIGITS] * (_MOST_CHARACTERS + 1)], dtype=np.uint64))
_LONGEST = 5


class Runs:
    """The Latin words (with edges: `_word_`) and runs of Han characters in some folded texts, for n-grams of them.

    Of each text the first 600 characters count. What is found is numbered by its text (`owners`).
    """

    def __init__(self, texts: Sequence[str]) -> None:
        """Cut the texts."""
        self._texts = len(texts)
        cut = [_RUN.findall(text[:_MOST_CHARACTERS]) for text in texts]
        runs = [run if run[0] >= _FIRST_HAN else f"_{run}_" for each in cut for run in each]
        self._codes = np.frombuffer("".join(runs).encode("utf-32-le"), dtype="<u4").astype(np.uint64)
        self._lengths = np.fromiter(map(len, runs), dtype=np.int64, count=len(runs))
        self._ends = np.cumsum(self._lengths)
        self._is_han = self._codes >= ord(_FIRST_HAN)
        self._text_of_run = np.repeat(np.arange(len(texts)), np.fromiter(map(len, cut), dtype=np.int64, count=len(cut)))
        self._text_of = np.repeat(self._text_of_run, self._lengths)

    def grams(self) -> tuple[Keys, Rows]:
        """Return the keys of all n-grams, of 3 to 5 characters in Latin words, of 1 to 3 in Han; and their owners.

        The owners of n-grams that are equal ascend.
        """
        left = np.repeat(self._ends, self._lengths) - np.arange(len(self._codes))
        # How long an n-gram may be that begins at a character.
        in_han, in_latin = np.where(self._is_han, left, 0), np.where(self._is_han, 0, left)
        keys = self._codes
        found: list[Keys] = []
        owners: list[Rows] = []
        for size in range(1, _LONGEST + 1):
            if size > 1:
                keys = keys[:-1] + self._codes[size - 1 :] * _POWERS[size - 1]
            room = in_han if size < 3 else left if size == 3 else in_latin
            starts = (room[: len(keys)] >= size).nonzero()[0]
            found.append(keys[starts])
            owners.append(self._text_of[starts])
        return np.concatenate(found), np.concatenate(owners)

    def grams_of_each(self) -> tuple[Keys, Rows, Numbers]:
        """Return the different n-grams of each text, by text and ascending, their owners, and how often each comes."""
        keys, owners = self.grams()
        # Small numbers are counted to put them in order, and of each text there are few keys: that takes a fourth of
        # the time in which both are sorted at once.
        order = owners.astype(np.min_scalar_type(self._texts)).argsort(kind="stable")
        keys, owners = keys[order], owners[order]
        for span in pairwise(owners.searchsorted(np.arange(self._texts + 1)).tolist()):
            keys[slice(*span)].sort()
        first = begins(keys, owners).nonzero()[0]
        return keys[first], owners[first], np.diff(np.append(first, len(keys)))

    def counted(self) -> tuple[Keys, Numbers]:
        """Return each n-gram once, ascending, and in how many texts it stands."""
        keys, owners = self.grams()
        order = np.argsort(keys, kind="stable")
        keys = keys[order][begins(keys[order], owners[order])]
        starts = begins(keys).nonzero()[0]
        return keys[starts], np.diff(np.append(starts, len(keys))).astype(np.int32)

    def letters(self) -> tuple[Keys, Keys, Rows]:
        """Return the keys of the single Han characters and whole Latin words, those by which they count, their owners.

        A word counts as often as its first five characters, edge and all, which are an n-gram.
        """
        if not len(self._lengths):
            return self._codes, self._codes, self._text_of
        starts = self._ends - self._lengths
        places = np.arange(len(self._codes)) - np.repeat(starts, self._lengths)
        said = self._codes * _POWERS[places]
        whole = np.add.reduceat(said, starts)
        first = np.add.reduceat(np.where(places < _LONGEST, said, np.uint64(0)), starts)
        han, latin = self._codes[self._is_han], ~self._is_han[starts]
        owners = np.concatenate([self._text_of[self._is_han], self._text_of_run[latin]])
        return np.concatenate([han, whole[latin]]), np.concatenate([han, first[latin]]), owners


def each_once(keys: Keys, owners: Rows) -> Rows:
    """Return the places of the different keys of each owner, by owner and ascending."""
    order = np.lexsort((keys, owners))
    return order[begins(keys[order], owners[order])]


class Traditional:
    """Turns Chinese into Traditional characters, the same as OpenCC does with a tenth of the memory and of the start.

    A text is cut at the phrases of a table, the longest first, from the left; what is between them goes character by
    character. Words and forms of Taiwan are looked for in each of the pieces. Characters that are described (`⿰`) in
    place of written are no exception here.
    """

    def __init__(self, table: str) -> None:
        """Read the table: `config/lexicon/zh/script.tsv`."""
        _, characters, phrases, words, forms = table.rstrip("\n").split("\n\n")
        self._characters = str.maketrans(dict(line.split("\t") for line in characters.splitlines()))
        self._words, self._forms = _Replacements(words, forms), _Replacements(forms)
        self._lines = phrases + "\n"
        codes = _codes(self._lines)
        starts = np.flatnonzero(np.concatenate([[True], codes[:-1] == ord("\n")]))
        begun = codes[starts] << _CODE | codes[starts + 1]
        first = np.flatnonzero(np.diff(begun, prepend=-1))
        self._begun = begun[first].data
        self._starts = np.append(starts[first], len(codes)).astype(np.int32)
        self._phrases = lru_cache(maxsize=_MOST_KEPT)(self._phrases_from)

    def characters(self, text: str) -> str:
        """Return the text in Traditional characters."""
        return "".join(self._pieces(text))

    def forms(self, text: str) -> str:
        """Return the text in the characters that Taiwan uses."""
        return "".join(map(self._forms.applied, self._pieces(text)))

    def words(self, text: str) -> str:
        """Return the text in the characters and the words that Taiwan uses."""
        return "".join(map(self._words.applied, self._pieces(text)))

    def _phrases_from(self, pair: str) -> Sequence[tuple[str, str]]:
        begun = ord(pair[0]) << _CODE | ord(pair[1])
        place = bisect_left(self._begun, begun)
        if place == len(self._begun) or self._begun[place] != begun:
            return ()
        lines = self._lines[self._starts[place] : self._starts[place + 1] - 1].split("\n")
        parts = (line.partition("\t") for line in lines)
        return [(phrase, shown or phrase.translate(self._characters)) for phrase, _, shown in parts]

    def _pieces(self, text: str) -> Iterator[str]:
        last = 0
        for start, phrases in enumerate(map(self._phrases, map(operator.add, text, text[1:]))):
            for phrase, shown in phrases if start >= last else ():
                if text.startswith(phrase, start):
                    if start > last:
                        yield text[last:start].translate(self._characters)
                    yield shown
                    last = start + len(phrase)
                    break
        if last < len(text):
            yield text[last:].translate(self._characters)


# Bits of a character's number.
_CODE = 21


def _codes(text: str) -> Rows:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64)


class _Replacements:
    """What is written in place of what, by several tables; what the first of them has goes before all else."""

    def __init__(self, *tables: str) -> None:
        self._by_first: dict[str, list[tuple[str, str]]] = {}
        for table in tables:
            entries = (line.partition("\t") for line in table.splitlines())
            for written, _, shown in sorted(entries, key=lambda entry: -len(entry[0])):
                self._by_first.setdefault(written[0], []).append((written, shown))
        self._first = re.compile(f"[{re.escape(''.join(self._by_first))}]")

    def applied(self, piece: str) -> str:
        """Return a text with what stands in the tables replaced, from the left."""
        made, last = "", 0
        for found in self._first.finditer(piece):
            at = found.start()
            if at < last:
                continue
            for written, shown in self._by_first[piece[at]]:
                if piece.startswith(written, at):
                    made += piece[last:at] + shown
                    last = at + len(written)
                    break
        return made + piece[last:] if made else piece
