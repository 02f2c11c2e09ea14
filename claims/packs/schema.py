"""The form of packs: plain data with the line of every part, and the JSON Schema that it has to fit.

Plain scalars of YAML are read by the rules of YAML 1.2: `no`, `on` and `2026-01-23` stay text, `1.4e12` is a number.
Aliases, tags, doubled keys and depth are refused.
"""

import difflib
import re
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Protocol, TypeAlias, cast

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from yaml import events

from claims.record import is_date
from config.errors import PackProblem, worded
from config.languages import GIVEN

Plain: TypeAlias = "str | float | bool | list[Plain] | dict[str, Plain] | None"
PartPath: TypeAlias = tuple[str | int, ...]

MAX_DEPTH = 12
# Three times what 8 MB of claims have; while it is read, a part takes some 80 bytes and a list or group some 400.
MAX_PARTS, MAX_GROUPS = 600_000, 150_000
WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}
WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
DECIMAL = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")
_HAN_COMMA = re.compile("[，、；]")
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
        self._text = text
        # The loader in C, where PyYAML has it, reads a large pack in tenths of a second instead of seconds.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            parts = (event for event in yaml.parse(text, Loader=loader))
            self.data = self._document(parts)
            self._text = ""
        except yaml.MarkedYAMLError as error:
            # Without the error that led here, which holds on to the whole text.
            raise YamlRefusedError(_told_yaml(text, error)) from None
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
            if not event.style:
                _refuse_lost(event, self._text, place)
            return _scalar(event, place)
        if len(place) >= MAX_DEPTH:
            fault = worded("nested deeper than {most} levels", most=MAX_DEPTH)
            raise _refused(_line(event), place, fault, SHOWN_BY_EXPORT)
        self._lines[place] = array("l", [_line(event)])
        if isinstance(event, events.SequenceStartEvent):
            texts = self._sequence(parts, place)
            # Han commas part nothing: where they are the only ones, several texts have become one.
            if event.flow_style and len(texts) == 1 and (found := _HAN_COMMA.search(str(texts[0]))):
                fault = worded("{comma} does not part the texts of a list", comma=found[0])
                raise _refused(_line(event), place, fault, worded("Write , in its place, or put the texts in quotes."))
            return texts
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


_INDENTED = (
    worded("the line does not begin where those begin that it belongs to"),
    worded("Begin it with as many spaces as they."),
)
_NO_BLANK = (
    worded("no blank stands behind the dash: the line is no entry of its own"),
    worded("Put a blank behind it, or the text in quotes."),
)
_KEYED = re.compile(r"\s*(?:- )?([^\s:：\"']+)：")
_ONE_KEY = re.compile(r"\s+(?:- )?[a-z_]+")
_QUOTED = re.compile(r"\s*(?:- )?(?:[^\s:]+:\s+)?([\"'])")
_BY_PROBLEM = {
    "mapping values are not allowed": (worded("a colon stands within a text"), worded("Put the text in quotes.")),
    "could not find expected ':'": (worded("a key stands here without its colon"), worded("Write it as key: text.")),
    "did not find expected '-'": _INDENTED,
    "did not find expected key": _INDENTED,
    "expected ',' or ']'": (worded("a list in brackets lacks a comma or its end"), worded("Add it.")),
    "expected ',' or '}'": (worded("a group in braces lacks a comma or its end"), worded("Add it.")),
}


def _line_at(text: str, index: int) -> str:
    """Return the line around a place of a text that may be large, without what is too long to be a key."""
    start = text.rfind("\n", 0, index) + 1
    return text[start : start + _LONGEST_LINE].partition("\n")[0]


def _told_yaml(text: str, error: yaml.MarkedYAMLError) -> PackProblem:
    """Return what is wrong with a text that is no YAML, in words of people who write packs by hand."""
    begun, mark = error.context_mark, error.problem_mark or error.context_mark
    problem, context = str(error.problem or error.context), str(error.context)
    # A fault shows where the next line begins; what a text or key lacks, it lacks where that began.
    lines = [(each.line + 1, _line_at(text, each.index)) for each in (begun, mark) if each] or [(0, "")]
    line, there = lines[-1]
    for number, written in lines:
        if found := _KEYED.match(written):
            fault = worded("this is no valid YAML: a full-width colon stands behind {key}", key=found[1])
            return PackProblem(number, "", fault, worded("Write : and a blank in its place."))
    of_alias = "alias" in context or "anchor" in context
    at = begun if of_alias else mark if "cannot start" in problem else None
    # The loader in C does not say which character it was.
    sign = text[at.index : at.index + 1] if at else ""
    if sign == "\t" or _TAB.search(problem):
        fault, mend = worded("a tab stands where only spaces may stand"), worded("Put spaces in its place.")
    elif sign:
        fault, mend = worded("no text may begin with {sign}", sign=sign), worded("Put the text in quotes.")
    elif "quoted scalar" in context:
        line = lines[0][0]
        fault, mend = worded("a quote begins here and does not end"), worded("End it.")
    elif "expected" in problem and (found := _QUOTED.match(there)):
        fault = worded("a text goes on behind its second {quote}", quote=found[1])
        mend = worded("Put all of it in quotes of the other kind.")
    else:
        line, there = lines[0 if "expected ':'" in problem else -1]
        told = next((told for said, told in _BY_PROBLEM.items() if said in problem), None)
        told = _NO_BLANK if _DASH.match(there) else told
        # A key that begins a line has too many spaces before it: what is above goes on in it, as a text would.
        if mark and mark.column and _ONE_KEY.fullmatch(there[: mark.column]):
            told = _INDENTED
        fault, mend = told or (problem, worded("Mend the line, or quote the text."))
    return PackProblem(line, "", worded("this is no valid YAML: {detail}", detail=fault), mend)


