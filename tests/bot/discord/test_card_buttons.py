"""The buttons below a card."""

from bot.discord import create_bot
from tests.bot.discord.conftest import PACKS
from tests.bot.discord.world import CRANE, text_of


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


async def test_a_card_whose_claim_is_gone_says_so(world, monkeypatch):
    card = await world.card()
    monkeypatch.setattr(type(world.touchstone), "claim_reply", _unknown)
    assert "no such claim" in text_of(await world.bob.click(card, label="Sources"))


def _unknown(_self, claim_id, *_rest: object):
    from config.errors import UnknownClaimError

    raise UnknownClaimError(claim_id)
