"""What shows a stance, whatever the claim is: cues that somebody has listed, and turns of phrase that were learned.

Cues, opposites and the words that show the mood of a sentence stand in the lexicon of each language; cues are folded
like messages. People dispute without a negator, too: by mockery, by their own experience, by a laugh. Which turns of
phrase they use is learned from labelled messages; the words of the claim are masked, so that nothing is learned about
any one claim.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from importlib import resources
from itertools import islice
from operator import add
from typing import Any, Literal, get_args

import yaml

from checks.text import Span, fold_each
from config.languages import lexicon_files

Reach = Literal["clause", "sentence", "near", "message"]
Shared = Literal["same", "kind", "never"]

_GAP = r"[^.!?。;\n]{0,24}?"
_NUMBER = r"[\d一二三四五六七八九十两百][\d.,]*(?:\s?%)?"
_PARTS = re.compile(r"(…|#|\*|\s+|^\^|\$$)")
_NOT_LITERAL = re.compile(r"[…#*^$\s]+")
# Where words stand apart by more than a blank, as at the end of a line.
_UNEVEN = re.compile(r"[^\S ]|\s\s")
_LATIN = re.compile(r"[a-z0-9]")
_SPECIAL = {"…": _GAP, "#": r"[$€£¥]?" + _NUMBER, "*": r"[a-z]*", "$": r"(?=\s{0,3}(?:[.!?。;,\n]|\Z))"}


@dataclass(frozen=True)
class Cue:
    """One phrase of a category; `start_only` cues hold only where a sentence begins."""

    category: str
    phrase: str
    weight: float
    reach: Reach
    shared: Shared

    @property
    def start_only(self) -> bool:
        """Tell whether the cue holds only at the start of a sentence."""
        return self.phrase.startswith("^")

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """Return the literal parts, the longest first: a text without any one of them does not have the phrase."""
        return tuple(sorted(_NOT_LITERAL.split(self.phrase), key=len, reverse=True))

    @cached_property
    def is_literal(self) -> bool:
        """Tell whether the phrase has no sign: it is found as it stands, between its words a blank."""
        return bool(self.phrase) and not (_SIGNS.search(self.phrase) or _UNEVEN.search(self.phrase))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Return the compiled phrase; its gaps are bounded, so that a search stays linear."""
        body = self.phrase.removeprefix("^")
        parts = [_SPECIAL.get(part) or _literal(part) for part in _PARTS.split(body) if part]
        before = r"(?<![a-z0-9'])" if _LATIN.match(body) else ""
        after = r"(?![a-z0-9])" if _LATIN.match(body[-1:]) else ""
        return re.compile(before + "".join(parts) + after)


def _literal(part: str) -> str:
    return r"\s{1,3}" if part.isspace() else re.escape(part)


@dataclass(frozen=True, slots=True)
class Hit:
    """A cue seen in a text."""

    cue: Cue
    start: int
    end: int

    @property
    def category(self) -> str:
        """Return the category of the cue."""
        return self.cue.category


class CueFinder:
    """Finds all cues of a list in a text."""

    def __init__(self, cues: Iterable[Cue]) -> None:
        """Take the cues over; patterns are compiled when first needed."""
        self.cues = tuple(cues)
        # By how its key begins: of hundreds of cues a text has the beginnings of a few.
        self._by_start: dict[str, list[tuple[int, str]]] = {}
        for number, cue in enumerate(self.cues):
            # Not the parts as a whole, which are worked out, and kept, of those alone that a text may have.
            longest = max(_NOT_LITERAL.split(cue.phrase), key=len)
            self._by_start.setdefault(longest[:_START], []).append((number, longest))

    def find(self, text: str, starts: Sequence[int] = (0,)) -> list[Hit]:
        """Return the hits in `text`, in order; `starts` are the positions where sentences begin."""
        hits: list[Hit] = []
        is_even = not _UNEVEN.search(text)
        for cue in self._possible(text):
            if cue.start_only:
                found = (cue.pattern.match(text, start) for start in starts)
                hits.extend(Hit(cue, match.start(), match.end()) for match in found if match)
            elif cue.is_literal and (is_even or " " not in cue.phrase):
                hits.extend(Hit(cue, start, start + len(cue.phrase)) for start in _places(cue.phrase, text))
            else:
                hits.extend(Hit(cue, match.start(), match.end()) for match in cue.pattern.finditer(text))
        return sorted(hits, key=lambda hit: (hit.start, -hit.end))

    def _possible(self, text: str) -> Iterator[Cue]:
        """Yield the cues whose literal parts stand in the text, in the order of the list."""
        pairs = [*map(add, text, text[1:])]
        starts = {"", *text, *pairs, *map(add, pairs, text[2:])}
        known = map(self._by_start.__getitem__, starts & self._by_start.keys())
        numbers = sorted([number for some in known for number, longest in some if longest in text])
        return (cue for cue in map(self.cues.__getitem__, numbers) if all(part in text for part in cue.parts))


