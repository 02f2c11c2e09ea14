"""Holding JSON-LD against the part of schema.org that is written down in `schema_org.yaml`."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

TYPES: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("schema_org.yaml").read_text("utf-8"))
DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
URL = re.compile(r"https?://\S+")


def faults(node: dict[str, Any], expected: tuple[str, ...] = ("ClaimReview",), place: str = "") -> Iterator[str]:
    """Yield what the vocabulary does not know; an object without a type must fit all types that are expected there."""
    given = [node["@type"]] if "@type" in node else list(expected)
    for name in given:
        if name not in TYPES:
            yield f"{place}: no type {name}"
        elif not set(ancestors(name)) & set(expected):
            yield f"{place}: {name} is none of {expected}"
        else:
            yield from wrong_properties(node, name, place)


def wrong_properties(node: dict[str, Any], name: str, place: str) -> Iterator[str]:
    known = {key: types for each in ancestors(name) for key, types in TYPES[each]["properties"].items()}
    for key, value in node.items():
        if key in {"@type", "@context"}:
            continue
        if key not in known:
            yield f"{place}: {name} has no property {key}"
            continue
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                yield from faults(each, tuple(known[key]), f"{place}.{key}")
            elif not fits(each, known[key]):
                yield f"{place}.{key}: {each!r} is none of {known[key]}"


def ancestors(name: str | None) -> Iterator[str]:
    while name:
        yield name
        name = TYPES[name]["parent"]


def fits(value: object, types: list[str]) -> bool:
    text = value if isinstance(value, str) else ""
    return (
        ("Text" in types and bool(text))
        or ("URL" in types and URL.fullmatch(text) is not None)
        or ("Date" in types and DATE.fullmatch(text) is not None)
        or ("Number" in types and isinstance(value, int | float))
    )
