"""JSON with the line of each object, and a guard against depth before anything is built."""

import json
import re
from typing import Any, cast

from config.errors import ImportRefusedError, PackProblem
from config.faults import worded

MAX_DEPTH = 32
# A text without its closing quote reaches to the end, so that no other quote is tried as a beginning.
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[{}\[\]\n]', re.DOTALL)

Object = dict[str, Any]


class LinedJson:
    """The data of a JSON text, and the line (from 1) where each object of it begins."""

    def __init__(self, name: str, text: str) -> None:
        """Read the text; raises ImportRefusedError, naming the file `name`."""
        # Objects are closed in the same order in which the parser hands them over.
        lines = iter(_lines_by_closing(name, text))
        self._lines: dict[int, int] = {}
        self._named: dict[str, Object] = {}

        def keep(pairs: list[tuple[str, Any]]) -> Object:
            made = dict(pairs)
            self._lines[id(made)] = next(lines, 0)
            if isinstance(made.get("@id"), str) and len(made) > 1:
                self._named[made["@id"]] = made
            return made

        try:
            self.data: Any = json.loads(text, object_pairs_hook=keep)
        except (ValueError, RecursionError) as error:
            line = error.lineno if isinstance(error, json.JSONDecodeError) else 0
            detail = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
            fault = worded("this is no valid JSON: {detail}", detail=detail)
            raise ImportRefusedError(name, (PackProblem(line, "", fault, worded("Mend the line.")),)) from error

    def inner(self, node: Object, key: str) -> Object:
        """Return the object under a key: the first of a list, one named by `{"@id": …}`; a text stands for its name."""
        value: Any = node.get(key)
        if isinstance(value, list):
            value = cast("list[Any]", value)[0] if value else None
        if isinstance(value, dict):
            found = cast("Object", value)
            return self._named.get(str(found["@id"]), found) if list(found) == ["@id"] else found
        return {"name": value} if isinstance(value, str) else {}

    def line(self, node: Object) -> int:
        """Return the line of an object of the data."""
        return self._lines.get(id(node), 0)


def _lines_by_closing(name: str, text: str) -> list[int]:
    opened: list[int] = []
    closed: list[int] = []
    line = 1
    for found in _TOKEN.finditer(text):
        mark = found[0]
        if mark in "{[":
            opened.append(line)
            if len(opened) > MAX_DEPTH:
                fault = worded("nested deeper than {most} levels", most=MAX_DEPTH)
                raise ImportRefusedError(name, (PackProblem(line, "", fault, worded("Take the reviews out of it.")),))
        elif mark in "}]":
            begun = opened.pop() if opened else 0
            if mark == "}":
                closed.append(begun)
        else:
            line += mark.count("\n")
    return closed
