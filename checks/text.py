"""Fold a text, cut it into tokens (Latin words by stem, Han characters by pairs) and into stretches.

A claim inside a long post stands in a sentence or two. Held against the whole post, it drowns; held against the stretch
that carries it, it is as plain as in a message of its own.
"""

import operator
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise
from threading import Lock
from typing import cast

import Stemmer  # pyright: ignore[reportMissingTypeStubs]
from opencc import OpenCC

from checks.words import Traditional
from config.languages import FIRST_SHOWN, HAN_LETTERS, LANGUAGES, Language, main_language

MOST_CHARACTERS = 4000
# A shorter quotation is a word in scare quotes, which the author uses, not somebody's statement.
_LEAST_QUOTATION = 16

# Letters that only look like letters: NFKC leaves them as they are.
_FANCY = ((0x1F150, 0x1F169), (0x1F170, 0x1F189))
_SMALL_CAPITALS = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡxʏᴢ"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
PLAIN_LETTERS = str.maketrans(
    {low + n: _LETTERS[n] for low, high in _FANCY for n in range(high - low + 1)}
    | {ord(fancy): plain for fancy, plain in zip(_SMALL_CAPITALS, _LETTERS, strict=True)}
)
_HAN = re.compile(f"[{HAN_LETTERS}]")
_SPACES = re.compile(r"[^\S\n]+")
# Marks upon letters, and the selectors of variants, which show nothing by themselves; a stroke through a sign negates.
_ZALGO = re.compile(
    r"(?:(?<![=<>\u2190-\u22ff])\u0338|"
    r"[\u0300-\u0337\u0339-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef])+"
)
_INVISIBLE = {"Cf", "Cc", "Cs", "Co", "Cn"}

# What an address goes on with: Chinese punctuation ends it, which stands directly behind it.
ADDRESS = r"[^\s>“”\u3001-\u3003\u3008-\u301f\uff01-\uff0f\uff1a-\uff20]+"

