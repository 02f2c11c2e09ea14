"""The points of a claim: read, added, changed in text and source, and taken out; never the wrong one."""

import re

import discord
import pytest
from discord import ui

from bot.discord import create_bot
from bot.discord.cards import layout
from bot.discord.editor.entries import ENTRY, _citations
from bot.discord.routes import UNREADABLE
from bot.texts import Texts
from claims.moderation.edits import EditPoint, EditTexts, PutPointFirst, RemovePoint
from tests.bot.discord.conftest import PACKS
from tests.bot.discord.editor.conftest import LAMP_ID
from tests.bot.discord.world import labels_of, prefilled, text_of

PLATE = "The plate with the year 1920 came from another crane, which was scrapped."


async def points(desk):
    return await desk.press(await desk.open(), "Points")


async def point(desk, place=1):
    return await desk.choose(await points(desk), "ts:desk:menu:points", str(place))


async def test_the_list_says_what_each_point_does(desk):
    message = await points(desk)
    assert "**Points: 2**\n1. **Against it** The yearbook dates the crane to 1954" in text_of(message)
    assert f"2. **Context** {PLATE}" in text_of(message)
    assert labels_of(message) == ["New point", "To the claim"]


async def test_a_point_shows_both_texts_and_its_sources(world, desk):
    shown = text_of(await point(desk))
    for line in (
        "**Point 2 of 2**",
        "Role: Context",
        f"Text in English: {PLATE}",
        "Text in Chinese: 刻着1920年的铜牌来自另一台已拆除的吊车。",
        "Speaker in English: The harbour's yearbook",
        "Date: May 2025",
        "Figures in the text: 1920",
        "characters 109–212 · harbour-yearbook",
    ):
        assert line in shown
    assert "> A brass plate" not in shown
    world.touchstone.base.load_documents([PACKS / "harbour.txt"])
    assert "> A brass plate with the year 1920 came from another crane" in text_of(await point(desk))


async def test_its_text_and_role_are_changed(desk):
    form = await desk.form(await point(desk), "Text")
    assert prefilled(form)["role"] == ["context"]
    message = await desk.hand_in(form, role=["refutes"], text_en="The plate is another crane's.")
    assert text_of(message).startswith("✓ Written.")
    changed = desk.claim().points[1]
    assert (changed.role, changed.text["en"], changed.speaker["en"]) == (
        "refutes",
        "The plate is another crane's.",
        "The harbour's yearbook",
    )


async def test_the_point_that_is_put_first_is_said_first(world, desk):
    assert "Put first" not in labels_of(await point(desk, 0))
    desk.edit(EditPoint(1, role="refutes"))
    message = await desk.press(await point(desk), "Put first")
    assert text_of(message).startswith("✓ Written.")
    assert desk.claim().points[0].text["en"] == PLATE
    card = text_of(await world.card())
    assert card.index(PLATE) < card.index("The yearbook dates the crane to 1954")


async def test_a_figure_is_never_put_first(world, desk):
    figure = ENTRY.button("first", step="first", part="figs", place=0, version_tag="1", claim=LAMP_ID)
    message = await desk.post(layout(ui.Container(ui.TextDisplay("-")), [figure]))
    done = await world.chief.click(message, label="first")
    assert UNREADABLE in text_of(done.followups[0].message)


async def test_its_source_is_changed(world, desk):
    world.touchstone.base.load_documents([PACKS / "harbour.txt"])
    form = await desk.form(await point(desk), "Source")
    assert prefilled(form)["citations"] == "harbour-yearbook 108-212"
    assert prefilled(form)["numbers"] == "1920"
    message = await desk.hand_in(
        form,
        speaker_en="The archivist",
        citations='harbour-yearbook\nharbour-yearbook "A brass plate"',
        numbers="1920; 3",
    )
    assert text_of(message).startswith("✓ Written.")
    changed = desk.claim().points[1]
    assert (changed.speaker["en"], changed.numbers, len(changed.citations)) == ("The archivist", ("1920", "3"), 2)
    assert changed.text["en"] == PLATE


