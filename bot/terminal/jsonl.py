"""Findings as JSON: the contract that other programs read."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from bot.terminal.errors import LineError
from checks.finding import Finding, Match

MOST_MATCHES = 3


def finding_json(finding: Finding, message_id: object = None) -> dict[str, Any]:
    """Return the finding as the object that `--json` and `--jsonl` print; of the message it holds only the figures."""
    matches = [_match_json(match) for match in finding.matches[:MOST_MATCHES]]
    return {"id": message_id, "action": finding.action, "matches": matches}


def json_line(value: object) -> bytes:
    """Return one line of JSON in UTF-8; half a character (a lone surrogate) is written as JSON's escape for it."""
    return (json.dumps(value, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")


def read_messages(lines: Iterable[bytes]) -> Iterator[tuple[object, str] | LineError]:
    """Yield the id and text of each line, and in place of a line that is no message, what is wrong with it.

    Empty lines are passed over, but counted.
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _read_message(number, line)


def _read_message(number: int, line: bytes) -> tuple[object, str] | LineError:
    try:
        message = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return LineError(number, "this is not UTF-8. Save the file as UTF-8")
    except (json.JSONDecodeError, RecursionError) as error:
        what = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
        return LineError(number, f'this is no JSON ({what}). Write one object a line: {{"id": …, "text": …}}')
    if not isinstance(message, dict):
        return LineError(number, 'this is no JSON object. Write {"id": …, "text": …}')
    if "id" not in message:
        return LineError(number, "the key `id` is missing")
    if not isinstance(message.get("text"), str):
        return LineError(number, "the key `text` is missing or no string")
    return message["id"], message["text"]


def _match_json(match: Match) -> dict[str, Any]:
    figures = [{"said": f.said, "documented": f.documented, "agrees": f.agrees} for f in match.figures]
    return {
        "claim": match.claim,
        "score": match.score,
        "stance": match.stance,
        "figures": figures,
        "wording": match.wording,
        "why": match.why,
    }
