"""The file of a server's examples: a line a message, as an evaluation reads it."""

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from claims.moderation.examples import ExampleRecord, examples_file

WHEN = datetime(2026, 1, 1, tzinfo=UTC)


def record(number: int, claim: str, text: str, message: int, *, makes: bool) -> ExampleRecord:
    return ExampleRecord(number, claim, makes, text, 8, message, WHEN)


def test_without_examples_it_is_empty():
    assert examples_file([]) == ""


def test_a_message_with_two_labels_is_one_line_with_the_claims_that_it_makes():
    kept = [record(1, "b", "x", 9, makes=True), record(2, "a", "x", 9, makes=True), record(3, "c", "x", 9, makes=False)]
    (line,) = examples_file(kept).splitlines()
    assert json.loads(line) == {"id": "9", "text": "x", "lang": "en", "claims": ["a", "b"], "stance": "asserts"}


@given(st.lists(st.tuples(st.text(min_size=1), st.booleans())))
def test_any_text_stays_on_its_line(said: list[tuple[str, bool]]):
    kept = [record(n, "a", text, n, makes=makes) for n, (text, makes) in enumerate(said)]
    rows = [json.loads(line) for line in examples_file(kept).split("\n") if line]
    assert [(row["text"], bool(row["claims"])) for row in rows] == said
