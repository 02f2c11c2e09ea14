"""A JSON file read piece by piece holds what `json` would read from it whole."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import chat_export as json_stream
from bot.chat_export import BrokenStreamError, JsonStream, UnfinishedStreamError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def read(data: bytes) -> dict[str, object]:
    stream = JsonStream(io.BytesIO(data), lambda _: None)
    return {name: list(stream.items()) if stream.opens("[") else stream.value() for name in stream.names()}


@given(st.dictionaries(st.text(), VALUES, max_size=5), st.integers(1, 9), st.sampled_from([None, 2]), st.booleans())
def test_any_object_is_read_as_it_stands_however_small_the_pieces(value, piece, indent, ascii_only):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "_PIECE", piece)
        assert read(json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode()) == value


@given(st.dictionaries(st.text(min_size=1), VALUES, min_size=1, max_size=3), st.data())
def test_a_file_that_ends_too_early_is_no_whole_one(value, data):
    whole = json.dumps(value, ensure_ascii=True).encode()
    with pytest.raises(BrokenStreamError):
        read(whole[: data.draw(st.integers(0, len(whole) - 1))])


@pytest.mark.parametrize("data", [b"", b"{", b'{"a', b'{"a": [1, ', b'{"a": ["so far', b'{"a": [{"b": tr', b'{"a": 1'])
def test_a_file_that_ends_too_early_is_told_from_a_broken_one(data):
    with pytest.raises(UnfinishedStreamError):
        read(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    try:
        read(data)
    except BrokenStreamError:
        return
    assert json.loads(data.decode("utf-8-sig").rpartition("}")[0] + "}") is not None


@pytest.mark.parametrize("data", [b'{"a": [1 2]}', b'{"a" 1}', b"[1]", b"<html>", b"{1: 2}", b'{"a": \xff}'])
def test_what_is_no_json_is_refused(data):
    with pytest.raises(BrokenStreamError):
        read(data)


def test_the_bytes_read_are_told():
    seen: list[int] = []
    data = json.dumps({"a": "x" * 200_000}).encode()
    stream = JsonStream(io.BytesIO(data), seen.append)
    assert [stream.value() for _ in stream.names()] == ["x" * 200_000]
    assert seen == sorted(seen)
    assert seen[-1] == len(data)
