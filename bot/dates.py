"""Dates as people read them; packs write a day, a month or a year."""

from datetime import date

from babel.dates import format_date, format_skeleton

from bot.texts import Texts


def display_date(written: str, texts: Texts) -> str:
    """Return an ISO day, month or year in the words of the language; anything else stays as it was written."""
    parts = written.split("-")
    try:
        day = date(*map(int, [*parts, 1, 1][:3]))
    except (ValueError, TypeError):
        return written
    match len(parts):
        case 3:
            return format_date(day, "long", texts.locale)
        case 2:
            return format_skeleton("yMMMM", day, locale=texts.locale)
        case _:
            return format_skeleton("y", day, locale=texts.locale) if written.isdigit() else written
