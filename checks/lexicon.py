"""Read a text once: folded, cut into terms, its concepts named. Messages and wordings go through the same reading."""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module, resources
from threading import RLock
from types import MappingProxyType
from typing import Any

import numpy as np
import yaml
from rapidfuzz.distance import OSA

from checks.text import PAIRED, WORD, CleanText, TextFolder, Token, Tokenizer, fold_each
from checks.words import RAREST, Flags, Floats, Frequencies, Numbers, WordNumbers, chinese_words, give_back
from config.languages import lexicon_files

# A form of several parts is this much rarer than its rarest part.
_PHRASE = 0.1


@dataclass(frozen=True, slots=True)
class Mention:
    """A concept seen in a text, with the span of the form that named it."""

    concept: str
    start: int
    end: int


class ConceptReader:
    """Finds concepts in folded text: English forms by stem, Chinese forms as they stand, longest first.

    `shares` tells how often each concept is named in ordinary writing: the sum over its forms, each as rare as its
    rarest part. `capitals` are forms that name it surely only where they stand in capitals, as they do in the lexicon.
    """

    def __init__(
        self,
        concepts: Mapping[str, Iterable[str]],
        fold: Callable[[str], str],
        stem: Callable[[str], str],
        rarity: Callable[[str], float],
    ) -> None:
        """Index the forms of each concept; `fold` and `stem` must be those that the texts go through."""
        self.shares: dict[str, float] = {}
        self._stem = stem
        self._phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        han: dict[str, set[str]] = {}
        listed = [(concept, str(form)) for concept, forms in concepts.items() for form in forms]
        self.capitals = frozenset(form.casefold() for _, form in listed if form.isupper())
        for (concept, _), folded in zip(listed, fold_each((form for _, form in listed), fold), strict=True):
            if PAIRED.search(folded):
                han.setdefault(folded, set()).add(concept)
                parts = [folded[i : i + 2] for i in range(max(1, len(folded) - 1))]
            else:
                stems = tuple(stem(word) for word in WORD.findall(folded))
                self._phrases.setdefault(stems[0], []).append((stems, concept))
                parts = list(stems)
            share = 10 ** -max(map(rarity, parts)) * (_PHRASE if len(parts) > 1 else 1.0)
            self.shares[concept] = self.shares.get(concept, 0.0) + share
        for entries in self._phrases.values():
            entries.sort(key=lambda entry: -len(entry[0]))
        self._han: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for form in sorted(han, key=len, reverse=True):
            self._han.setdefault(form[:2], []).append((form, tuple(sorted(han[form]))))
        for start in [start for start in self._han if len(start) > 1]:
            self._han[start] += self._han.get(start[0], ())
        self._begins = re.compile(f"[{re.escape(''.join({form[0]: None for form in han}))}]" if han else r"(?!)")

    def mentions(self, folded: str) -> list[Mention]:
        """Return every concept that `folded` names, in order of appearance."""
        found = list(self._mentions_in_han(folded)) if PAIRED.search(folded) else []
        words = [*map(self._stem, WORD.findall(folded))]
        # Most chat names nothing, and places are asked for in vain.
        hits = [] if self._phrases.keys().isdisjoint(words) else list(WORD.finditer(folded))
        for i, word in enumerate(words if hits else ()):
            taken = 0
            for stems, concept in self._phrases.get(word, ()):
                size = len(stems)
                if size < taken:
                    break
                if tuple(words[i : i + size]) == stems:
                    found.append(Mention(concept, hits[i].start(), hits[i + size - 1].end()))
                    taken = size
        return found

    def _mentions_in_han(self, folded: str) -> Iterator[Mention]:
        last, forms = 0, self._han
        for begins in self._begins.finditer(folded):
            start = begins.start()
            # A form of one character alone is the shortest.
            possible = forms.get(folded[start : start + 2]) or forms.get(folded[start], ()) if start >= last else ()
            for form, concepts in possible:
                if folded.startswith(form, start):
                    last = start + len(form)
                    yield from [Mention(concept, start, last) for concept in concepts]
                    break