def _places(phrase: str, text: str) -> Iterator[int]:
    """Yield where a phrase stands in a text: what its pattern would find, which takes long to compile for hundreds."""
    is_word, ends_as_word = bool(_LATIN.match(phrase)), bool(_LATIN.match(phrase[-1]))
    start = text.find(phrase)
    while start >= 0:
        end = start + len(phrase)
        goes_on = (is_word and _BEFORE.match(text[start - 1 : start])) or (
            ends_as_word and _LATIN.match(text[end : end + 1])
        )
        if not goes_on:
            yield start
        start = text.find(phrase, start + 1 if goes_on else end)


# One character, a pair, or three in a row.
_START = 3
_BEFORE = re.compile(r"[a-z0-9']")
_SIGNS = re.compile(r"([…#*^$])")


@dataclass(frozen=True, slots=True)
class _Kind:
    weight: float
    reach: Reach
    shared: Shared

    def __post_init__(self) -> None:
        if self.reach not in get_args(Reach) or self.shared not in get_args(Shared):
            raise ValueError(self)


def _lists(data: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return lists of texts by name; raises TypeError for what is no list, in whose place any text would pass."""
    if strange := [name for name, words in data.items() if not isinstance(words, list)]:
        raise TypeError(strange)
    return {name: tuple(words) for name, words in data.items()}


@dataclass(frozen=True, slots=True)
class _Sides:
    one: tuple[str, ...] = ()
    other: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Spoken:
    """The cues of one language, by kind, and its opposites, by name."""

    phrases: Mapping[str, tuple[str, ...]]
    opposites: Mapping[str, _Sides]

    @classmethod
    def read(cls, text: str) -> "_Spoken":
        # All of it is text: to look whether it is a number or a date takes half of the time.
        data: dict[str, Any] = yaml.load(text, yaml.CBaseLoader) or {}  # noqa: S506  makes texts only
        opposites = {name: _Sides(**_lists(sides)) for name, sides in data.pop("opposites", {}).items()}
        return cls(_lists(data), opposites)


@dataclass(frozen=True, slots=True)
class _Syntax:
    """Words of one language, each list explained in its file (syntax.yaml)."""

    fillers: tuple[str, ...] = ()
    rhetorical: tuple[str, ...] = ()
    asking: tuple[str, ...] = ()
    unmarked: tuple[str, ...] = ()
    unmarked_phrases: tuple[str, ...] = ()
    turned: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    back_verbs: tuple[str, ...] = ()
    back_pronouns: tuple[str, ...] = ()
    particles: tuple[str, ...] = ()
    no_particles: tuple[str, ...] = ()
    between: tuple[str, ...] = ()
    complements: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    before_orders: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    supposing: tuple[str, ...] = ()

    def with_those_of(self, other: "_Syntax") -> "_Syntax":
        return _Syntax(*((*getattr(self, each.name), *getattr(other, each.name)) for each in fields(self)))


_OPPOSITE = _Kind(weight=0.6, reach="sentence", shared="never")


@dataclass(frozen=True)
class Grammar:
    """Patterns and words that tell the mood of a sentence and the work of a negator, of all languages together."""

    orders: frozenset[str]
    objects: frozenset[str]
    supposing: frozenset[str]
    rhetorical: re.Pattern[str]
    asking: re.Pattern[str]
    unmarked: re.Pattern[str]
    points_back: re.Pattern[str]
    particle: re.Pattern[str]
    complement: re.Pattern[str]
    before_order: re.Pattern[str]

    @classmethod
    def of(cls, words: _Syntax) -> "Grammar":
        """Compile the words of a syntax."""
        fillers = rf"(?:{_any_of(words.fillers)}\W+)*".replace(r"\+", "+")
        verbs, phrases = _any_of(words.unmarked), _any_of(words.unmarked_phrases)
        turned = rf"{_any_of(words.turned)}\s+(?:\d+|{_any_of(words.subjects)})"
        apart = {each: [word for word in words.no_particles if word.endswith(each)] for each in words.particles}
        particles = (
            "".join(f"(?<!{re.escape(word.removesuffix(each))})" for word in longer) + re.escape(each)
            for each, longer in apart.items()
        )
        return cls(
            frozenset(words.orders),
            frozenset(words.objects),
            frozenset(words.supposing),
            rhetorical=re.compile(rf"{fillers}{_any_of(words.rhetorical)}\b".replace("'", "'?")),
            asking=re.compile(rf"{fillers}{_any_of(words.asking)}\b(?!\s*[,])"),
            unmarked=re.compile(rf"{fillers}(?:{verbs}\s+[a-z0-9]+|{phrases}|{turned})\b"),
            points_back=re.compile(rf"{fillers}{_any_of(words.back_verbs)}\s+{_any_of(words.back_pronouns)}\b"),
            particle=re.compile(rf"(?:{'|'.join(particles) or _NEVER})(?=\s*(?:[,!~)。]|$)|\s+[\u3400-\u9fff])"),
            complement=re.compile(rf"[\u3400-\u9fff]{_any_of(words.between)}{_any_of(words.complements)}"),
            before_order=re.compile(rf"(?:{_any_of(words.before_orders)}\W+)*$"),
        )


_NEVER = "(?!)"


def _any_of(words: Iterable[str]) -> str:
    """Return a pattern for one of the words, whose parts may stand any space apart."""
    escaped = (re.escape(word).replace(r"\ ", r"\s+") for word in words)
    return f"(?:{'|'.join(escaped) or _NEVER})"


@dataclass(frozen=True, slots=True)
class StanceLexicon:
    """All cues, the pairs of opposites (their cues are named `name+` and `name-`), and the grammar around them."""

    cues: CueFinder
    opposites: CueFinder
    grammar: Grammar

    @classmethod
    def load(cls, fold: Callable[[str], str]) -> "StanceLexicon":
        """Read the shipped lexicons; `fold` is the folding that messages go through."""
        data = yaml.load((resources.files("config") / "lexicon" / "stance.yaml").read_text("utf-8"), yaml.CSafeLoader)
        names: list[str] = data.pop("opposites")
        kinds = {name: _Kind(**values) for name, values in data.items()}
        spoken = [_Spoken.read(text) for text in lexicon_files("stance.yaml").values()]
        sides = ((name, [each.opposites.get(name, _Sides()) for each in spoken]) for name in names)
        opposites = (
            (f"{name}{sign}", _OPPOSITE, [phrase for side in both for phrase in getattr(side, which)])
            for name, both in sides
            for sign, which in (("+", "one"), ("-", "other"))
        )
        cues = (
            (name, kind, [phrase for each in spoken for phrase in each.phrases.get(name, ())])
            for name, kind in kinds.items()
        )
        syntax = _Syntax()
        for text in lexicon_files("syntax.yaml").values():
            words: Any = yaml.load(text, yaml.CBaseLoader) or {}  # noqa: S506  makes texts only
            syntax = syntax.with_those_of(_Syntax(**_lists(words)))
        return cls(CueFinder(_cues(cues, fold)), CueFinder(_cues(opposites, fold)), Grammar.of(syntax))


def _cues(kinds: Iterable[tuple[str, _Kind, Iterable[str]]], fold: Callable[[str], str]) -> Iterator[Cue]:
    listed = [(name, kind, tuple(phrases)) for name, kind, phrases in kinds]
    cut = [_SIGNS.split(phrase) for _, _, phrases in listed for phrase in phrases]
    # The literal parts are folded, and the signs between them left alone.
    folded = iter(fold_each((part for parts in cut for part in parts[::2]), fold))
    read = iter(["".join(sign if place % 2 else next(folded) for place, sign in enumerate(parts)) for parts in cut])
    for name, kind, phrases in listed:
        for phrase in dict.fromkeys(islice(read, len(phrases))):
            yield Cue(name, phrase, kind.weight, kind.reach, kind.shared)


_TOKEN = re.compile(r"[a-z]+(?:['’][a-z]+)*|\d[\d.,]*%?|[\u3400-\u9fff]|[!?。;]|\.{2,}|[^\s\w.,。'\"()\-:/]")
_LATIN_WORD = re.compile(r"[a-z0-9]+")
_FIRST_HAN, _LAST_HAN = "\u3400", "\u9fff"
_CLAIM = "§"
_ANY_NUMBER = "#"
_LINE_END = "⏎"
_BREAK = "|"
# Shorter Latin words are function words: they stay, also where the wording has them.
_SHORTEST = 4
_LONGEST = 3
_LONGEST_UNMASKED = 4
_EDGE = 3
_MOST_WORDINGS = 4096


def turns_in(sentence: str) -> set[str]:
    """Return the turns of phrase in a folded sentence, of up to four words or Han characters; any number is `#`.

    `s|` and `e|` mark those at its start and end.
    """
    tokens = _unmasked(sentence)
    sizes = range(1, min(_LONGEST_UNMASKED, len(tokens)) + 1)
    turns = {" ".join(tokens[at : at + size]) for size in sizes for at in range(len(tokens) - size + 1)}
    for size in range(1, min(_EDGE, len(tokens)) + 1):
        turns |= {f"s|{' '.join(tokens[:size])}", f"e|{' '.join(tokens[-size:])}"}
    return turns


def words_in(message: str) -> set[str]:
    """Return the words of a folded message and each two that stand together, marked `m|`; any number is `#`.

    A story that undoes what it tells says so nowhere, least of all beside the claim: its words as a whole do.
    """
    return _grams(_unmasked(message), "m", _LONGEST - 1)


def _unmasked(text: str) -> list[str]:
    found = _TOKEN.findall(text.replace("’", "'"))
    return [_ANY_NUMBER if token[0].isdigit() else token for token in found]


@dataclass(frozen=True, slots=True)
class _Words:
    """What a wording says: its stems, and its pairs of Han characters."""

    stems: frozenset[str]
    pairs: frozenset[str]


class ToneReader:
    """Finds the turns of phrase of a message, with the words of a wording masked."""

    def __init__(self, stem: Callable[[str], str]) -> None:
        """Compare Latin words by `stem`."""
        self._stem = stem
        self._words = lru_cache(maxsize=_MOST_WORDINGS)(self._words_of)

    def turns(self, text: str, span: Span, window: Span, wording: str) -> set[str]:
        """Return the turns of phrase around a claim, each with a letter for its place.

        Args:
            text: the folded message.
            span: the stretch that carries the claim (`o`: the turn stands there).
            window: that stretch with its neighbours (`n`: in a neighbour; `w`: anywhere in the window).
            wording: the folded wording whose words are masked. `s` and `e` mark the message's first and last tokens.
        """
        words = self._words(wording)
        own = self._masked(text[span[0] : span[1]], words)
        before = self._masked(text[window[0] : span[0]], words)
        behind = self._masked(text[span[1] : window[1]], words)
        whole = self._masked(text, words)
        found = _grams(own, "o", _LONGEST) | _grams(before, "n", _LONGEST) | _grams(behind, "n", _LONGEST)
        found |= {f"s{gram}" for gram in _grams(whole[:_EDGE], "", _LONGEST)}
        found |= {f"e{gram}" for gram in _grams(whole[-_EDGE:], "", _LONGEST)}
        return found | _grams([*before, _BREAK, *own, _BREAK, *behind], "w", _LONGEST - 1)

    def _masked(self, text: str, words: _Words) -> list[str]:
        tokens = _TOKEN.findall(text.replace("’", "'").replace("\n", _LINE_END))
        out: list[str] = []
        for number, token in enumerate(tokens):
            masked = self._mask(tokens, number, token, words)
            if masked != _CLAIM or out[-1:] != [_CLAIM]:
                out.append(masked)
        return out

    def _mask(self, tokens: Sequence[str], number: int, token: str, words: _Words) -> str:
        if _is_han(token):
            after = number + 1 < len(tokens) and token + tokens[number + 1] in words.pairs
            return _CLAIM if after or (number and tokens[number - 1] + token in words.pairs) else token
        if token[0].isdigit():
            return _ANY_NUMBER
        if token[0].isalpha() and len(token) >= _SHORTEST and self._stem(token) in words.stems:
            return _CLAIM
        return token

    def _words_of(self, wording: str) -> _Words:
        pairs = (wording[i : i + 2] for i in range(len(wording) - 1))
        return _Words(
            frozenset(map(self._stem, _LATIN_WORD.findall(wording))),
            frozenset(pair for pair in pairs if _is_han(pair[0]) and _is_han(pair[1])),
        )


def _is_han(token: str) -> bool:
    return _FIRST_HAN <= token[0] <= _LAST_HAN


def _grams(tokens: Sequence[str], place: str, longest: int) -> set[str]:
    return {
        f"{place}|{' '.join(part)}"
        for size in range(1, longest + 1)
        for part in (tokens[i : i + size] for i in range(len(tokens) - size + 1))
        if _tells(part)
    }


def _tells(part: Iterable[str]) -> bool:
    """Tell whether a gram is worth counting: the claim's place alone is not, and three Latin words seldom recur."""
    parts = list(part)
    if len(parts) == 1:
        return parts[0] != _CLAIM
    return len(parts) < _LONGEST or _CLAIM in parts or any(map(_is_han, parts))
