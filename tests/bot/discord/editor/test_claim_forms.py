"""The forms of a claim itself: its texts, a new claim, and its cut-off."""

import sqlite3
from contextlib import closing

import discord
import pytest
from sqlalchemy import event

from bot.discord import create_bot
from claims.moderation.edits import EditTexts
from claims.store import database
from tests.bot.discord.editor.conftest import CRANE_ID
from tests.bot.discord.world import CRANE, labels_of, prefilled, text_of


async def edit_form(desk, claim=CRANE_ID):
    return await desk.form(await desk.open(claim), "Edit")


async def test_it_opens_with_what_the_claim_says(desk):
    assert prefilled(await edit_form(desk, "ferry-closed-2030")) == {
        "title_en": "The island ferry will be closed down by 2030",
        "title_zh": "海岛渡轮到2030年就会停航",
        "kind": ["outlook"],
        "as_of": "2025-05-01",
        "review_by": "2025-12-31",
    }


async def test_what_is_typed_is_written_and_shown(desk):
    form = await edit_form(desk)
    message = await desk.hand_in(form, title_en="The crane is old", kind=["context"], review_by="2027-01-31")
    assert text_of(message).startswith("✓ Written.\n### The crane is old")
    claim = desk.claim()
    assert (claim.title["en"], claim.kind, str(claim.review_by)) == ("The crane is old", "context", "2027-01-31")
    assert claim.edited_by == str(desk.world.chief.id)


async def test_what_changes_nothing_says_so(desk):
    before = desk.world.touchstone.base.revision
    message = await desk.hand_in(await edit_form(desk))
    assert text_of(message).startswith("✓ Nothing has changed: it was so already.")
    assert desk.world.touchstone.base.revision == before


async def test_a_fault_is_named_with_its_field_and_all_is_echoed(desk):
    refused = await desk.hand_in(await edit_form(desk), title_en="Newer", as_of="yesterday")
    shown = text_of(refused)
    assert "- As of: yesterday is no day. Write it as 2026-01-23." in shown
    assert "Newer" in shown
    assert desk.claim().title["en"] == CRANE
    again = await desk.form(refused, "Try again")
    assert prefilled(again)["title_en"] == "Newer"
    await desk.hand_in(again, as_of="2026-01-01")
    assert (desk.claim().title["en"], str(desk.claim().as_of)) == ("Newer", "2026-01-01")


async def test_of_two_moderators_at_once_the_second_may_keep_his_own(desk):
    form = await edit_form(desk)
    desk.edit(EditTexts({"en": "Theirs"}))
    conflict = await desk.hand_in(form, title_en="Mine")
    assert "Title in English: Mine → Theirs" in text_of(conflict)
    assert labels_of(conflict) == ["Keep mine", "Keep theirs", "Edit again"]
    message = await desk.press(conflict, "Keep mine")
    assert text_of(message).startswith("✓ Written.\n### Mine")
    assert desk.claim().title["en"] == "Mine"


async def test_a_conflict_names_dates_and_choices_in_the_language_of_the_moderator(desk, in_language):
    in_language(discord.Locale.taiwan_chinese)
    form = await desk.form(await desk.open(CRANE_ID), "編輯")
    desk.edit(EditTexts(kind="outlook", as_of="2026-01-02"))
    conflict = text_of(await desk.hand_in(form, kind=["context"], as_of="2026-01-03", title_en="Mine"))
    assert "類別：文件中有此報導 → 預測或看法" in conflict
    assert "→ 2026年1月2日" in conflict
    assert "標題：" not in conflict.partition("```")[0]
    assert not any(word in conflict for word in ("contested", "context", "outlook"))


async def test_or_leave_theirs(desk):
    form = await edit_form(desk)
    desk.edit(EditTexts({"en": "Theirs"}))
    await desk.press(await desk.hand_in(form, title_en="Mine"), "Keep theirs")
    assert desk.claim().title["en"] == "Theirs"


async def test_or_join_both(desk):
    form = await edit_form(desk)
    desk.edit(EditTexts({"en": "Theirs"}))
    again = await desk.form(await desk.hand_in(form, title_en="Mine"), "Edit again")
    assert prefilled(again)["title_en"] == "Mine"
    await desk.hand_in(again, title_en="Mine and theirs")
    assert desk.claim().title["en"] == "Mine and theirs"


async def test_a_form_that_was_open_at_a_restart_is_still_taken(world, desk, settings):
    form = await edit_form(desk)
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    message = await desk.hand_in(form, title_en="Typed before")
    assert text_of(message).startswith("✓ Written.\n### Typed before")


