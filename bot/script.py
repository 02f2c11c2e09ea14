"""Chinese in the reader's script: Simplified, or the Traditional that a reader in Taipei expects.

Characters are OpenCC's affair. Which words change with the script is data, `taiwan.tsv` and `mainland.tsv` in the
lexicon, because the word lists of OpenCC take 刷新 for a browser's and 回调 for a programmer's wherever they stand.
"""

import re
from functools import lru_cache
from importlib import resources
from typing import Literal

from opencc import OpenCC

Script = Literal["zh-Hans", "zh-Hant"]

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_WORDS: dict[Script, str] = {"zh-Hans": "mainland.tsv", "zh-Hant": "taiwan.tsv"}
_CHARACTERS: dict[Script, str] = {"zh-Hans": "tw2s", "zh-Hant": "s2tw"}
# Everyday Taiwan writes 台 for 臺 and 帳 for 賬, whatever OpenCC holds to be the standard.
_EVERYDAY = str.maketrans("臺賬", "台帳")
_QUOTES: dict[Script, tuple[tuple[re.Pattern[str], str], ...]] = {
    "zh-Hans": ((re.compile("「([^「」]*)」"), "“\\1”"), (re.compile("『([^『』]*)』"), "‘\\1’")),
    "zh-Hant": ((re.compile("“([^“”]*)”"), "「\\1」"), (re.compile("‘([^‘’]*)’"), "『\\1』")),
}
_MOST_TEXTS = 8192


class ChineseScript:
    """Brings Chinese texts into one script. Safe from any thread."""

    def __init__(self, script: Script) -> None:
        """Read the words and the tables of characters; some 50 ms."""
        self._script: Script = script
        self._words = _read_words(_WORDS[script])
        longest_first = sorted(self._words, key=len, reverse=True)
        self._parts = re.compile(f"({'|'.join(map(re.escape, longest_first))})")
        self._characters = OpenCC(_CHARACTERS[script])
        self._homes = (OpenCC("t2s"), "gb2312"), (OpenCC("s2t"), "big5")
        self.reworded = lru_cache(_MOST_TEXTS)(self._reworded)

    def _reworded(self, text: str) -> str:
        """Return the text in the readers' script and words; what is in their script already is kept as it was typed."""
        if self._reads(text):
            return text
        parts = self._parts.split(text)
        # Of what `split` returns, every second part is an entry.
        parts[::2] = map(self._by_characters, parts[::2])
        parts[1::2] = (self._words[word] for word in parts[1::2])
        made = "".join(parts)
        for marks, replacement in _QUOTES[self._script]:
            made = marks.sub(replacement, made)
        return made

    def quoted(self, text: str) -> str:
        """Return a text that is somebody's, such as the title of a document: its characters change, not its words."""
        return text if self._reads(text) else self._by_characters(text)

    def characters_apart(self, text: str) -> tuple[int, int]:
        """Count the characters that are Traditional alone, and those that are Simplified alone.

        Such a character becomes another one in the other script, and is none of that script's own, as 台 and 里 are.
        """
        han = _HAN.findall(text)
        traditional, simplified = (
            sum(each.encode(home, "ignore") == b"" and across.convert(each) != each for each in han)
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
        made = self._characters.convert(text)
        return made.translate(_EVERYDAY) if self._script == "zh-Hant" else made


def _read_words(name: str) -> dict[str, str]:
    text = (resources.files("config") / "lexicon" / name).read_text("utf-8")
    lines = (line.partition("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {written: shown for written, _, shown in lines}
