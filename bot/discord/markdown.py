"""Texts as Discord shows them: escaped letter by letter, and as many whole lines as a message holds."""

import re
from collections.abc import Sequence
from itertools import zip_longest

_SYMBOLS = re.compile(r"([\\`*_~|\[\]<>])")
_LINE_START = re.compile(r"^(\s*)([#+-]|\d+(?=[.)]))", re.MULTILINE)
_MENTION = re.compile(r"@(?=\S)")
_LINK = re.compile(r":(?=//)")
_NOTHING = "\u200b"


def escape(text: str) -> str:
    """Return the text so that Discord shows it letter by letter.

    Markdown symbols get a backslash; a zero-width space keeps @names and addresses from becoming mentions and links.
    """
    text = _SYMBOLS.sub(r"\\\1", text)
    text = _LINE_START.sub(lambda found: f"{found[1]}{_NOTHING}{found[2]}", text)
    return _LINK.sub(f":{_NOTHING}", _MENTION.sub(f"@{_NOTHING}", text))


def quote(text: str) -> str:
    """Return the text as an escaped block quotation."""
    return "\n".join(f"> {escape(line)}" for line in text.strip().splitlines() if line.strip())


def link(title: str, address: str) -> str:
    """Return a link with an escaped title; an address that is not plain http(s) is left out."""
    if not re.fullmatch(r"https?://[^\s<>()\[\]]+", address):
        return escape(title)
    return f"[{escape(title)}]({address})"


# Discord's limit is 4,000 characters over all texts of a message; the rest is left for lines that say what was cut.
ROOM = 3800


def length(text: str) -> int:
    """Return the length as Discord's client counts it: characters beyond the basic plane count twice."""
    return len(text) + sum(character > "\uffff" for character in text)


def fit(lines: Sequence[str], room: int) -> tuple[tuple[str, ...], int]:
    """Return the first lines that fit into `room` characters, line ends included, and the number of those left out."""
    kept: list[str] = []
    for line in lines:
        room -= length(line) + 1
        if room < 0:
            break
        kept.append(line)
    return tuple(kept), len(lines) - len(kept)


def fit_fairly(columns: Sequence[Sequence[str]], room: int) -> tuple[list[tuple[str, ...]], int]:
    """Fit several columns into one room, taking the first line of each, then the second, and so on.

    Returns the kept lines of each column and the number of lines left out of all of them; a column that has lost a line
    gets no later one.
    """
    kept: list[list[str]] = [[] for _ in columns]
    full = [False for _ in columns]
    for row in zip_longest(*columns):
        for place, line in enumerate(row):
            if line is None or full[place]:
                continue
            if length(line) + 1 > room:
                full[place] = True
                continue
            kept[place].append(line)
            room -= length(line) + 1
    return [tuple(lines) for lines in kept], sum(map(len, columns)) - sum(map(len, kept))


def shorten(text: str, most: int) -> str:
    """Return the text, cut at a word's end and marked with an ellipsis where it is longer than `most` characters."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    at_word = cut.rsplit(" ", 1)[0] if " " in cut[most // 2 :] else cut
    return f"{at_word.rstrip()}…"