@pytest.mark.parametrize(("command", "field"), [(None, "title_en"), ("new", "title"), ("source", "title")])
async def test_whoever_lost_the_right_meanwhile_gets_the_words_back(world, desk, command, field):
    form = await (world.chief.slash(world.channel, f"claims {command}") if command else edit_form(desk))
    desk.take_the_right_away()
    before = world.touchstone.base.revision
    more = {"publisher": "P", "published": "2026"} if command == "source" else {}
    refused = text_of(await desk.hand_in(form, **{field: "Typed for nothing"}, **more))
    assert "needs a moderator of the server" in refused
    assert "Typed for nothing" in refused
    assert world.touchstone.base.revision == before


async def test_where_the_database_is_locked_the_words_come_back(world, desk, monkeypatch):
    form, before = await edit_form(desk), desk.claim()
    world.touchstone.base.close()
    monkeypatch.setattr(database, "PRAGMAS", ("PRAGMA busy_timeout = 50", *database.PRAGMAS[1:]))
    with closing(sqlite3.connect(world.touchstone.base.database.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        refused = await desk.hand_in(form, title_en="Typed in vain", title_zh="白打的字")
        other.execute("ROLLBACK")
    shown = text_of(refused)
    assert "cannot be read or written just now." in shown
    assert "Typed in vain" in shown
    assert "白打的字" in shown
    assert desk.claim() == before
    world.touchstone.base.close()
    again = await desk.form(refused, "Try again")
    message = await desk.hand_in(again, title_en="Typed in vain", title_zh="白打的字")
    assert text_of(message).startswith("✓ Written.")
    assert desk.claim().title["zh"] == "白打的字"


async def test_a_title_that_another_claim_says_is_written_with_a_warning(desk):
    message = await desk.hand_in(await edit_form(desk), title_en="that lighthouse lamp needs 40 kW of power")
    warning = "⚠ “that lighthouse lamp needs 40 kW of power” comes close to another claim: The lamp of the lighthouse"
    assert warning in text_of(message)
    assert desk.claim().title["en"] == "that lighthouse lamp needs 40 kW of power"


WHALE = {
    "title": "The whale of the bay sings",
    "wordings": "the whale in our bay sings at night\nour bay whale can sing\n海湾的鲸鱼会唱歌",
    "point": "Recordings of the bay hold no song of a whale.",
    "source": "https://www.bay.example/recordings/2025",
}


async def test_a_new_claim_is_published_with_one_form(world, desk):
    before = world.touchstone.base.revision
    form = await world.chief.slash(world.channel, "claims new")
    assert list(prefilled(form)) == ["title", "wordings", "point", "source", "publish"]
    message = await desk.hand_in(form, **WHALE)
    assert "✓ Published: I answer it from now on." in text_of(message)
    assert world.touchstone.base.revision == before + 1
    (claim,) = [claim for claim in desk.moderation.claims.all(desk.other) if claim.server]
    assert (claim.title["en"], claim.status) == (WHALE["title"], "published")
    assert {(wording.text, wording.language) for wording in claim.wordings} == {
        ("the whale in our bay sings at night", "en"),
        ("our bay whale can sing", "en"),
        ("海湾的鲸鱼会唱歌", "zh"),
    }
    assert r"\[1\] [bay.example" in text_of(message).replace("www.", "")
    await world.alice.send(world.channel, "The whale in our bay sings at night")
    (card,) = world.cards()
    assert WHALE["point"] in text_of(card)


async def test_a_source_that_is_there_already_is_cited_by_address_title_or_name(world, desk):
    (yearbook,) = world.touchstone.base.documents(world.guild.id)
    for number, said in enumerate((yearbook.id, yearbook.title.upper(), yearbook.address)):
        form = await world.chief.slash(world.channel, "claims new")
        await desk.hand_in(form, **WHALE | {"title": f"The whale number {number} sings", "source": said})
    own = [claim for claim in desk.moderation.claims.all(desk.other) if claim.server]
    points = [point for claim in own for point in claim.points]
    assert [point.citations[0].document for point in points] == [yearbook.id] * 3
    assert [point.date for point in points] == [yearbook.published] * 3
    assert len(world.touchstone.base.documents(world.guild.id)) == 1


async def test_a_new_claim_may_begin_as_a_draft_with_its_title_alone(world, desk):
    form = await world.chief.slash(world.channel, "claims new")
    message = await desk.hand_in(form, title="海湾的鲸鱼会唱歌", publish=["no"])
    assert "✓ The draft is there." in text_of(message)
    assert "Status: draft" in text_of(message)
    assert labels_of(message)[5:] == ["Publish", "Mute", "Cut-off", "What is heard", "Try a sentence"]
    (draft,) = [claim for claim in desk.moderation.claims.all(desk.other) if claim.server]
    assert (draft.title["zh"], draft.status, [each.text for each in draft.wordings]) == (
        "海湾的鲸鱼会唱歌",
        "draft",
        ["海湾的鲸鱼会唱歌"],
    )


async def test_what_a_published_claim_would_lack_is_named_and_nothing_is_written(world, desk):
    before = world.touchstone.base.revision
    form = await world.chief.slash(world.channel, "claims new")
    refused = await desk.hand_in(form, **WHALE | {"point": ""})
    assert "A published claim needs a point." in text_of(refused)
    again = await desk.form(refused, "Try again")
    assert prefilled(again)["wordings"] == WHALE["wordings"]
    refused = await desk.hand_in(again, point="No song.", source="https://")
    assert "Source: https:\u200b// is no address. Write it as https:\u200b//…" in text_of(refused)
    refused = await desk.hand_in(await desk.form(refused, "Try again"), source="")
    assert "Point 1 cites nothing. Name its source." in text_of(refused)
    assert world.touchstone.base.revision == before
    assert len(world.touchstone.base.documents(world.guild.id)) == 1


async def test_a_new_claim_that_is_there_already_comes_with_a_warning(world, desk):
    await desk.hand_in(await world.chief.slash(world.channel, "claims new"), title=WHALE["title"], publish=["no"])
    form = await world.chief.slash(world.channel, "claims new")
    message = await desk.hand_in(form, title=WHALE["title"].lower(), publish=["no"])
    assert "⚠ “the whale of the bay sings” comes close to another claim: The whale of the bay" in text_of(message)


async def test_a_claim_that_says_the_same_is_asked_for_by_its_words(world, desk):
    asked = []
    event.listen(world.touchstone.base.database.engine, "before_cursor_execute", lambda *each: asked.append(each[2]))
    message = await desk.hand_in(await edit_form(desk), title_en="that lighthouse lamp needs 40 kW of power")
    assert "comes close to another claim" in text_of(message)
    assert [each for each in asked if "lower(wording.text) IN" in each]


async def test_a_new_claim_without_a_title_is_refused(world, desk):
    refused = await desk.hand_in(await world.chief.slash(world.channel, "claims new"), title=" ")
    assert "Title: The text is empty." in text_of(refused)


async def test_what_two_moderators_change_apart_is_merged_without_a_question(desk):
    form = await edit_form(desk)
    desk.edit(EditTexts(kind="outlook", as_of="2026-01-02"))
    message = await desk.hand_in(form, title_en="Mine")
    assert text_of(message).startswith("✓ Written.\n### Mine")
    assert (desk.claim().title["en"], desk.claim().kind, str(desk.claim().as_of)) == ("Mine", "outlook", "2026-01-02")


async def test_the_cut_off_of_a_claim_is_set_and_taken_away(desk):
    form = await desk.form(await desk.open(), "Cut-off")
    assert not prefilled(form)["cut_off"]
    message = await desk.hand_in(form, cut_off="0.8")
    assert "**Answered from 0.8 on" in text_of(message)
    assert desk.claim().cut_off == 0.8
    form = await desk.form(message, "Cut-off")
    assert prefilled(form)["cut_off"] == "0.8"
    await desk.hand_in(form, cut_off="")
    assert desk.claim().cut_off is None


async def test_a_cut_off_near_one_is_shown_and_kept_as_it_is(desk):
    desk.moderation.claim_settings.set_cut_off(desk.other, CRANE_ID, 0.9999996)
    message = await desk.open()
    assert "**Answered from 0.9999996 on" in text_of(message)
    form = await desk.form(message, "Cut-off")
    assert prefilled(form)["cut_off"] == "0.9999996"
    await desk.hand_in(form)
    assert desk.claim().cut_off == 0.9999996


@pytest.mark.parametrize("typed", ["soon", "1.5", "nan", "-1"])
async def test_a_cut_off_that_is_no_probability_is_refused(desk, typed):
    refused = await desk.hand_in(await desk.form(await desk.open(), "Cut-off"), cut_off=typed)
    assert "Cut-off:" in text_of(refused)
    assert "Give a probability from 0 to 1." in text_of(refused)
    assert desk.claim().cut_off is None


async def test_a_cut_off_that_somebody_else_has_set_meanwhile_is_not_overwritten_unseen(desk):
    form = await desk.form(await desk.open(), "Cut-off")
    desk.moderation.claim_settings.set_cut_off(desk.other, CRANE_ID, 0.6)
    conflict = await desk.hand_in(form, cut_off="0.8")
    assert "Cut-off: 0.8 → 0.6" in text_of(conflict)
    assert desk.claim().cut_off == 0.6
    await desk.press(conflict, "Keep mine")
    assert desk.claim().cut_off == 0.8


@pytest.mark.parametrize(
    ("locale", "title", "done"),
    [
        (discord.Locale.chinese, "编辑说法", "✓ 已写入。\n### 新标题"),
        (discord.Locale.taiwan_chinese, "編輯說法", "✓ 已寫入。\n### 新標題"),
    ],
)
async def test_it_speaks_the_language_of_the_client(desk, in_language, locale, title, done):
    in_language(locale)
    form = await desk.form(await desk.open(), title[:2])
    assert form.modal["title"] == title
    assert text_of(await desk.hand_in(form, title_zh="新标题")).startswith(done)