@dataclass(frozen=True)
class Lexicon:
    """Everything the checks know of words, loaded once and handed around."""

    folder: TextFolder
    tokenizer: Tokenizer
    concepts: ConceptReader
    names: Mapping[str, str]
    frequencies: Frequencies

    @classmethod
    def load(cls) -> "Lexicon":
        """Read the shipped lexicon."""
        folder, tokenizer, frequencies = TextFolder(), Tokenizer(), Frequencies.load()
        forms: dict[str, list[str]] = {}
        for text in lexicon_files("concepts.yaml").values():
            for concept, said in yaml.load(text, yaml.CSafeLoader).items():
                forms.setdefault(concept, []).extend(said)
        reader = ConceptReader(forms, folder.fold, tokenizer.stem, frequencies.rarity)
        groups = yaml.load((resources.files("config") / "lexicon" / "names.yaml").read_text("utf-8"), yaml.CSafeLoader)
        names = {name: group for group, members in groups.items() for name in members}
        give_back()
        return cls(folder, tokenizer, reader, MappingProxyType(names), frequencies)


CONCEPT_MARK = "c:"


@dataclass(frozen=True)
class Analysis:
    """A folded text with its word terms (stems, pairs of Han characters) and concept terms (`c:silver`)."""

    clean: CleanText
    words: frozenset[str]
    mentions: tuple[Mention, ...]
    lexicon: Lexicon

    @property
    def text(self) -> str:
        """Return the folded text."""
        return self.clean.text

    @cached_property
    def concepts(self) -> frozenset[str]:
        """Return the concept terms of the text."""
        return frozenset(CONCEPT_MARK + mention.concept for mention in self.mentions)

    @cached_property
    def tokens(self) -> list[Token]:
        """Return the tokens with their places; worked out only where places are asked for."""
        return self.lexicon.tokenizer.tokens(self.text)

    @cached_property
    def names(self) -> dict[str, frozenset[str]]:
        """Return the names that the text mentions, by group (`metal`, `company`, …)."""
        groups: dict[str, set[str]] = {}
        unsure = self.lexicon.concepts.capitals - self.clean.capitals
        for mention in self.mentions:
            group = self.lexicon.names.get(mention.concept)
            if group and self.text[mention.start : mention.end] not in unsure:
                groups.setdefault(group, set()).add(mention.concept)
        return {group: frozenset(members) for group, members in groups.items()}


def analyse(raw: str, lexicon: Lexicon, spelling: "Spelling | None" = None) -> Analysis:
    """Return the reading of a raw message or wording; `spelling` mends what was mistyped."""
    clean = lexicon.folder.clean(raw)
    return _read(spelling.mend(clean) if spelling else clean, lexicon)


def analyse_each(raws: Iterable[str], lexicon: Lexicon) -> list[Analysis]:
    """Return the readings of many raw texts."""
    return [_read(clean, lexicon) for clean in lexicon.folder.clean_each(raws)]


def _read(clean: CleanText, lexicon: Lexicon) -> Analysis:
    words, mentions = lexicon.tokenizer.forms(clean.text), lexicon.concepts.mentions(clean.text)
    return Analysis(clean, frozenset(words), tuple(mentions), lexicon)


# The background counts as this many texts of this many words, beside the wordings of the base.
_BACKGROUND_TEXTS = 20_000
_WORDS_PER_TEXT = 15
_LEAST = 0.05
_UNHEARD_OF = 1e-7

# So many terms are held by name until they are put with the others; more where there are very many others.
_LEAST_SETTLED, _SHARE_SETTLED = 5_000, 8