def field_name(place: PartPath) -> str:
    """Write a place as people do: `claims[2].points[0].text.en`."""
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return name.removeprefix(".")


def _refuse_references(event: events.Event, place: PartPath) -> None:
    tagged = isinstance(event, events.CollectionStartEvent | events.ScalarEvent) and event.tag is not None
    if isinstance(event, events.AliasEvent) or getattr(event, "anchor", None) is not None or tagged:
        mend = worded("Packs may not use anchors (&), aliases (*) or tags (!): write the value out.")
        raise _refused(_line(event), place, worded("an anchor, alias or tag stands here"), mend)


_REMARK = re.compile(r"[ \t]+#[^\s#]")
_HAN_LIST = re.compile("［.*］", re.DOTALL)
_LISTS = ("wordings", "not_wordings", "denials", "points", "figures", "numbers")
_DASH = re.compile(r"(?:^|[\r\n])[ \t]*-(?=[^\W\d])")


def _refuse_lost(event: events.ScalarEvent, text: str, place: PartPath) -> None:
    """Refuse a text of which YAML leaves out a part, or which it joins with another, without a word."""
    start, end = event.start_mark, event.end_mark
    if start is None or end is None:
        return
    if _REMARK.match(text, end.index):
        fault = worded("from # on the line is a remark, and no part of the text")
        raise _refused(end.line + 1, place, fault, worded("Put the text in quotes, or a blank behind the #."))
    if place and place[-1] in _LISTS and _HAN_LIST.fullmatch(event.value):
        fault = worded("full-width brackets make no list")
        raise _refused(start.line + 1, place, fault, _TYPE_MENDS["array"])
    dash = _DASH.search(text[start.index : end.index]) if end.line > start.line else None
    if dash:
        raise _refused(text.count("\n", 0, start.index + dash.end()) + 1, place, *_NO_BLANK)


def _scalar(event: events.ScalarEvent, place: PartPath) -> Plain:
    text = event.value
    if UNFIT.search(text):
        fault = worded("the text holds a control character or half a character")
        raise _refused(_line(event), place, fault, worded("Take it out."))
    if event.style:
        # The last line of a block ends the block.
        return text.rstrip("\n") if event.style in "|>" else text
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


