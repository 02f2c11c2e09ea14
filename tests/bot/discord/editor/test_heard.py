"""What is heard of a claim: its strength, suggested wordings, and sentences that are tried before publishing."""

import asyncio

import pytest

from bot.discord.editor.command import ClaimEditor
from bot.discord.editor.heard import outcome_line
from bot.texts import Texts
from checks.model import Finding, Guard, Match
from claims.documents.extraction import Extractor, ModelAddress
from claims.moderation.editor import NewClaim
from claims.moderation.edits import AddWordings, EditTexts, RemoveWordings
from tests.bot.discord.editor.conftest import CRANE_ID, menus_of
from tests.bot.discord.world import labels_of, prefilled, text_of
from tests.bot.records import claim
from tests.claims.documents.model import model, said


def draft(desk):
    """Begin a claim of the server's own that has titles alone."""
    made = desk.moderation.editor.begin(desk.other, NewClaim("The ferry carries 900 people")).claim.id
    desk.edit(RemoveWordings(("The ferry carries 900 people",)), made)
    desk.edit(
        EditTexts({"en": "The ferry carries 900 people", "zh": "渡轮能载900人"}, "contested", "2026-01-05", ""), made
    )
    return made


async def test_a_well_worded_claim_shows_how_it_is_heard(desk):
    shown = text_of(await desk.press(await desk.open(), "What is heard"))
    assert "Strength: " in shown
    assert "Wordings in English: 6" in shown


async def test_a_draft_without_wordings_has_few_and_is_helped_with_a_click(desk):
    claim = draft(desk)
    message = await desk.press(await desk.open(claim), "What is heard")
    assert "Strength: weak" in text_of(message)
    message = await desk.choose(message, "ts:desk:take", *suggested(message)[:2])
    assert "2 wordings taken" in text_of(message)
    assert {wording.text for wording in desk.claim(claim).wordings} == {"The ferry carries 900 people", "渡轮能载900人"}


def suggested(message):
    """Return the values of the menu of suggestions."""
    return [option.value for menu in menus_of(message) for option in menu.options]


async def test_a_suggestion_that_has_changed_since_the_menu_was_drawn_becomes_no_wording(desk):
    claim = draft(desk)
    message = await desk.press(await desk.open(claim), "What is heard")
    desk.edit(
        EditTexts({"en": "The ferry carries 40 people", "zh": "渡轮能载900人"}, "contested", "2026-01-05", ""), claim
    )
    message = await desk.choose(message, "ts:desk:take", *suggested(message)[:2])
    assert "1 wording taken" in text_of(message)
    assert [wording.text for wording in desk.claim(claim).wordings] == ["渡轮能载900人"]


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


@pytest.mark.parametrize(
    ("score", "bar", "raised_to", "failed", "why"),
    [
        (0.4, 0.5, 0.9, ("figures",), "Silent: 0.40 is below the cut-off 0.50."),
        (0.7, 0.5, 0.9, ("figures",), "Silent: after reports by members I am more careful about the claim."),
        (0.7, 0.0, 0.9, ("quoted",), "Silent. The claim stands only in a quotation."),
        (0.7, 0.0, 0.0, ("figures",), "Silent: another claim comes nearer, and takes the same words."),
        (0.7, 0.0, 0.0, ("figures", "quoted"), "Silent. The claim stands only in a quotation."),
        (0.7, 0.0, 0.0, (), "Silent: another claim comes nearer, and takes the same words."),
    ],
)
def test_what_keeps_a_message_silent_is_named(score, bar, raised_to, failed, why):
    guards = tuple(Guard(name, passed=False) for name in failed)
    match = Match("crane", score, "asserts", "wording", guards=guards, bar=bar)
    finding = Finding("a text", "en", "silent", (match,))
    assert outcome_line(finding, claim(raised_to=raised_to), Texts.open("en")) == why


def test_a_score_that_is_rounded_up_to_the_cut_off_is_below_it_all_the_same():
    match = Match("crane", 0.5, "asserts", "wording", bar=0.5, exact=0.49996)
    said = outcome_line(Finding("a text", "en", "silent", (match,)), claim(), Texts.open("en"))
    assert said.startswith("Silent: 0.50 is below the cut-off")


