"""`/documents`: a server's own sources, from an address or a file to the queue, and away again."""

import asyncio
import threading

import discord
import pytest

from bot.discord import shelf
from bot.discord.shelf import DocumentsCommand
from claims.moderation.rights import Actor
from claims.moderation.sources import NewSource
from tests.bot.discord.queue.test_deciding import opened
from tests.bot.discord.world import MODERATORS_ONLY, hand_in, labels_of, prefilled, shown_by, text_of
from tests.claims.documents.site import answer, bomb, site, to

ARTICLE = """---
title: The *silver* year
author: A. Dealer
publisher: Ledger
---
Some say that silver cannot be replaced in servers. In fact copper has replaced most of it since last year.
Gold demand is up 12% since spring, because more people buy coins.
"""
PAGE = (
    b"<html><head><title>Quays</title></head><body><p>The quay sinks by 30% more each year, because the mud gives way."
    b"</p></body></html>"
)


@pytest.fixture
def part(world):
    """The part of the bot that is tried here."""
    (part,) = (each for each in world.env.bot.cogs.values() if isinstance(each, DocumentsCommand))
    return part


@pytest.fixture
def here(part):
    """A site on the loopback, which the bot may read in this test."""
    with site() as running:
        part.pages = running.reader()
        yield running


async def add(world, text: str | bytes = ARTICLE, name: str = "silver.md", person=None, **more):
    raw = text.encode() if isinstance(text, str) else text
    done = await (person or world.chief).slash(world.channel, "documents add", file=(name, raw), **more)
    assert text_of(done)
    return done.response.message


def own(world, server: int | None = None) -> list[str]:
    documents = world.touchstone.moderation.shelf.entries(server or world.guild.id)
    return [each.document.id for each in documents if each.own]


def waiting(world) -> list:
    actor = Actor(1, world.guild.id, is_administrator=True)
    return list(world.touchstone.moderation.queue.items(actor, kind="candidate").items)


async def test_a_file_becomes_a_source_of_this_server_alone(world):
    shown = text_of(await add(world))
    assert shown.startswith("✓ Added as `the-silver-year`.\nThe text does not say: Published.\n### The \\*silver")
    assert "A. Dealer · Ledger · en" in shown
    assert own(world) == ["the-silver-year"]
    assert "the-silver-year" not in {each.id for each in world.touchstone.base.documents(None)}
    assert "the-silver-year" not in {each.id for each in world.touchstone.base.documents(4711)}
    assert "This is the-silver-year, which is here already." in text_of(await add(world, name="copy.md"))
    assert own(world) == ["the-silver-year"]


async def test_a_page_is_read_from_its_address_and_linked(world, here):
    here.pages["/quays"] = answer(body=PAGE)
    here.pages["/old"] = to("/quays")
    done = await world.chief.slash(world.channel, "documents add", url=here.address("/old"), author="The harbour")
    assert f"### [Quays]({here.address('/quays')})" in text_of(done)
    assert "The harbour · good.example" in text_of(done)
    assert len(own(world)) == 1


@pytest.mark.parametrize(
    ("path", "page", "says"),
    [
        ("/gone", answer("404 Not Found", b"", None), "There is nothing at"),
        ("/film", answer(kind="video/mp4"), "gives video/mp4, which is not read"),
        ("/bomb", answer(body=bomb(20), content_encoding="gzip"), "gives more than 10 MB"),
        ("/inner", to("http://inner.example/secret"), "no host of the public internet"),
        ("/empty", answer(body=b"<html><body></body></html>"), "There is no text to read in it"),
    ],
)
async def test_what_cannot_be_read_is_told_with_its_reason_and_nothing_is_kept(world, here, path, page, says):
    here.pages[path] = page
    done = await world.chief.slash(world.channel, "documents add", url=here.address(path))
    shown = text_of(done).replace("\u200b", "").replace("\\", "")
    assert says in shown
    assert shown.endswith("Nothing was kept.")
    assert own(world) == []