# A single mark quotes where a word begins and ends: else it leaves letters out ("don’t", "‘90s").
# What is struck out nobody says any more: it goes, as a link does.
_MARKUP = re.compile(
    rf"""
      (?P<fence>```(?:[a-z]*\n)?(?P<fenced>.*?)```)
    | (?P<code>`(?P<coded>[^`\n]+)`)
    | (?P<link>\[(?P<linked>[^\]\n]{{1,300}})\]\(<?https?://[^\s)]+>?\))
    | (?P<drop><a?:\w+:\d+> | <[@\#][!&]?\d+> | <t:-?\d+(?::\w)?> | </[^:>\n]+:\d+>
        | <?https?://{ADDRESS}>? | ~~.+?~~)
    | (?P<rest>^[ \t]*>>>[ ](?P<rested>.*))
    | (?P<line>^[ \t]*>[ ](?P<lined>[^\n]*))
    | (?P<curly>[“「『«](?P<curled>[^”」』»\n]{{2,400}})[”」』»])
    | (?P<single>(?<![a-zà-ÿ\d])‘(?!\d0s|(?:em|cause|til|tis|twas|bout)\b)(?P<singled>[^‘\n]{{2,400}}?)’(?![a-zà-ÿ\d]))
    | (?P<straight>(?<![\w"])"(?P<straightened>[^"\n]{{2,400}})"(?!\w))
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL | re.IGNORECASE,
)
# `#AustralianFires` and `@GoldmanSachs` are read as words; short ones (`@OpenAI`) are names as they stand.
_TAG = re.compile(r"(?<=[#@])[A-Za-z]\w{9,60}")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_QUOTING = (
    ("fence", "fenced"),
    ("code", "coded"),
    ("link", "linked"),
    ("rest", "rested"),
    ("line", "lined"),
    ("curly", "curled"),
    ("single", "singled"),
    ("straight", "straightened"),
)
_WHOLLY_OTHERS = ("fence", "rest", "line")
_EMPHASIS = re.compile(
    r"(?<!\d)\*{1,3}|\*{1,3}(?!\d)|(?<!\w)_{1,3}(?=\w)|(?<=\w)_{1,3}(?!\w)|~~|\|\||^\#{1,3}\s|^[^\S\n]*[-*]\s(?=\S)",
    re.MULTILINE,
)

# Without one of these signs there is no markup, and no emphasis: most chat is told so at once.
_MARKUP_SIGN = re.compile(r"[`\[<>\"“‘«「『]|://|~~")
_EMPHASIS_SIGN = re.compile(r"[*_~|#-]")

# Characters that OpenCC leaves apart although they are written for one another in chat.
_TWINS = str.maketrans("著幺衞馀锺妳祂牠裡", "着么卫余钟你他它里")


@dataclass(frozen=True, slots=True)
class CleanText:
    """A folded text: one script, one case, no markup; `quoted` are the (start, end) spans of others' words.

    `capitals` are short words, folded, that were written in capitals where not all was: "US", and not "us".
    """

    text: str
    quoted: tuple[tuple[int, int], ...] = ()
    capitals: frozenset[str] = frozenset()

    @property
    def own(self) -> str:
        """Return the text with the quoted spans left out."""
        parts: list[str] = []
        last = 0
        for start, end in self.quoted:
            parts.append(self.text[last:start])
            last = end
        parts.append(self.text[last:])
        return " ".join(parts)


def _is_invisible(character: str) -> bool:
    return not character.isprintable() and unicodedata.category(character) in _INVISIBLE


@cache
def _traditional() -> Traditional:
    return Traditional((resources.files("config") / "lexicon" / "zh" / "script.tsv").read_text("utf-8"))


def converter(name: str) -> Callable[[str], str]:
    """Return OpenCC's conversion of that name, whose tables are read with the first text.

    What turns Simplified into Traditional characters does the same by a table of our own (`Traditional`): OpenCC's
    takes 40 MB and a tenth of a second.
    """

    @cache
    def read() -> Callable[[str], str]:
        match name:
            case "s2t":
                return _traditional().characters
            case "s2tw":
                return _traditional().forms
            case "s2twp":
                return _traditional().words
            case _:
                return cast("Callable[[str], str]", OpenCC(name).convert)  # pyright: ignore[reportUnknownMemberType]

    def convert(text: str) -> str:
        return read()(text)

    return convert


class TextFolder:
    """Folds text so that twins in Simplified and Traditional script, in any width and case, become identical."""

    def __init__(self) -> None:
        """Choose the OpenCC tables; each is read with the first text that needs it."""
        # Out to Taiwan's wording and back: whichever script and vocabulary came in, the same text comes out.
        self._outward = converter("s2twp")
        self._homeward = converter("tw2sp")
        self._to_simplified = converter("t2s")
        self._to_traditional = converter("s2t")

    def fold(self, text: str) -> str:
        """Return `text` folded: NFKC, no accents, nothing invisible, Simplified, casefolded."""
        if not text.isascii():
            text = text.encode("utf-8", "ignore").decode("utf-8")
            apart = unicodedata.normalize("NFKD", text.translate(PLAIN_LETTERS))
            text = unicodedata.normalize("NFKC", _ZALGO.sub("", apart))
        if not text.replace("\n", "").isprintable():
            # A tab is invisible too, and parts words.
            text = "".join(c for c in text if c.isspace() or not _is_invisible(c))
        if not text.isascii() and _HAN.search(text):
            text = self._homeward(self._outward(text.translate(_TWINS))).translate(_TWINS)
        return _SPACES.sub(" ", text.casefold())

    def script_of(self, text: str) -> Language:
        """Tell whether Chinese `text` is in Traditional or (also in doubt) Simplified characters."""
        traditional = sum(map(operator.ne, text, self._to_simplified(text)))
        if not traditional:
            return "zh-Hans"
        simplified = sum(map(operator.ne, text, self._to_traditional(text)))
        return "zh-Hant" if traditional > simplified else "zh-Hans"

    def clean(self, raw: str) -> CleanText:
        """Return `raw` without Discord's markup, folded, with its quoted spans; reads 4,000 characters at most."""
        pieces: list[str] = []
        quoted: list[tuple[int, int]] = []
        length = 0
        raw = raw[:MOST_CHARACTERS]
        parts = list(_without_markup(raw))
        is_own = any(not least and any(map(str.isalnum, part)) for part, least in parts)
        for part, least in parts:
            folded = self.fold(part)
            # In Latin letters, a Han character counting as two. Beside an author's own words a few may be a name.
            if least and len(folded.strip()) + count_han(folded) >= (least if is_own else 1):
                quoted.append((length, length + len(folded)))
            pieces.append(folded)
            length += len(folded)
        return CleanText("".join(pieces), tuple(quoted), _capitals(raw))

    def clean_each(self, raws: Iterable[str]) -> list[CleanText]:
        """Return each of many texts as `clean` does, folded at once where they have no markup."""
        short = [raw[:MOST_CHARACTERS] for raw in raws]
        plain = iter(fold_each((_own_words(raw) for raw in short if not _MARKUP_SIGN.search(raw)), self.fold))
        return [
            self.clean(raw) if _MARKUP_SIGN.search(raw) else CleanText(next(plain), (), _capitals(raw)) for raw in short
        ]


_ACRONYM = re.compile(r"(?<![A-Za-z])[A-Z]{2,4}(?![A-Za-z])")


def _capitals(raw: str) -> frozenset[str]:
    is_loud = raw.isupper() and not _HAN.search(raw)
    return frozenset() if is_loud else frozenset(word.casefold() for word in _ACRONYM.findall(raw))


def fold_each(texts: Iterable[str], fold: Callable[[str], str]) -> list[str]:
    """Return each of many texts folded: as two texts, which takes a fraction of the time, as no rule sees past a line.

    `fold` is `TextFolder.fold`, or what leaves the ends of lines alone as that does.
    """
    many = list(texts)
    if any("\n" in text for text in many):
        return [fold(text) for text in many]
    # Those in Latin letters take a quicker way.
    latin, other = (iter(fold("\n".join(t for t in many if t.isascii() == each)).split("\n")) for each in (True, False))
    return [next(latin if text.isascii() else other) for text in many]


def plain_text(raw: str) -> str:
    """Return `raw` without Discord's markup, else as its author wrote it; reads 4,000 characters at most."""
    return "".join(part for part, _ in _without_markup(raw[:MOST_CHARACTERS]))


def _without_markup(raw: str) -> Iterator[tuple[str, int]]:
    """Yield the parts of `raw` between and inside its markup, each with the weight from which it is a quotation.

    0 for the author's own words. Quoted lines and code blocks are nobody's own word, however short they are.
    """
    last = 0
    for found in _MARKUP.finditer(raw) if _MARKUP_SIGN.search(raw) else ():
        yield _own_words(raw[last : found.start()]), 0
        for outer, inner in _QUOTING:
            if found[outer] is not None:
                yield " ", 0
                yield _own_words(found[inner]), 1 if outer in _WHOLLY_OTHERS else _LEAST_QUOTATION
        yield " ", 0
        last = found.end()
    yield _own_words(raw[last:]), 0


def _own_words(text: str) -> str:
    """Return `text` without marks of emphasis, with long tags spelt out."""
    return _spell_out(_EMPHASIS.sub("", text) if _EMPHASIS_SIGN.search(text) else text)


def _spell_out(text: str) -> str:
    """Return `text` with long tags and handles cut at their capitals."""
    return _TAG.sub(lambda tag: _HUMP.sub(" ", tag.group()), text) if "#" in text or "@" in text else text


def count_han(text: str) -> int:
    """Count the Han characters of `text`."""
    return 0 if text.isascii() else len(_HAN.findall(text))


def is_han(folded: str) -> bool:
    """Tell whether a text is in Chinese: at least one Han character in four."""
    return count_han(folded) * 4 >= len(folded)


# Currencies, comparisons, and what belongs to a number stay.
_BARE = re.compile(r"(?:[^\w%‰$€£¥₩₹₽=≠≈<>≤≥±+−.,!-]|_|!(?!=)|[.,](?!\d)|-(?!\d)|(?<=\w)-)+")


def bare(folded: str) -> str:
    """Return a folded text without its spaces, punctuation and pictures."""
    return _BARE.sub("", folded)


def language_of(raw: str, folder: TextFolder) -> Language:
    """Tell the language to answer in: that of the author's words, where the bot speaks it; Chinese in its script."""
    plain = raw if raw.isascii() else plain_text(raw)
    # Most chat has no other letters, and needs no counting.
    language = LANGUAGES[0] if plain.isascii() else main_language(plain)
    if language.code == "zh":
        return folder.script_of(plain)
    return next((form.tag for form in language.shown), FIRST_SHOWN)


# Letters of languages whose words stand apart, and of those that are read by pairs of characters.
_LETTERS_APART = "".join(each.letters for each in LANGUAGES if each.spaced)
_LETTERS_PAIRED = "".join(each.letters for each in LANGUAGES if not each.spaced)
WORD = re.compile(f"[a-z0-9{_LETTERS_APART}]+(?:[.'’&][a-z0-9{_LETTERS_APART}]+)*")
_RUN = re.compile(f"{WORD.pattern}|[{_LETTERS_PAIRED}]+|[a-zà-öø-ÿ]+")
PAIRED = re.compile(f"[{_LETTERS_PAIRED}]")
_LAST_LATIN = "\u024f"
_MOST_TOKENS = 1500


@dataclass(frozen=True, slots=True)
class Token:
    """One token and the span of the folded text that it stands for."""

    form: str
    start: int
    end: int


def stemmer() -> Callable[[str], str]:
    """Return a caching English stemmer (Snowball's Porter 2)."""
    # Without its own cache: ours spares the lock, too.
    english = Stemmer.Stemmer("english", 0)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    cut = cast("Callable[[str], str]", english.stemWord)  # pyright: ignore[reportUnknownMemberType]

    # The stemmer keeps the word that it works on: two threads at once would cut each other's, and the cache keep that.
    lock = Lock()

    @lru_cache(maxsize=5_000)
    def stem(word: str) -> str:
        if not word.isalpha() and "'" not in word:
            return word
        with lock:
            return cut(word)

    return stem


class Tokenizer:
    """Cuts folded text into tokens, in order of appearance."""

    def __init__(self) -> None:
        """Set up the stemmer."""
        self.stem = stemmer()

    def tokens(self, folded: str) -> list[Token]:
        """Return at most 1,500 tokens: stems of Latin words and numbers, pairs of Han characters (a lone one stays)."""
        out: list[Token] = []
        for run in _RUN.finditer(folded):
            start, text = run.start(), run.group()
            if text[0] <= _LAST_LATIN or not PAIRED.match(text):
                out.append(Token(self.stem(text), start, run.end()))
            elif len(text) == 1:
                out.append(Token(text, start, start + 1))
            else:
                out.extend(Token(text[i : i + 2], start + i, start + i + 2) for i in range(len(text) - 1))
            if len(out) > _MOST_TOKENS:
                break
        return out[:_MOST_TOKENS]

    def forms(self, folded: str) -> list[str]:
        """Return the tokens' forms alone; the quick way where positions do not matter."""
        out: list[str] = []
        for text in _RUN.findall(folded):
            if text[0] <= _LAST_LATIN or not PAIRED.match(text):
                out.append(self.stem(text))
            elif len(text) == 1:
                out.append(text)
            else:
                out.extend(map("".join, pairwise(text)))
            if len(out) > _MOST_TOKENS:
                break
        return out[:_MOST_TOKENS]


Span = tuple[int, int]

_SENTENCE = re.compile(r"[^。!?;\n…]+?(?:[。!?;\n…]+|\.(?=\s|$)|$)")
_BREAK = re.compile(r"[,:，]|\s-\s|\bbut\b|\band\b")
# How long a sentence may be, in characters, before it is cut at a comma: Chinese says more with fewer.
_LONG, _LONG_HAN = 120, 36
_STRETCH, _LEAST, _LEAST_REST, _LEAP = 1.5, 0.5, 0.25, 2.0
_MOST = 20


@dataclass(frozen=True, slots=True)
class Stretches:
    """The sentences of a text (long ones cut at commas), and these together with all neighbouring pairs."""

    sentences: tuple[Span, ...]
    all: tuple[Span, ...]

    def around(self, span: Span) -> Span:
        """Return the span widened by the sentence before it and the one behind it."""
        before = [start for start, end in self.sentences if end <= span[0]]
        behind = [end for start, end in self.sentences if start >= span[1]]
        return max(before, default=span[0]), min(behind, default=span[1])


def stretches_of(text: str) -> Stretches:
    """Return the stretches of a folded text: of at most 20 sentences, never none."""
    sentences = tuple(_sentences(text))[:_MOST]
    pairs = tuple((one[0], other[1]) for one, other in pairwise(sentences))
    return Stretches(sentences, (*sentences, *pairs) or ((0, len(text)),))


def with_stretches(folded: str) -> list[str]:
    """Return a folded text and its stretches, in order."""
    return [folded, *(folded[start:end] for start, end in stretches_of(folded).all)]


def _sentences(text: str) -> Iterator[Span]:
    for found in _SENTENCE.finditer(text):
        if found.group().strip():
            yield from _cut(text, *found.span())


def _cut(text: str, start: int, end: int) -> Iterator[Span]:
    limit = _LONG_HAN if _HAN.search(text, start, end) else _LONG
    if end - start <= limit * _STRETCH:
        yield start, end
        return
    last = start
    for found in _BREAK.finditer(text, start, end):
        at = found.end()
        if limit * _LEAST <= at - last <= limit * _LEAP and end - at >= limit * _LEAST_REST:
            yield last, at
            last = at
    yield last, end


def cut(spans: Sequence[Span], window: Span) -> list[Span]:
    """Return the parts of `spans` that lie in `window`, counted from its start."""
    start, end = window
    return [
        (max(left, start) - start, min(right, end) - start) for left, right in spans if left < end and right > start
    ]


@dataclass(frozen=True, slots=True)
class ClaimTexts:
    """The folded texts of a claim that are embedded: of those who make it, of those who dispute it, and of its points.

    Points come whole and sentence by sentence.
    """

    says: tuple[str, ...]
    denies: tuple[str, ...]
    points: tuple[str, ...]

    @classmethod
    def of(cls, says: Iterable[str], denies: Iterable[str], points: Iterable[str]) -> "ClaimTexts":
        """Cut the points."""
        cut: dict[str, None] = {}
        for text in points:
            cut.update(dict.fromkeys([text, *(text[a:b].strip() for a, b in stretches_of(text).sentences)]))
        return cls(tuple(says), tuple(denies), tuple(text for text in cut if text))