async def test_a_source_that_is_not_there_is_refused_with_those_that_are(desk):
    refused = text_of(await desk.hand_in(await desk.form(await point(desk), "Source"), citations="yearbok"))
    assert "Sources: There is no source yearbok. Known: harbour-yearbook; or add it." in refused
    assert "yearbok" in refused[refused.index("What you typed:") :]


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
async def test_what_the_form_gives_as_a_citation_is_read_as_one(world, desk, language):
    world.touchstone.base.load_documents([PACKS / "harbour.txt"])
    hint = _citations("", Texts.open(language)).hint
    between = re.search(r"\w(\s*)120-180", hint)[1]
    desk.edit(EditPoint(1, citations=f"harbour-yearbook{between}120-180"))
    (cited,) = desk.claim().points[1].citations
    assert (cited.start, cited.end) == (120, 180)


async def test_a_new_point_is_added_and_gets_its_role_after_it(desk):
    form = await desk.form(await points(desk), "New point")
    message = await desk.hand_in(
        form, text_en="The crane sings.", speaker_en="A sailor", date="2025-06", citations="harbour-yearbook"
    )
    assert "**Point 3 of 3**" in text_of(message)
    assert (desk.claim().points[2].role, desk.claim().points[2].text["zh"]) == ("refutes", "The crane sings.")
    await desk.hand_in(await desk.form(message, "Text"), role=["supports"])
    assert desk.claim().points[2].role == "supports"


async def test_a_point_goes_after_a_confirming_click(desk):
    question = await desk.press(await point(desk), "Remove")
    assert f"Take this point out?\n> Context · {PLATE}" in text_of(question)
    assert "**Point 2 of 2**" in text_of(await desk.press(question, "No"))
    question = await desk.press(await point(desk), "Remove")
    message = await desk.press(question, "Yes, take it out")
    assert text_of(message).startswith("✓ Written.")
    assert "**Points: 1**" in text_of(message)
    assert PLATE not in {each.text["en"] for each in desk.claim().points}


async def test_the_last_point_of_a_published_claim_stays(desk):
    desk.edit(RemovePoint(1))
    refused = await desk.press(await point(desk, 0), "Remove", "Yes, take it out")
    assert "A published claim needs a point." in refused.content
    assert len(desk.claim().points) == 1


async def test_after_a_change_menus_and_questions_of_the_older_list_touch_nothing(desk):
    listed, question = await points(desk), await desk.press(await point(desk), "Remove")
    desk.edit(RemovePoint(0))
    before = desk.claim()
    for message in (
        await desk.choose(listed, "ts:desk:menu:points", "0"),
        await desk.press(question, "Yes, take it out"),
    ):
        assert text_of(message).startswith("Somebody else has changed this meanwhile, so I did nothing.")
        assert "**Points: 1**" in text_of(message)
    assert desk.claim() == before


def said(desk):
    return [(each.speaker["en"], each.text["en"]) for each in desk.claim().points]


async def test_a_form_writes_its_own_point_where_the_list_has_shifted(desk):
    desk.edit(EditPoint(None, "refutes", {"en": "A diver"}, "2025", {"en": "It has sunk."}, "harbour-yearbook"))
    form = await desk.form(await point(desk, 2), "Text")
    desk.edit(RemovePoint(0))
    message = await desk.hand_in(form, text_en="It has not.")
    assert text_of(message).startswith("✓ Written.")
    assert "**Point 2 of 2**" in text_of(message)
    assert said(desk) == [("The harbour's yearbook", PLATE), ("A diver", "It has not.")]


