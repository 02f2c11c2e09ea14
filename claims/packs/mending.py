"""A corrected version of a line at fault: small changes are tried, and one that helps is shown."""

import difflib
import re
from collections.abc import Callable, Iterator, Sequence

from config.errors import PackProblem

# Reads a text as a pack and returns what is wrong with it; nothing where it is sound.
Judge = Callable[[str], Sequence[PackProblem]]

KEYS = (
    *("pack", "documents", "claims", "id", "title", "version", "licence", "as_of", "kind", "wordings", "not_wordings"),
    *("denials", "figures", "points", "review_by", "role", "speaker", "date", "text", "source", "quote", "citations"),
    *("numbers", "value", "low", "high", "unit", "bound", "subject", "documented", "publisher", "author", "address"),
)
WORDS = ("contested", "context", "outlook", "refutes", "supports", "exactly", "about", "over", "under", "range")
_KEYED = re.compile(r"(?P<lead>\s*(?:- )?)(?P<key>[\w ]+?)(?P<colon>\s*[:：]\s*)(?P<value>.*)")
_DAY = re.compile(r"(\d{4})[./年-](\d{1,2})(?:[./月-](\d{1,2})日?)?")
_LEAST_ALIKE = 0.6
_MISSING = re.compile(r"'(\w+)' is missing")
MOST_LINES = 3_000


def corrected(text: str, problem: PackProblem, judge: Judge) -> str | None:
    """Return the line of a problem as it should stand (with a line to add, where one is missing), or None.

    What is returned has been tried: with it, this problem is gone and there are fewer than before.
    """
    lines = text.splitlines()
    if not 0 < problem.line <= len(lines) <= MOST_LINES:
        return None
    before = len(judge(text))
    for tried in _changes(lines[problem.line - 1], problem):
        left = judge("\n".join([*lines[: problem.line - 1], tried, *lines[problem.line :]]) + "\n")
        same = any((each.field, each.fault) == (problem.field, problem.fault) for each in left)
        if not same and (len(left) < before or not left):
            return tried
    return None


def _changes(line: str, problem: PackProblem) -> Iterator[str]:
    """Yield the line with one small change each, the likeliest first."""
    if "\t" in line:
        yield line.replace("\t", "  ")
    found = _KEYED.fullmatch(line)
    if found:
        yield from _of_pair(found["lead"], found["key"], found["value"])
    missing = _MISSING.search(problem.fault)
    if missing:
        indent = " " * (len(line) - len(line.lstrip().removeprefix("- ")))
        yield f"{line}\n{indent}{missing[1]}: …"
        yield f"{line}\n{indent}{missing[1]}: [{{text: …, source: …}}]"
    stripped = line.strip().removeprefix("- ")
    if line.strip().startswith("- "):
        yield f"{line[: len(line) - len(line.lstrip())]}- {_quoted(stripped)}"


def _of_pair(lead: str, key: str, value: str) -> Iterator[str]:
    for near in difflib.get_close_matches(key, KEYS, n=2, cutoff=_LEAST_ALIKE):
        yield f"{lead}{near}: {value}"
    for near in difflib.get_close_matches(value.strip().casefold(), WORDS, n=2, cutoff=_LEAST_ALIKE):
        yield f"{lead}{key}: {near}"
    day = _DAY.fullmatch(value.strip().strip("'\""))
    if day:
        yield f"{lead}{key}: " + "-".join(part.zfill(2) for part in day.groups() if part)
    slug = re.sub(r"[^a-z0-9]+", "-", value.casefold()).strip("-")
    if key == "id" and slug:
        yield f"{lead}{key}: {slug}"
    if value:
        yield f"{lead}{key}: {_quoted(value)}"
        yield f"{lead}{key}: [{_quoted(value)}]"
    else:
        yield f"{lead}{key}: …"


def _quoted(value: str) -> str:
    inner = value.strip().strip("'\"").replace("'", "''")
    return f"'{inner}'"
