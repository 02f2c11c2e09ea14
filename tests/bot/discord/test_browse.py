"""Looking around in the claim base."""

import discord
import pytest

from bot.discord import create_bot, lookup
from bot.discord.ask import PER_PAGE
from claims.base import ClaimBase
from claims.exchange.importing import load_pack
from config.errors import UnknownClaimError
from tests.bot.discord.world import text_of
from tests.claims.people import administrator
from tests.templates import load_shipped_packs


async def complete(world, typed):
    choices = await world.alice.autocomplete(world.channel, "browse", "claim", typed)
    return {choice["value"]: choice["name"] for choice in choices}


async def test_what_is_typed_is_completed_from_titles_ids_and_wordings(world):
    assert await complete(world, "harbour crane") == {"crane-built-1920": "The old harbour crane was built in 1920"}
    assert "lighthouse-40-kw" in await complete(world, "lighthouse-40")
    assert "seals-dying-out" in await complete(world, "vanishing")


async def test_chinese_in_either_script_is_completed_too(world, in_language):
    in_language(discord.Locale.taiwan_chinese)
    simplified, traditional = await complete(world, "老吊车"), await complete(world, "老吊車")
    assert simplified == traditional
    assert simplified["crane-built-1920"] == "港口的老吊車建於1920年"


@pytest.fixture
def many(touchstone):
    """Load the shipped packs too: more claims than a page or a list of suggestions holds."""
    load_shipped_packs(touchstone.base)


@pytest.mark.usefixtures("many")
async def test_at_most_25_suggestions_come_each_short_enough(world):
    choices = await complete(world, "")
    assert len(choices) == 25
    assert max(map(len, choices.values())) <= 100


async def test_a_suggestion_opens_the_card_of_the_claim(world):
    shown = text_of(await world.alice.slash(world.channel, "browse", claim="crane-built-1920"))
    assert "The yearbook dates the crane to 1954" in shown


async def test_free_text_opens_the_claim_that_it_fits(world):
    shown = text_of(await world.alice.slash(world.channel, "browse", claim="lamp lighthouse"))
    assert "40 kW is the connection of the whole island" in shown


async def test_free_text_that_fits_nothing_is_answered_with_a_sentence(world):
    shown = text_of(await world.alice.slash(world.channel, "browse", claim="xyzzy plugh"))
    assert shown == "There is no such claim here. Pick one from the list."
    assert [type(error.original) for error in world.env.errors] == [UnknownClaimError]


@pytest.mark.usefixtures("many")
async def test_the_list_is_turned_page_by_page_to_its_end_and_back(world):
    claims = world.touchstone.base.claims()
    last = (len(claims) - 1) // PER_PAGE
    listed = await world.alice.slash(world.channel, "browse")
    message = listed.response.message
    assert f"Page 1 of {last + 1}" in text_of(message)
    for _ in range(last):
        await world.alice.click(message, label="Next")
        message = listed.response.message
    assert f"Page {last + 1} of {last + 1}" in text_of(message)
    await world.alice.click(message, label="Back")
    assert f"Page {last} of {last + 1}" in text_of(listed.response.message)


@pytest.mark.usefixtures("many")
async def test_list_and_menu_work_after_a_restart(world, settings):
    listed = await world.alice.slash(world.channel, "browse")
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    await world.alice.click(listed.response.message, label="Next")
    assert "Page 2" in text_of(listed.response.message)
    claim = world.touchstone.base.claims()[PER_PAGE]
    shown = text_of(await world.alice.select(listed.response.message, [claim.id]))
    assert claim.title["en"].split()[0] in shown


async def test_after_a_change_titles_are_made_of_the_claims_in_memory(world, monkeypatch):
    await complete(world, "crane")
    world.touchstone.moderation.setup.change(administrator(world.guild.id), language="en")

    def read(*_: object) -> None:
        raise AssertionError("all claims were read from the base")

    monkeypatch.setattr(ClaimBase, "claims", read)
    assert "crane-built-1920" in await complete(world, "crane")


async def test_only_so_many_lists_are_held(world, monkeypatch):
    monkeypatch.setattr(lookup, "_MOST_HELD", 2)
    for person, channel in [(world.alice, world.channel), *map(elsewhere, [world] * 3)]:
        found = await person.autocomplete(channel, "browse", "claim", "crane")
        assert [choice["value"] for choice in found] == ["crane-built-1920"]
    assert len(world.env.bot.get_cog("Browse")._lookup._held) == 2


def elsewhere(world):
    guild = world.env.create_guild()
    return guild.add_member(world.env.create_user("dora")), guild.create_text_channel("general")


@pytest.mark.usefixtures("many")
async def test_discord_hears_of_clicks_before_anything_is_looked_up(world):
    message = (await world.alice.slash(world.channel, "browse")).response.message
    before = len(world.env.http_requests)
    await world.alice.select(message, [world.touchstone.base.claims()[0].id])
    await world.alice.click(message, label="Next")
    kinds = [each.json["type"] for each in world.env.http_requests[before:] if each.path.endswith("/callback")]
    assert kinds == [5, 6]


async def test_a_claim_that_is_loaded_later_is_found_without_a_restart(world, tmp_path):
    from tests.bot.discord.conftest import PACKS

    pack = (PACKS / "harbour.yaml").read_text("utf-8").replace("old harbour crane", "rusty harbour crane")
    path = tmp_path / "newer.yaml"
    path.write_text(pack.replace("version: 1", "version: 2", 1), "utf-8")
    load_pack(world.touchstone.base, path)
    assert "crane-built-1920" in await complete(world, "rusty")
