"""What packs have to fit: their JSON Schema, told in plain words, and the rules between parts that it cannot say."""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from importlib import resources
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from claims.packs.lines import Lined, PartPath, field_name
from config.errors import PackProblem, worded
from config.languages import CODES, GIVEN

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
    is_unquoted = limit == "string" and isinstance(value, int | float)
    mend = worded("Put it in quotes.") if is_unquoted else worded("Write it as pack.schema.json says.")
    return worded("this must be {wanted}", wanted=wanted), mend


def _format(value: object, limit: Any) -> tuple[str, str]:  # noqa: ANN401
    day, any_date = worded("Write it as 2026-01-23."), worded("Write it as 2026-01-23, 2026-01 or 2026 (in quotes).")
    return worded("{value!r} is no date", value=value), day if limit == "day" else any_date


def _pattern(value: object, limit: Any) -> tuple[str, str]:  # noqa: ANN401
    return worded("{value!r} has the wrong form", value=str(value)[:_SHOWN]), worded(
        "It must match {form}.", form=limit
    )


def _unsaid(value: object, limit: Any) -> tuple[str, str]:  # noqa: ANN401
    return worded("{value!r} does not fit", value=str(value)[:_SHOWN]), worded(
        "See pack.schema.json (limit: {limit}).", limit=limit
    )


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
