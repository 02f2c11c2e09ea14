"""Texts for people: English in the code, other languages from the gettext catalogues under `locale/`.

The catalogues are read from their `.po` files, so there is nothing to compile and nothing that can be out of step.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from functools import cached_property, lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib import resources
from io import BytesIO
from itertools import groupby
from math import log
from typing import TYPE_CHECKING, Literal, Self

from babel.core import Locale

from config.errors import SettingsError, TouchstoneError, Worded, WordedError, msgid
from config.languages import FIRST_SHOWN, HAN_LETTERS, SHOWN, ByLanguage, Language, content_language, language_of_code

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

__all__ = ["Texts", "msgid", "read_catalogue"]


class Texts:
    """The catalogue of one language; call it with an English text to get that text in its language."""

    def __init__(self, language: Language, translations: NullTranslations) -> None:
        self.language: Language = language
        self.content = content_language(language)
        self.spaced = language_of_code(self.content).spaced
        self.locale = Locale.parse(SHOWN[language].locale)
        self._translations = translations
        self._script = ChineseScript(language) if language in ("zh-Hans", "zh-Hant") else None
        self._mentions: Mapping[str, str] = {}
        self._named: re.Pattern[str] | None = None

    @classmethod
    def open(cls, language: Language) -> Self:
        """Read the catalogue of the language from the package; some 50 ms, so keep the result."""
        if language == FIRST_SHOWN:
            return cls(language, NullTranslations())
        # What reads and writes catalogues: English does without.
        from babel.messages.mofile import write_mo  # noqa: PLC0415

        binary = BytesIO()
        write_mo(binary, read_catalogue(language))
        binary.seek(0)
        return cls(language, GNUTranslations(binary))

    def __call__(self, text: str, /, **values: object) -> str:
        """Return the text in this language, its `{name}`s filled; a text without an entry stays English."""
        found = self._with_mentions(self._translations.gettext(text))
        return found.format_map(values) if values else found

    def say(self, text: object) -> object:
        """Return a text that knows its template in this language, and anything else as it is."""
        if not isinstance(text, Worded):
            return text
        return self(text.template, **self._said(text.values))

    def of_error(self, error: TouchstoneError) -> str:
        """Return what an error says, in this language where it can be said in others than English."""
        if isinstance(error, WordedError):
            return self(error.fault, **self._said(error.values))
        if isinstance(error, SettingsError):
            return "\n".join(str(self.say(fault)) for fault in error.faults)
        return str(self.say(error.args[0])) if error.args else str(error)

    def _said(self, values: Mapping[str, object]) -> dict[str, object]:
        return {name: self.say(value) for name, value in values.items()}

    def mentioning(self, commands: Mapping[str, str]) -> Self:
        """Return the same catalogue with commands as mentions: where a text names one of these, its value stands.

        Not for labels, placeholders and forms, which show such a mention letter by letter: `plain` is for these.
        """
        made = copy(self)
        # The longest first: a command may begin like its group.
        names = "|".join(map(re.escape, sorted(commands, key=len, reverse=True)))
        made._mentions = dict(commands)  # noqa: SLF001  its own kind
        made._named = re.compile(rf"(?<![\w/<`])/({names})(?![\w-])( ?)") if commands else None  # noqa: SLF001
        return made

    @property
    def plain(self) -> Self:
        """The catalogue without mentions."""
        return self.mentioning({})

    def _with_mentions(self, text: str) -> str:
        if self._named is None or "/" not in text:
            return text
        return self._named.sub(self._mention, text)

    def _mention(self, found: re.Match[str]) -> str:
        # After a Chinese bracket no space stands.
        mention = self._mentions[found[1]]
        return mention if mention.endswith("）") else mention + found[2]

    def plural(self, one: str, many: str, count: int, /, **values: object) -> str:
        """Return the form that belongs to the count, which fills `{count}`."""
        found = self._with_mentions(self._translations.ngettext(one, many, count))
        return found.format_map({"count": count, **values})

    def listed(self, parts: Iterable[str]) -> str:
        """Return the parts in a row, with the commas that the language has between them."""
        return (", " if self.spaced else "、").join(parts)

    def told(self, parts: Iterable[str]) -> str:
        """Return what is told of one thing, such as who said it and when, with the comma of the language between."""
        return (", " if self.spaced else "，").join(filter(None, parts))

    def named(self, name: str, value: object) -> str:
        """Return a name and what belongs to it, with the colon of the language between them."""
        return f"{name}: {value}" if self.spaced else f"{name}：{value}"

    def sentences(self, *parts: str) -> str:
        """Return sentences one after the other, with the space that the language has between them; "" says nothing."""
        return (" " if self.spaced else "").join(filter(None, parts))

    def apart(self, parts: Iterable[str]) -> str:
        """Return parts in a row that may hold commas themselves, with the semicolons of the language between them."""
        return ("; " if self.spaced else "；").join(parts)

    def pick(self, text: ByLanguage) -> str:
        """Return a text in the reader's language; where that is missing, as it stands in the first of the table."""
        own = text[self.content]
        return self.reworded(own) if own else text.first()

    def reworded(self, text: str) -> str:
        """Return a Chinese text in the reader's script and words; in English, and where it is so already, as typed."""
        return self._script.reworded(text) if self._script else text

    def quoted(self, text: str) -> str:
        """Return somebody else's Chinese words in the reader's script, otherwise as they are."""
        return self._script.quoted(text) if self._script else text


