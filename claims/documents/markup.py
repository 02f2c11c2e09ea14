"""Markup of documents, read away: pages, Markdown and subtitles as edits of their raw text."""

import html
import re
from collections.abc import Iterator
from typing import Literal

from claims.documents.view import Edit, View

Form = Literal["text", "page", "markdown", "subtitles"]

_HEAD = 2000
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_MARKDOWN = re.compile(r"^#{1,6} \S|\]\(https?://|^---\n(?:[\w-]{1,40}:[^\n]*\n){1,40}---\n", re.MULTILINE)
_TIMING = r"(?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{1,3}[ \t]*-->[ \t]*(?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{1,3}[^\n]*"
_SUBTITLES = re.compile(rf"\s*(?:WEBVTT\b|(?:\d+\s*\n)?{_TIMING})")


def form_of(raw: str) -> Form:
    """Tell what a raw text is written in, from the text alone."""
    start = raw[:_HEAD].lstrip("\ufeff")
    if _PAGE.search(start):
        return "page"
    if _SUBTITLES.match(start):
        return "subtitles"
    return "markdown" if _MARKDOWN.search(raw[: _HEAD * 10]) else "text"


def without_markup(view: View, form: Form) -> View:
    """Return the view without the marks of its form; a text without any loses stray tags only."""
    match form:
        case "page":
            return view.edited(page_edits(view.text))
        case "markdown":
            return view.edited(_markdown_edits(view.text))
        case "subtitles":
            return view.edited(_subtitle_edits(view.text))
        case "text":
            return view.edited(stray_tags(view.text))


_STRAY = re.compile(r"</?[a-zA-Z][a-zA-Z0-9-]{0,30}(?:\s[^<>\n]{0,300})?/?>")


def stray_tags(text: str) -> Iterator[Edit]:
    """Yield the tags that were left in a text."""
    for found in _STRAY.finditer(text):
        yield Edit(*found.span(), "tag")


_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9-]*)")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_SPACE = re.compile(r"[ \t\r\n\f]+")
# Elements whose content nobody reads.
_HIDDEN = frozenset({"script", "style", "head", "noscript", "template", "svg", "iframe", "textarea", "select"})
_INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
    ]
)


def page_edits(text: str) -> Iterator[Edit]:
    """Yield the edits that make a page its words: blocks on lines of their own, entities as what they stand for.

    What is never closed ends with the page; the time is linear in its length, however it is nested.
    """
    at = 0
    while at < len(text):
        start = text.find("<", at)
        yield from _page_words(text, at, len(text) if start < 0 else start)
        if start < 0:
            return
        at = start + 1
        if text.startswith("<!--", start):
            at = _after(text, "-->", start + 4)
            yield Edit(start, at, "tag")
        elif (name := _NAME.match(text, start + 1)) or text[start + 1 : start + 2] in {"!", "?"}:
            at = _after(text, ">", start + 1)
            word = name[1].lower() if name else "!"
            if name and text[start + 1] != "/" and word in _HIDDEN:
                closing = re.compile(rf"</{word}\b[^>]*>", re.IGNORECASE).search(text, at)
                at = closing.end() if closing else len(text)
                yield Edit(start, at, "script", "\n")
            else:
                yield Edit(start, at, "tag", "" if word in _INLINE else "\n")


def _page_words(text: str, start: int, end: int) -> Iterator[Edit]:
    edits = [
        *(Edit(*each.span(), "entity", html.unescape(each.group())) for each in _ENTITY.finditer(text, start, end)),
        *(Edit(*each.span(), "space", " ") for each in _SPACE.finditer(text, start, end) if each.group() != " "),
    ]
    yield from sorted(edits, key=lambda each: each.start)


def _after(text: str, mark: str, start: int) -> int:
    found = text.find(mark, start)
    return len(text) if found < 0 else found + len(mark)


_FRONT = re.compile(r"\A---\n(?:[^\n]{0,500}\n){0,60}?---\n")
_MARKS = re.compile(
    r"""
      (?P<image>!\[[^\]\n]{0,300}\]\([^)\n]{0,1000}\))
    | (?P<link>\[(?P<linked>[^\[\]\n]{1,300})\]\([^)\n]{0,1000}\))
    | (?P<line>^[ ]{0,3}(?:\#{1,6}[ ]|>[ ]?|```[^\n]*|~~~[^\n]*|[-*_]{3,}[ ]*$))
    | (?P<mark>\*{1,3}(?=\S)|(?<=\S)\*{1,3}|(?<!\w)_{1,2}(?=\w)|(?<=\w)_{1,2}(?!\w)|`{1,2})
    | (?P<tag></?[a-zA-Z][^<>\n]{0,300}>)
    | (?P<note>\[\^[^\]\n]{1,20}\])
    """,
    re.VERBOSE | re.MULTILINE,
)


def _markdown_edits(text: str) -> Iterator[Edit]:
    front = _FRONT.match(text)
    start = front.end() if front else 0
    if front:
        yield Edit(0, start, "head")
    for found in _MARKS.finditer(text, start):
        if found["link"]:
            yield Edit(found.start(), found.start("linked"), "mark")
            yield Edit(found.end("linked"), found.end(), "mark")
        else:
            yield Edit(*found.span(), "mark")


_CUE = re.compile(
    rf"""
      (?P<head>\A\s*WEBVTT[^\n]*\n?)
    | (?P<note>^(?:NOTE|STYLE|REGION)\b[^\n]*\n(?:[^\n]+\n)*)
    | (?P<timing>(?:^[^\n]{{0,100}}\n)?^{_TIMING}\n?)
    | (?P<voice><v(?:\.[\w.]+)?[ ]+(?P<who>[^<>\n]{{1,60}})>)
    | (?P<tag><[^<>\n]{{1,200}}>|\{{\\[^}}\n]{{1,60}}\}})
    | (?P<dash>^-[ ]*)
    | (?P<line>\n+)
    """,
    re.VERBOSE | re.MULTILINE,
)
_IS_NUMBER = re.compile(r"\s*(?:\d+|[\w-]{1,40})?\s*\n")


def _subtitle_edits(text: str) -> Iterator[Edit]:
    """Yield the edits that make cues one text, in which a new voice begins a line."""
    for found in _CUE.finditer(text):
        start, end = found.span()
        if found["voice"]:
            yield Edit(start, end, "cue", f"\n{found['who'].strip()}: ")
        elif found["dash"]:
            yield Edit(start, end, "cue", "\n")
        elif found["line"]:
            yield Edit(start, end, "cue", " ")
        elif found["timing"]:
            # The line above a timing is the number of its cue only where it looks like one.
            first = found.group().split("-->")[0]
            above = first.rfind("\n")
            words = first[: above + 1] if above >= 0 else ""
            is_number = not words or bool(_IS_NUMBER.fullmatch(words))
            yield Edit(start if is_number else start + len(words), end, "cue", " " if not is_number else "")
        else:
            yield Edit(start, end, "cue")
