"""`/claims candidates`: a document proposes claims, and moderators decide."""

import asyncio
import hashlib
import threading
from types import SimpleNamespace

import aiohttp
import discord
import pytest

from bot.discord import create_bot
from bot.discord.queue import proposing
from bot.texts import Texts
from claims.exchange.importing import load_pack
from claims.moderation.rights import Actor
from config.errors import DatabaseError
from tests.bot.discord.queue.test_deciding import opened
from tests.bot.discord.world import MODERATORS_ONLY, hand_in, prefilled, shown_by, text_of, typed_commands
from tests.claims.packs import claim_data, pack_data, write_pack

PAPER = "Gold demand is up 12% since spring.\n白银需求在2025年增长了30%，因为机房越建越多。\nDoes silver matter?\n"
BEST = "白银需求在2025年增长了30%，因为机房越建越多。"
COMMAND = "claims candidates"


@pytest.fixture
def touchstone(touchstone, tmp_path):
    """The harbour's claims, one document that is loaded and one that is not."""
    data = pack_data(claim_data("other-claim"), pack="papers")
    (known,) = data["documents"]
    digest = hashlib.sha256(PAPER.encode()).hexdigest()
    data["documents"].append(known | {"id": "metals-paper", "title": "On *metals*", "sha256": digest})
    load_pack(touchstone.base, write_pack(tmp_path, data, "papers.yaml"))
    (tmp_path / "paper.txt").write_bytes(PAPER.encode())
    touchstone.base.load_documents([tmp_path / "paper.txt"])
    return touchstone


async def test_what_a_document_proposes_waits_in_the_queue(world, waiting):
    shown = text_of(await world.chief.slash(world.channel, COMMAND, source="metals-paper"))
    assert (
        typed_commands(shown) == "2 sentences of “On \\*metals\\*” wait in the queue now.\nDecide on them with /queue."
    )
    assert [item.payload["text"] for item in waiting.items("candidate")] == [
        BEST,
        "Gold demand is up 12% since spring.",
    ]


async def test_the_same_passages_wait_once(world, waiting):
    await world.chief.slash(world.channel, COMMAND, source="metals-paper")
    shown = text_of(await world.chief.slash(world.channel, COMMAND, source="metals"))
    assert shown == "Nothing new in “On \\*metals\\*”: all it proposes waits already, or has been decided."
    assert len(waiting.items("candidate")) == 2


async def test_an_item_says_where_it_stands_and_opens_as_a_claim(world, waiting):
    await world.chief.slash(world.channel, COMMAND, source="metals-paper")
    item = waiting.items("candidate")[0]
    start, end = PAPER.index(BEST), PAPER.index(BEST) + len(BEST)
    message = await opened(world, item.id)
    assert f"> {BEST}\nSource: On \\*metals\\*, characters {start}–{end}\n" in text_of(message)
    assert f"A point cites it as: metals-paper {start}-{end}" in text_of(message)
    form = await world.chief.click(message, label="Open as new claim")
    assert [prefilled(form)[name] for name in ("title", "text")] == [BEST.rstrip("。"), BEST]
    assert "The draft is there" in text_of(shown_by(await hand_in(world.chief, form)))


async def test_documents_that_are_loaded_are_suggested(world):
    for typed, expected in (("", ["metals-paper"]), ("METAL", ["metals-paper"]), ("harbour", [])):
        found = await world.chief.autocomplete(world.channel, COMMAND, "source", typed)
        assert [choice["value"] for choice in found] == expected


async def test_a_document_that_is_not_loaded_says_how_to_load_it(world, waiting):
    shown = text_of(await world.chief.slash(world.channel, COMMAND, source="harbour-yearbook"))
    assert shown.startswith("The text of harbour-yearbook is not loaded.")
    assert "touchstone documents load FILE" in shown
    shown = text_of(await world.chief.slash(world.channel, COMMAND, source="nowhere"))
    assert shown == "There is no document nowhere here. Pick one from the list."
    assert waiting.items("candidate") == ()
    assert len(world.env.errors) == 2


async def test_members_may_not_and_servers_keep_theirs_apart(world, waiting):
    for person in (world.alice, world.mod):
        assert text_of(await person.slash(world.channel, COMMAND, source="metals-paper")) == MODERATORS_ONLY
    assert waiting.items("candidate") == ()
    other = world.env.create_guild()
    there = other.add_member(world.env.create_user("dora"), roles=[other.create_role("x", permissions=MANAGER)])
    await there.slash(other.create_text_channel("elsewhere"), COMMAND, source="metals-paper")
    assert waiting.items("candidate") == ()
    assert len(waiting.queue.items(Actor(1, other.id, is_administrator=True)).items) == 2
    assert len(world.env.errors) == 2


async def test_a_base_that_cannot_be_written_is_told(world, waiting, touchstone, monkeypatch):
    def refuse(*_: object):
        raise DatabaseError("locked")

    monkeypatch.setattr(touchstone.moderation.candidates, "add", refuse)
    shown = text_of(await world.chief.slash(world.channel, COMMAND, source="metals-paper"))
    assert "cannot be read or written just now." in shown
    assert waiting.items("candidate") == ()
    assert len(world.env.errors) == 1


async def test_progress_that_is_lost_on_the_way_loses_nothing_else(monkeypatch):
    told = threading.Event()

    async def show(_view: object) -> None:
        told.set()
        raise aiohttp.ServerDisconnectedError

    request = SimpleNamespace(do=asyncio.to_thread, show=show, texts=Texts.open("en"))
    monkeypatch.setattr(proposing, "_PACE", 0.01)
    assert await proposing._told(request, lambda _moved: told.wait(30), str)


async def test_after_a_restart_the_command_is_there_once(world, waiting, settings, touchstone):
    await world.env.restart_bot(create_bot(settings, touchstone))
    await world.chief.slash(world.channel, COMMAND, source="metals-paper")
    assert len(waiting.items("candidate")) == 2


@pytest.mark.parametrize(
    ("locale", "first", "again", "place"),
    [
        (
            discord.Locale.chinese,
            "“On \\*metals\\*”里有2个句子现在等待处理。\n用 /queue处理。",
            "“On \\*metals\\*”里没有新的候选",
            "来源：On \\*metals\\*，第36–62字",
        ),
        (
            discord.Locale.taiwan_chinese,
            "「On \\*metals\\*」裡有2個句子現在等待處理。\n用 /queue處理。",
            "「On \\*metals\\*」裡沒有新的候選",
            "來源：On \\*metals\\*，第36–62字",
        ),
    ],
)
async def test_it_speaks_the_language_of_the_client(world, waiting, in_language, locale, first, again, place):
    in_language(locale)
    shown = text_of(await world.chief.slash(world.channel, COMMAND, source="metals-paper"))
    assert typed_commands(shown) == first
    assert again in text_of(await world.chief.slash(world.channel, COMMAND, source="metals-paper"))
    assert place in text_of(await opened(world, waiting.items("candidate")[0].id))


MANAGER = discord.Permissions(manage_guild=True)
