"""Packs and messages to fit and to judge with, read without a database."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from checks.figures.units import UnitTable
from checks.model import KnownClaim, KnownFigure, KnownWording
from checks.text import count_han
from config.languages import ByLanguage

HERE = Path(__file__).parent
SHIPPED = HERE.parents[1] / "claims" / "packs" / "ai-economy.yaml"
# A message of more letters is a long one, a Han character counting as two.
LONG = 250
UNITS = {"%": "percent", "°C": "degree", "m": "metre", "minutes": "minute", "hours": "hour", "days": "day"}


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled message; `stance` is `none` where it makes no claim, `mentions` the ids that it only mentions."""

    id: str
    text: str
    claims: tuple[str, ...]
    stance: str
    mentions: tuple[str, ...]


def read_rows(file: Path, field: str | None = None) -> list[Row]:
    """Read a file of labelled messages: all, or those about the claims of one pack."""
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
    return [_row(row) for row in rows if field is None or row["field"] == field]


def _row(data: dict[str, Any]) -> Row:
    mentions = data.get("mentions") or []
    return Row(
        str(data["id"]),
        data["text"],
        tuple(data["claims"]),
        data["stance"],
        (mentions,) if isinstance(mentions, str) else tuple(mentions),
    )


def weighed_length(text: str) -> int:
    """Return how long a text is, a Han character counted twice."""
    return len(text) + count_han(text)


def read_claims(file: Path, languages: tuple[str, ...] = ("en", "zh")) -> list[KnownClaim]:
    """Read the claims of a pack; wordings and titles in these languages only."""
    pack = yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)
    return [_claim(each, languages) for each in pack["claims"]]


def _claim(data: dict[str, Any], languages: tuple[str, ...]) -> KnownClaim:
    title = {language: data["title"].get(language, "") if language in languages else "" for language in ("en", "zh")}
    points = tuple(text for point in data.get("points", ()) for text in point["text"].values())
    return KnownClaim(
        data["id"],
        data.get("kind", "contested"),
        ByLanguage(en=title["en"], zh=title["zh"]),
        tuple(_wordings(data, languages)),
        tuple(_figure(each) for each in data.get("figures", ())),
        points=points,
    )


def _wordings(data: dict[str, Any], languages: tuple[str, ...]) -> Iterator[KnownWording]:
    for kind, marks in (("wordings", {}), ("denials", {"denies": True}), ("not_wordings", {"negative": True})):
        for language in languages:
            for text in data.get(kind, {}).get(language, ()):
                yield KnownWording(text, "zh" if language == "zh" else "en", **marks)


@cache
def _known_units() -> frozenset[str]:
    return frozenset(UnitTable.load().units)


def _figure(data: dict[str, Any]) -> KnownFigure:
    unit = UNITS.get(data["unit"], data["unit"])
    low, high = data.get("low", data.get("value")), data.get("high", data.get("value"))
    low, high = (high if low is None else low), (low if high is None else high)
    subject = data.get("subject", {})
    known = unit if unit in _known_units() or unit.endswith("/oz") else "count"
    bound, role = data.get("bound", "exactly"), data.get("role", "claim")
    return KnownFigure(
        float(low), float(high), known, bound, role, ByLanguage(en=subject.get("en", ""), zh=subject.get("zh", ""))
    )
