"""The buttons below a card."""

import discord
import pytest

from bot.discord import create_bot
from tests.bot.discord.conftest import PACKS
from tests.bot.discord.world import CRANE, LAMP, labels_of, text_of


async def test_sources_name_every_point_with_title_and_link(world):
    card = await world.card()
    shown = text_of(await world.bob.click(card, label="Sources"))
    assert "The yearbook dates the crane to 1954" in shown
    assert "(https://harbour.example/yearbook)" in shown


async def test_sources_show_passages_of_documents_that_are_loaded(world):
    card = await world.card()
    world.touchstone.base.load_documents([PACKS / "harbour.txt"])
    shown = text_of(await world.bob.click(card, label="Sources"))
    assert "> The old crane on the east quay was built in 1954" in shown


async def test_why_names_wording_certainty_and_stance(world):
    card = await world.card()
    shown = text_of(await world.bob.click(card, label="Why this?"))
    assert "Closest known wording: “The old harbour crane was built in 1920”." in shown
    assert "I read the message as stating it." in shown
    assert "Words in common: " in shown
    assert "No guard objected" in shown
    assert "Version 1 of the claim." in shown


async def test_why_copes_with_a_message_that_was_edited_or_deleted(world):
    said = await world.alice.send(world.channel, CRANE)
    (card,) = world.cards()
    await world.alice.edit(said, "good morning everybody, coffee is ready")
    assert "reads differently now" in text_of(await world.bob.click(card, label="Why this?"))
    await world.alice.delete(said)
    assert "The message is gone" in text_of(await world.bob.click(card, label="Why this?"))


async def test_every_button_works_after_a_restart(world, settings):
    card = await world.card()
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    assert "harbour.example" in text_of(await world.bob.click(card, label="Sources"))
    assert "Certainty" in text_of(await world.bob.click(card, label="Why this?"))
    assert "Thank you" in text_of(await world.bob.click(card, label="Not what I said"))


async def test_a_member_is_counted_once_however_often_he_presses(world, monkeypatch):
    counts = []
    report = world.touchstone.feedback.report
    monkeypatch.setattr(world.touchstone.feedback, "report", lambda *given: counts.append(report(*given)))
    card = await world.card()
    for member in (world.bob, world.bob, world.mod):
        await world.bob.click(card, label="Not what I said") if member is world.bob else await member.click(
            card, label="Not what I said"
        )
    assert counts == [1, 1, 2]


async def test_a_bystander_may_report_but_not_hide(world):
    card = await world.card()
    answer = await world.bob.click(card, label="Not what I said")
    assert labels_of(answer.response.message) == []


@pytest.mark.parametrize("who", ["alice", "mod", "chief"])
async def test_the_author_and_moderators_may_hide_the_card(world, who):
    card = await world.card()
    person = getattr(world, who)
    answer = await person.click(card, label="Not what I said")
    assert text_of(await person.click(answer.response.message, label="Hide the card")) == "The card is hidden."
    assert not world.cards()
    assert world.touchstone.answers.card(card.id).hidden


async def test_a_holder_of_a_moderator_role_may_hide_the_card(world):
    role = world.guild.create_role("keeper")
    keeper = world.guild.add_member(world.env.create_user("keeper"), roles=[role])
    world.touchstone.servers.change_settings(world.guild.id, "test", moderator_roles=(role.id,))
    card = await world.card()
    answer = await keeper.click(card, label="Not what I said")
    assert labels_of(answer.response.message) == ["Hide the card"]


async def test_the_right_to_hide_is_asked_again_when_the_button_is_pressed(world):
    role = world.guild.create_role("keeper")
    keeper = world.guild.add_member(world.env.create_user("keeper"), roles=[role])
    world.touchstone.servers.change_settings(world.guild.id, "test", moderator_roles=(role.id,))
    card = await world.card()
    answer = await keeper.click(card, label="Not what I said")
    world.touchstone.servers.change_settings(world.guild.id, "test", moderator_roles=())
    refused = await keeper.click(answer.response.message, label="Hide the card")
    assert text_of(refused) == "Only the message's author or a moderator may hide a card."
    assert world.cards()


async def test_a_card_on_two_claims_asks_which_one_is_meant(world, monkeypatch):
    reported = []
    monkeypatch.setattr(world.touchstone.feedback, "report", lambda *given: reported.append(given[1]))
    await world.alice.send(world.channel, f"{CRANE}. {LAMP}!")
    (card,) = world.cards()
    if len(world.touchstone.answers.card(card.id).claims) < 2:
        pytest.skip("the checker names one claim for a message with two")
    question = await world.bob.click(card, label="Not what I said")
    await world.bob.click(question.response.message, label="The lamp of the lighthouse draws 40 kW")
    assert reported == ["lighthouse-40-kw"]


async def test_a_card_whose_claim_is_gone_says_so(world, monkeypatch):
    card = await world.card()
    monkeypatch.setattr(type(world.touchstone), "claim_reply", _unknown)
    assert "no such claim" in text_of(await world.bob.click(card, label="Sources"))


@pytest.mark.parametrize(
    ("locale", "thanks"),
    [
        (discord.Locale.chinese, "谢谢。我已经为本服务器的管理员记下了。"),
        (discord.Locale.taiwan_chinese, "謝謝。我已經為本伺服器的管理員記下了。"),
    ],
)
async def test_what_a_button_says_is_in_the_language_of_the_client(world, in_language, locale, thanks):
    card = await world.card()
    in_language(locale)
    assert text_of(await world.bob.click(card, label="Not what I said")) == thanks


def _unknown(_self, claim_id, *_rest: object):
    from config.errors import UnknownClaimError

    raise UnknownClaimError(claim_id)
