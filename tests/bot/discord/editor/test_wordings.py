"""The wordings of a claim: six lists, a page at a time, added to, thinned out and rewritten."""

import sqlite3
from contextlib import closing

import discord
import pytest
from sqlalchemy import event

from bot.discord import create_bot
from claims.moderation.edits import EditTexts, EditWordings
from claims.store import database
from tests.bot.discord.editor.conftest import CRANE_ID, menus_of
from tests.bot.discord.world import labels_of, prefilled, text_of


async def wordings(desk, name=None, claim=CRANE_ID):
    message = await desk.press(await desk.open(claim), "Wordings")
    return await desk.choose(message, "ts:desk:list", name) if name else message


def texts(claim, language="en", use="says"):
    return [
        wording.text
        for wording in claim.wordings
        if wording.language == language and (wording.says, wording.denies, wording.negative)[_USES.index(use)]
    ]


_USES = ["says", "denies", "negative"]


def options(message, menu):
    (found,) = [each for each in menus_of(message) if menu in each.custom_id]
    return found.options


async def test_it_shows_the_first_list_and_counts_all_six(desk):
    message = await wordings(desk)
    assert "**Wordings in English: 6**\n- The old harbour crane was built in 1920" in text_of(message)
    assert [option.label for option in options(message, "list")] == [
        "Wordings in English: 6",
        "Wordings in Chinese: 6",
        "Never to be matched, in English: 0",
        "Never to be matched, in Chinese: 0",
        "How people dispute it, in English: 0",
        "How people dispute it, in Chinese: 0",
    ]
    assert "港口的老吊车建于1920年" in text_of(await desk.choose(message, "ts:desk:list", "zh"))


async def test_long_lists_have_pages(desk):
    desk.edit(EditWordings({"en": "\n".join(f"wording number {n}" for n in range(45))}))
    message = await wordings(desk)
    assert "Page 1 of 3" in text_of(message)
    message = await desk.press(message, "Next", "Next")
    shown = text_of(message)
    assert "Page 3 of 3" in shown
    assert "wording number 44" in shown
    assert "wording number 39" not in shown
    assert "wording number 39" in text_of(await desk.press(message, "Back"))


async def test_a_page_of_the_longest_wordings_fits(desk):
    desk.edit(EditWordings({"en": "\n".join(f"{n:02} 𠀀{'*' * 290}" for n in range(20))}))
    shown = text_of(await wordings(desk))
    assert len(shown.encode("utf-16-le")) // 2 <= 4000
    assert all(f"- {n:02} " in shown for n in range(20))


async def test_many_are_added_at_once_with_their_use(desk):
    form = await desk.form(await wordings(desk), "Add")
    assert prefilled(form)["use"] == ["says"]
    message = await desk.hand_in(form, texts="the crane is no younger than 1920\n吊车是1920年的")
    assert text_of(message).startswith("✓ Written.")
    assert "**Wordings in Chinese: 7**" in text_of(message)
    assert "the crane is no younger than 1920" in texts(desk.claim())
    form = await desk.form(await wordings(desk, "denials_en"), "Add")
    assert prefilled(form)["use"] == ["denies"]
    message = await desk.hand_in(form, texts="no crane is from 1920")
    assert "**How people dispute it, in English: 1**\n- no crane is from 1920" in text_of(message)
    await desk.hand_in(await desk.form(message, "Add"), texts="a paper crane", use=["negative"])
    assert texts(desk.claim(), use="negative") == ["a paper crane"]


async def test_adding_keeps_what_somebody_else_has_added_meanwhile(desk):
    form = await desk.form(await wordings(desk), "Add")
    desk.edit(EditTexts({"en": "Theirs"}))
    await desk.hand_in(form, texts="mine")
    assert desk.claim().title["en"] == "Theirs"
    assert "mine" in texts(desk.claim())


async def test_an_added_wording_that_another_claim_says_is_warned_of(desk):
    form = await desk.form(await wordings(desk), "Add")
    message = await desk.hand_in(form, texts="the island ferry shuts down by 2030\nthe crane is very old")
    shown = text_of(message)
    assert "⚠ “the island ferry shuts down by 2030” comes close to another claim: The island ferry will be" in shown
    assert "⚠ “the crane is very old”" not in shown
    assert "the island ferry shuts down by 2030" in texts(desk.claim())


async def test_several_go_in_one_revision(desk):
    message = await wordings(desk)
    before = desk.world.touchstone.base.revision
    chosen = [option.value for option in options(message, "out")[1:4]]
    message = await desk.choose(message, "ts:desk:out", *chosen)
    assert text_of(message).startswith("✓ Written.")
    assert "**Wordings in English: 3**" in text_of(message)
    assert desk.world.touchstone.base.revision == before + 1
    assert texts(desk.claim())[0] == "The old harbour crane was built in 1920"


async def test_what_goes_is_what_was_chosen_even_where_the_list_has_shifted(desk):
    message, second = await wordings(desk), await wordings(desk)
    option = options(message, "out")[2]
    kept = texts(desk.claim())
    desk.edit(EditWordings({"en": "\n".join(["a new first one", *kept])}))
    await desk.choose(message, "ts:desk:out", option.value)
    assert texts(desk.claim()) == ["a new first one", *(text for text in kept if text != option.label)]
    message = await desk.choose(second, "ts:desk:out", option.value)
    assert text_of(message).startswith("✓ Nothing has changed: it was so already.")


async def test_the_last_wording_of_a_published_claim_stays(desk):
    desk.edit(EditWordings({"en": "only one", "zh": ""}))
    message = await wordings(desk)
    refused = await desk.choose(message, "ts:desk:out", options(message, "out")[0].value)
    assert "A published claim needs a wording." in refused.content
    assert texts(desk.claim()) == ["only one"]


