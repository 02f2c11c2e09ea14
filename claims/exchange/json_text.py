"""JSON as it is published: one value, many in a row (JSON Lines), or inside a web page; bounded, and with its lines."""

import html
import json
import math
import re
from array import array
from collections.abc import Iterator
from typing import Any, cast

from claims.fields import is_address
from config.errors import ImportRefusedError, PackProblem, worded

MAX_DEPTH = 32
# Several times what 8 MB of reviews have; an object takes up to 300 bytes while it is read, another value some 80.
MAX_OBJECTS, MAX_PARTS = 120_000, 500_000
# A text without its closing quote reaches to the end, so that no other quote is tried as a beginning; nothing is ever
# taken back (`*+`), which would remember every character.
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?+|[{}\[\],]|\n+', re.DOTALL)
_SPACE = re.compile(r"[ \t\r\n\ufeff\x1e]*+")
_OPENING, _CLOSING = "<script", "</script"
_LONGEST_TAG = 2_000
_PAGE_TYPE = re.compile(r"application/(?:[\w.+-]*\+)?json\b", re.IGNORECASE)
_WRAPPING = re.compile(r"\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)")

Object = dict[str, Any]


class LinedJson:
    """The values of a JSON text, and the line (from 1) where each object of them begins."""

    def __init__(self, name: str, text: str, first: int = 1) -> None:
        """Read the text, which begins on line `first` of the file `name`; raises ImportRefusedError."""
        # Objects are closed in the same order in which the parser hands them over.
        lines = iter(_lines_by_closing(name, text, first))
        self._lines: dict[int, int] = {}
        self._named: dict[str, Object] = {}
        self._made: list[Object] = []  # keeps them alive, so that no other object gets their number

        def keep(pairs: list[tuple[str, Any]]) -> Object:
            made = {_short(key): value for key, value in pairs}
            line = next(lines, 0)
            if len(made) > 1:
                self._lines[id(made)] = line
                if isinstance(made.get("@id"), str):
                    self._named[made["@id"]] = made
            return made

        self.data: list[Any] = []
        place = 0
        try:
            # Texts on pages have line breaks in them.
            decoder = json.JSONDecoder(object_pairs_hook=keep, strict=False)
            while (place := _space(text, place)) < len(text) or not self.data:
                value, place = decoder.raw_decode(text, place)
                self.data.append(value)
                # Values in a row may have commas between them, and a script ends with a semicolon.
                place = _space(text, place)
                place += text.startswith((",", ";"), place)
        except (ValueError, RecursionError) as error:
            broken = error if isinstance(error, json.JSONDecodeError) else None
            fault = worded("this is no valid JSON: {detail}", detail=broken.msg if broken else str(error))
            # A line that is cut off only shows in the next.
            begun = text.count("\n", 0, place)
            is_line = bool(self.data) and begun <= 2 * len(self.data)
            line = (begun if is_line else text.count("\n", 0, broken.pos)) + first if broken else 0
            raise ImportRefusedError(name, (PackProblem(line, "", fault, worded("Mend the line.")),)) from None

    def inner(self, node: Object, key: str) -> Object:
        """Return the object under a key: the first of a list, one named by `{"@id": …}`; a text stands for its name."""
        found = self.all(node, key)
        return found[0] if found else {}

    def all(self, node: Object, key: str) -> list[Object]:
        """Return all objects under a key, as `inner` returns the first."""
        values: list[object] = many(node.get(key))
        return [self.whole(cast("object", value)) for value in values if isinstance(value, dict | str)]

    def whole(self, value: object) -> Object:
        """Return an object, or the one that `{"@id": …}` stands for; a text as the name of one."""
        if isinstance(value, dict):
            found = cast("Object", value)
            return self._named.get(str(found["@id"]), found) if list(found) == ["@id"] else found
        return {"name": value}

    def alike(self, node: Object, other: Object) -> Object:
        """Return `other` as an object that stands on the line of `node`."""
        self._made.append(other)
        self._lines[id(other)] = self.line(node)
        return other

    def line(self, node: Object) -> int:
        """Return the line of an object of the data (0: unknown)."""
        return self._lines.get(id(node), 0)


def many(value: object) -> list[Any]:
    """Return the values of a property: JSON-LD writes one, a list, or a list in an object."""
    if isinstance(value, dict):
        node = cast("Object", value)
        inner = next((node[key] for key in ("@list", "@set") if key in node), None)
        return [node] if inner is None else many(inner)
    if isinstance(value, list):
        return [each for item in cast("list[object]", value) for each in many(item)]
    return [] if value is None else [value]


def read_json(name: str, text: str) -> Iterator[LinedJson]:
    """Yield the JSON of the text: all of it, or that of each script of a web page; raises ImportRefusedError."""
    if not is_page(text):
        yield LinedJson(name, text)
        return
    found, line, counted = False, 1, 0
    for start, end in _scripts(text):
        line += text.count("\n", counted, start)
        counted = start
        inner = text[start:end].strip()
        if wrapped := _WRAPPING.match(inner):
            inner = re.sub(r"(?://\s*|/\*\s*)?(?:-->|\]\]>)\s*(?:\*/)?\s*$", "", inner[wrapped.end() :])
        found = True
        # Pages carry all sorts of scripts; one that is broken and has nothing of ours is passed over.
        if "ClaimReview" in inner or "claimReview" in inner:
            yield LinedJson(name, inner, line)
    if not found:
        fault = worded("this page holds no script of the type application/ld+json")
        mend = worded("Save the page as its server sends it, or import the JSON of its review.")
        if "ClaimReview" in text:
            fault = worded("this page has its review in its tags, which are not read")
            mend = worded("Import the JSON of its review.")
        raise ImportRefusedError(name, (PackProblem(0, "", fault, mend),))