def read_catalogue(language: Language) -> "Catalog":
    """Read the `.po` file of a language from the package."""
    from babel.messages.pofile import read_po  # noqa: PLC0415

    locale = language.replace("-", "_")
    path = resources.files("bot") / "locale" / locale / "LC_MESSAGES" / "touchstone.po"
    return read_po(BytesIO(path.read_bytes()), locale=locale)


Script = Literal["zh-Hans", "zh-Hant"]

_HAN = re.compile(f"[{HAN_LETTERS}]")
_WORDS: dict[Script, str] = {"zh-Hans": "zh/mainland.tsv", "zh-Hant": "zh/taiwan.tsv"}
_CHARACTERS: dict[Script, str] = {"zh-Hans": "tw2s", "zh-Hant": "s2tw"}
# Everyday Taiwan writes 台 for 臺, 帳 for 賬 and 恆 for 恒, whatever OpenCC holds to be the standard, and 矽 for 硅, so
# that a name is one (硅谷101) in titles and in what is said of them; and what OpenCC takes for an act of a play (齣) is
# most often none: a verb after 一 or 几, as in 一出门.
_EVERYDAY = str.maketrans("臺賬恒硅齣", "台帳恆矽出")
_QUOTES: dict[Script, tuple[tuple[re.Pattern[str], str], ...]] = {
    "zh-Hans": ((re.compile("「([^「」]*)」"), "“\\1”"), (re.compile("『([^『』]*)』"), "‘\\1’")),
    "zh-Hant": ((re.compile("“([^“”]*)”"), "「\\1」"), (re.compile("‘([^‘’]*)’"), "『\\1』")),
}
_MOST_TEXTS = 8192


class ChineseScript:
    """Brings Chinese texts into one script. Safe from any thread."""

    def __init__(self, script: Script) -> None:
        """Read the list and the tables of characters; some 30 ms, and a third of a second with the first entry seen."""
        from checks.text import converter  # noqa: PLC0415  (loads numpy)

        self._script: Script = script
        self._words = _read_words(_WORDS[script])
        self._entry = re.compile("|".join(map(re.escape, self._words)))
        self._characters = converter(_CHARACTERS[script])
        self._homes = (converter("t2s"), "gb2312"), (converter("s2t"), "big5")
        self.reworded = lru_cache(_MOST_TEXTS)(self._reworded)

    def _reworded(self, text: str) -> str:
        """Return the text in the readers' script and words; what is in their script already is kept as it was typed."""
        if self._reads(text):
            return text
        is_cut = self._script == "zh-Hant" or self._entry.search(text)
        stretches = groupby(self._cutter.cut(text) if is_cut else [text], self._kind)
        made = "".join(self._stretch(kind, list(each)) for kind, each in stretches)
        for marks, replacement in _QUOTES[self._script]:
            made = marks.sub(replacement, made)
        return made

    def _kind(self, word: str) -> Literal["entry", "word", "rest"]:
        """Say how a word is converted; in Simplified no two characters of one sound need to be told apart."""
        if word in self._words:
            return "entry"
        return "word" if len(word) > 1 and self._script == "zh-Hant" else "rest"

    def _stretch(self, kind: Literal["entry", "word", "rest"], words: list[str]) -> str:
        """Convert neighbours of one kind: words each for itself, lest 多 and 只能 be read as 多隻 and 能.

        Of characters that are no words, or words of one, the neighbours may tell which one is meant: all at once.
        """
        match kind:
            case "entry":
                return "".join(self._words[word] for word in words)
            case "word":
                return "".join(map(self._by_characters, words))
            case "rest":
                return self._by_characters("".join(words))

    @cached_property
    def _cutter(self) -> "_Cutter":
        return _Cutter(self._words, self._by_characters if self._script == "zh-Hans" else str)

    def quoted(self, text: str) -> str:
        """Return a text that is somebody's, such as the title of a document: its characters change, not its words."""
        return text if self._reads(text) else self._by_characters(text)

    def characters_apart(self, text: str) -> tuple[int, int]:
        """Count the characters that are Traditional alone, and those that are Simplified alone.

        Such a character becomes another one in the other script, and is none of that script's own, as 台 and 里 are.
        """
        han = _HAN.findall(text)
        traditional, simplified = (
            sum(each.encode(home, "ignore") == b"" and across(each) != each for each in han)
            for across, home in self._homes
        )
        return traditional, simplified

    def _reads(self, text: str) -> bool:
        """Tell whether the reader has the text in the own script; names in the other one are left to Traditional."""
        if not _HAN.search(text):
            return True
        traditional, simplified = self.characters_apart(text)
        return traditional == 0 if self._script == "zh-Hans" else traditional > simplified

    def _by_characters(self, text: str) -> str:
        if not text:
            return ""
        # The converter takes a NUL for the end of the text.
        made = "\0".join(self._characters(part) if part else "" for part in text.split("\0"))
        return made.translate(_EVERYDAY) if self._script == "zh-Hant" else made


