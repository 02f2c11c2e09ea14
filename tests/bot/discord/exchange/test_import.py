"""`/claims import`: a dry run first, then one revision; nothing is kept in between but in the message itself."""

import json
import threading

import discord
import pytest
import simcord.interactions
from simcord.backend.errors import SetupError

from bot.discord import create_bot, exchange
from claims.moderation.rights import Actor
from config.errors import NotAllowedError
from tests.bot.discord.exchange.conftest import CRANE_TITLE, NEW_TITLE
from tests.bot.discord.world import MODERATORS_ONLY, labels_of, text_of

TITLE_LINE = f"en: {CRANE_TITLE}"
FEED = [{"@type": "ClaimReview", "claimReviewed": "Herring gulls can read", "url": "https://gulls.example/read"}]


@pytest.fixture
async def changed(desk):
    """The server's claims in YAML with another title for the crane, and one that is refused."""
    text = (await desk.export()).decode().replace(TITLE_LINE, f"en: {NEW_TITLE}", 1)
    return text.replace("kind: outlook", "kind: rumour", 1).encode()


async def test_the_dry_run_names_what_changes_and_what_is_refused_and_writes_nothing(desk, changed):
    before = desk.world.touchstone.base.revision
    message = await desk.bring(changed)
    text = text_of(message)
    assert text.startswith("### What claims.yaml would change\n**Changed** (1)\n")
    assert f"- {NEW_TITLE}\n-# Fields that differ: Title in English" in text
    assert "**Refused** (1)" in text
    assert "rumour" in text
    assert "2 claims are unchanged." in text
    assert "Nothing has been written yet." in text
    assert "Mend what is refused and bring the file again, or take only the rest of it." in text
    assert labels_of(message) == ["Write the other 1 claim only", "Discard"]
    assert desk.world.touchstone.base.revision == before
    assert desk.world.cards() == []


async def test_the_report_has_all_that_differs(desk, changed):
    message = await desk.bring(changed)
    file, report = message.attachments
    assert (file.filename, report.filename) == ("claims.yaml", "report.txt")
    assert await file.read() == changed
    lines = (await report.read()).decode().splitlines()
    assert f"      Title in English: {CRANE_TITLE} → {NEW_TITLE}" in lines
    assert any("claims[" in line and "kind" in line and "contested, context, outlook" in line for line in lines)


async def test_the_report_is_written_in_a_thread_beside_the_bot(desk, changed, monkeypatch):
    plain, threads = exchange.report_lines, list[threading.Thread]()

    def lines(*given: object):
        threads.append(threading.current_thread())
        return plain(*given)

    monkeypatch.setattr(exchange, "report_lines", lines)
    await desk.bring(changed)
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


async def test_the_button_writes_one_revision_that_can_be_undone_as_one(desk, changed):
    before = desk.world.touchstone.base.revision
    done = await desk.write(await desk.bring(changed))
    assert text_of(done).startswith(f"1 claim written, as revision {before + 1}.")
    assert "Left out: 0 conflicting, 1 refused." in text_of(done)
    assert "/history" in text_of(done)
    assert labels_of(done) == []
    assert [file.filename for file in done.attachments] == ["report.txt"]
    assert (desk.title(), desk.world.touchstone.base.revision) == (NEW_TITLE, before + 1)
    revision = desk.revisions[0]
    assert (revision.id, revision.act, revision.reason) == (before + 1, "claim.import", "claims.yaml")
    assert revision.actor == str(desk.world.chief.id)
    desk.world.touchstone.moderation.undoing.undo(desk.actor, revision.id)
    assert desk.title() == CRANE_TITLE


async def test_a_sheet_comes_in(desk):
    text = (await desk.export("csv")).decode("utf-8-sig").replace(f",{CRANE_TITLE},", f",{NEW_TITLE},", 1)
    await desk.write(await desk.bring(text.encode(), "claims.csv"))
    assert desk.title() == NEW_TITLE


async def test_a_feed_comes_in_as_drafts_with_a_warning_of_claims_that_are_known(desk):
    feed = [*FEED, {"@type": "ClaimReview", "claimReviewed": CRANE_TITLE, "url": "https://gulls.example/crane"}]
    message = await desk.bring(json.dumps(feed).encode(), "feed.json")
    assert "**New, as drafts** (2)" in text_of(message)
    assert "may repeat crane-built-1920" in text_of(message)
    await desk.write(message)
    made = [change.subject for change in desk.revisions[0].changes if change.kind == "claim"]
    assert len(made) == 2
    assert {desk.world.touchstone.base.claim(claim, desk.world.guild.id).status for claim in made} == {"draft"}


async def test_undoing_an_import_takes_new_claims_away_again(desk):
    seen = desk.world.touchstone.base.claims(desk.world.guild.id)
    text = (await desk.export()).decode().replace("id: crane-built-1920", "id: crane-of-ours", 1)
    await desk.write(await desk.bring(text.encode()))
    assert len(desk.world.touchstone.base.claims(desk.world.guild.id)) == len(seen) + 1
    desk.world.touchstone.moderation.undoing.undo(desk.actor, desk.revisions[0].id)
    assert desk.world.touchstone.base.claims(desk.world.guild.id) == seen


async def test_it_can_be_discarded(desk, changed):
    message = await desk.bring(changed)
    done = await desk.world.chief.click(message, label="Discard")
    assert text_of(done.response.message) == "The file is discarded; nothing was written."
    assert (labels_of(done.response.message), done.response.message.attachments) == ([], [])
    assert desk.title() == CRANE_TITLE