def is_page(text: str) -> bool:
    """Tell a web page by how it begins."""
    return text.lstrip("\ufeff \t\r\n").startswith("<")


def _scripts(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the content of each script with JSON begins and ends; each character is looked at once."""
    lower = text.lower() if len(text.lower()) == len(text) else text
    place = 0
    while (tag := lower.find(_OPENING, place)) >= 0:
        begins = lower.find(">", tag, tag + _LONGEST_TAG) + 1
        if not begins:
            place = tag + len(_OPENING)
            continue
        ends = lower.find(_CLOSING, begins)
        ends = len(text) if ends < 0 else ends
        if _PAGE_TYPE.search(lower, tag, begins):
            yield begins, ends
        place = ends


def _short(key: str) -> str:
    """Return the name of a property without the vocabulary's address or prefix (`schema:url`)."""
    if ":" not in key and "/" not in key:
        return key
    return key.rpartition("/")[2].rpartition(":")[2] or key


def _space(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place


def _lines_by_closing(name: str, text: str, line: int) -> "array[int]":
    opened: list[int] = []
    closed = array("l")
    objects = parts = 0
    for found in _TOKEN.finditer(text):
        mark = text[found.start()]
        if mark in "{[":
            opened.append(line)
            objects += 1
            if len(opened) > MAX_DEPTH:
                fault = worded("nested deeper than {most} levels", most=MAX_DEPTH)
                raise ImportRefusedError(name, (PackProblem(line, "", fault, worded("Take the reviews out of it.")),))
        elif mark in "}]":
            begun = opened.pop() if opened else 0
            if mark == "}":
                closed.append(begun)
        elif mark == ",":
            parts += 1
        elif mark == "\n":
            line += found.end() - found.start()
        else:
            line += text.count("\n", found.start(), found.end())
        if objects > MAX_OBJECTS or parts > MAX_PARTS:
            fault = worded(
                "the file has more than {most:,} parts", most=MAX_PARTS if parts > MAX_PARTS else MAX_OBJECTS
            )
            raise ImportRefusedError(name, (PackProblem(line, "", fault, worded("Split it into several files.")),))
    return closed


# What newsletters, social networks and advertisers add to an address, to see who has come by it.
_TRACKERS = r"utm_\w+|fbclid|gclid|gbraid|wbraid|dclid|msclkid|twclid|yclid|igshid|mc_[ce]id|mkt_tok"
_TRACKING = re.compile(rf"(?<=[?&])(?:{_TRACKERS})(?:=[^&#]*)?(?:&|(?=#|$))", re.IGNORECASE)
_NO_MORE = re.compile(r"[?&](?=#|$)")
# What is certainly markup: a text may have comparisons, too.
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]*)?/?>|<!--(?:[^-]|-(?!->))*-->")
_LONGEST_ADDRESS = 400


def text_in(value: object) -> str:
    """Return a text without markup and line breaks; the first of a list, and the value, name or text of an object."""
    if isinstance(value, list | dict):
        first: object = next(iter(many(cast("object", value))), None)
        if not isinstance(first, dict):
            return text_in(first)
        node = cast("Object", first)
        return next(
            (found for key in ("@value", "alternateName", "name", "text") if (found := text_in(node.get(key)))), ""
        )
    if not isinstance(value, str):
        return ""
    # Pages escape what was escaped already.
    return " ".join(_TAG.sub(" ", html.unescape(html.unescape(value))).split())


def address_in(value: object) -> str:
    """Return a web address without what tracks its readers; nothing where it is none or too long to be shown."""
    first: object = next(iter(many(value)), None)
    node = cast("Object", first) if isinstance(first, dict) else {}
    named: object = node.get("@id") or node.get("@value") or node.get("url")
    found = named if node else cast("object", first)
    given = found.strip().replace("&amp;", "&").replace(" ", "%20") if isinstance(found, str) else ""
    bare, trackers = _TRACKING.subn("", given)
    text = _NO_MORE.sub("", bare) if trackers else given
    return text if is_address(text) and len(text) <= _LONGEST_ADDRESS else ""


def number_in(value: object) -> float | None:
    """Return a finite number, also where it stands as a text, with a decimal comma or as `1/5`."""
    first: object = next(iter(many(value)), None)
    if isinstance(first, dict):
        first = cast("Object", first).get("@value")
    if isinstance(first, str):
        first = _COMMA.sub(r"\1.\2", OF_SCALE.sub("", first))
    try:
        # Yes and no are no numbers, though Python counts with them.
        number = float(first) if isinstance(first, int | float | str) and not isinstance(first, bool) else math.nan
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


_COMMA = re.compile(r"^\s*([-+]?\d+),(\d{1,2})\s*$")
# What stands behind a rating that names its scale: 1/5, 2 out of 5. Blanks are begun once and taken whole: a file may
# hold any number of them.
OF_SCALE = re.compile(r"(?<!\s)\s*+(?:/|out of|of)\s*+(\d++)\s*+$")