class _Cutter:
    """Cuts Chinese texts into words, as jieba does: the cut that is likeliest by how often each of them is written.

    The entries of a list are words too. What holds one and is longer is none, unless the list has it: 方程式 falls into
    方程 and 式 where 程式 is an entry, and 网络安全 into 网络 and 安全. Safe from any thread.
    """

    def __init__(self, entries: Iterable[str], simplified: Callable[[str], str]) -> None:
        """Take the entries, and what turns a text into the script of the dictionary, as long as it was."""
        from checks.words import chinese_words  # noqa: PLC0415  (loads numpy)

        self._numbers, total = chinese_words()
        self._all = log(total)
        self._simplified = simplified
        self._weights: dict[str, float] = {}
        self._by_first: dict[str, list[str]] = {}
        for entry in sorted(entries, key=len):
            written = max(self._numbers.get(simplified(entry)) or 0, _LEAST)
            # An entry goes before its own parts, however rare it is, and a number before all words of its digits.
            weight = max(log(written) - self._all, self._routes(entry)[0][0] + _PREFERRED)
            self._weights[entry] = 0.0 if _DIGITS.issuperset(entry) else weight
            self._by_first.setdefault(entry[0], []).append(entry)

    def cut(self, text: str) -> list[str]:
        """Return the words of a text, which together are the text."""
        routes, words, start = self._routes(text), list[str](), 0
        while start < len(text):
            end = routes[start][1]
            words.append(text[start:end])
            start = end
        return words

    def _routes(self, text: str) -> list[tuple[float, int]]:
        """Return for each place how likely the best cut of the rest is (a logarithm), and where its first word ends."""
        simplified, length = self._simplified(text), len(text)
        read = simplified if len(simplified) == length else text
        routes = [(0.0, length)] * (length + 1)
        # Where the first entry ends that begins here or later.
        held = length + 1
        for start in reversed(range(length)):
            entries = [each for each in self._by_first.get(text[start], ()) if text.startswith(each, start)]
            held = min(held, *(start + len(each) for each in entries)) if entries else held
            found = [(self._weights[each] + routes[start + len(each)][0], start + len(each)) for each in entries]
            for end in range(start + 1, length + 1):
                number = self._numbers.get(read[start:end])
                if end == start + 1 or (number and end < held):
                    found.append((log(number or 1) - self._all + routes[end][0], end))
                if number is None:
                    break
            routes[start] = max(found)
        return routes


# The dictionary has 几万 and 亿美元, but what 几万亿美元 counts is 万亿.
_DIGITS = frozenset("一二三四五六七八九十百千万亿")
# So much likelier is an entry than its parts (a logarithm).
_PREFERRED = 1e-6
# An entry that the dictionary does not know, or hardly, is written as often as a rare word (of sixty million words).
_LEAST = 30


def _read_words(name: str) -> dict[str, str]:
    text = (resources.files("config") / "lexicon" / name).read_text("utf-8")
    lines = (line.partition("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {written: shown for written, _, shown in lines}