async def test_the_button_works_after_a_restart(desk, changed, settings):
    message = await desk.bring(changed)
    await desk.world.env.restart_bot(create_bot(settings, desk.world.touchstone))
    assert "1 claim written" in text_of(await desk.write(message))
    assert desk.title() == NEW_TITLE


async def test_what_was_changed_in_between_is_shown_before_anything_is_written(desk, changed):
    changed = changed.replace(b"kind: rumour", b"kind: outlook").replace(b"en: The lamp", b"en: That the lamp", 1)
    message = await desk.bring(changed)
    assert "Write 2 claims" in labels_of(message)
    desk.retitle("As somebody else has it")
    before = desk.world.touchstone.base.revision
    again = await desk.write(message)
    assert text_of(again).startswith("The claims have changed meanwhile, and nothing was written.")
    assert "**Conflicting: changed here since, and left as they are here** (1)" in text_of(again)
    assert desk.world.touchstone.base.revision == before
    assert labels_of(again) == ["Write 1 claim", "Discard"]
    assert [file.filename for file in again.attachments] == ["claims.yaml", "report.txt"]
    done = await desk.write(again)
    assert "Left out: 1 conflicting, 0 refused." in text_of(done)
    assert desk.title() == "As somebody else has it"
    assert desk.title("lighthouse-40-kw").startswith("That the lamp")


async def test_the_same_file_written_twice_is_written_once(desk, changed):
    first, second = await desk.bring(changed), await desk.bring(changed)
    await desk.write(first)
    before = desk.world.touchstone.base.revision
    again = await desk.write(second)
    assert "There is nothing to write." in text_of(again)
    assert labels_of(again) == []
    assert desk.world.touchstone.base.revision == before


@pytest.mark.parametrize("stored", [b"another file", None])
async def test_another_file_in_its_place_is_not_written(desk, changed, monkeypatch, stored):
    message = await desk.bring(changed)
    monkeypatch.setattr(desk.world.env.backend.cdn, "get", lambda _: stored)
    done = await desk.world.chief.click(message, label="Write the other 1 claim only")
    assert "The file is no longer there as it was." in done.followups[0].message.content
    assert desk.title() == CRANE_TITLE


async def test_members_are_refused_before_the_file_is_fetched(desk, changed, monkeypatch):
    fetched = []
    monkeypatch.setattr(desk.world.env.backend.cdn, "get", fetched.append)
    for person in (desk.world.alice, desk.world.mod):
        assert text_of(await desk.bring(changed, person=person)) == MODERATORS_ONLY
    assert fetched == []
    assert [type(error.original) for error in desk.world.env.errors] == [NotAllowedError] * 2


async def test_the_right_is_asked_again_when_the_button_is_pressed(desk, changed, monkeypatch):
    message = await desk.bring(changed)
    plain = simcord.interactions.base_payload

    def without_rights(*args: object, **more: object):
        record, made = plain(*args, **more)
        made["member"]["permissions"] = "0"
        return record, made

    monkeypatch.setattr(simcord.interactions, "base_payload", without_rights)
    done = await desk.world.chief.click(message, label="Write the other 1 claim only")
    assert done.followups[0].message.content == MODERATORS_ONLY
    assert done.followups[0].ephemeral
    assert desk.title() == CRANE_TITLE


async def test_another_server_sees_nothing_of_it(desk, changed):
    await desk.write(await desk.bring(changed))
    touchstone, there = desk.world.touchstone, desk.world.env.create_guild()
    moderator = Actor(1, there.id, is_administrator=True)
    assert touchstone.base.claim("crane-built-1920", there.id).title["en"] == CRANE_TITLE
    assert touchstone.base.claim("crane-built-1920").title["en"] == CRANE_TITLE
    assert touchstone.moderation.history.page(moderator).entries == ()


async def test_outside_a_server_there_is_nothing_to_import_into(desk):
    somebody = desk.world.env.create_user("somebody")
    with pytest.raises(SetupError, match="not visible"):
        await somebody.slash("claims import", file=("claims.yaml", b"x"))


async def test_what_people_wrote_is_shown_letter_by_letter(desk, changed):
    evil = changed.replace(f"en: {NEW_TITLE}".encode(), b"en: '**bold** <@1> @everyone [x](https://evil.example)'", 1)
    text = text_of(await desk.bring(evil, "_a_.yaml"))
    assert r"What \_a\_.yaml would change" in text
    assert r"\*\*bold\*\* \<@" in text
    assert "@everyone" not in text
    assert "(https://" not in text


@pytest.mark.parametrize(
    ("locale", "says"),
    [
        (discord.Locale.chinese, ["claims.yaml 会改动什么", "还没有写入任何内容。", "只写入其余1条说法"]),
        (discord.Locale.taiwan_chinese, ["claims.yaml 會變更什麼", "還沒有寫入任何內容。", "只寫入其餘1個說法"]),
    ],
)
async def test_it_speaks_the_language_of_the_client(desk, changed, in_language, locale, says):
    in_language(locale)
    message = await desk.bring(changed)
    shown = "\n".join([text_of(message), *labels_of(message)])
    assert [text for text in says if text not in shown] == []
    done = await desk.world.chief.click(message, label=labels_of(message)[0])
    assert "/history" in text_of(done.response.message)
    assert "revision" not in text_of(done.response.message)