_SHOWN, _LONGEST_LINE, _DAY, _ALIKE = 60, 1_000, len("2026-01-23"), 0.6
TYPES = {
    "array": worded("a list"),
    "object": worded("a group of keys"),
    "string": worded("text"),
    "integer": worded("a whole number"),
    "number": worded("a number"),
    "null": worded("null"),
}
_RANGE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:[-–—~～〜至到]|to|\.\.)\s*(\d+(?:\.\d+)?)\s*")
_TYPE_MENDS = {
    "array": worded("Write it in brackets: [one, another]."),
    "integer": worded("Write a whole number, such as 12."),
    "number": worded("Write a number, such as 1.5."),
}
_FORMS = {
    r"^[a-z0-9][a-z0-9.\-]*$(?!\n)": worded("Use small letters, digits, hyphens and points, such as old-crane."),
    r"^https?://[^\s\x00-\x1f\x7f-\x9f]+$(?!\n)": worded("An address begins with https://."),
    r"\S": worded("Write it, or take the key out."),
    r"^[^|\n]*[^|\s][^|\n]*$(?!\n)": worded("Write it in one line, without a bar (|)."),
    r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$(?!\n)": worded("Write it as en, zh-Hans or zh-Hant."),
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


def _validator(schema: dict[str, Any]) -> Draft202012Validator:
    checker = FormatChecker(formats=())
    checker.checks("day")(_is_day)
    checker.checks("date-or-none")(_is_date_or_none)
    return Draft202012Validator(schema, format_checker=checker)


def _is_day(value: object) -> bool:
    return not isinstance(value, str) or (is_date(value) and len(value) == _DAY)


def _is_date_or_none(value: object) -> bool:
    return not isinstance(value, str) or not value or is_date(value)


# Spaces that YAML takes for letters.
_STRANGE = re.compile("[\u00a0\u00ad\u2000-\u200f\u2028-\u202f\u205f\u2060\u3000\ufeff]")


def _told(error: ValidationError) -> Iterator[tuple[PartPath, str, str]]:
    place: PartPath = tuple(error.absolute_path)
    rule, limit, instance = str(error.validator), cast("Any", error.validator_value), cast("Any", error.instance)
    known: list[str] = sorted(cast("Any", error.schema).get("properties", ()))
    known += ["source", "quote"] if "citations" in known else []  # what people write of a point's citations
    if rule == "additionalProperties":
        for key in sorted(set(instance) - set(known)):
            bare, meant = _STRANGE.sub("", key), _meant(key, known, instance)
            mend = worded("Known here: {known}.", known=", ".join(known))
            if meant:
                mend = worded("Write {key} in its place.", key=meant)
            elif bare != key:
                mend = worded("Write {key}, with spaces of the space bar before it.", key=bare)
            elif key.isdigit():
                mend = worded("Write numbers without commas between the digits.")
            yield (*place, key), worded("the key {key!r} is unknown", key=key), mend
        return
    if rule == "required":
        # The schema library reports each missing key on its own, and names it only in its message.
        key = re.findall(r"^'(.*)' is a required", error.message)[0].replace("citations", "source")
        if all(_meant(other, known, instance) != key for other in instance):
            yield place, worded("{key!r} is missing", key=key), worded("Add the key {key!r}.", key=key)
        return
    where = (*place, _second(instance)) if rule == "uniqueItems" else place
    fault, mend = SAYINGS.get("minItems" if rule == "minProperties" else rule, _unsaid)(instance, limit)
    if rule == "enum" and place[-1] == "unit":
        own = worded("Or give your own by all its spellings: [{unit}, …], in a sheet {unit} | ….", unit=instance)
        mend = worded("{one} {other}", one=mend, other=own)
    elif limit == "object" and not isinstance(instance, list):
        keys = worded("Write it as keys, one a line below it: {known}.", known=", ".join(known))
        fault, mend = _type(instance, "string") if GIVEN[0] in known else (fault, keys)
    yield where, fault, mend


# Keys that people take for those of a document.
_MEANT = {"date": "published", "url": "address", "link": "address", "name": "title"}


def _meant(key: str, known: list[str], instance: Any) -> str:  # noqa: ANN401  as below
    """Return the key that an unknown one stands for; "" where none is near that is not there already."""
    if key in known or _MEANT.get(key) in known:
        return "" if key in known else _MEANT[key]
    return next(iter(difflib.get_close_matches(key, set(known) - set(instance), 1, _ALIKE)), "")


def _second(values: Any) -> int:  # noqa: ANN401  as above
    """Return the place of the first value that stands in a list before."""
    first: dict[str, int] = {}
    return next((number for number, value in enumerate(values) if first.setdefault(repr(value), number) < number), 0)


def _type(value: object, limit: Any) -> tuple[str, str]:  # noqa: ANN401  whatever the schema says
    wanted, *others = (TYPES[name] for name in ([limit] if isinstance(limit, str) else limit))
    for other in others:
        wanted = worded("{one} or {other}", one=wanted, other=other)
    mend = _TYPE_MENDS.get(str(limit), SHOWN_BY_EXPORT)
    if limit == "number" and (ends := _RANGE.fullmatch(str(value))):
        mend = worded("Write a range as low: {low}, high: {high}.", low=ends[1], high=ends[2])
    if limit in ("string", "object") and not isinstance(value, list | str):
        # What YAML takes for a number or a group of keys, as a colon stands in it.
        mend = worded("Write it, or take the key out.") if value is None else worded("Put it in quotes.")
    return worded("this must be {wanted}", wanted=wanted), mend


def _format(value: object, limit: Any) -> tuple[str, str]:  # noqa: ANN401
    day, any_date = worded("Write it as 2026-01-23."), worded("Write it as 2026-01-23, 2026-01 or 2026 (in quotes).")
    return worded("{value!r} is no date", value=value), day if limit == "day" else any_date


def _pattern(value: object, limit: Any) -> tuple[str, str]:  # noqa: ANN401
    mend = _FORMS.get(limit) or worded("Take it from the export, as it stands there.")
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
    "uniqueItems": lambda value, _limit: (
        worded("{value!r} stands here twice", value=str(value[_second(value)])[:_SHOWN]),
        worded("Keep one of the two."),
    ),
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