async def test_a_form_writes_its_point_where_a_new_one_was_put_first(desk):
    form = await desk.form(await point(desk), "Text")
    desk.edit(EditPoint(None, "refutes", {"en": "A diver"}, "2025", {"en": "It has sunk."}, "harbour-yearbook"))
    desk.edit(PutPointFirst(2))
    before = said(desk)
    message = await desk.hand_in(form, text_en="Mine.")
    assert text_of(message).startswith("✓ Written.")
    assert "**Point 3 of 3**" in text_of(message)
    assert said(desk) == [*before[:2], ("The harbour's yearbook", "Mine.")]


async def test_a_button_of_an_older_point_opens_that_point(desk):
    message = await point(desk)
    desk.edit(RemovePoint(0))
    form = await desk.form(message, "Text")
    assert prefilled(form)["text_en"] == PLATE


async def test_of_two_who_change_one_point_the_second_is_asked(desk):
    form = await desk.form(await point(desk), "Text")
    desk.edit(EditPoint(1, text={"en": "Theirs."}))
    conflict = await desk.hand_in(form, text_en="Mine.")
    assert "Mine." in text_of(conflict)
    assert "Theirs." in text_of(conflict)
    assert labels_of(conflict) == ["Keep mine", "Keep theirs", "Edit again"]
    again = await desk.form(conflict, "Edit again")
    assert prefilled(again)["text_en"] == "Mine."
    await desk.press(conflict, "Keep mine")
    assert [each.text["en"] for each in desk.claim().points][1] == "Mine."
    assert len(desk.claim().points) == 2


async def test_what_was_typed_about_a_point_that_is_gone_changes_no_other(desk):
    form = await desk.form(await point(desk), "Text")
    desk.edit(RemovePoint(1))
    desk.edit(EditPoint(0, text={"en": "Changed too."}))
    before = desk.claim()
    refused = text_of(await desk.hand_in(form, text_en="Mine."))
    assert "There is no number 2 any more. Look at the claim again." in refused
    assert "Mine." in refused
    assert desk.claim() == before


async def test_a_new_point_does_not_mind_what_else_has_changed(desk):
    form = await desk.form(await points(desk), "New point")
    desk.edit(EditTexts({"en": "Theirs"}))
    await desk.hand_in(form, text_en="Mine.", speaker_en="A", date="2025", citations="harbour-yearbook")
    assert desk.claim().title["en"] == "Theirs"
    assert desk.claim().points[2].text["en"] == "Mine."


async def test_everything_works_after_a_restart(world, desk, settings):
    message = await point(desk)
    form = await desk.form(message, "Text")
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    assert text_of(await desk.hand_in(form, text_en="Typed before.")).startswith("✓ Written.")
    assert "**Points: 2**" in text_of(await desk.press(message, "All points"))


async def test_every_click_and_form_asks_for_the_right_again(desk):
    listed = await points(desk)
    message, question = await point(desk), await desk.press(await point(desk), "Remove")
    form, before = await desk.form(message, "Source"), desk.claim()
    desk.take_the_right_away()
    for refused in (
        await desk.choose(listed, "ts:desk:menu:points", "0"),
        await desk.press(listed, "New point"),
        await desk.press(message, "Text"),
        await desk.press(message, "All points"),
        await desk.press(question, "Yes, take it out"),
    ):
        assert "needs a moderator of the server" in refused.content
    refused = text_of(await desk.hand_in(form, speaker_en="Typed for nothing"))
    assert "Typed for nothing" in refused
    assert desk.claim() == before


@pytest.mark.parametrize(
    ("locale", "button", "says"),
    [
        (discord.Locale.chinese, "论点", ["**第2条论点，共2条**", "作用：背景", "日期：2025年5月"]),
        (discord.Locale.taiwan_chinese, "論點", ["**第2個論點，共2個**", "作用：背景", "日期：2025年5月"]),
    ],
)
async def test_it_speaks_the_language_of_the_client(desk, in_language, locale, button, says):
    in_language(locale)
    listed = await desk.press(await desk.open(), button)
    shown = text_of(await desk.choose(listed, "ts:desk:menu:points", "1"))
    for line in says:
        assert line in shown