async def test_a_list_is_edited_as_one_text(desk):
    form = await desk.form(await wordings(desk), "Edit as text")
    before = prefilled(form)["en"]
    assert before.splitlines() == texts(desk.claim())
    message = await desk.hand_in(form, en=f"first of all\n{before}")
    assert "**Wordings in English: 7**\n- first of all" in text_of(message)
    assert len(texts(desk.claim(), "zh")) == 6


async def test_of_two_who_rewrite_a_list_the_second_is_asked(desk):
    form = await desk.form(await wordings(desk), "Edit as text")
    desk.edit(EditWordings({"en": "theirs"}))
    conflict = await desk.hand_in(form, en="mine")
    assert labels_of(conflict) == ["Keep mine", "Keep theirs", "Edit again"]
    assert "− mine\n\u200b+ theirs" in text_of(conflict)
    await desk.press(conflict, "Keep mine")
    assert texts(desk.claim()) == ["mine"]


async def test_a_list_longer_than_a_form_is_edited_piece_by_piece(desk):
    form = await desk.form(await wordings(desk), "Edit as text")
    desk.edit(EditWordings({"en": "\n".join(f"{n} {'x' * 200}" for n in range(40))}))
    message = await wordings(desk)
    assert labels_of(message)[-2:] == ["Add", "To the claim"]
    assert "This list is too long to be edited as one text." in text_of(message)
    refused = await desk.hand_in(form, en="stand" * 100)
    assert "Nothing was written." in text_of(refused)


async def test_an_old_button_on_a_list_that_grew_says_that_it_is_too_long(desk):
    message = await wordings(desk)
    desk.edit(EditWordings({"en": "\n".join(f"{n} {'x' * 200}" for n in range(40))}))
    refused = await desk.press(message, "Edit as text")
    assert "Wordings in English: The text has 8149 characters. Keep it to 4000." in refused.content


async def test_a_fault_gives_the_words_back(desk):
    refused = await desk.hand_in(await desk.form(await wordings(desk), "Add"), texts="x" * 301)
    assert "Wordings: The text has 301 characters. Keep it to 300." in text_of(refused)
    assert "x" * 301 in text_of(refused)


async def test_everything_works_after_a_restart(world, desk, settings):
    message = await wordings(desk)
    form = await desk.form(message, "Add")
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    assert text_of(await desk.hand_in(form, texts="typed before")).startswith("✓ Written.")
    assert "港口的老吊车" in text_of(await desk.choose(message, "ts:desk:list", "zh"))
    message = await wordings(desk)
    removed = await desk.choose(message, "ts:desk:out", options(message, "out")[0].value)
    assert text_of(removed).startswith("✓ Written.")


async def test_where_the_database_is_locked_nothing_is_removed(world, desk, monkeypatch):
    message, before = await wordings(desk), desk.claim()
    world.touchstone.base.close()
    monkeypatch.setattr(database, "PRAGMAS", ("PRAGMA busy_timeout = 50", *database.PRAGMAS[1:]))
    with closing(sqlite3.connect(world.touchstone.base.database.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        refused = await desk.choose(message, "ts:desk:out", options(message, "out")[0].value)
        other.execute("ROLLBACK")
    assert "cannot be read or written just now." in refused.content
    assert desk.claim() == before


async def test_where_the_disk_is_full_the_words_come_back_and_nothing_is_half_written(world, desk):
    form, before = await desk.form(await wordings(desk), "Add"), desk.claim()
    engine = world.touchstone.base.database.engine
    words = "\n".join(f"number {n} of many {'x' * 150}" for n in range(20))

    def limit(connection, _record):
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    world.touchstone.base.close()
    event.listen(engine, "connect", limit)
    refused = await desk.hand_in(form, texts=words)
    event.remove(engine, "connect", limit)
    world.touchstone.base.close()
    assert "cannot be read or written just now." in text_of(refused)
    assert words in (await refused.attachments[0].read()).decode()
    assert desk.claim() == before
    message = await desk.hand_in(await desk.form(refused, "Try again"), texts=words)
    assert text_of(message).startswith("✓ Written.")


async def test_every_click_and_form_asks_for_the_right_again(desk):
    message, before = await wordings(desk), desk.claim()
    form = await desk.form(message, "Add")
    desk.take_the_right_away()
    for refused in (
        await desk.choose(message, "ts:desk:list", "zh"),
        await desk.choose(message, "ts:desk:out", options(message, "out")[0].value),
        await desk.press(message, "Add"),
        await desk.press(message, "Edit as text"),
        await desk.press(message, "To the claim"),
    ):
        assert "needs a moderator of the server" in refused.content
    refused = text_of(await desk.hand_in(form, texts="Typed for nothing"))
    assert "needs a moderator of the server" in refused
    assert "Typed for nothing" in refused
    assert desk.claim() == before


@pytest.mark.parametrize(
    ("locale", "button", "add", "says"),
    [
        (discord.Locale.chinese, "表述", "添加", "✓ 已写入。"),
        (discord.Locale.taiwan_chinese, "表述", "新增", "✓ 已寫入。"),
    ],
)
async def test_it_speaks_the_language_of_the_client(desk, in_language, locale, button, add, says):
    in_language(locale)
    message = await desk.press(await desk.open(), button)
    message = await desk.hand_in(await desk.form(message, add), texts="吊车是1920年的")
    assert text_of(message).startswith(says)
    assert "表述（中文）：7" in text_of(message)
