"""Exports of DiscordChatExporter: whose messages are read, and what is said about files that are none."""

import pytest

from bot.chat_export import ExportCount, find_exports, read_export
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
        (b'[{"ID": 1, "Contents": "from a package of Discord"}]', "holds no list"),
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


def forwarded(number, text, own=""):
    """A message that passes on another one."""
    reference = {"type": "Forward", "messageId": "9", "channelId": "8", "guildId": "7"}
    passed = {"content": text, "attachments": [], "embeds": [], "stickers": []}
    return message(number, own) | {"reference": reference, "forwardedMessage": passed}


def test_a_forwarded_message_has_the_text_that_was_forwarded(tmp_path):
    first, second = read(write_export(tmp_path, forwarded(1, "plums sing"), forwarded(2, "plums hum", "look at this")))
    assert first.text == "plums sing"
    assert second.text == "look at this\nplums hum"


def test_the_first_message_of_a_post_has_its_title(tmp_path):
    post = {"id": message(1, "")["id"], "type": "GuildPublicThread", "category": "questions", "name": "Plums sing"}
    first, second = read(write_export(tmp_path, message(1, "do they?"), message(2, "no idea"), channel=post))
    assert first.text == "Plums sing\ndo they?"
    assert second.text == "no idea"


def test_a_direct_message_has_a_link_that_opens(tmp_path):
    (only,) = read(write_export(tmp_path, message(1, "hello"), guild={"id": "0", "name": "Direct Messages"}))
    assert only.link == f"https://discord.com/channels/@me/{CHANNEL}/{only.id}"


@pytest.mark.parametrize(("written", "text"), [('"\\ud83d plums"', "\ufffd plums"), ('"\\ud83d\\ude00"', "😀")])
def test_half_an_emoji_is_replaced_and_two_halves_are_one(tmp_path, written, text):
    path = write_export(tmp_path, message(1, "PLACE"))
    path.write_text(path.read_text("utf-8").replace('"PLACE"', written), "utf-8")
    (only,) = read(path)
    assert only.text == text
    only.text.encode()


@pytest.mark.parametrize(
    ("messages", "lacks"),
    [
        ([message(1, ""), message(2, "")], True),
        ([message(1, ""), message(2, "hello")], False),
        ([message(1, "") | {"attachments": [{"id": "1"}]}, message(2, "") | {"stickers": [{"id": "1"}]}], False),
        ([message(1, "", is_bot=True)], False),
        ([], False),
    ],
)
def test_an_export_without_texts_is_told_from_pictures_and_silence(tmp_path, messages, lacks):
    count = ExportCount()
    list(read_export(write_export(tmp_path, *messages), lambda _: None, count))
    assert count.lacks_texts == lacks


def test_a_folder_stands_for_its_files_without_what_was_downloaded(tmp_path):
    (tmp_path / "one.json_Files").mkdir()
    for name in ("b.JSON", "a.json", "notes.txt", "one.json_Files/emoji.json"):
        (tmp_path / name).write_text("{}")
    assert [(path.name, named) for path, named in find_exports([tmp_path])] == [("a.json", False), ("b.JSON", False)]
    inner = tmp_path / "My_Files"
    inner.mkdir()
    (inner / "c.json").write_text("{}")
    assert [path.name for path, _ in find_exports([inner])] == ["c.json"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(ExportError, match="holds no JSON file"):
        list(find_exports([tmp_path / "empty"]))


@pytest.mark.parametrize("value", ['"' + "a" * 6_000_000, "[" + "{}," * 2_000_000 + "{}]"])
def test_a_value_that_is_larger_than_any_message_is_refused(tmp_path, value):
    path = tmp_path / "export.json"
    path.write_text('{"guild": {"id": "1"}, "channel": ' + value)
    with pytest.raises(ExportError, match="broken"):
        read(path)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_that_an_editor_has_saved_anew_is_read(tmp_path, encoding):
    path = write_export(tmp_path, message(1, "銀價會漲"))
    path.write_bytes(path.read_text("utf-8").encode(encoding))
    assert [each.text for each in read(path)] == ["銀價會漲"]
