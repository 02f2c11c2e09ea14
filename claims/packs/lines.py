"""The YAML of packs: plain data with the line of every part; aliases, tags, doubled keys and depth are refused.

Plain scalars are read by the rules of YAML 1.2: `no`, `on` and `2026-01-23` stay text, and `1.4e12` is a number.
"""

import re
from collections.abc import Iterator
from typing import Protocol, TypeAlias

import yaml
from yaml import events

from config.errors import PackProblem
from config.faults import worded

Plain: TypeAlias = "str | float | bool | list[Plain] | dict[str, Plain] | None"
PartPath: TypeAlias = tuple[str | int, ...]

MAX_DEPTH = 12
MAX_PARTS = 600_000  # three times what 8 MB of claims have; each part takes some 250 bytes while it is read
WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}
WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
DECIMAL = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")
UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class YamlRefusedError(Exception):
    """The text is no YAML, or YAML that packs may not use; carries the problem with its line."""

    def __init__(self, problem: PackProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class Lined(Protocol):
    """Plain data in the form of a pack, whatever it was read from, and the lines of its parts."""

    @property
    def data(self) -> Plain:
        """The data as a whole."""
        ...

    def line(self, place: PartPath) -> int:
        """Return the line (from 1) of a part, or of the nearest part around it."""
        ...


class LinedYaml:
    """The data of one YAML document, and the line (from 1) where each part of it stands."""

    def __init__(self, text: str) -> None:
        """Read the text; raises YamlRefusedError."""
        self._lines: dict[PartPath, int] = {}
        # The loader in C, where PyYAML has it, reads a large pack in tenths of a second instead of seconds.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            parts = (event for event in yaml.parse(text, Loader=loader))
            self.data = self._document(parts)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            fault = worded("this is no valid YAML: {detail}", detail=error.problem or error.context)
            raise _refused(
                mark.line + 1 if mark else 0, (), fault, worded("Mend the line, or quote the text.")
            ) from error
        except yaml.YAMLError as error:
            fault = worded("this is no valid YAML: {detail}", detail=str(error))
            raise _refused(0, (), fault, worded("Mend the file.")) from error

    def line(self, place: PartPath) -> int:
        """Return the line of a part, or of the nearest part around it."""
        while place not in self._lines and place:
            place = place[:-1]
        return self._lines.get(place, 1)

    def _document(self, parts: Iterator[events.Event]) -> Plain:
        started = False
        data: Plain = None
        for event in parts:
            if isinstance(event, events.DocumentStartEvent):
                if started:
                    mend = worded("Keep one pack in a file, without ---.")
                    raise _refused(_line(event), (), worded("a second YAML document begins"), mend)
                started = True
                data = self._value(next(parts), parts, ())
        return data

    def _value(self, event: events.Event, parts: Iterator[events.Event], place: PartPath) -> Plain:
        self._lines.setdefault(place, _line(event))
        if len(self._lines) > MAX_PARTS:
            fault = worded("the file has more than {most:,} parts", most=MAX_PARTS)
            raise _refused(_line(event), (), fault, worded("Split it up."))
        _refuse_references(event, place)
        if isinstance(event, events.ScalarEvent):
            return _scalar(event, place)
        if len(place) >= MAX_DEPTH:
            fault = worded("nested deeper than {most} levels", most=MAX_DEPTH)
            raise _refused(_line(event), place, fault, worded("See pack.schema.json for the form."))
        if isinstance(event, events.SequenceStartEvent):
            return self._sequence(parts, place)
        return self._mapping(parts, place)

    def _sequence(self, parts: Iterator[events.Event], place: PartPath) -> list[Plain]:
        values: list[Plain] = []
        while not isinstance(event := next(parts), events.SequenceEndEvent):
            values.append(self._value(event, parts, (*place, len(values))))
        return values

    def _mapping(self, parts: Iterator[events.Event], place: PartPath) -> dict[str, Plain]:
        values: dict[str, Plain] = {}
        while not isinstance(event := next(parts), events.MappingEndEvent):
            _refuse_references(event, place)
            if not isinstance(event, events.ScalarEvent):
                fault, mend = worded("a key is not plain text"), worded("Write keys as in pack.schema.json.")
                raise _refused(_line(event), place, fault, mend)
            key = event.value
            if key in values:
                fault = worded("the key {key!r} stands here twice", key=key)
                raise _refused(_line(event), (*place, key), fault, worded("Keep one of the two."))
            self._lines[(*place, key)] = _line(event)
            values[key] = self._value(next(parts), parts, (*place, key))
        return values


def field_name(place: PartPath) -> str:
    """Write a place as people do: `claims[2].points[0].text.en`."""
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return name.removeprefix(".")


def _refuse_references(event: events.Event, place: PartPath) -> None:
    tagged = isinstance(event, events.CollectionStartEvent | events.ScalarEvent) and event.tag is not None
    if isinstance(event, events.AliasEvent) or getattr(event, "anchor", None) is not None or tagged:
        mend = worded("Packs may not use anchors (&), aliases (*) or tags (!): write the value out.")
        raise _refused(_line(event), place, worded("an anchor, alias or tag stands here"), mend)


def _scalar(event: events.ScalarEvent, place: PartPath) -> Plain:
    text = event.value
    if UNFIT.search(text):
        fault = worded("the text holds a control character or half a character")
        raise _refused(_line(event), place, fault, worded("Take it out."))
    if event.style:
        return text
    if text in WORDS:
        return WORDS[text]
    if WHOLE.fullmatch(text):
        return int(text)
    if DECIMAL.fullmatch(text):
        number = float(text)
        return number if number - number == 0 else text
    return text


def _line(event: events.Event) -> int:
    mark = event.start_mark
    return mark.line + 1 if mark else 0


def _refused(line: int, place: PartPath, fault: str, mend: str) -> YamlRefusedError:
    return YamlRefusedError(PackProblem(line, field_name(place), fault, mend))