async def test_a_rule_that_speaks_against_an_answer_is_told_in_words(desk):
    desk.edit(AddWordings("somebody built the old harbour crane in 1920 out of matches", "negative"))
    form = await desk.form(await desk.open(CRANE_ID), "Try a sentence")
    shown = text_of(await desk.hand_in(form, text="Somebody built the old harbour crane in 1920 out of matches"))
    assert "Silent. It is nearer to a text that is marked as never meant than to any wording of the claim." in shown


async def test_whoever_adds_wordings_is_told_how_strong_the_claim_is_now(desk):
    message = await desk.press(await desk.open(draft(desk)), "Wordings")
    message = await desk.hand_in(await desk.form(message, "Add"), texts="the ferry takes 900 people")
    assert "-# Strength: weak." in text_of(message)


@pytest.fixture
def there(desk):
    """A language model that is set up."""
    with model() as running:
        desk.moderation.extraction._extractor = Extractor(ModelAddress(running.base, "small"))
        yield running


async def test_a_language_model_suggests_into_forms_and_writes_nothing(desk, there):
    there.answer = lambda *_: said('{"says": ["they built that *crane* in 1920"], "denies": ["it is younger"]}')
    before = desk.claim(CRANE_ID)
    message = await desk.press(await desk.open(), "What is heard", "Ask the language model")
    shown = text_of(message)
    assert "A language model suggests this, and may be wrong. Nothing is written yet." in shown
    assert "- they built that \\*crane\\* in 1920" in shown
    assert desk.claim(CRANE_ID) == before
    form = await desk.form(message, "Add ways to dispute it")
    assert prefilled(form)["texts"] == "it is younger"
    await desk.hand_in(form)
    (new,) = set(desk.claim(CRANE_ID).wordings) - set(before.wordings)
    assert (new.text, new.denies) == ("it is younger", True)


async def test_what_was_typed_and_not_written_yet_stands_above_what_the_model_suggests(desk, there):
    there.answer = lambda *_: said('{"says": ["they built it in 1920"], "denies": ["it is younger"]}')
    typed = f"the crane is of 1920\n{'x' * 301}"
    message = await desk.press(await desk.open(), "What is heard")
    await desk.hand_in(await desk.form(await desk.press(message, "Wordings"), "Add"), texts=typed)
    for _ in range(2):
        message = await desk.press(await desk.open(), "What is heard", "Ask the language model")
        form = await desk.form(message, "Add wordings")
        assert prefilled(form)["texts"] == f"{typed}\nthey built it in 1920"


async def test_what_was_typed_for_another_use_is_left_alone(desk, there):
    there.answer = lambda *_: said('{"says": ["they built it in 1920"], "denies": []}')
    message = await desk.press(await desk.open(), "Wordings")
    await desk.hand_in(await desk.form(message, "Add"), texts="x" * 301, use=["denies"])
    message = await desk.press(await desk.open(), "What is heard", "Ask the language model")
    assert "they built it in 1920" in text_of(message)
    assert prefilled(await desk.form(message, "Add wordings"))["texts"] == "x" * 301


async def test_a_model_that_gives_nothing_says_why(desk, there):
    there.answer = lambda *_: said("I had rather not.")
    message = await desk.press(await desk.open(), "What is heard", "Ask the language model")
    assert "The model gave nothing that can be used" in text_of(message)


async def test_who_asks_the_model_takes_a_turn_so_that_it_never_has_all_threads(world, desk, there):
    (part,) = (each for each in world.env.bot.cogs.values() if isinstance(each, ClaimEditor))
    part.asking, held = asyncio.Semaphore(1), list[bool]()
    answer = said('{"says": ["they built it in 1920"], "denies": []}')
    there.answer = lambda *_: held.append(part.asking.locked()) or answer
    for _ in range(2):
        await desk.press(await desk.open(), "What is heard", "Ask the language model")
    assert held == [True, True]
    assert not part.asking.locked()


async def test_without_a_model_there_is_no_button(desk):
    assert "Ask the language model" not in labels_of(await desk.press(await desk.open(), "What is heard"))
