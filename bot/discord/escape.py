"""Make words that others wrote safe to show: no markup, no mention, no link that could be clicked."""

import re

_SYMBOLS = re.compile(r"([\\`*_~|\[\]<>])")
_LINE_START = re.compile(r"^(\s*)([#+-]|\d+(?=[.)]))", re.MULTILINE)
_MENTION = re.compile(r"@(?=\S)")
_LINK = re.compile(r"(?<=[a-z]):(?=//)", re.IGNORECASE)
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
