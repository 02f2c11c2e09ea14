"""What the bot says about itself, and forgets about others."""

import discord
import pytest

from claims.base import ClaimBase
from claims.documents.intake import DocumentFacts
from tests.bot.discord.world import CRANE, text_of
from tests.claims.people import administrator


async def test_about_says_what_the_bot_is_and_how_much_it_knows(world):
    shown = text_of(await world.alice.slash(world.channel, "about"))
    assert "### Touchstone 0." in shown
    assert f"Claims that it knows: {len(world.touchstone.base.claims())}; documents" in shown


async def test_about_counts_the_sources_of_the_server_too(world):
    before = len(world.touchstone.base.documents())
    shelf, actor = world.touchstone.moderation.shelf, administrator(world.guild.id)
    facts = DocumentFacts("On the quay", "The engineers", "Harbour office", "2026-01-23", "en")
    shelf.add(actor, shelf.read(b"The mud under the quay grows by 12% a year, because the river brings it."), facts)
    shown = text_of(await world.alice.slash(world.channel, "about"))
    assert f"documents behind them: {before + 1}." in shown


async def test_who_asks_about_claims_that_are_in_memory_has_none_read_anew(world, monkeypatch):
    told = world.guild.create_text_channel("moderators")
    change = world.touchstone.moderation.setup.change
    change(administrator(world.guild.id), moderators_channel=told.id, answer_log=True)
    world.touchstone.check(CRANE, world.guild.id)
    monkeypatch.setattr(ClaimBase, "claims", lambda *_: pytest.fail("all claims were read"))
    card = await world.card()
    assert len(world.cards(told)) == 1
    assert "1920" in text_of(await world.bob.click(card, label="Why this?"))
    assert "1920" in text_of(await world.chief.slash(world.channel, "check", text=CRANE))
    assert "Claims that it knows: 4;" in text_of(await world.alice.slash(world.channel, "about"))


async def test_privacy_says_what_is_kept_and_for_how_long(world):
    shown = text_of(await world.alice.slash(world.channel, "privacy"))
    assert "I store no text of chat." in shown
    assert "deleted after 30 days" in shown
    assert "until moderators have decided, and 30 days longer" in shown


async def test_privacy_says_where_texts_go_that_leave_the_machine(world):
    world.env.bot.settings = world.env.bot.settings.model_copy(update={"embedder": "http"})
    shown = text_of(await world.alice.slash(world.channel, "privacy"))
    assert "go to a server that whoever runs me has set up" in shown
    assert "No text leaves the machine" not in shown


async def test_forget_me_deletes_what_is_kept_about_a_member_and_nothing_else(world):
    await world.alice.send(world.channel, CRANE)
    assert text_of(await world.bob.slash(world.channel, "forget-me")) == "Done: 0 records about you deleted."
    assert "Done: 0" not in text_of(await world.alice.slash(world.channel, "forget-me"))
    assert text_of(await world.alice.slash(world.channel, "forget-me")) == "Done: 0 records about you deleted."


async def test_all_three_work_in_direct_messages(world):
    carol = world.env.create_user("carol")
    for command in ("about", "privacy", "forget-me"):
        assert text_of(await carol.slash(command))


@pytest.mark.parametrize(
    ("locale", "about", "privacy"),
    [
        (discord.Locale.chinese, "试金石能认出聊天中的已知说法", "### 隐私"),
        (discord.Locale.taiwan_chinese, "試金石能認出聊天中的已知說法", "### 隱私"),
    ],
)
async def test_all_is_said_in_chinese_too(world, in_language, locale, about, privacy):
    in_language(locale)
    assert about in text_of(await world.alice.slash(world.channel, "about"))
    assert privacy in text_of(await world.alice.slash(world.channel, "privacy"))
