"""The figures of a claim: read, added, changed and taken out; never the wrong one."""

import re
from dataclasses import replace

import pytest

from bot.discord import create_bot
from bot.discord.editor.entries import _fields, _value
from bot.quantities import documented_words, unit_named
from bot.texts import Texts
from bot.wording import fault_lines
from checks.model import KnownFigure
from claims.moderation.edits import EditFigure, RemoveFigure
from claims.packs.plain import read_documented, write_documented
from config.errors import InvalidEditError
from config.languages import ByLanguage
from tests.bot.discord.editor.conftest import LAMP_ID, menus_of
from tests.bot.discord.world import prefilled, text_of


async def figures(desk):
    return await desk.press(await desk.open(LAMP_ID), "Figures")


async def figure(desk, place=0):
    return await desk.choose(await figures(desk), "ts:desk:menu:figs", str(place))


def known(desk):
    return desk.claim(LAMP_ID).figures


async def test_a_figure_is_shown_and_changed(desk):
    assert "**Figures: 1**\n1. the whole island around 40 kW" in text_of(await figures(desk))
    form = await desk.form(await figure(desk), "Edit")
    assert prefilled(form) == {
        "value": "40",
        "unit": "kW",
        "bound": ["about"],
        "subject_en": "the whole island",
        "subject_zh": "整座岛",
    }
    message = await desk.hand_in(form, value="2 to 3", unit="MW", bound=["range"])
    assert text_of(message).startswith("✓ Written.")
    assert "the whole island 2–3 MW" in text_of(message)
    assert known(desk) == (KnownFigure(2, 3, "MW", "range", "claim", ByLanguage(en="the whole island", zh="整座岛")),)


async def test_what_a_figure_is_for_stays(desk):
    desk.edit(EditFigure("2", "kW", role="context", subject={"en": "the lamp"}), LAMP_ID)
    await desk.hand_in(await desk.form(await figure(desk, 1), "Edit"), value="2.5")
    assert [(each.low, each.role) for each in known(desk)] == [(40, "claim"), (2.5, "context")]


async def test_a_new_figure_is_added(desk):
    form = await desk.form(await figures(desk), "New figure")
    message = await desk.hand_in(form, value="2", unit="kW", subject_en="the lamp")
    assert "**Figure 2 of 2**\nthe lamp 2 kW" in text_of(message)
    assert known(desk)[1] == KnownFigure(2, 2, "kW", "exactly", "claim", ByLanguage(en="the lamp", zh="the lamp"))


@pytest.mark.parametrize("typed", ["many", "3 to 2", "1e999"])
async def test_a_value_that_is_no_figure_is_refused(desk, typed):
    refused = text_of(await desk.hand_in(await desk.form(await figure(desk), "Edit"), value=typed))
    assert f"Value: {typed} is no figure." in refused
    assert known(desk)[0].low == 40


async def test_a_figure_goes_after_a_confirming_click(desk):
    question = await desk.press(await figure(desk), "Remove")
    assert "Take this figure out?\n> the whole island around 40 kW" in text_of(question)
    message = await desk.press(question, "Yes, take it out")
    assert "It has no figure yet." in text_of(message)
    assert known(desk) == ()


async def test_an_older_list_touches_nothing(desk):
    listed, question = await figures(desk), await desk.press(await figure(desk), "Remove")
    desk.edit(EditFigure("2", "kW", subject={"en": "the lamp"}), LAMP_ID)
    for message in (
        await desk.choose(listed, "ts:desk:menu:figs", "0"),
        await desk.press(question, "Yes, take it out"),
    ):
        assert text_of(message).startswith("Somebody else has changed this meanwhile")
    assert len(known(desk)) == 2


async def test_a_form_writes_its_own_figure_where_the_list_has_shifted(desk):
    for value in ("2", "3"):
        desk.edit(EditFigure(value, "kW", subject={"en": f"lamp {value}"}), LAMP_ID)
    form = await desk.form(await figure(desk, 2), "Edit")
    desk.edit(RemoveFigure(0), LAMP_ID)
    message = await desk.hand_in(form, value="30")
    assert text_of(message).startswith("✓ Written.")
    assert "**Figure 2 of 2**" in text_of(message)
    assert [(each.low, each.subject["en"]) for each in known(desk)] == [(2, "lamp 2"), (30, "lamp 3")]


