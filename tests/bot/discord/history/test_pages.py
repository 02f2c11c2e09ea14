"""Reading the history: pages, claims, words, languages, and who may."""

import ast
import re
from pathlib import Path

import discord
import pytest

import claims
from bot.discord import create_bot
from bot.discord.history_command import DO, OF_CLAIM, PAGE, REVISION_MENU
from bot.discord.lookup import ClaimLookup
from bot.wording import ACTS
from claims.moderation.editor import NewClaim
from claims.moderation.edits import SetStatus
from claims.moderation.rights import NEEDED, Actor
from config.errors import NotAllowedError, UnknownClaimError
from tests.bot.discord.history.conftest import CLAIM
from tests.bot.discord.world import labels_of, text_of

MODERATORS_ONLY = "This needs a moderator of the server. Its administrators choose who that is."


async def test_the_newest_change_comes_first_with_who_when_and_why(world, past):
    past.retitle("First")
    number = past.retitle("Second", reason="clearer")
    page = text_of(await past.open())
    assert page.startswith(f"### History of this server\n**{number}** · <t:")
    assert f":f> · <@{world.chief.id}>\nClaim edited: Second\n-# Reason: clearer" in page
    assert page.index("Second") < page.index("First") < page.index("Mode of a channel changed: ")


async def test_a_long_history_has_pages_both_ways(past):
    for count in range(8):
        past.retitle(f"Title {count}")
    newest = await past.open()
    assert labels_of(newest) == ["Older"]
    older = await past.click(newest, "Older")
    assert "Title 7" not in text_of(older)
    assert "Title 0" in text_of(older)
    assert labels_of(older) == ["Newest"]
    assert "Title 7" in text_of(await past.click(older, "Newest"))


async def test_of_one_claim_it_goes_back_to_its_pack(past):
    past.retitle("Ours")
    past.retitle("Others", claim="seals-dying-out")
    page = text_of(await past.open(CLAIM))
    assert page.startswith("### History of “Ours”")
    assert "Pack of claims loaded: The old harbour crane" in page
    assert "· Touchstone itself\n" in page
    assert "Others" not in page


async def test_a_claim_that_is_chosen_is_not_looked_for_among_all(past, monkeypatch):
    past.retitle("Ours")

    async def everything(_lookup, _request):
        raise AssertionError("all claims are read")

    monkeypatch.setattr(ClaimLookup, "everything", everything)
    assert text_of(await past.open(CLAIM)).startswith("### History of “Ours”")


async def test_a_claim_is_found_by_what_is_typed_and_one_that_is_gone_by_its_id(world, past):
    past.retitle("Ours")
    assert text_of(await past.open("harbour crane")).startswith("### History of “Ours”")
    past.edit(SetStatus("withdrawn"))
    assert "Claim edited" in text_of(await past.open(CLAIM))
    shown = await world.chief.slash(world.channel, "history", claim="nothing like it")
    assert "There is no such claim here" in text_of(shown)
    assert [type(error.original) for error in world.env.errors] == [UnknownClaimError]


async def test_claims_are_suggested_while_one_types(world):
    found = await world.chief.autocomplete(world.channel, "history", "claim", "crane")
    assert [choice["value"] for choice in found] == [CLAIM]


async def test_drafts_are_suggested_too_but_to_moderators_only(world):
    actor = Actor(world.chief.id, world.guild.id, can_manage_server=True)
    world.touchstone.moderation.editor.begin(actor, NewClaim("A crane that nobody has seen"))
    found = await world.chief.autocomplete(world.channel, "history", "claim", "nobody has seen")
    assert [choice["name"] for choice in found] == ["A crane that nobody has seen (draft)"]
    assert await world.alice.autocomplete(world.channel, "history", "claim", "nobody has seen") == []


async def test_where_nothing_has_happened_it_says_so(world, past):
    other = world.env.create_guild()
    room = other.create_text_channel("general")
    admin = other.add_member(
        world.chief.user if hasattr(world.chief, "user") else world.env.create_user("far"),
        roles=[other.create_role("admin", permissions=discord.Permissions(administrator=True))],
    )
    past.retitle("Ours")
    assert "Nothing has been changed here yet." in text_of(await admin.slash(room, "history"))


async def test_the_button_of_a_claim_opens_its_history_also_after_a_restart(world, past, settings):
    past.retitle("Ours")
    room = world.env.bot.get_channel(world.channel.id)
    view = discord.ui.LayoutView()
    view.add_item(discord.ui.ActionRow(OF_CLAIM.button("History", claim=CLAIM)))
    card = await room.send(view=view)
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    assert "### History of “Ours”" in text_of(await world.chief.click(card, label="History"))
    assert MODERATORS_ONLY in text_of(await world.alice.click(card, label="History"))


async def test_members_are_refused(world):
    for person in (world.alice, world.mod):
        assert text_of(await person.slash(world.channel, "history")) == MODERATORS_ONLY
    assert {type(error.original) for error in world.env.errors} == {NotAllowedError}


async def test_what_people_wrote_is_shown_letter_by_letter(past):
    past.retitle("**@everyone** [x](https://x.example)", reason="# big")
    page = text_of(await past.open())
    assert "@everyone" not in page
    assert r"\[x\]" in page
    assert "://" not in page


@pytest.mark.parametrize(
    ("locale", "says"),
    [
        (discord.Locale.chinese, ("本服务器的历史", "编辑说法：", "原因：")),
        (discord.Locale.taiwan_chinese, ("本伺服器的歷史", "編輯說法：", "原因：")),
    ],
)
async def test_it_speaks_the_language_of_the_client(past, in_language, locale, says):
    past.retitle("Ours", reason="why not")
    in_language(locale)
    page = text_of(await past.open())
    assert all(words in page.replace(": ", "：") for words in says)


async def test_what_touchstone_did_itself_is_told_in_the_readers_language(world, past, in_language):
    number = past.retitle("Ours")
    past.moderation.undoing.restore(past.chief, CLAIM, past.moderation.history.page(past.chief, CLAIM).entries[-1].id)
    card = await world.card()
    world.touchstone.feedback.act(world.guild.id, card.channel.id, CLAIM, card.id, world.bob.id, "not-said")
    in_language(discord.Locale.chinese)
    page = text_of(await past.open())
    assert "Touchstone 自身" in page
    assert "原因：成员反馈" in page
    assert f"原因：与修订{number - 2}之后相同" in page


def test_every_act_of_the_claim_base_has_words():
    known = re.compile(r"(claim|source|queue|reports|example|server|channel|pack|documents)\.[a-z-]+|undo")
    folder = Path(claims.__file__).parent
    trees = [ast.parse(path.read_text("utf-8")) for path in folder.rglob("*.py")]
    strings = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    acts = {text for text in strings if isinstance(text, str) and known.fullmatch(text)}
    others = {"pack.id", "pack.version", "claim.key", "documents.yaml"}
    assert acts - set(NEEDED) - others <= set(ACTS)
    assert {"claim.edit", "claim.mute", "queue.dismiss", "undo"} <= set(ACTS)


def test_ids_of_buttons_hold_the_longest_claim():
    longest = {"claim": "c" * 64, "before": 999_999_999, "number": 999_999_999}
    ids = [PAGE.id(**longest), REVISION_MENU.id(**longest), DO.id(step="R", **longest), OF_CLAIM.id(claim="c" * 64)]
    assert all(len(custom_id) <= 100 for custom_id in ids)
