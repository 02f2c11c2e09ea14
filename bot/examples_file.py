"""A server's examples as JSON lines that `touchstone evaluate messages` reads."""

import json
from collections.abc import Iterable

from claims.examples import ExampleRecord
from claims.form_reading import language_of_wording


def examples_file(examples: Iterable[ExampleRecord]) -> str:
    """Return a line a message, with all claims that it makes; one that makes none has the stance `none`."""
    texts: dict[int, str] = {}
    claims: dict[int, set[str]] = {}
    for example in examples:
        texts[example.message] = example.text
        claims.setdefault(example.message, set()).update({example.claim} if example.makes_claim else ())
    rows = (
        {
            "id": str(message),
            "text": text,
            "lang": language_of_wording(text),
            "claims": sorted(claims[message]),
            "stance": "asserts" if claims[message] else "none",
        }
        for message, text in texts.items()
    )
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
