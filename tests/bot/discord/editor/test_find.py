"""`/claims find`: claims of every status, in either script, for moderators only."""

import discord
import pytest
from simcord.backend.errors import SetupError

from checks.text import TextFolder
from claims.moderation.editor import NewClaim
from claims.moderation.edits import SetStatus
from config.errors import NotAllowedError, UnknownClaimError
from tests.bot.discord.editor.conftest import CRANE_ID, FERRY_ID, LAMP_ID
from tests.bot.discord.world import text_of


async def complete(world, typed, person=None):
    found = await (person or world.chief).autocomplete(world.channel, "claims find", "claim", typed)
    return [choice["name"] for choice in found]


@pytest.mark.parametrize("typed", ["harbour crane", "crane-built", "老吊车", "老吊車", "quay crane is a 1920"])
async def test_it_completes_in_both_languages_and_scripts(world, typed):
    assert await complete(world, typed) == ["The old harbour crane was built in 1920"]


async def test_drafts_withdrawn_and_muted_claims_are_found_and_marked(world, desk):
    desk.edit(SetStatus("withdrawn"))
    desk.moderation.claim_settings.mute(desk.other, LAMP_ID)
    desk.moderation.editor.begin(desk.other, NewClaim("The whale of the bay"))
    assert await complete(world, "crane") == ["The old harbour crane was built in 1920 (withdrawn)"]
    assert await complete(world, "lamp") == ["The lamp of the lighthouse draws 40 kW (muted)"]
    assert await complete(world, "whale") == ["The whale of the bay (draft)"]


async def test_after_an_edit_only_the_claim_that_it_has_changed_is_folded_again(world, desk, monkeypatch):
    await complete(world, "crane")
    fold, folded = TextFolder.fold, []
    monkeypatch.setattr(TextFolder, "fold", lambda folder, text: folded.append(text) or fold(folder, text))
    desk.edit(SetStatus("withdrawn"))
    for command in ("claims find", "browse"):
        await world.chief.autocomplete(world.channel, command, "claim", "lamp")
    assert any(CRANE_ID in text for text in folded)
    assert not any(LAMP_ID in text for text in folded)


async def test_what_is_typed_counts_as_well_as_what_is_chosen(desk):
    assert "### The old harbour crane was built in 1920" in text_of(await desk.open("老吊车"))
    assert "### The old harbour crane was built in 1920" in text_of(await desk.open(CRANE_ID))


async def test_an_unknown_claim_is_named_as_such(world):
    shown = text_of(await world.chief.slash(world.channel, "claims find", claim="the moon"))
    assert shown == "There is no such claim here. Pick one from the list."
    assert [type(error.original) for error in world.env.errors] == [UnknownClaimError]


@pytest.mark.parametrize("who", ["alice", "mod"])
async def test_nobody_but_moderators_gets_suggestions_or_cards(world, who):
    person = getattr(world, who)
    assert await complete(world, "crane", person) == []
    for command, options in (("find", {"claim": CRANE_ID}), ("new", {}), ("source", {})):
        refused = await person.slash(world.channel, f"claims {command}", **options)
        assert "needs a moderator of the server" in text_of(refused)
    assert {type(error.original) for error in world.env.errors} == {NotAllowedError}


async def test_a_server_finds_nothing_that_another_has_of_its_own(world, desk):
    guild = world.env.create_guild()
    channel = guild.create_text_channel("elsewhere")
    role = guild.create_role("chiefs", permissions=discord.Permissions(manage_guild=True))
    stranger = guild.add_member(world.env.create_user("stranger"), roles=[role])
    draft = desk.moderation.editor.begin(desk.other, NewClaim("The whale of the bay")).claim
    assert await stranger.autocomplete(channel, "claims find", "claim", "whale") == []
    shown = text_of(await stranger.slash(channel, "claims find", claim=draft.id))
    assert shown == "There is no such claim here. Pick one from the list."
    assert [type(error.original) for error in world.env.errors] == [UnknownClaimError]


async def test_outside_a_server_there_is_nothing_to_moderate(world):
    person = world.env.create_user("visitor")
    with pytest.raises(SetupError, match="not visible"):
        await person.slash("claims find", claim=CRANE_ID)


async def test_the_whole_list_is_offered_before_anything_is_typed(world):
    assert len(await complete(world, "")) == len(world.touchstone.base.claims())


@pytest.mark.parametrize(
    ("locale", "says"),
    [
        (discord.Locale.chinese, "海岛渡轮到2030年就会停航（已撤回）"),
        (discord.Locale.taiwan_chinese, "海島渡輪到2030年就會停航（已撤回）"),
    ],
)
async def test_suggestions_are_in_the_language_of_the_client(world, desk, in_language, locale, says):
    desk.edit(SetStatus("withdrawn"), FERRY_ID)
    in_language(locale)
    assert await complete(world, "渡轮") == [says]
