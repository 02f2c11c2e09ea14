"""Exports of DiscordChatExporter: whose messages are read, and what is said about files that are none."""

import pytest

from bot.chat_export import read_export
from config.errors import ExportError
from tests.bot.exports import CHANNEL, SERVER, message, write_export


def read(path):
    return list(read_export(path, lambda _: None))


def test_members_messages_are_read_with_their_links(tmp_path):
    first, second = read(write_export(tmp_path, message(1, "hello"), message(2, "你好", kind="Reply")))
    assert (first.text, second.text) == ("hello", "你好")
    assert first.link == f"https://discord.com/channels/{SERVER}/{CHANNEL}/{first.id}"


def test_bots_lines_of_discord_and_empty_messages_are_left_out(tmp_path):
    path = write_export(
        tmp_path,
        message(1, "I am a bot", is_bot=True),
        message(2, "Pinned a message.", kind="ChannelPinnedMessage"),
        message(3, "  "),
    )
    assert read(path) == []


def test_without_a_server_there_is_no_link(tmp_path):
    (only,) = read(write_export(tmp_path, message(1, "hello"), guild={"id": "x) evil", "name": ""}))
    assert only.link == ""


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is no JSON"),
        (b"<!DOCTYPE html><html></html>", "is no JSON"),
        (b"PK\x03\x04\xff\xfe", "is no JSON"),
        (b'{"guild": {"id": "1"}, "channel": {}}', "holds no list"),
        (b'{"guild": {"id": "1"}, "messages": "none"}', "holds no list"),
        (b'{"guild": {"id": "1"}, "messages": [{"id": "1", "content": "he', "in the middle of message 1"),
        (b'{"guild": {"id": "1"}, "messages": [{"id" 1}, {"id": "2"}]}', "is broken after 0 messages"),
        (b'{"messages": [{"author": {}}]}', "message 1: “content” is missing"),
        (b'{"messages": [{"content": "x", "author": "me"}]}', "message 1: “author” is missing"),
        (b'{"messages": ["x"]}', "message 1: “messages” is missing"),
    ],
)
def test_a_wrong_file_is_told_with_how_to_mend_it(tmp_path, data, says):
    path = tmp_path / "export.json"
    path.write_bytes(data)
    with pytest.raises(ExportError, match=says) as refusal:
        read(path)
    assert str(path) in str(refusal.value)
    assert "xport" in str(refusal.value).partition(says)[2]


def test_a_missing_file_and_a_folder_are_told(tmp_path):
    for path in (tmp_path / "nothing.json", tmp_path):
        with pytest.raises(ExportError, match="cannot be read"):
            read(path)
