"""A card follows the edits of its message: it says what stands there now, and of nobody what stands there no more."""

import pytest

from bot.discord import bot
from claims.moderation.edits import AddWording
from tests.bot.discord.world import CRANE, FERRY, SEALS, labels_of, text_of
from tests.claims.people import administrator
from tests.templates import load_shipped_packs


def only_card(world) -> str:
    (card,) = world.cards()
    return text_of(card)


async def test_of_two_claims_the_one_that_is_edited_away_leaves_the_card(world, desk):
    said = await world.alice.send(world.channel, f"{CRANE}. {SEALS}.")
    assert "The seals on the breakwater" in only_card(world)
    await world.alice.edit(said, f"{CRANE}.")
    assert "The old harbour crane" in only_card(world)
    assert "seals" not in only_card(world)
    card = world.cards()[0]
    assert len(labels_of(card)) == 4
    assert "seals" not in text_of(await world.bob.click(card, label="More"))
    assert "Which of these" not in text_of(await world.bob.click(card, label="Not what I said"))
    await world.bob.send(world.channel, SEALS)
    assert len(world.cards()) == 2
    desk.retitle()
    await desk.run()
    assert "seals" not in text_of(world.cards()[0])


async def test_a_claim_that_is_edited_back_is_on_the_card_again(world):
    said = await world.alice.send(world.channel, f"{CRANE}. {SEALS}.")
    before = only_card(world)
    await world.alice.edit(said, f"{CRANE}.")
    await world.alice.edit(said, f"{CRANE}. {SEALS}.")
    assert only_card(world) == before


async def test_the_buttons_of_the_report_of_an_answer_mean_the_same_claim_after_an_edit(world):
    moderators = world.guild.create_text_channel("moderators")
    change = world.touchstone.moderation.setup.change
    change(administrator(world.guild.id), moderators_channel=moderators.id, answer_log=True)
    said = await world.alice.send(world.channel, f"{CRANE}. {SEALS}.")
    (report,) = world.cards(moderators)
    second = world.touchstone.answers.answer(world.channel.id, said.id).claims[1]
    await world.alice.edit(said, f"{CRANE}.")
    await world.chief.click(report, label="Wrong 2")
    labels = world.touchstone.moderation.labels.of_answer(world.guild.id, world.channel.id, said.id)
    assert [each.claim for each in labels if each.right is False] == [second]


async def test_what_an_edit_adds_to_a_card_s_message_is_not_answered(world):
    said = await world.alice.send(world.channel, CRANE)
    before = only_card(world)
    await world.alice.edit(said, f"{CRANE}. {FERRY}.")
    assert only_card(world) == before


async def test_a_card_that_says_what_it_should_is_not_edited(world, desk):
    said = await world.alice.send(world.channel, CRANE)
    await world.alice.edit(said, f"{CRANE}!")
    assert not desk.edits()


@pytest.fixture
async def corrected(world):
    """Let alice write a figure that differs from the documents', read the card, and correct it."""
    load_shipped_packs(world.touchstone.base)
    said = await world.alice.send(world.channel, "every H100 server has 5 kg of silver inside")
    assert "You wrote 5 kg" in only_card(world)

    async def correct() -> None:
        await world.alice.edit(said, "every H100 server has 1.2 kg of silver inside")

    return correct


async def test_who_has_corrected_a_figure_is_not_told_to_have_written_the_other(world, corrected):
    await corrected()
    assert "You wrote" not in only_card(world)
    assert "An NVIDIA H100 server holds 1.2 kg of silver" in only_card(world)


async def test_the_card_follows_also_where_discord_is_out_of_order_for_a_moment(world, corrected, monkeypatch):
    monkeypatch.setattr(bot, "_PAUSES", (0.01,))
    world.env.inject_error("PATCH", "/channels/*/messages/*", status=503, times=2)
    await corrected()
    await world.env.settle()
    assert "You wrote" not in only_card(world)


async def test_a_card_that_may_not_be_edited_stays_as_it_is(world, corrected):
    world.env.inject_error("PATCH", "/channels/*/messages/*", status=403, code=50013)
    await corrected()
    assert "You wrote 5 kg" in only_card(world)
    assert not world.env.errors


async def test_what_is_said_of_a_withdrawn_claim_outlasts_an_edit(world, desk):
    said = await world.alice.send(world.channel, f"{CRANE}. {SEALS}.")
    desk.set_status("withdrawn", "seals-dying-out")
    await desk.run()
    assert "took this claim out" in only_card(world)
    await world.alice.edit(said, f"{CRANE}!")
    assert "took this claim out" in only_card(world)


async def test_that_a_claim_has_changed_since_is_still_said_after_an_edit(world, desk):
    said = await world.alice.send(world.channel, f"{CRANE}. {SEALS}.")
    desk.retitle()
    await desk.run()
    assert "Updated on " in only_card(world)
    await world.alice.edit(said, f"{CRANE}.")
    assert "seals" not in only_card(world)
    assert "Updated on " in only_card(world)


async def test_an_edit_alone_is_no_update(world, desk):
    said = await world.alice.send(world.channel, f"{CRANE}. {SEALS}.")
    desk.touchstone.moderation.editor.edit(
        desk.chief, "crane-built-1920", None, AddWording("the crane dates from 1920")
    )
    desk.retitle("seals-dying-out", "Seals thrive")
    await world.alice.edit(said, f"{CRANE}.")
    assert "Updated on " not in only_card(world)
