"""Files to measure with: what is read, and errors with line and field."""

import json

import pytest

from checks.evaluation_files import read_chat, read_labelled
from config.errors import EvaluationError

GOOD = {"id": "1", "text": "the clock was built by a blind man", "claims": ["clock"], "stance": "asserts"}


def written(tmp_path, *rows: object):
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), "utf-8")
    return file


def test_a_labelled_message_is_read(tmp_path):
    (row,) = read_labelled(written(tmp_path, GOOD))
    assert row.said
    assert row.claims == {"clock"}
    assert row.numbers == "none"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("no json", "line 2: this is no JSON"),
        ("[1]", "line 2: this is no JSON object"),
        (GOOD | {"text": None}, "line 2, text: missing"),
        (GOOD | {"claims": "clock"}, "line 2, claims: missing, or no list"),
        (GOOD | {"stance": "says"}, "line 2, stance: there is no 'says'"),
        (GOOD | {"claims": []}, "line 2, stance: 'asserts' does not go with 0 claims"),
        (GOOD | {"numbers": "many"}, "line 2, numbers: there is no 'many'"),
    ],
)
def test_a_faulty_line_is_named(tmp_path, row, said):
    with pytest.raises(EvaluationError, match=said):
        read_labelled(written(tmp_path, GOOD, row))


def test_an_absent_and_an_empty_file_are_told(tmp_path):
    with pytest.raises(EvaluationError, match="cannot be read"):
        read_chat(tmp_path / "absent.txt")
    with pytest.raises(EvaluationError, match="empty"):
        read_chat(written(tmp_path, ""))


def test_chat_is_json_lines_or_plain_text(tmp_path):
    plain = tmp_path / "chat.txt"
    plain.write_text("hello\n\ngood night\n", "utf-8")
    assert [(line.number, line.text) for line in read_chat(plain)] == [(1, "hello"), (3, "good night")]
    assert [line.text for line in read_chat(written(tmp_path, {"text": "hello"}))] == ["hello"]
