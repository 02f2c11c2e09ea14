"""Whatever becomes of a form, what was typed is not lost."""

import contextlib
import sqlite3
from contextlib import closing
from dataclasses import replace
from types import SimpleNamespace

import discord
import pytest
import simcord.interactions
from sqlmodel import select

from bot.discord import create_bot
from bot.discord.forms import FormName, draw_conflict, draw_failure
from bot.discord.routes import Request
from bot.texts import Texts
from claims.moderation.editor import DraftBook
from claims.moderation.edits import EditTexts
from claims.moderation.rights import Actor
from claims.store import database
from claims.store.tables import FormDraft
from config.errors import ConflictError, DatabaseUnavailableError, FieldDifference
from config.languages import typed_texts
from tests.bot.discord.forms.title_form import TitleForm, with_title_form
from tests.bot.discord.world import hand_in, labels_of, prefilled, shown_by, text_of

CLAIM = "crane-built-1920"


@pytest.fixture
def simcord_bot(settings, touchstone):
    return with_title_form(create_bot(settings, touchstone))


async def opened(world, person=None):
    """Open the form; return what simcord knows of it."""
    person = person or world.chief
    shown = await person.slash(world.channel, "title", claim=CLAIM)
    return await person.click(shown.response.message, label="Open")


def title(world) -> str:
    return world.touchstone.base.claim(CLAIM, world.guild.id).title["en"]


def somebody_else(world, **texts: str) -> None:
    actor = Actor(99, world.guild.id, is_administrator=True)
    world.touchstone.moderation.editor.edit(actor, CLAIM, None, EditTexts(typed_texts(texts, "title")))


async def test_what_is_typed_is_written(world):
    done = await hand_in(world.chief, await opened(world), title_en="A newer title")
    assert text_of(done) == "Written: A newer title"
    assert title(world) == "A newer title"


async def test_it_opens_with_what_stands_there(world):
    form = await opened(world)
    done = await hand_in(world.chief, form)
    assert "The old harbour crane was built in 1920" in text_of(done)


async def test_a_form_that_was_open_at_a_restart_is_still_taken(world, settings, touchstone):
    form = await opened(world)
    await world.env.restart_bot(with_title_form(create_bot(settings, touchstone)))
    done = await hand_in(world.chief, form, title_en="Typed before, handed in after")
    assert text_of(done) == "Written: Typed before, handed in after"


async def test_a_refused_form_says_why_echoes_all_and_opens_again_as_it_was(world):
    words = "x" * 301
    refused = await hand_in(world.chief, await opened(world), title_en=words, title_zh="新标题")
    shown = text_of(refused)
    assert "That cannot be written like this:" in shown
    assert words in shown
    assert "新标题" in shown
    assert labels_of(shown_by(refused)) == ["Try again", "Drop what I typed"]
    again = await world.chief.click(shown_by(refused), label="Try again")
    done = await hand_in(world.chief, again, title_en="Shorter")
    assert text_of(done) == "Written: Shorter"
    assert world.touchstone.base.claim(CLAIM, world.guild.id).title["zh"] == "新标题"


async def test_what_was_refused_is_there_when_the_form_is_opened_anew_after_a_restart(world, settings, touchstone):
    await hand_in(world.chief, await opened(world), title_en="x" * 301, title_zh="新标题")
    await world.env.restart_bot(with_title_form(create_bot(settings, touchstone)))
    await hand_in(world.chief, await opened(world), title_en="Short")
    assert world.touchstone.base.claim(CLAIM, world.guild.id).title["zh"] == "新标题"


async def test_what_was_dropped_does_not_come_back(world):
    refused = await hand_in(world.chief, await opened(world), title_en="x" * 301, title_zh="新标题")
    dropped = await world.chief.click(shown_by(refused), label="Drop what I typed")
    assert text_of(dropped) == "Nothing was changed, and what you typed is dropped."
    await hand_in(world.chief, await opened(world), title_en="Short")
    assert world.touchstone.base.claim(CLAIM, world.guild.id).title["zh"] != "新标题"


async def test_much_text_comes_back_as_a_file(world):
    refused = await hand_in(world.chief, await opened(world), title_en="word " * 700)
    (file,) = shown_by(refused).attachments
    assert file.filename == "typed.txt"


async def test_of_two_at_once_the_second_may_choose(world):
    form = await opened(world)
    somebody_else(world, title_en="Theirs")
    conflict = await hand_in(world.chief, form, title_en="Mine")
    shown = text_of(conflict)
    assert "Somebody else has changed this meanwhile" in shown
    assert "Theirs" in shown
    assert "Mine" in shown
    assert labels_of(shown_by(conflict)) == ["Keep mine", "Keep theirs", "Edit again"]
    assert title(world) == "Theirs"
    kept = await world.chief.click(shown_by(conflict), label="Keep mine")
    assert text_of(kept) == "Written: Mine"


async def test_theirs_may_stay(world):
    form = await opened(world)
    somebody_else(world, title_en="Theirs")
    conflict = await hand_in(world.chief, form, title_en="Mine")
    await world.chief.click(shown_by(conflict), label="Keep theirs")
    assert title(world) == "Theirs"


