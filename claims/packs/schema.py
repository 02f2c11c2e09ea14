"""The form of packs: plain data with the line of every part, the JSON Schema that it has to fit, and rules beyond that.

Plain scalars of YAML are read by the rules of YAML 1.2: `no`, `on` and `2026-01-23` stay text, `1.4e12` is a number.
Aliases, tags, doubled keys and depth are refused.
"""

import json
import re
import sys
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from importlib import resources
from itertools import islice
from typing import Any, Protocol, TypeAlias

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from yaml import events

from config.errors import PackProblem, worded
from config.languages import CODES, GIVEN

Plain: TypeAlias = "str | float | bool | list[Plain] | dict[str, Plain] | None"
PartPath: TypeAlias = tuple[str | int, ...]

MAX_DEPTH = 12
# Three times what 8 MB of claims have; while it is read, a part takes some 80 bytes and a list or group some 400.
MAX_PARTS, MAX_GROUPS = 600_000, 150_000
WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}
WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
DECIMAL = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")
_TAB = re.compile(r"'\\t'|\btabs?\b")
SHOWN_BY_EXPORT = worded("Export the claims as YAML to see the form.")
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
        # Of each list and group the line on which it begins, and those of its parts.
        self._lines: dict[PartPath, array[int]] = {}
        self._parts = 0
        self._first = 1
        # The loader in C, where PyYAML has it, reads a large pack in tenths of a second instead of seconds.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            parts = (event for event in yaml.parse(text, Loader=loader))
            self.data = self._document(parts)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 0
            # The loader in C does not say which character it was.
            sign = text[mark.index : mark.index + 1] if mark and "cannot start" in str(error.problem) else ""
            if sign == "\t" or _TAB.search(str(error.problem)):
                fault = worded("this is no valid YAML: a tab stands where only spaces may stand")
                raise _refused(line, (), fault, worded("Put spaces in its place.")) from None
            if sign:
                fault = worded("this is no valid YAML: no text may begin with {sign}", sign=sign)
                raise _refused(line, (), fault, worded("Put the text in quotes.")) from None
            fault = worded("this is no valid YAML: {detail}", detail=error.problem or error.context)
            # Without the error that led here, which holds on to the whole text.
            raise _refused(line, (), fault, worded("Mend the line, or quote the text.")) from None
        except yaml.YAMLError as error:
            fault = worded("this is no valid YAML: {detail}", detail=str(error))
            raise _refused(0, (), fault, worded("Mend the file.")) from error

    def line(self, place: PartPath) -> int:
        """Return the line of a part, or of the nearest part around it."""
        data: Plain = self.data
        line = self._lines[()][0] if () in self._lines else self._first
        for depth, part in enumerate(place):
            lines = self._lines.get(place[:depth])
            if isinstance(data, list) and isinstance(part, int) and lines is not None and part < len(data):
                line, data = lines[1 + part], data[part]
            elif isinstance(data, dict) and isinstance(part, str) and part in data and lines is not None:
                line, data = lines[1 + list(data).index(part)], data[part]
            else:
                break
        return line

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
        self._parts += 1
        if self._parts > MAX_PARTS or len(self._lines) > MAX_GROUPS:
            most = MAX_PARTS if self._parts > MAX_PARTS else MAX_GROUPS
            fault = worded("the file has more than {most:,} parts", most=most)
            raise _refused(_line(event), (), fault, worded("Split it up."))
        if not place:
            self._first = _line(event)
        _refuse_references(event, place)
        if isinstance(event, events.ScalarEvent):
            return _scalar(event, place)
        if len(place) >= MAX_DEPTH:
            fault = worded("nested deeper than {most} levels", most=MAX_DEPTH)
            raise _refused(_line(event), place, fault, SHOWN_BY_EXPORT)
        self._lines[place] = array("l", [_line(event)])
        if isinstance(event, events.SequenceStartEvent):
            return self._sequence(parts, place)
        return self._mapping(parts, place)

    def _sequence(self, parts: Iterator[events.Event], place: PartPath) -> list[Plain]:
        values: list[Plain] = []
        lines = self._lines[place]
        while not isinstance(event := next(parts), events.SequenceEndEvent):
            lines.append(_line(event))
            values.append(self._value(event, parts, (*place, len(values))))
        return values

    def _mapping(self, parts: Iterator[events.Event], place: PartPath) -> dict[str, Plain]:
        values: dict[str, Plain] = {}
        lines = self._lines[place]
        while not isinstance(event := next(parts), events.MappingEndEvent):
            _refuse_references(event, place)
            if not isinstance(event, events.ScalarEvent):
                fault, mend = worded("a key is not plain text"), SHOWN_BY_EXPORT
                raise _refused(_line(event), place, fault, mend)
            key = sys.intern(event.value)
            if key in values:
                fault = worded("the key {key!r} stands here twice", key=key)
                raise _refused(_line(event), (*place, key), fault, worded("Keep one of the two."))
            lines.append(_line(event))
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


