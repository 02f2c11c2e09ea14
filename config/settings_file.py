"""`touchstone.toml` as people really save it: with a byte order mark, as UTF-16, in a code page, with headings."""

import re
import tomllib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path
from typing import Any

from config.errors import SettingsError

SETTINGS_FILE = "touchstone.toml"

_MOST_BYTES = 1_000_000
# What copying leaves around a value and nobody sees: spaces, a byte order mark, spaces of no width.
_UNSEEN = " \t\r\n\v\f\u00a0\u200b\u2060\ufeff"


def read_settings_file() -> dict[str, Any]:
    """Return the settings of the file in this folder, by name; none where there is no file.

    Raises:
        SettingsError: names the line, what is wrong with it, and the mend.
    """
    text = _text()
    if text is None:
        return {}
    try:
        values = tomllib.loads(text)
    except RecursionError:
        raise _refused("it is nested too deeply. Write one setting a line: name = value") from None
    # An endless number is a plain ValueError.
    except ValueError as error:
        raise _refused(f"this is no TOML: {error}. Mend the line, or move the file away") from error
    for name, value in values.items():
        if isinstance(value, dict):
            mend = "Settings stand without one: take the line away, and keep those below it"
            raise _refused(f"[{name}] is a heading. {mend}", line_of(rf"\[+\s*[\"']?{re.escape(name)}\b"))
    return tidied(values)


def tidied(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values without quotes and unseen characters around them, and without those that are then empty."""
    bare = {name: _bare(value) if isinstance(value, str) else value for name, value in values.items()}
    return {name: value for name, value in bare.items() if value != ""}


def line_of(pattern: str) -> int:
    """Return the first line of the file that begins with the pattern, counted from 1; 0 where there is none."""
    try:
        lines = (_text() or "").splitlines()
    except SettingsError:
        return 0
    return next((number for number, line in enumerate(lines, 1) if re.match(rf"\s*{pattern}", line)), 0)


def _bare(value: str) -> str:
    value = value.strip(_UNSEEN)
    # Files of variables, as containers read them, keep the quotes that a shell would take off.
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1].strip(_UNSEEN)
    return value


def _text() -> str | None:
    path = Path(SETTINGS_FILE)
    try:
        if not path.exists():
            return None
        if not path.is_file():
            raise _refused("this is no ordinary file. Move it away, or put a file of settings in its place")
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise _refused(
            f"it cannot be read ({reason}). Give Touchstone the right to read it, or move it away"
        ) from error
    if len(raw) > _MOST_BYTES:
        raise _refused("it is larger than 1 MB, which no file of settings is. Move it away")
    return _decoded(raw).replace("\r\n", "\n")


def _decoded(raw: bytes) -> str:
    encoding = "utf-16" if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _refused("this is not UTF-8, but another code page. Save the file as UTF-8", line) from None


def _refused(fault: str, line: int = 0) -> SettingsError:
    return SettingsError((f"{SETTINGS_FILE}{f', line {line}' if line else ''}: {fault}.",))