async def test_both_may_be_joined_by_hand(world):
    form = await opened(world)
    somebody_else(world, title_en="Theirs")
    conflict = await hand_in(world.chief, form, title_en="Mine")
    again = await world.chief.click(shown_by(conflict), label="Edit again")
    done = await hand_in(world.chief, again, title_en="Mine and theirs")
    assert text_of(done) == "Written: Mine and theirs"


async def test_mine_does_not_win_over_a_third_version_unseen(world):
    form = await opened(world)
    somebody_else(world, title_en="Theirs")
    conflict = await hand_in(world.chief, form, title_en="Mine")
    somebody_else(world, title_en="Theirs again")
    second = await world.chief.click(shown_by(conflict), label="Keep mine")
    assert "Theirs again" in text_of(second)
    assert title(world) == "Theirs again"


async def test_an_abandoned_draft_does_not_overwrite_what_came_after_it(world):
    await hand_in(world.chief, await opened(world), title_en="x" * 301)
    somebody_else(world, title_en="Theirs")
    conflict = await hand_in(world.chief, await opened(world), title_en="Mine")
    assert labels_of(shown_by(conflict)) == ["Keep mine", "Keep theirs", "Edit again"]


async def test_whoever_lost_the_right_meanwhile_gets_the_words_back(world, monkeypatch):
    form = await opened(world)
    plain = simcord.interactions.base_payload

    def without_rights(*args: object, **more: object):
        record, made = plain(*args, **more)
        made["member"]["permissions"] = "0"
        return record, made

    monkeypatch.setattr(simcord.interactions, "base_payload", without_rights)
    done = await hand_in(world.chief, form, title_en="Typed for nothing")
    assert "Typed for nothing" in text_of(done)
    assert title(world) != "Typed for nothing"


async def test_where_the_database_is_locked_the_words_come_back(world, monkeypatch):
    form = await opened(world)
    file = world.touchstone.base.database.file
    world.touchstone.base.close()
    monkeypatch.setattr(database, "PRAGMAS", ("PRAGMA busy_timeout = 50", *database.PRAGMAS[1:]))
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = await hand_in(world.chief, form, title_en="Typed in vain")
        other.execute("ROLLBACK")
    assert "Typed in vain" in text_of(done)
    assert title(world) != "Typed in vain"


@pytest.mark.parametrize(
    ("locale", "says"), [(discord.Locale.chinese, "你输入的是"), (discord.Locale.taiwan_chinese, "你輸入的是")]
)
async def test_it_speaks_the_language_of_the_client(world, in_language, locale, says):
    in_language(locale)
    done = await hand_in(world.chief, await opened(world), title_en="x" * 301)
    assert says in text_of(done)


def revisions(world) -> int:
    return world.touchstone.base.revision


def drafts(world) -> list[str]:
    with world.touchstone.base.database.reading() as session:
        return [row.form for row in session.scalars(select(FormDraft)) if not row.form.startswith("~")]


def open_again(form):
    """Let a form be handed in once more, as after a replay of the gateway or a second try of the client."""
    form._interaction.modal_consumed = False
    return form


async def test_a_form_that_comes_twice_is_written_once_and_says_what_stands(world):
    form = await opened(world)
    await hand_in(world.chief, form, title_en="Written once")
    before = revisions(world)
    again = await hand_in(world.chief, open_again(form), title_en="Written twice?")
    assert "it was written then, and only once" in text_of(again)
    assert "Title: Written once" in text_of(again)
    assert revisions(world) == before
    assert drafts(world) == []


async def test_a_new_claim_is_not_made_twice(world):
    form = await world.chief.slash(world.channel, "claims new")
    texts = {"publish": ["no"], "title": "Gulls steal chips"}
    for _ in range(2):
        await hand_in(world.chief, open_again(form), **texts)
    known = world.touchstone.moderation.claims.all(Actor(99, world.guild.id, is_administrator=True))
    assert [claim.title["en"] for claim in known].count("Gulls steal chips") == 1


async def test_two_forms_of_one_kind_are_two(world):
    for title in ("Gulls steal chips", "Gulls steal fish"):
        form = await world.chief.slash(world.channel, "claims new")
        await hand_in(world.chief, form, publish=["no"], title=title)
    known = world.touchstone.moderation.claims.all(Actor(99, world.guild.id, is_administrator=True))
    assert {"Gulls steal chips", "Gulls steal fish"} <= {claim.title["en"] for claim in known}


async def test_what_was_written_and_not_confirmed_does_not_come_back_as_unwritten(world, monkeypatch):
    form = await opened(world)

    async def lost(*_args: object) -> None:
        raise discord.NotFound(SimpleNamespace(status=404, reason="gone"), "Unknown Webhook")

    with monkeypatch.context() as patch:
        patch.setattr(Request, "respond", lost)
        patch.setattr(DraftBook, "drop", lambda *_: None)
        with contextlib.suppress(Exception):
            await hand_in(world.chief, form, title_en="Written, not confirmed")
    assert title(world) == "Written, not confirmed"
    assert drafts(world) == []
    again = await opened(world)
    assert "Not written yet" not in str(again.modal)


