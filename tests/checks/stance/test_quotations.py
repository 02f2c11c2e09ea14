"""A claim in somebody else's words, and marked irony."""

import pytest

from tests.checks.stance.conftest import Read

CLAIM = "data centres in space will solve the power shortage"


@pytest.mark.parametrize(
    "text",
    [
        '"data centres in space will solve the power shortage"',
        "> data centres in space will solve the power shortage",
        "`data centres in space will solve the power shortage`",
        "[data centres in space will solve the power shortage](https://example.org/a)",
    ],
)
def test_a_quoted_claim_is_not_surely_asserted(read: Read, text: str) -> None:
    reading = read(text, CLAIM)
    assert (reading.reason, reading.sure) == ("quoted", False)


@pytest.mark.parametrize("comment", ["nonsense", "lol", "that's wrong", "I disagree", "扯淡"])
def test_a_quoted_claim_with_a_rebuttal_is_denied(read: Read, comment: str) -> None:
    assert read(f"> data centres in space will solve the power shortage\n{comment}", CLAIM).stance == "denies"


def test_a_quoted_claim_with_applause_is_asserted(read: Read) -> None:
    reading = read('"data centres in space will solve the power shortage" exactly', CLAIM)
    assert (reading.stance, reading.sure) == ("asserts", True)


def test_a_claim_put_down_to_somebody_is_asserted(read: Read) -> None:
    assert read("my boss says data centres in space will solve the power shortage", CLAIM).stance == "asserts"


def test_irony_counts_only_where_marked(read: Read) -> None:
    assert read("data centres in space will solve the power shortage /s", CLAIM).stance == "denies"
    assert read("sure, data centres in space will solve the power shortage", CLAIM).stance == "asserts"