_SHOWN = 60
DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
TYPES = {
    "array": worded("a list"),
    "object": worded("a group of keys"),
    "string": worded("text"),
    "integer": worded("a whole number"),
    "number": worded("a number"),
    "null": worded("null"),
}
_TYPE_MENDS = {
    "array": worded("Write it in brackets: [one, another]."),
    "integer": worded("Write a whole number, such as 12."),
    "number": worded("Write a number, such as 1.5."),
}
_FORMS = {
    r"^[a-z0-9][a-z0-9.\-]*$(?!\n)": worded("Use small letters, digits, hyphens and points, such as old-crane."),
    r"^https?://[^\s\x00-\x1f\x7f-\x9f]+$": worded("An address begins with https://."),
    r"\S": worded("Write it, or take the key out."),
}


def schema_problems(lined: Lined, schema: dict[str, Any], most: int) -> list[PackProblem]:
    """Return the first `most` of all that does not fit the schema."""
    errors: Iterable[ValidationError] = _validator(schema).iter_errors(lined.data)  # pyright: ignore[reportUnknownMemberType]
    found = (
        PackProblem(lined.line(place), field_name(place), fault, mend)
        for error in errors
        for place, fault, mend in _told(error)
    )
    return list(islice(found, most))


# What the schema has in each language; the file knows those alone that are always given.
_TEXTS = ("text", "longText", "wordings", "notWordings")


def read_schema() -> dict[str, Any]:
    """Return the JSON Schema of packs."""
    schema = json.loads((resources.files("claims") / "packs" / "pack.schema.json").read_text("utf-8"))
    for name in _TEXTS:
        texts: dict[str, Any] = schema["$defs"][name]["properties"]
        texts |= {code: texts[GIVEN[0]] for code in CODES if code not in texts}
    return schema


def known_units() -> tuple[str, ...]:
    """Return the units of the table that packs and forms may use."""
    return tuple(read_schema()["$defs"]["unit"]["enum"])


def _validator(schema: dict[str, Any]) -> Draft202012Validator:
    checker = FormatChecker(formats=())
    checker.checks("day", raises=ValueError)(_is_day)
    checker.checks("day-month-year", raises=ValueError)(_is_date)
    checker.checks("date-or-none", raises=ValueError)(_is_date_or_none)
    return Draft202012Validator(schema, format_checker=checker)


def _is_day(value: object) -> bool:
    return not isinstance(value, str) or (DATE.fullmatch(value) is not None and bool(date.fromisoformat(value)))


def _is_date(value: object) -> bool:
    return not isinstance(value, str) or (DATE.fullmatch(value) is not None and _is_day((value + "-01-01")[:10]))


def _is_date_or_none(value: object) -> bool:
    return value == "" or _is_date(value)


def _told(error: ValidationError) -> Iterator[tuple[PartPath, str, str]]:
    place: PartPath = tuple(error.absolute_path)
    rule = str(error.validator)
    limit: Any = error.validator_value
    if rule == "additionalProperties":
        schema: Any = error.schema
        instance: Any = error.instance
        known: list[str] = sorted(schema["properties"])
        for key in sorted(set(instance) - set(known)):
            mend = worded("Known here: {known}.", known=", ".join(known))
            yield (*place, key), worded("the key {key!r} is unknown", key=key), mend
        return
    if rule == "required":
        # The schema library reports each missing key on its own, and names it only in its message.
        key = re.findall(r"^'(.*)' is a required", error.message)[0]
        yield place, worded("{key!r} is missing", key=key), worded("Add the key {key!r}.", key=key)
        return
    yield (place, *SAYINGS.get(rule, _unsaid)(error.instance, limit))


def _type(value: object, limit: Any) -> tuple[str, str]:  # noqa: ANN401  whatever the schema says
    first, *others = (TYPES[name] for name in ([limit] if isinstance(limit, str) else limit))
    wanted = first
    for other in others:
        wanted = worded("{one} or {other}", one=wanted, other=other)
    mend = _TYPE_MENDS.get(str(limit), SHOWN_BY_EXPORT)
    if limit == "string" and isinstance(value, int | float):
        mend = worded("Put it in quotes.")
    return worded("this must be {wanted}", wanted=wanted), mend


def _format(value: object, limit: Any) -> tuple[str, str]:  # noqa: ANN401
    day, any_date = worded("Write it as 2026-01-23."), worded("Write it as 2026-01-23, 2026-01 or 2026 (in quotes).")
    return worded("{value!r} is no date", value=value), day if limit == "day" else any_date


