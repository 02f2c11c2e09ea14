"""`/claims source`: sources of the server's own, by the name that points cite."""

import pytest

from tests.bot.discord.world import prefilled, text_of

FILLED = {"title": "The log of the harbour", "publisher": "Harbour office", "published": "2025-06"}


async def form(world):
    return await world.chief.slash(world.channel, "claims source")


def sources(world):
    return [d for d in world.touchstone.base.documents(world.guild.id) if d.id.startswith("source-")]


async def test_a_source_is_added_and_cited_by_the_name_it_is_given(world, desk):
    message = await desk.hand_in(await form(world), **FILLED, address="https://harbour.example/log")
    (source,) = sources(world)
    assert text_of(message) == f"✓ The source is there: The log of the harbour\nPoints cite it as `{source.id}`."
    listed = await desk.press(await desk.open(), "Points")
    added = await desk.form(listed, "New point")
    await desk.hand_in(added, text_en="It is written.", speaker_en="The log", date="2025-06", citations=source.id)
    assert desk.claim().points[2].citations[0].document == source.id


@pytest.mark.parametrize(
    ("title", "language"), [("港口的日志", "zh-Hans"), ("港口的日誌與燈塔", "zh-Hant"), ("A log", "en")]
)
async def test_its_language_is_that_of_its_title(world, desk, title, language):
    await desk.hand_in(await form(world), **FILLED | {"title": title})
    assert [source.language for source in sources(world)] == [language]


async def test_what_cannot_be_written_comes_back(world, desk):
    refused = await desk.hand_in(await form(world), **FILLED | {"published": "soon"}, address="harbour.example")
    shown = text_of(refused)
    assert "Published: soon is no date." in shown
    assert "Address: harbour.example is no address. Write it as https" in shown
    assert sources(world) == []
    again = await desk.form(refused, "Try again")
    assert prefilled(again)["title"] == "The log of the harbour"