async def test_what_was_written_is_shown_though_its_draft_cannot_be_dropped(world, monkeypatch):
    form = await opened(world)

    def locked(*_args: object) -> None:
        raise DatabaseUnavailableError("The claim base could not be written: database is locked.")

    monkeypatch.setattr(DraftBook, "drop", locked)
    done = await hand_in(world.chief, form, title_en="Written all the same")
    assert title(world) == "Written all the same"
    assert "Nothing was written" not in text_of(done)


async def test_what_was_written_is_said_to_be_though_what_follows_fails(world, monkeypatch, caplog):
    form, plain = await opened(world), TitleForm.submit

    async def submit(*given: object) -> None:
        await plain(*given)
        raise DatabaseUnavailableError("The claim base could not be read: database is locked.")

    monkeypatch.setattr(TitleForm, "submit", submit)
    shown = text_of(await hand_in(world.chief, form, title_en="Written, not shown"))
    assert title(world) == "Written, not shown"
    assert shown.startswith("It was written. What follows could not be shown.")
    assert any(shown.rsplit(" ", 1)[1].rstrip(".") in line for line in caplog.messages)
    assert drafts(world) == []
    assert "Not written yet" not in str((await opened(world)).modal)


async def test_a_form_that_comes_twice_names_choices_as_people_know_them(world):
    form = await world.chief.slash(world.channel, "claims new")
    await hand_in(
        world.chief, form, publish=["yes"], title="Gulls steal chips", point="They do not.", source="Somebody"
    )
    again = text_of(await hand_in(world.chief, open_again(form), title="Gulls steal chips"))
    assert "Publish it now" in again


async def test_a_form_is_kept_before_discord_hears_that_it_has_come(world, monkeypatch):
    form, kept = await opened(world), []
    plain = discord.InteractionResponse.defer

    async def defer(response, **more: object):
        kept.extend(drafts(world))
        await plain(response, **more)

    monkeypatch.setattr(discord.InteractionResponse, "defer", defer)
    await hand_in(world.chief, form, title_en="A newer title")
    assert kept == [f"title|{CLAIM}"]


async def test_where_discord_did_not_wait_nothing_is_written_and_all_is_kept(world, monkeypatch):
    form = await opened(world)

    async def defer(*_args: object, **_more: object):
        raise discord.NotFound(SimpleNamespace(status=404, reason="gone"), "Unknown interaction")

    with monkeypatch.context() as patch:
        patch.setattr(discord.InteractionResponse, "defer", defer)
        with contextlib.suppress(Exception):
            await hand_in(world.chief, form, title_en="Typed for nobody")
    assert title(world) != "Typed for nobody"
    again = await opened(world)
    assert prefilled(again)["title_en"] == "Typed for nobody"
    assert "Not written yet" in str(again.modal)


@pytest.mark.parametrize("written", ["title|crane|3", "new||", "texts|a-claim|12o|~0a1b2c3d", "prop|1|2||~x"])
def test_a_name_is_read_as_it_is_written(written):
    assert str(FormName.read(written)) == written


def test_a_name_without_room_has_no_number():
    assert FormName("texts", ("x" * 60,), "12o").numbered().number
    assert not FormName("texts", ("x" * 80,), "12o").numbered().number


@pytest.mark.parametrize(
    ("kind", "more"), [("figure", ("12", "AAAABBBB")), ("ptext", ("12", "AAAABBBB")), ("wlist", ("never_zh",))]
)
def test_a_form_about_a_claim_with_the_longest_id_has_a_number(kind, more):
    name = FormName(kind, ("x" * 64, *more), "123o")
    assert name.numbered().number != name.numbered().number
    assert FormName.read(str(named := name.numbered())) == named


def test_a_conflict_is_shown_also_where_its_version_leaves_no_room_for_the_number():
    name = FormName("ptext", ("x" * 64, "1", "AAAABBBB"), "2")
    name = replace(name, number="0a1b2c3d")
    name = replace(name, about=("x" * (100 - len(f"ts:fm:{name}") + 64), *name.about[1:]))
    assert len(f"ts:fm:{name}") == 100
    conflict = ConflictError("x", (FieldDifference("title.en", "Mine", "Theirs"),), current="2o~1o")
    shown = draw_conflict(conflict, name, {"title_en": "Mine"}, Texts.open("en"))
    buttons = [item for item in shown.view.walk_children() if isinstance(item, discord.ui.Button)]
    assert [button.label for button in buttons] == ["Keep mine", "Keep theirs", "Edit again"]
    assert all(len(button.custom_id) <= 100 for button in buttons)


async def test_what_was_typed_is_measured_as_discord_counts_it():
    texts, name = Texts.open("en"), FormName("title", ("crane",))
    assert draw_failure(["no"], name, {"title_en": "🦀" * 700}, texts).files == ()
    assert len(draw_failure(["no"], name, {"title_en": "🦀" * 1400}, texts).files) == 1
