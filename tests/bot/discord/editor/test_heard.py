"""What is heard of a claim: its strength, suggested wordings, and sentences that are tried before publishing."""

from claims.moderation.edits import AddWordings, EditTexts
from tests.bot.discord.editor.conftest import CRANE_ID
from tests.bot.discord.world import text_of


def draft(desk):
    """Begin a claim of the server's own."""
    texts = EditTexts({"en": "The ferry carries 900 people", "zh": "渡轮能载900人"}, "contested", "2026-01-05", "")
    return desk.moderation.editor.create(desk.other, texts).claim.id


async def test_a_well_worded_claim_shows_how_it_is_heard(desk):
    shown = text_of(await desk.press(await desk.open(), "What is heard"))
    assert "Strength: " in shown
    assert "Wordings in English: 6" in shown


async def test_a_draft_with_one_wording_has_few_and_is_helped_with_a_click(desk):
    claim = draft(desk)
    message = await desk.press(await desk.open(claim), "What is heard")
    assert "Strength: few" in text_of(message)
    message = await desk.choose(message, "ts:desk:take", "0", "1")
    assert "2 wordings taken" in text_of(message)
    assert {wording.text for wording in desk.claim(claim).wordings} == {"The ferry carries 900 people", "渡轮能载900人"}


async def test_sentences_are_tried_privately_on_a_draft_and_nothing_is_written(desk):
    claim = draft(desk)
    desk.edit(AddWordings("the ferry takes 900 people\n900 passengers fit on the ferry", "says"), claim)
    before = desk.claim(claim)
    form = await desk.form(await desk.open(claim), "Try a sentence")
    message = await desk.hand_in(form, text="the ferry takes 900 people\ngood morning everybody")
    assert message.flags.ephemeral
    shown = text_of(message)
    assert "Reply: this claim would be answered." in shown
    assert "Silent: this claim is not found in it." in shown
    assert desk.claim(claim) == before


async def test_a_message_that_disputes_the_claim_says_so(desk):
    form = await desk.form(await desk.open(CRANE_ID), "Try a sentence")
    message = await desk.hand_in(form, text="It is not true that the old harbour crane was built in 1920")
    assert "Silent: " in text_of(message)


async def test_whoever_adds_wordings_is_told_how_strong_the_claim_is_now(desk):
    message = await desk.press(await desk.open(draft(desk)), "Wordings")
    message = await desk.hand_in(await desk.form(message, "Add"), texts="the ferry takes 900 people")
    assert "-# Strength: few." in text_of(message)
