"""Reading what people type into forms: made clean, or refused with the field, the fault and its mend."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from urllib.parse import urlsplit

from claims.record import is_date
from config.errors import FieldFault, InvalidEditError
from config.languages import CODES, ByLanguage, by_field, completed, written_language

LINE = 300
SENTENCE = 600
_SPACE = re.compile(r"\s+")


class FormReader:
    """Reads fields one after the other and gathers all faults, so that a form is refused once and not five times."""

    def __init__(self) -> None:
        self._faults: list[FieldFault] = []

    def refuse(self, field: str, fault: str, mend: str, /, **values: object) -> None:
        """Note a fault; both texts are templates with the values."""
        self._faults.append(FieldFault(field, fault, mend, values))

    def finish(self, edit: object) -> None:
        """Raise InvalidEditError with all faults, if there are any, and the edit as it was typed."""
        if self._faults:
            raise InvalidEditError(tuple(self._faults), edit)

    def text(self, field: str, typed: str, most: int = LINE) -> str:
        """Return a text on one line, without invisible characters; empty where nothing was typed."""
        text = clean_text(typed)
        if len(text) > most:
            self.refuse(field, "The text has {count} characters.", "Keep it to {most}.", count=len(text), most=most)
        return text

    def needed(self, field: str, typed: str) -> str:
        """Return a text that may not be empty."""
        text = self.text(field, typed)
        if not text:
            self.refuse(field, "The text is empty.", "Write something.")
        return text

    def by_language(self, field: str, typed: Mapping[str, str], most: int = LINE) -> ByLanguage:
        """Return a text in several languages, of which one is needed; see `completed` for the others."""
        fields = by_field(field, dict.fromkeys((*CODES, *typed)))
        texts = ByLanguage({code: self.text(name, typed.get(code, ""), most) for code, name in fields.items()})
        if not texts:
            self.refuse(fields[CODES[0]], "The text is empty.", "Write it in one language or more.")
        return completed(texts)

    def retyped(self, field: str, old: Mapping[str, str], typed: Mapping[str, str], most: int = LINE) -> ByLanguage:
        """Return what a text says once some of its languages were typed anew.

        What only stood in for one of these, because nobody has written it, goes with it.
        """
        changed = {
            old[code]: text for code, text in typed.items() if old.get(code) and text.strip() not in {"", old[code]}
        }
        following = {
            code: changed[text]
            for code, text in old.items()
            if text in changed and typed.get(code, text).strip() == text and written_language(text) != code
        }
        return self.by_language(field, {**old, **typed, **following}, most)

    def address(self, field: str, typed: str) -> str:
        """Return the address of a page; empty where nothing was typed."""
        text = typed.strip()
        if text and not is_address(text):
            self.refuse(field, "{value} is no address.", "Write it as https://…", value=text[:60])
        return text

    def lines(self, field: str, typed: str) -> list[str]:
        """Return the texts of a field that has one a line, each once."""
        found = [text for line in typed.splitlines() if (text := self.text(field, line))]
        once: dict[str, str] = {}
        for text in found:
            once.setdefault(text.casefold(), text)
        return list(once.values())

    def choice(self, field: str, typed: str, known: Sequence[str]) -> str:
        """Return one of the known words."""
        if typed.strip() in known:
            return typed.strip()
        self.refuse(
            field, "{value} is not known here.", "Choose one of: {known}.", value=typed[:60], known=", ".join(known)
        )
        return known[0]

    def day(self, field: str, typed: str) -> date | None:
        """Return a day written as 2026-01-23, or None where nothing was typed."""
        text = typed.strip()
        if not text:
            return None
        with suppress(ValueError):
            # A week and its weekday have as many characters.
            if is_date(text) and len(text) == len("2026-01-23"):
                return date.fromisoformat(text)
        self.refuse(field, "{value} is no day.", "Write it as 2026-01-23.", value=typed[:60])
        return None

    def when(self, field: str, typed: str) -> str:
        """Return a day, a month or a year."""
        text = typed.strip()
        if not text:
            self.refuse(field, "The date is missing.", "Write it as 2026-01-23, 2026-01 or 2026.")
        elif not is_date(text):
            self.refuse(field, "{value} is no date.", "Write it as 2026-01-23, 2026-01 or 2026.", value=typed[:60])
        return text


def clean_text(typed: str) -> str:
    """Return the text in composed form, on one line, without control characters, marks of direction and surrogates."""
    spaced = typed if typed.isprintable() else "".join(filter(_is_kept, typed)).translate(_CONTROL)
    return unicodedata.normalize("NFC", _SPACE.sub(" ", spaced)).strip()


def _is_kept(char: str) -> bool:
    return unicodedata.category(char) not in {"Cf", "Cs", "Co"} or char in "\u200c\u200d"


def is_address(text: str) -> bool:
    """Tell whether a text is an address of a page that can be taken apart."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    is_one = text.startswith(("https://", "http://")) and bool(parts.hostname) and not _NO_ADDRESS.search(text)
    return is_one and len(text) <= _LONGEST_ADDRESS


_LONGEST_ADDRESS = 2000
# Neither spaces nor what commands the terminal that an address is written to.
_NO_ADDRESS = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")
_CONTROL = dict.fromkeys((*range(32), *range(127, 160)), " ")
