"""Holding a pack against `pack.schema.json`, and saying in plain words what does not fit."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from importlib import resources
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from claims.pack_yaml import Lined, Place, field_name
from config.errors import PackProblem

DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
TYPES = {
    "array": "a list",
    "object": "a group of keys",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "null": "null",
}


def schema_problems(lined: Lined, schema: dict[str, Any] | None = None, most: int | None = None) -> list[PackProblem]:
    """Return all that does not fit the schema (that of packs unless another is given), or the first `most` of it."""
    errors: Iterable[ValidationError] = _validator(schema or read_schema()).iter_errors(lined.data)  # pyright: ignore[reportUnknownMemberType]
    found = (
        PackProblem(lined.line(place), field_name(place), fault, f"{mend}.")
        for error in errors
        for place, fault, mend in _told(error)
    )
    return list(islice(found, most))


def read_schema() -> dict[str, Any]:
    """Return the JSON Schema of packs."""
    return json.loads((resources.files("claims") / "packs" / "pack.schema.json").read_text("utf-8"))


def _validator(schema: dict[str, Any]) -> Draft202012Validator:
    checker = FormatChecker(formats=())
    checker.checks("day", raises=ValueError)(_is_day)
    checker.checks("day-month-year", raises=ValueError)(_is_date)
    return Draft202012Validator(schema, format_checker=checker)


def _is_day(value: object) -> bool:
    return not isinstance(value, str) or (DATE.fullmatch(value) is not None and bool(date.fromisoformat(value)))


def _is_date(value: object) -> bool:
    return not isinstance(value, str) or (DATE.fullmatch(value) is not None and _is_day((value + "-01-01")[:10]))


def _told(error: ValidationError) -> Iterator[tuple[Place, str, str]]:
    place: Place = tuple(error.absolute_path)
    rule = str(error.validator)
    limit: Any = error.validator_value
    if rule == "additionalProperties":
        schema: Any = error.schema
        instance: Any = error.instance
        known: list[str] = sorted(schema["properties"])
        for key in sorted(set(instance) - set(known)):
            yield (*place, key), f"the key {key!r} is unknown", f"Known here: {', '.join(known)}"
        return
    if rule == "required":
        # The schema library reports each missing key on its own, and names it only in its message.
        key = re.findall(r"^'(.*)' is a required", error.message)[0]
        yield place, f"{key!r} is missing", f"Add the key {key!r}"
        return
    yield (place, *SAYINGS.get(rule, _unsaid)(error.instance, limit))


def _type(value: object, limit: Any) -> tuple[str, str]:  # noqa: ANN401  whatever the schema says
    wanted = " or ".join(TYPES[name] for name in ([limit] if isinstance(limit, str) else limit))
    mend = (
        "Put it in quotes"
        if limit == "string" and isinstance(value, int | float)
        else "Write it as pack.schema.json says"
    )
    return f"this must be {wanted}", mend


def _format(value: object, limit: Any) -> tuple[str, str]:  # noqa: ANN401
    form = "2026-01-23" if limit == "day" else "2026-01-23, 2026-01 or 2026 (in quotes)"
    return f"{value!r} is no date", f"Write it as {form}"


def _pattern(value: object, limit: Any) -> tuple[str, str]:  # noqa: ANN401
    return f"{str(value)[:60]!r} has the wrong form", f"It must match {limit}"


def _unsaid(value: object, limit: Any) -> tuple[str, str]:  # noqa: ANN401
    return f"{str(value)[:60]!r} does not fit", f"See pack.schema.json (limit: {limit})"


SAYINGS: dict[str, Callable[[Any, Any], tuple[str, str]]] = {
    "type": _type,
    "format": _format,
    "pattern": _pattern,
    "enum": lambda value, limit: (f"{str(value)[:60]!r} is not known here", f"Choose one of: {', '.join(limit)}"),
    "minItems": lambda value, limit: (f"{len(value)} given, at least {limit} needed", "Add more"),
    "maxItems": lambda value, limit: (f"{len(value)} given, at most {limit} allowed", "Take some out"),
    "uniqueItems": lambda _value, _limit: ("the same text stands here twice", "Keep one of them"),
    "minLength": lambda _value, _limit: ("the text is empty", "Write it, or take the key out"),
    "maxLength": lambda value, limit: (f"the text has {len(value)} characters", f"Keep it to {limit}"),
    "minimum": lambda value, limit: (f"{value} is too small", f"The least is {limit}"),
    "maximum": lambda value, limit: (f"{value} is too large", f"The most is {limit}"),
}
