"""`/claims export`: the claims as the server sees them, for its moderators."""

import discord
import pytest
import simcord.interactions

from config.errors import NotAllowedError
from tests.bot.discord.exchange.conftest import CRANE_TITLE, NEW_TITLE
from tests.bot.discord.world import MODERATORS_ONLY, labels_of, text_of
from tests.claims.people import administrator


@pytest.mark.parametrize(
    ("form", "name", "beginning"),
    [
        ("yaml", "claims.yaml", b"pack:\n"),
        ("csv", "claims.csv", b"\xef\xbb\xbfclaim,row,number,"),
        ("claimreview", "claims.json", b"[\n{"),
    ],
)
async def test_the_file_comes_privately_in_each_format(world, form, name, beginning):
    shown = await world.chief.slash(world.channel, "claims export", format=form)
    assert "as this server sees them" in text_of(shown)
    [file] = shown.response.message.attachments
    assert file.filename == name
    assert (await file.read()).startswith(beginning)
    assert world.cards() == []


async def test_without_a_format_it_is_yaml(world):
    shown = await world.chief.slash(world.channel, "claims export")
    assert [file.filename for file in shown.response.message.attachments] == ["claims.yaml"]


@pytest.mark.parametrize(("form", "name"), [("yaml", "claims.yaml"), ("csv", "claims.csv")])
async def test_what_goes_out_comes_back_and_changes_nothing(desk, form, name):
    desk.retitle(NEW_TITLE)
    before = desk.world.touchstone.base.revision
    message = await desk.bring(await desk.export(form), name)
    assert "4 claims are unchanged." in text_of(message)
    assert "There is nothing to write." in text_of(message)
    assert labels_of(message) == []
    assert desk.world.touchstone.base.revision == before


async def test_a_server_gets_its_own_version_and_no_other_servers(desk):
    other = desk.world.env.create_guild()
    desk.retitle(NEW_TITLE)
    assert NEW_TITLE.encode() in await desk.export()
    role = other.create_role("chief", permissions=discord.Permissions(manage_guild=True))
    theirs = other.add_member(desk.world.env.create_user("their-chief"), roles=[role])
    shown = await theirs.slash(other.create_text_channel("general"), "claims export")
    raw = await shown.response.message.attachments[0].read()
    assert NEW_TITLE.encode() not in raw
    assert CRANE_TITLE.encode() in raw


async def test_members_get_nothing(world):
    for person in (world.alice, world.mod):
        shown = await person.slash(world.channel, "claims export")
        assert text_of(shown) == MODERATORS_ONLY
        assert shown.response.message.attachments == []
    assert [type(error.original) for error in world.env.errors] == [NotAllowedError] * 2


async def test_what_discord_does_not_take_is_had_at_the_terminal(world, monkeypatch):
    plain = simcord.interactions.base_payload

    def payload(*args: object, **more: object):
        record, made = plain(*args, **more)
        return record, made | {"attachment_size_limit": 2 * 1024 * 1024}

    monkeypatch.setattr(simcord.interactions, "base_payload", payload)
    monkeypatch.setattr("bot.discord.exchange.export_claims", lambda *_, **__: iter(["x" * 1_500_000] * 2))
    shown = text_of(await world.chief.slash(world.channel, "claims export", format="csv"))
    assert "larger than the 2 MB that Discord takes here" in shown
    assert f"`touchstone claims export --server {world.guild.id} --format csv --out claims.csv`" in shown


@pytest.mark.parametrize("form", ["yaml", "csv", "claimreview"])
async def test_a_server_without_claims_is_told_so(world, form):
    world.touchstone.moderation.setup.change(administrator(world.guild.id), packs=())
    shown = await world.chief.slash(world.channel, "claims export", format=form)
    assert text_of(shown) == "This server sees no claims."


@pytest.mark.parametrize(
    ("locale", "says"),
    [(discord.Locale.chinese, "本服务器所见的说法"), (discord.Locale.taiwan_chinese, "本伺服器所見的說法")],
)
async def test_it_speaks_the_language_of_the_client(world, in_language, locale, says):
    in_language(locale)
    assert says in text_of(await world.chief.slash(world.channel, "claims export"))