def _pattern(value: object, limit: Any) -> tuple[str, str]:  # noqa: ANN401
    mend = _FORMS.get(limit) or worded("It must match {form}.", form=limit)
    return worded("{value!r} has the wrong form", value=str(value)[:_SHOWN]), mend


def _unsaid(value: object, _limit: object) -> tuple[str, str]:
    return worded("{value!r} does not fit", value=str(value)[:_SHOWN]), SHOWN_BY_EXPORT


SAYINGS: dict[str, Callable[[Any, Any], tuple[str, str]]] = {
    "type": _type,
    "format": _format,
    "pattern": _pattern,
    "enum": lambda value, limit: (
        worded("{value!r} is not known here", value=str(value)[:_SHOWN]),
        worded("Choose one of: {known}.", known=", ".join(limit)),
    ),
    "minItems": lambda value, limit: (
        worded("{count} given, at least {limit} needed", count=len(value), limit=limit),
        worded("Add more."),
    ),
    "maxItems": lambda value, limit: (
        worded("{count} given, at most {limit} allowed", count=len(value), limit=limit),
        worded("Take some out."),
    ),
    "uniqueItems": lambda _value, _limit: (worded("the same text stands here twice"), worded("Keep one of them.")),
    "minLength": lambda _value, _limit: (worded("the text is empty"), worded("Write it, or take the key out.")),
    "maxLength": lambda value, limit: (
        worded("the text has {count} characters", count=len(value)),
        worded("Keep it to {limit}.", limit=limit),
    ),
    "minimum": lambda value, limit: (
        worded("{value} is too small", value=value),
        worded("The least is {limit}.", limit=limit),
    ),
    "maximum": lambda value, limit: (
        worded("{value} is too large", value=value),
        worded("The most is {limit}.", limit=limit),
    ),
}


Broken = tuple[PartPath, str, str]


def broken_claim_rules(
    claim: Any,  # noqa: ANN401  the schema has vouched for the form
    place: PartPath,
    documents: Collection[str] | None = None,
) -> list[Broken]:
    """Return what is wrong within one claim: where, what, and its mend.

    `documents` are the ids that it may cite, span by span; None: any, also as a whole, by an empty span.
    """
    return [*_citations(claim, place, documents), *_figures(claim, place), *_wordings(claim, place)]


def _citations(claim: Any, place: PartPath, documents: Collection[str] | None) -> Iterator[Broken]:  # noqa: ANN401
    for number, point in enumerate(claim["points"]):
        for count, citation in enumerate(point["citations"]):
            here = (*place, "points", number, "citations", count)
            name = citation["document"]
            if documents is not None and name not in documents:
                known = ", ".join(sorted(documents)) or worded("none")
                fault = worded("{name!r} is no document of this pack", name=name)
                yield (*here, "document"), fault, worded("Known: {known}; or add it to documents.", known=known)
            cited_whole = citation["start"] == citation["end"] == 0
            if citation["start"] > citation["end"] - (documents is not None) and not cited_whole:
                yield (*here, "start"), worded("the span ends before it starts"), worded("Make start less than end.")


def _figures(claim: Any, place: PartPath) -> Iterator[Broken]:  # noqa: ANN401
    for number, figure in enumerate(claim.get("figures", [])):
        here = (*place, "figures", number)
        yield from _values(figure, here)
        if "documented" in figure:
            low = "low" in figure["documented"]
            yield from _values({"bound": "range" if low else "exactly"} | figure["documented"], (*here, "documented"))


def _values(figure: Any, here: PartPath) -> Iterator[Broken]:  # noqa: ANN401
    keys = {"value", "low", "high"} & set(figure)
    if keys not in ({"value"}, {"low", "high"}):
        yield here, worded("a figure has either a value, or low and high"), worded("Give one of the two.")
    elif "low" in keys and figure["low"] > figure["high"]:
        yield (*here, "low"), worded("low is above high"), worded("Swap them.")
    elif (figure["bound"] == "range") != ("low" in keys):
        fault = worded("low and high go with the bound 'range', a value with any other")
        yield (*here, "bound"), fault, worded("Change the one or the other.")


def _wordings(claim: Any, place: PartPath) -> Iterator[Broken]:  # noqa: ANN401
    for language, texts in claim.get("not_wordings", {}).items():
        wordings = {text.casefold() for text in claim["wordings"].get(language, [])}
        for number, text in enumerate(texts):
            if text.casefold() in wordings:
                here = (*place, "not_wordings", language, number)
                yield (
                    here,
                    worded("the same text is a wording of this claim"),
                    worded("Keep it in one of the two lists."),
                )