async def test_as_many_figures_as_there_may_be_are_all_within_reach(desk):
    for n in range(39):
        desk.edit(EditFigure(str(n), "kW", subject={"en": f"{n} {'x' * 290}"}), LAMP_ID)
    message = await figures(desk)
    assert sum(len(menu.options) for menu in menus_of(message)) == 40
    assert len(text_of(message)) <= 4000
    message = await desk.choose(message, "ts:desk:menu:figs:25:", "39")
    assert "**Figure 40 of 40**" in text_of(message)
    refused = text_of(await desk.hand_in(await desk.form(await figures(desk), "New figure"), value="1", unit="kW"))
    assert "At most 40 figures are possible." in refused


async def test_everything_works_after_a_restart_and_asks_for_the_right(world, desk, settings):
    message = await figure(desk)
    form = await desk.form(message, "Edit")
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    assert text_of(await desk.hand_in(form, value="41")).startswith("✓ Written.")
    form = await desk.form(message, "Edit")
    desk.take_the_right_away()
    refused = text_of(await desk.hand_in(form, value="42"))
    assert "needs a moderator of the server" in refused
    assert "42" in refused
    assert known(desk)[0].low == 41


def test_a_value_is_prefilled_with_all_its_digits():
    texts = Texts.open("en")
    assert _value(KnownFigure(1234567.125, 1234567.125, "kW"), texts) == "1234567.125"
    assert _value(KnownFigure(2, 3.5, "kW"), texts) == "2 to 3.5"
    assert _value(KnownFigure(1e20, 1e20, "kW"), texts) == "1e+20"


@pytest.mark.parametrize(("language", "shown"), [("en", "2 to 3 | over 5; p. 12"), ("zh-Hant", "2至3 | 超過5；p. 12")])
def test_a_figure_is_prefilled_in_the_words_of_its_reader_and_read_again(desk, language, shown):
    texts = Texts.open(language)
    figure = KnownFigure(2.0, 3.0, "percent", "range", documented_low=5.0, documented_high=5.0, documented_bound="over")
    figure = replace(figure, documented_place="p. 12")
    value, unit, *_ = _fields(figure, texts)
    assert value.value == shown
    assert unit.value == texts("percent")
    edit = EditFigure(value.value, unit_named(unit.value, texts), "range", subject={"en": "x"})
    read = edit.apply(desk.claim(LAMP_ID), None).figures[-1]
    assert replace(read, subject=figure.subject) == figure


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
@pytest.mark.parametrize("bound", ["about", "over", "under"])
def test_each_bound_of_a_source_is_read_in_the_words_in_which_it_is_prefilled(language, bound):
    figure = KnownFigure(1.0, 1.0, "kg", documented_low=5.0, documented_high=5.0, documented_bound=bound)
    read = read_documented(write_documented(figure, documented_words(Texts.open(language))))
    assert read == {"value": 5, "bound": bound}


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
def test_what_a_form_gives_as_an_example_is_read_in_its_language(desk, language):
    texts = Texts.open(language)
    shown = _fields(None, texts)[0].hint
    ranged = re.search(r"2\D+3", shown)[0]
    sourced = shown[shown.index("1 | ") :]
    for value in (ranged, f"1 | {ranged}", sourced):
        figure = EditFigure(value, "kW", subject={"en": "x"}).apply(desk.claim(LAMP_ID), None).figures[-1]
        assert (figure.low, figure.high) == ((2, 3) if value == ranged else (1, 1))
    assert (figure.documented_low, figure.documented_bound) == (5, "over")
    assert figure.documented_place
    over = sourced.partition("| ")[2].partition("5")[0]
    for fault in ("", "2 to 3 to 4", "1 | much", "1 | over 2 to 3"):
        with pytest.raises(InvalidEditError) as refused:
            EditFigure(fault, "kW", "range", subject={"en": "x"}).apply(desk.claim(LAMP_ID), None)
        said = " ".join(fault_lines(refused.value, texts))
        assert ranged in said
        assert (f"{over}2" in said) == ("over" in fault)
