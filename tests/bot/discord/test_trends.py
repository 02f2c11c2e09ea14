"""`/trends`: a picture and a sheet for moderators."""

import csv
import io

import discord
import pytest
from PIL import Image

from bot.trends_picture import LOOKS
from checks.model import Finding, Match
from config.errors import NotAllowedError
from tests.bot.discord.world import MODERATORS_ONLY, text_of


@pytest.fixture
def seen(world):
    """One message that stated a claim."""
    finding = Finding("", "en", "reply", (Match("crane-built-1920", 0.9, "asserts", ""),))
    world.touchstone.sightings.record(world.guild.id, world.channel.id, 1, 1, finding, "reply")


@pytest.mark.usefixtures("seen")
async def test_moderators_get_a_picture_and_a_sheet(world):
    shown = await world.chief.slash(world.channel, "trends", days=7)
    assert "Sightings are kept for" in text_of(shown)
    picture, sheet = shown.response.message.attachments
    assert (picture.filename, sheet.filename) == ("trends.png", "trends.csv")
    assert picture.description.startswith("Claims in chat: stated 1, asked about 0, disputed 0.")
    assert (await picture.read()).startswith(b"\x89PNG")
    rows = list(csv.DictReader(io.StringIO((await sheet.read()).decode("utf-8-sig"))))
    assert [(row["claim"], row["asserted"]) for row in rows] == [("crane-built-1920", "1")]


@pytest.mark.usefixtures("seen")
@pytest.mark.parametrize(("chosen", "shade"), [({}, "dark"), ({"picture": "light"}, "light")])
async def test_the_picture_is_dark_as_most_clients_are_unless_light_is_wanted(world, chosen, shade):
    shown = await world.chief.slash(world.channel, "trends", **chosen)
    picture = Image.open(io.BytesIO(await shown.response.message.attachments[0].read()))
    assert picture.getpixel((0, 0)) == tuple(bytes.fromhex(LOOKS[shade].paper[1:]))


async def test_where_nothing_was_seen_there_is_no_picture(world):
    assert text_of(await world.chief.slash(world.channel, "trends")) == "No claim was seen."


async def test_members_are_refused(world):
    shown = await world.alice.slash(world.channel, "trends")
    assert text_of(shown) == MODERATORS_ONLY
    assert [type(error.original) for error in world.env.errors] == [NotAllowedError]


@pytest.mark.parametrize(
    ("locale", "says"),
    [(discord.Locale.chinese, "没有看到任何说法。"), (discord.Locale.taiwan_chinese, "沒有看到任何說法。")],
)
async def test_the_answer_is_in_the_language_of_the_client(world, in_language, locale, says):
    in_language(locale)
    assert text_of(await world.chief.slash(world.channel, "trends")) == says
