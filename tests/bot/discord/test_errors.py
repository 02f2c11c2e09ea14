"""Failures: one sentence for the person, one line for the log."""

import aiohttp
import discord
import pytest

from bot.discord.errors import ANSWERS
from bot.discord.lookup import ClaimLookup
from config.errors import (
    ConflictError,
    DatabaseError,
    FieldDifference,
    FieldFault,
    InvalidEditError,
    NotAllowedError,
    NotUndoableError,
    TouchstoneError,
    UnknownEntryError,
)
from tests.bot.discord.world import CRANE, text_of


@pytest.fixture
def failing(touchstone, monkeypatch):
    """Let every check fail, as a broken checker or a lost database would."""

    def fail(error):
        def broken(*_args: object, **_more: object):
            raise error

        monkeypatch.setattr(touchstone, "check", broken)

    return fail


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ZeroDivisionError("nonsense"), "Something went wrong on my side."),
        (DatabaseError("disk full"), "The claim base cannot be read or written just now."),
        (aiohttp.ServerDisconnectedError(), "Discord did not take my answer."),
    ],
)
async def test_a_failed_command_is_answered_and_logged_once_under_the_same_number(
    world, failing, caplog, error, sentence
):
    failing(error)
    shown = text_of(await world.alice.slash(world.channel, "check", text=CRANE))
    number = shown.rsplit(" ", 1)[1].rstrip(".")
    assert shown.startswith(sentence)
    assert len([line for line in caplog.messages if number in line]) == 1
    assert world.env.errors


async def test_a_failed_button_is_answered_and_logged_once(world, failing, caplog):
    card = await world.card()
    failing(ZeroDivisionError("nonsense"))
    assert "Something went wrong on my side." in text_of(await world.bob.click(card, label="Why this?"))
    assert len([record for record in caplog.records if record.levelname == "ERROR"]) == 1


async def test_a_failed_event_is_logged_once_and_the_next_message_is_answered(world, failing, monkeypatch, caplog):
    with monkeypatch.context():
        failing(ZeroDivisionError("nonsense"))
        await world.alice.send(world.channel, CRANE)
        assert len([record for record in caplog.records if record.levelname == "ERROR"]) == 1
        assert world.env.errors
        monkeypatch.undo()
    await world.alice.send(world.channel, CRANE)
    assert len(world.cards()) == 1


async def test_the_sentence_is_in_the_language_of_the_client(world, failing, in_language):
    in_language(discord.Locale.taiwan_chinese)
    failing(ZeroDivisionError("nonsense"))
    assert "我這邊出了點問題。" in text_of(await world.alice.slash(world.channel, "check", text=CRANE))
    assert world.env.errors


async def test_autocomplete_fails_without_a_word(world, monkeypatch):
    monkeypatch.setattr(ClaimLookup, "published", None)
    assert not await world.alice.autocomplete(world.channel, "browse", "claim", "crane")


def test_every_kind_of_error_stands_before_the_kinds_it_belongs_to():
    kinds = [kind for each in ANSWERS for kind in each.kinds]
    for place, kind in enumerate(kinds):
        assert not any(issubclass(later, kind) for later in kinds[place + 1 :]), kind


def test_every_error_of_our_own_has_a_case():
    assert any(issubclass(TouchstoneError, kind) for each in ANSWERS for kind in each.kinds)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (UnknownEntryError("There is no revision {number} here. Look at the history for its number.", number=7), "7"),
        (NotUndoableError("The pack {pack} still has claims. Undo later changes to them first.", pack="a_b"), r"a\_b"),
        (NotAllowedError("This works in a server only."), "This works in a server only."),
        (InvalidEditError((FieldFault("title_en", "The text is empty.", "Write something."),)), "Title in English:"),
        (ConflictError("x", (FieldDifference("title_en", "a", "b"),)), "Somebody else was faster"),
    ],
)
async def test_what_an_error_says_itself_is_shown_and_is_no_fault(world, failing, caplog, error, says):
    failing(error)
    shown = text_of(await world.alice.slash(world.channel, "check", text=CRANE))
    assert says in shown
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    assert world.env.errors


async def test_what_an_error_says_itself_is_translated(world, failing, in_language):
    in_language(discord.Locale.taiwan_chinese)
    failing(InvalidEditError((FieldFault("cut_off", "{value} is out of range.", "Give 0 to 365 days.", {"value": 9}),)))
    shown = text_of(await world.alice.slash(world.channel, "check", text=CRANE))
    assert shown == "門檻：9超出範圍。請填0到365天。"
    assert world.env.errors
