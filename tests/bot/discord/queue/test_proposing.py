"""Members propose claims and wordings; the moderators decide."""

import discord
import pytest

from bot.discord import create_bot
from claims.moderation.edits import SetStatus
from claims.moderation.queue import MOST_PROPOSALS
from claims.moderation.rights import Actor
from tests.bot.discord.queue.conftest import CRANE_CLAIM, FERRY_CLAIM
from tests.bot.discord.world import hand_in, prefilled, shown_by, text_of

THANKS = "Thank you. It waits for the moderators of this server."
MENU = "Propose as claim"


def title_of(form) -> str:
    return form.modal["title"]


async def test_a_claim_is_proposed_with_a_note(world, waiting):
    form = await world.alice.slash(world.channel, "propose")
    assert title_of(form) == "Propose a claim"
    done = await hand_in(world.alice, form, text="The quay sinks", note="heard it twice")
    assert text_of(done) == THANKS
    (item,) = waiting.items()
    assert (item.kind, item.claim, item.payload) == (
        "proposal",
        None,
        {"text": "The quay sinks", "note": "heard it twice"},
    )


@pytest.mark.parametrize("typed", [CRANE_CLAIM, "harbour crane"])
async def test_a_wording_is_proposed_for_a_claim(world, waiting, typed):
    form = await world.alice.slash(world.channel, "propose", claim=typed)
    assert title_of(form) == "Propose a wording"
    await hand_in(world.alice, form, text="That crane is a hundred")
    assert [item.claim for item in waiting.items()] == [CRANE_CLAIM]


async def test_claims_are_suggested_while_typing(world):
    found = await world.alice.autocomplete(world.channel, "propose", "claim", "ferry")
    assert [choice["value"] for choice in found] == [FERRY_CLAIM]


async def test_a_claim_that_nobody_knows_opens_no_form(world):
    shown = text_of(await world.alice.slash(world.channel, "propose", claim="the moon"))
    assert shown == "There is no such claim here. Pick one from the list."
    assert len(world.env.errors) == 1


async def test_a_message_is_proposed_with_its_place(world, waiting):
    said = await world.bob.send(world.channel, "The quay sinks, by the way")
    form = await world.alice.context_menu(world.channel, MENU, said)
    assert prefilled(form)["text"] == "The quay sinks, by the way"
    assert text_of(await hand_in(world.alice, form)) == THANKS
    (item,) = waiting.items()
    assert (item.channel, item.message, item.payload["text"]) == (
        world.channel.id,
        said.id,
        "The quay sinks, by the way",
    )


async def test_a_forwarded_message_stands_in_the_form_with_its_words(world):
    forwarded = await world.bob.forward(await world.bob.send(world.channel, "The quay sinks"), world.channel)
    form = await world.alice.context_menu(world.channel, MENU, forwarded)
    assert prefilled(form)["text"] == "The quay sinks"


async def test_a_message_that_discord_does_not_give_out_for_now_is_proposed_all_the_same(world, waiting, lose):
    said = await world.bob.send(world.channel, "the quay sinks and sinks, " * 20)
    form = await world.alice.context_menu(world.channel, MENU, said)
    lose("GET", f"/channels/{world.channel.id}/messages/*")
    refused = await hand_in(world.alice, form)
    form = await world.alice.click(shown_by(refused), label="Try again")
    assert text_of(await hand_in(world.alice, form, text="The quay sinks")) == THANKS
    (item,) = waiting.items()
    assert (item.message, item.payload["text"]) == (said.id, "The quay sinks")


async def test_a_long_message_stands_in_the_form_whole_and_is_shortened_there(world, waiting):
    long = "the quay sinks and sinks, " * 20
    said = await world.bob.send(world.channel, long)
    form = await world.alice.context_menu(world.channel, MENU, said)
    assert prefilled(form)["text"].strip() == long.strip()
    refused = await hand_in(world.alice, form)
    assert "Keep it to 300." in text_of(refused)
    assert "the quay sinks and sinks, the quay sinks" in text_of(refused)
    assert waiting.items() == ()
    form = await world.alice.click(shown_by(refused), label="Try again")
    assert prefilled(form)["text"].strip() == long.strip()
    assert text_of(await hand_in(world.alice, form, text="the quay sinks")) == THANKS
    assert [item.message for item in waiting.items()] == [said.id]


async def test_the_same_proposal_waits_once(world, waiting):
    waiting.proposal("The quay sinks", claim=None)
    form = await world.bob.slash(world.channel, "propose")
    done = await hand_in(world.bob, form, text="the QUAY sinks")
    assert text_of(done) == "The same proposal waits already, or the moderators have decided on it."


async def test_one_member_proposes_no_more_than_twenty_at_a_time(world, waiting):
    for number in range(MOST_PROPOSALS):
        waiting.proposal(f"proposal {number}", claim=None)
    form = await world.alice.slash(world.channel, "propose")
    refused = text_of(await hand_in(world.alice, form, text="one more"))
    assert "20 of your proposals wait. Wait for the moderators." in refused
    assert "one more" in refused


async def test_a_form_that_was_open_at_a_restart_is_still_taken(world, waiting, settings, touchstone):
    form = await world.alice.slash(world.channel, "propose", claim=CRANE_CLAIM)
    await world.env.restart_bot(create_bot(settings, touchstone))
    assert text_of(await hand_in(world.alice, form, text="That crane is a hundred")) == THANKS
    assert [item.claim for item in waiting.items()] == [CRANE_CLAIM]


async def test_a_claim_that_was_withdrawn_while_the_form_was_open_is_refused_with_the_words(world, waiting):
    form = await world.alice.slash(world.channel, "propose", claim=CRANE_CLAIM)
    world.touchstone.moderation.editor.edit(waiting.chief, CRANE_CLAIM, None, SetStatus("withdrawn"))
    refused = text_of(await hand_in(world.alice, form, text="That crane is a hundred"))
    assert "There is no such claim here." in refused
    assert "That crane is a hundred" in refused
    assert waiting.items() == ()


async def test_outside_a_server_nobody_looks_after_proposals(world):
    shown = await world.env.create_user("dora").slash("propose")
    assert text_of(shown) == "This works in a server only."
    assert len(world.env.errors) == 1


async def test_what_is_proposed_in_one_server_stays_there(world, waiting):
    other = world.env.create_guild()
    channel = other.create_text_channel("elsewhere")
    member = other.add_member(world.env.create_user("dora"))
    await hand_in(member, await member.slash(channel, "propose"), text="The quay sinks")
    assert waiting.items() == ()
    there = Actor(1, other.id, is_administrator=True)
    assert [item.payload["text"] for item in waiting.queue.items(there).items] == ["The quay sinks"]


@pytest.mark.parametrize(
    ("locale", "title", "says"),
    [
        (discord.Locale.chinese, "提议一条说法", "谢谢。它正等待本服务器的管理员处理。"),
        (discord.Locale.taiwan_chinese, "提議一個說法", "謝謝。它正等待本伺服器的管理員處理。"),
    ],
)
async def test_it_speaks_the_language_of_the_client(world, in_language, locale, title, says):
    in_language(locale)
    form = await world.alice.slash(world.channel, "propose")
    assert title_of(form) == title
    assert text_of(await hand_in(world.alice, form, text="码头在下沉")) == says
