"""Values of JSON-LD as feeds write them: a text or a list of texts, numbers as texts, markup in texts."""

import html
import math
import re
from datetime import date
from typing import cast

_TAG = re.compile(r"<[^<>]*>")
_LONGEST_ADDRESS = 400
_DATE = 10


def text_in(value: object) -> str:
    """Return a text without markup and line breaks; the first of a list, and the `@value` or name of an object."""
    if isinstance(value, list):
        return text_in(cast("list[object]", value)[0]) if value else ""
    if isinstance(value, dict):
        node = cast("dict[str, object]", value)
        return text_in(node.get("@value") or node.get("alternateName") or node.get("name"))
    return " ".join(html.unescape(_TAG.sub(" ", value)).split()) if isinstance(value, str) else ""


def address_in(value: object) -> str:
    """Return a web address, or nothing where it is none or too long to be shown."""
    text = value.strip() if isinstance(value, str) else ""
    fit = text.startswith(("https://", "http://")) and len(text) <= _LONGEST_ADDRESS and not re.search(r"\s", text)
    return text if fit else ""


def day_in(value: object) -> str:
    """Return the day of a date or a moment as 2026-01-23, or nothing."""
    try:
        return date.fromisoformat(text_in(value)[:_DATE]).isoformat()
    except ValueError:
        return ""


def number_in(value: object) -> float | None:
    """Return a finite number, also where it stands as a text."""
    try:
        number = float(value) if isinstance(value, int | float | str) else math.nan
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def cut(text: str, most: int) -> str:
    """Return the text, cut with an ellipsis where it is too long."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
