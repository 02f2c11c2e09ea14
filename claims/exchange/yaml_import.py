"""Packs in YAML for import: one after the other, with `---` between them."""

import hashlib
import re
from collections.abc import Iterator

from claims.exchange.incoming import Incoming
from claims.exchange.reading import read_pack_data
from claims.exchange.source import Source
from claims.pack_yaml import LinedYaml, YamlRefusedError
from config.errors import ImportRefusedError, PackProblem
from config.faults import worded

MAX_PACKS = 200
_SEPARATOR = re.compile(r"^---[ \t]*\r?\n", re.MULTILINE)
_MEND = worded("Export the claims as YAML to see the form.")


def read_yaml(source: Source) -> Incoming:
    """Read all packs of the text; raises ImportRefusedError where it is no YAML in the form of packs."""
    seen: set[str] = set()
    packs = [
        read_pack_data(source.name, _lined(source.name, text, line), hashlib.sha256(text.encode()).hexdigest(), seen)
        for text, line in _documents(source)
    ]
    return Incoming(source.name, source.format, tuple(packs))


def _documents(source: Source) -> Iterator[tuple[str, int]]:
    """Yield each document with the number of lines before it; the separator never stands at that place in a text."""
    marks = list(_SEPARATOR.finditer(source.text))
    if len(marks) > MAX_PACKS:
        fault = worded("it holds more than {most} packs", most=MAX_PACKS)
        problem = PackProblem(0, "", fault, worded("Split it into several files."))
        raise ImportRefusedError(source.name, (problem,))
    starts = [0, *(mark.end() for mark in marks)]
    ends = [*(mark.start() for mark in marks), len(source.text)]
    for start, end in zip(starts, ends, strict=True):
        text = source.text[start:end]
        if any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines()):
            yield text, source.text.count("\n", 0, start)


class _Below:
    """A document further down in a file: its lines count from the start of the file."""

    def __init__(self, lined: LinedYaml, lines: int) -> None:
        self._lined, self._lines = lined, lines
        self.data = lined.data

    def line(self, place: tuple[str | int, ...]) -> int:
        """Return the line in the file."""
        return self._lined.line(place) + self._lines


def _lined(name: str, text: str, lines: int) -> _Below:
    try:
        lined = _Below(LinedYaml(text), lines)
    except YamlRefusedError as error:
        inner = error.problem
        problem = PackProblem(inner.line + lines if inner.line else 0, inner.field, inner.fault, inner.mend)
        raise ImportRefusedError(name, (problem,)) from error
    if not isinstance(lined.data, dict):
        raise ImportRefusedError(name, (PackProblem(lines + 1, "", worded("this is no pack of claims"), _MEND),))
    return lined
