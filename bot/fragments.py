"""Links that open a page at the cited words (the text fragments of the web: `#:~:text=start,end`)."""

import re
from urllib.parse import quote

# A whole passage up to this many characters goes into the link; of a longer one, its first and last clause.
_WHOLE = 60
_CLAUSE = 24
_CLAUSE_ENDS = re.compile(r"(?<=[\uff0c。\uff1b\uff1a\uff01\uff1f、」』”])|(?<=[,.;:!?])(?=\s)")


def link_to(address: str, passage: str) -> str:
    """Return the address with a text fragment that points at the passage."""
    lines = [line.strip() for line in passage.splitlines() if line.strip()]
    if not lines:
        return address
    if len(lines) == 1 and len(lines[0]) <= _WHOLE:
        wanted = _encoded(lines[0])
    else:
        wanted = f"{_encoded(_head(lines[0]))},{_encoded(_tail(lines[-1]))}"
    return f"{address}{'' if '#' in address else '#'}:~:text={wanted}"


def _head(line: str) -> str:
    """Return the first clause, cut where a browser sees the end of a word."""
    clause = _clauses(line)[0]
    return clause if len(clause) <= _CLAUSE else _cut(clause[:_CLAUSE], from_end=False)


def _tail(line: str) -> str:
    clause = _clauses(line)[-1]
    return clause if len(clause) <= _CLAUSE else _cut(clause[-_CLAUSE:], from_end=True)


def _clauses(line: str) -> list[str]:
    return [clause.strip() for clause in _CLAUSE_ENDS.split(line) if clause.strip()]


def _cut(text: str, *, from_end: bool) -> str:
    """Drop the word that the cut has broken, where words are set apart by spaces."""
    words = text.split(" ")
    if len(words) == 1:
        return text
    return " ".join(words[1:] if from_end else words[:-1])


def _encoded(text: str) -> str:
    # A hyphen means "prefix" or "suffix" in a text fragment, and `quote` leaves it alone.
    return quote(text, safe="").replace("-", "%2D")