@pytest.mark.parametrize(
    ("name", "raw", "says"),
    [
        ("a.bin", b"\x00\x01\x02" * 400, "This is no text."),
        ("a.zip", b"PK\x03\x04" + b"x" * 400, "which is not read"),
        ("a.txt", b" \n ", "There is nothing in it."),
        ("a.xml", b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaa">]><l>&a; and so on</l>', "entities"),
        ("a.pdf", b"%PDF-1.7\nbroken", "PDF"),
    ],
)
async def test_hostile_files_are_refused_with_a_reason(world, name, raw, says):
    assert says in text_of(await add(world, raw, name)).replace("\\", "")
    assert own(world) == []


async def test_an_address_or_a_file_is_needed_but_not_both(world):
    for more in ({}, {"url": "https://a.example", "file": ("a.txt", b"x")}):
        done = await world.chief.slash(world.channel, "documents add", **more)
        assert text_of(done) == "Give an address or a file: one of the two."


async def test_a_date_that_is_none_is_told(world):
    assert "soon is no date." in text_of(await add(world, date="soon"))
    assert own(world) == []


async def test_what_the_text_does_not_say_is_filled_in(world):
    form = await world.chief.click(await add(world), label="Edit")
    assert prefilled(form)["title"] == "The *silver* year"
    filled = {name: value for name, value in prefilled(form).items() if value} | {"published": "2026-01"}
    done = await world.chief.submit_modal(form, filled)
    assert "✓ Written." in text_of(done)
    (entry,) = (each for each in world.touchstone.moderation.shelf.entries(world.guild.id) if each.own)
    assert (entry.document.published, entry.document.author, entry.document.loaded) == ("2026-01", "A. Dealer", True)


async def test_it_is_read_page_by_page_with_what_was_left_out(world):
    message = await add(world, ARTICLE + "The mud gives way under the quay, year after year.\n" * 200)
    done = await world.chief.click(message, label="Read it")
    shown = text_of(done.response.message)
    assert "Some say that silver cannot be replaced" in shown
    assert "~~⟦front matter:" in shown
    assert "Page 1 of " in shown
    further = await world.chief.click(done.response.message, label="Next")
    assert "Page 2 of " in text_of(further.response.message)


async def test_its_claims_reach_the_queue_once_with_who_says_what(world):
    message = await add(world)
    done = await world.chief.click(message, label="Look for claims")
    assert "3 sentences of “The \\*silver\\* year” wait in the queue now." in text_of(done.response.message)
    items = waiting(world)
    (told,) = (item for item in items if "silver cannot be replaced" in item.payload["text"])
    assert (told.payload["attitude"], told.payload["speaker"]) == ("rejects", "Some")
    assert told.payload["counter"][2].startswith("copper has replaced")
    again = await world.chief.click(done.response.message, label="Look for claims")
    assert "Nothing new in" in text_of(again.response.message)
    shown = text_of(await opened(world, told.id))
    assert "Some · the document rejects it" in shown
    assert "against it: copper has replaced" in shown


async def test_what_a_claim_says_already_is_offered_as_its_wording(world):
    text = "A report of the year.\nThe lamp of the lighthouse draws 40 kW.\n"
    await world.chief.click(await add(world, text, "lamp.txt"), label="Look for claims")
    (item,) = waiting(world)
    assert item.claim == "lighthouse-40-kw"


async def test_of_two_who_change_its_facts_the_second_is_asked(world):
    message = await add(world)
    first, second = [await world.chief.click(message, label="Edit") for _ in range(2)]
    await hand_in(world.chief, first, author="Theirs")
    conflict = shown_by(await hand_in(world.chief, second, publisher="Mine"))
    assert labels_of(conflict) == ["Keep mine", "Keep theirs", "Edit again"]
    assert "Theirs" in text_of(conflict)
    assert "Theirs" in text_of(await world.chief.slash(world.channel, "documents show", document="silver"))
    await world.chief.click(conflict, label="Keep mine")
    shown = text_of(await world.chief.slash(world.channel, "documents show", document="silver"))
    assert "A. Dealer · Mine · en" in shown


async def test_the_list_opens_each_of_them(world):
    await add(world)
    listed = (await world.chief.slash(world.channel, "documents list")).response.message
    assert "The \\*silver\\* year\n-# Ledger · loaded · this server's own" in text_of(listed)
    shown = await world.chief.select(listed, values=["the-silver-year"])
    assert "SHA-256" in text_of(shown.response.message)


async def test_it_is_taken_away_after_a_question_unless_it_is_cited(world):
    await add(world)
    asked = (await world.chief.slash(world.channel, "documents remove", document="silver")).response.message
    assert labels_of(asked) == ["Yes, take it away", "No"]
    done = await world.chief.click(asked, label="Yes, take it away")
    assert "✓ the-silver-year is gone." in text_of(done.response.message)
    assert own(world) == []


async def test_what_waits_of_it_goes_with_it(world):
    await world.chief.click(await add(world), label="Look for claims")
    asked = (await world.chief.slash(world.channel, "documents remove", document="silver")).response.message
    done = await world.chief.click(asked, label="Yes, take it away")
    assert "3 candidates that waited went with it." in text_of(done.response.message)
    assert waiting(world) == []


async def test_what_is_not_the_servers_own_stays_and_is_neither_suggested_nor_asked_about(world):
    await add(world)
    found = await world.chief.autocomplete(world.channel, "documents remove", "document", "")
    assert [choice["value"] for choice in found] == ["the-silver-year"]
    done = await world.chief.slash(world.channel, "documents remove", document="harbour-yearbook")
    assert "is shared by all servers, so that it stays." in text_of(done)
    assert labels_of(done.response.message) == []
    done = await world.chief.slash(world.channel, "documents remove", document="never-was")
    assert "There is no document never-was here." in text_of(done)
    assert len(world.env.errors) == 1


async def test_whoever_does_not_take_it_away_sees_it_again_also_without_a_text(world):
    chief = Actor(world.chief.id, world.guild.id, can_manage_server=True)
    named = world.touchstone.moderation.sources.add(chief, NewSource("Quays of the year", "The harbour", "2025"))
    asked = (await world.chief.slash(world.channel, "documents remove", document=named)).response.message
    shown = (await world.chief.click(asked, label="No")).response.message
    assert "### Quays of the year" in text_of(shown)
    assert labels_of(shown) == ["Edit", "Remove", "All documents"]


async def test_members_get_nothing_and_nothing_is_fetched(world, here):
    for person in (world.alice, world.mod):
        done = await person.slash(world.channel, "documents add", url=here.address())
        assert text_of(done) == MODERATORS_ONLY
    assert here.asked == []
    assert len(world.env.errors) == 2


@pytest.mark.parametrize(
    ("locale", "says"),
    [(discord.Locale.chinese, "已收录为"), (discord.Locale.taiwan_chinese, "已收錄為")],
)
async def test_it_speaks_the_language_of_the_client(world, in_language, locale, says):
    in_language(locale)
    assert says in text_of(await add(world))
    refused = text_of(await add(world, b"PK\x03\x04" + b"x" * 400, "a.zip"))
    assert "which is not read" not in refused


async def test_a_document_is_laid_out_in_a_thread_beside_the_bot(world, monkeypatch):
    plain, threads = shelf.read_parts, list[threading.Thread]()

    def parts(*given: object):
        threads.append(threading.current_thread())
        return plain(*given)

    monkeypatch.setattr(shelf, "read_parts", parts)
    await world.chief.click(await add(world), label="Read it")
    assert threads
    assert threading.main_thread() not in threads


@pytest.fixture
def read(monkeypatch):
    """Which documents have been read, by the beginning of their text."""
    plain, found = shelf._read, list[str]()

    def reading(view, texts):
        found.append(view.raw[:5])
        return plain(view, texts)

    monkeypatch.setattr(shelf, "_read", reading)
    return found


async def test_who_turns_pages_has_the_document_read_once(world, read):
    message = await add(world, "The mud gives way under the quay, year after year.\n" * 200, "mud.txt")
    shown = (await world.chief.click(message, label="Read it")).response.message
    for place in ("Page 2 of", "Page 3 of"):
        shown = (await world.chief.click(shown, label="Next")).response.message
        assert place in text_of(shown)
    assert read == ["The m"]


async def test_of_several_documents_only_so_much_stays_read(world, read, monkeypatch):
    monkeypatch.setattr(shelf, "_MOST_HELD", 3_000)
    await add(world, "The mud gives way under the quay, year after year.\n" * 40, "mud.txt")
    (first,) = own(world)
    await add(world, "Gulls steal fish from the boats in the harbour, day after day.\n" * 40, "gulls.txt")
    (second,) = {*own(world)} - {first}
    for document in (first, first, second, second, first):
        message = (await world.chief.slash(world.channel, "documents show", document=document)).response.message
        shown = await world.chief.click(message, label="Read it")
        assert "Page 1 of" in text_of(shown.response.message)
    assert read == ["The m", "Gulls", "The m"]


async def test_an_address_is_fetched_while_another_document_is_read(world, part, here):
    asked = threading.Event()

    def page(client, *_: object) -> None:
        asked.set()
        client.sendall(answer(body=PAGE))

    here.pages["/quays"] = page
    async with part.turn:
        adding = asyncio.create_task(world.chief.slash(world.channel, "documents add", url=here.address("/quays")))
        assert await asyncio.to_thread(asked.wait, 30)
    assert "Added as" in text_of(await adding)