class Vocabulary:
    """Numbers for terms, the share of background texts that hold each, and which of them are concepts.

    It only grows, and is shared by all segments that are ever read together. Of very many terms only the newest and
    those of late are held by name. Safe from any thread.
    """

    def __init__(self, lexicon: Lexicon, settled: WordNumbers, shares: Floats, concepts: Flags) -> None:
        """Take the background from the lexicon; some terms are known already, with shares and what is a concept."""
        self._lexicon = lexicon
        self._settled, self._count = settled, len(shares)
        self._fresh: dict[str, int] = {}
        self._seen: dict[str, int] = {}
        self._shares, self._concepts = shares, concepts
        self._lock = RLock()

    @classmethod
    def empty(cls, lexicon: Lexicon) -> "Vocabulary":
        """Return a vocabulary without any term."""
        return cls(lexicon, WordNumbers.none(), np.zeros(0), np.zeros(0, dtype=bool))

    def numbers(self, terms: Iterable[str]) -> dict[str, int]:
        """Return the numbers of terms, new ones where they have none."""
        with self._lock:
            numbers = {term: self._fresh.get(term, -1) for term in terms}
            missing = [term for term, number in numbers.items() if number < 0]
            known = self._settled.of_each(missing)
            return numbers | {term: known[term] if term in known else self._added(term) for term in missing}

    def _added(self, term: str) -> int:
        number = self._count
        if number == len(self._shares):
            more = max(number // _SHARE_SETTLED, 2_048)
            self._shares = np.concatenate([self._shares, np.zeros(more)])
            self._concepts = np.concatenate([self._concepts, np.zeros(more, dtype=bool)])
        self._shares[number] = self.background(term)
        self._concepts[number] = term.startswith(CONCEPT_MARK)
        self._count, self._fresh[term] = number + 1, number
        if len(self._fresh) > max(_LEAST_SETTLED, number // _SHARE_SETTLED):
            self.settled()
        return number

    def settled(self) -> tuple[WordNumbers, Floats, Flags]:
        """Hold no term by name any more; return all with numbers, and by number each share and what is a concept."""
        with self._lock:
            # Who reads meanwhile finds a term in one of both.
            self._settled, self._fresh, self._seen = self._settled.with_more(self._fresh), {}, {}
            return self._settled, self._shares[: self._count], self._concepts[: self._count]

    def known(self, term: str) -> int | None:
        """Return the number of a term, if it has one."""
        # What was in vain (-1) counts until more is settled, which begins another one: this one is filled to no harm.
        seen = self._seen
        found = self._fresh.get(term, seen.get(term))
        if found is None:
            if len(seen) >= _LEAST_SETTLED:
                seen.clear()
            settled = self._settled.get(term)
            found = seen[term] = -1 if settled is None else settled
        return None if found < 0 else found

    def background(self, term: str) -> float:
        """Return the share of background texts that hold the term (0–1)."""
        if term.startswith(CONCEPT_MARK):
            return min(1.0, self._lexicon.concepts.shares.get(term[len(CONCEPT_MARK) :], _UNHEARD_OF) * _WORDS_PER_TEXT)
        return min(1.0, 10 ** -self._lexicon.frequencies.rarity(term) * _WORDS_PER_TEXT)

    def backgrounds(self, numbers: Numbers) -> Floats:
        """Return the same for the numbers of terms."""
        return self._shares[numbers]

    def are_concepts(self, numbers: Numbers) -> Flags:
        """Tell which of the terms are concepts."""
        return self._concepts[numbers]


@dataclass(frozen=True, slots=True)
class Counts:
    """In how many wordings a base has each term: by number, save where some `beside` has it: the last one counts."""

    held: Numbers
    beside: tuple[tuple[Numbers, Numbers], ...]

    def of(self, number: int) -> int:
        """Return the count of one term."""
        for terms, counts in reversed(self.beside):
            # For a number of another type than theirs all terms would be copied.
            place = int(terms.searchsorted(terms.dtype.type(number)))
            if place < len(terms) and terms[place] == number:
                return int(counts[place])
        return int(self.held[number]) if number < len(self.held) else 0


class TermWeights:
    """Inverse document frequency of terms over background and base together; natural logarithm, at least 0.05."""

    def __init__(self, vocabulary: Vocabulary, counts: Counts, wordings: int, most_kept: int) -> None:
        """Take in how many of the base's `wordings` each term stands; so many weights are kept at most."""
        self._vocabulary, self._most = vocabulary, most_kept
        self.counts = counts
        self._texts = _BACKGROUND_TEXTS + wordings + 1
        self._known: dict[str, float] = {}

    def __call__(self, term: str) -> float:
        """Return the weight of a term."""
        weight = self._known.get(term)
        if weight is None:
            number = self._vocabulary.known(term)
            held = 0 if number is None else self.counts.of(number)
            seen = _BACKGROUND_TEXTS * self._vocabulary.background(term) + held + 0.5
            weight = max(_LEAST, math.log(self._texts / seen))
            if len(self._known) >= self._most:
                self._known = {}
            self._known[term] = weight
        return weight

    def of(self, numbers: Numbers, held: Numbers) -> Floats:
        """Return the weights of terms that stand in so many wordings each."""
        seen = _BACKGROUND_TEXTS * self._vocabulary.backgrounds(numbers) + held + 0.5
        return np.maximum(_LEAST, np.log(self._texts / seen))


_TYPED = re.compile(r"(?<![a-z0-9_'’&\u00c0-\u024f])[a-z]+(?![a-z0-9_\u00c0-\u024f])")
_LEAST_LETTERS, _MOST_LETTERS, _ONE = 5, 24, 1
_POWERS = np.uint64(0x9E3779B97F4A7C15) ** np.arange(1, _MOST_LETTERS + _ONE + 2, dtype=np.uint64)


class Spelling:
    """Mends slips of the hand by the words that a base knows: one letter too many, too few, wrong, or out of place.

    Only words that neither the base nor ordinary writing knows are taken for slips, of words with at least five Latin
    letters. Where most words are unknown, the text is in another language and stays as it is. So does a name that the
    base does not know, unless it is one letter off from a word that the base has.
    """

    def __init__(self, texts: Iterable[str], lexicon: Lexicon, beside: "Sequence[Spelling]" = ()) -> None:
        """Collect the words of folded texts; those of others `beside` count as well."""
        self._lexicon, self._beside = lexicon, tuple(beside)
        words = dict.fromkeys(word for text in texts for word in WORD.findall(text))
        self._known = frozenset(words)
        self._prints: tuple[Numbers, Numbers] | None = None
        lengths = range(_LEAST_LETTERS, _MOST_LETTERS + _ONE + 1)
        self._words = tuple(word for word in words if len(word) in lengths and word.isalpha())

    @classmethod
    def together(cls, parts: "Sequence[Spelling]") -> "Spelling":
        """Return what knows the words of all parts, of which there is one at least."""
        return parts[0] if len(parts) == 1 else cls((), parts[0]._lexicon, parts)  # noqa: SLF001  its own kind

    def words(self) -> list[str]:
        """Return its own words; those that a slip may have been meant for come first, in order."""
        return [*self._words, *(self._known - set(self._words))]

    def mend(self, clean: CleanText) -> CleanText:
        """Return the text with the words put right that were surely mistyped; its quotations move along."""
        text = clean.text
        words = list(_TYPED.finditer(text))
        unknown = (found for found in words if not self.knows(found.group()))
        strange = [found for found in unknown if self._rarity(found.group()) >= RAREST]
        if not strange or 2 * len(strange) > len(words):
            return clean
        meant = ((*found.span(), self._meant(found.group())) for found in strange)
        slips = [(start, end, word) for start, end, word in meant if word != text[start:end]]

        def moved(at: int) -> int:
            return at + sum(len(word) - (end - start) for start, end, word in slips if end <= at)

        for start, end, word in reversed(slips):
            text = text[:start] + word + text[end:]
        return replace(clean, text=text, quoted=tuple((moved(start), moved(end)) for start, end in clean.quoted))

    def _meant(self, typed: str) -> str:
        if not _LEAST_LETTERS - 1 <= len(typed) <= _MOST_LETTERS:
            return typed
        alike = (known for each in (self, *self._beside) for known in each.alike(typed))
        near = [known for known in alike if OSA.distance(typed, known, score_cutoff=_ONE) <= _ONE]
        # Of several, the one that people write most often is the one that was meant.
        return min(near, key=self._rarity, default=typed)

    def _rarity(self, word: str) -> float:
        return self._lexicon.frequencies.rarity(self._lexicon.tokenizer.stem(word))

    def knows(self, word: str) -> bool:
        """Tell whether the word is one of its own, or of those beside it."""
        return word in self._known or any(each.knows(word) for each in self._beside)

    def alike(self, typed: str) -> Iterable[str]:
        """Return the known words that become the same as the typed one where a letter of each is left out, or none."""
        if not self._words:
            return ()
        # No `cached_property`: while a base is read in the background, Python 3.11's one lock for all would be held.
        prints, owners = self._prints = self._prints or _shortened(self._words)
        wanted, _ = _shortened([typed])
        first, last = prints.searchsorted(wanted, "left"), prints.searchsorted(wanted, "right")
        numbers = {int(n) for start, end in zip(first, last, strict=True) for n in owners[start:end]}
        return (self._words[number] for number in sorted(numbers))


def _shortened(words: Sequence[str]) -> tuple[Numbers, Numbers]:
    """Return what stands for all words, whole and with each letter left out, in order, and whose they are."""
    lengths = np.fromiter(map(len, words), dtype=np.int64, count=len(words))
    letters = np.frombuffer("".join(words).encode("utf-32-le"), dtype="<u4").astype(np.uint64)
    ends, owners = np.cumsum(lengths), np.repeat(np.arange(len(words), dtype=np.int32), lengths)
    starts, at = ends - lengths, np.arange(len(letters))
    places = at - starts[owners]
    # Sums over the letters where they stand, and one place further to the left.
    here, moved = (np.append(np.uint64(0), np.cumsum(letters * _POWERS[each])) for each in (places, places - 1))
    without = here[at] - here[starts][owners] + moved[ends][owners] - moved[at + 1]
    prints = (np.concatenate([here[ends] - here[starts], without]) >> np.uint64(32)).astype(np.uint32)
    order = np.argsort(prints, kind="stable")
    return prints[order], np.append(np.arange(len(words), dtype=np.int32), owners)[order]


# Words commoner than this (-log10 of their share of ordinary writing) say nothing about why a message matched.
_TELLING = 3.3
_FIRST_HAN = "\u3400"


class SharedWords:
    """Finds shared words; the dictionary takes half a second to load, by the thread that asks first."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Take the lexicon that the checks read with."""
        self._lexicon = lexicon

    @cached_property
    def _dictionary(self) -> Any:  # noqa: ANN401  jieba has no types
        jieba: Any = import_module("jieba")
        dictionary = jieba.Tokenizer()
        dictionary.FREQ, dictionary.total = chinese_words()
        dictionary.initialized = True
        return dictionary

    def between(self, message: str, wording: str) -> tuple[str, ...]:
        """Return the telling words of `message` that `wording` has too, by word or by concept, in order, each once."""
        said, known = analyse(message, self._lexicon), analyse(wording, self._lexicon)
        named = {mention.concept for mention in known.mentions}
        meant = [said.text[m.start : m.end] for m in said.mentions if m.concept in named]
        words = {form for form, _ in self._spelt(known)}
        alike = [word for form, word in self._spelt(said) if form in words]
        places = {word: said.text.find(word) for word in [*meant, *alike]}
        whole = [word for word in places if not any(word != other and word in other for other in places)]
        return tuple(sorted(whole, key=lambda word: places[word]))

    def _spelt(self, reading: Analysis) -> list[tuple[str, str]]:
        """Return the telling words with the form they are compared by: the stem, or the Chinese word itself."""
        rarity, stem = self._lexicon.frequencies.rarity, self._lexicon.tokenizer.stem
        pairs: list[tuple[str, str]] = []
        for word in self._dictionary.lcut(reading.text):
            if word[0] >= _FIRST_HAN:
                if len(word) > 1 and max(rarity(word[i : i + 2]) for i in range(len(word) - 1)) >= _TELLING:
                    pairs.append((word, word))
            elif word[0].isalnum() and rarity(stem(word)) >= _TELLING:
                pairs.append((stem(word), word))
        return pairs
