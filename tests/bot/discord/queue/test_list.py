"""`/queue`: what waits, oldest first, for moderators only."""

import discord
import pytest

from bot.discord import create_bot
from bot.discord.cards import layout
from bot.discord.queue.deciding import LIST
from config.errors import NotAllowedError
from tests.bot.discord.queue.conftest import FERRY_CLAIM
from tests.bot.discord.world import shown_by, text_of
from tests.claims.people import administrator

ASKS_FOR_RIGHT = "This needs a moderator of the server. Its administrators choose who that is."


async def test_an_empty_queue_says_so(world):
    assert "Nothing waits for a decision." in text_of(await world.chief.slash(world.channel, "queue"))


async def test_it_shows_counts_age_and_the_items_oldest_first(world, waiting, clock):
    waiting.proposal(note="seen often")
    clock.move(days=2)
    await waiting.near()
    shown = text_of(await world.chief.slash(world.channel, "queue")).splitlines()
    assert shown[1:3] == ["2 items wait.", "The oldest has waited for 2 days."]
    assert shown[3] == "-# Proposal: 1 · Near miss: 1"
    assert shown[4] == "- **Proposal** · The old harbour crane was built in 1920 · 2 days"
    assert shown[5] == "> The crane sings at night"
    assert shown[6].startswith("- **Near miss** · The island ferry will be closed down by 2030 · 1 minute · score 0.41")


async def test_a_near_miss_is_shown_by_its_link_and_never_by_its_words(world, waiting):
    await waiting.near("ferry quiet today, so it seems")
    shown = text_of(await world.chief.slash(world.channel, "queue"))
    (item,) = waiting.items()
    assert f"[message](https://discord.com/channels/{world.guild.id}/{world.channel.id}/{item.message})" in shown
    assert "quiet" not in shown


async def test_what_members_write_is_shown_letter_by_letter(world, waiting):
    waiting.proposal("**loud** @everyone [here](https://evil.example)")
    shown = text_of(await world.chief.slash(world.channel, "queue"))
    assert "**loud**" not in shown
    assert "@everyone" not in shown
    assert "](https://evil" not in shown


async def test_one_kind_is_shown_alone_by_option_and_by_menu(world, waiting):
    waiting.proposal()
    await waiting.near()
    shown = await world.chief.slash(world.channel, "queue", kind="near")
    assert "sings" not in text_of(shown)
    done = await world.chief.select(shown.response.message, ["proposal"], custom_id="ts:q:kind")
    assert "sings" in text_of(shown_by(done))
    assert FERRY_CLAIM not in text_of(shown_by(done))


async def test_many_long_proposals_come_in_pages_that_discord_takes(world, waiting):
    for number in range(12):
        waiting.proposal(f"{number:02} " + "*" * 290, claim=None)
    message = (await world.chief.slash(world.channel, "queue")).response.message
    assert "-# Page 1 of 2" in text_of(message)
    message = shown_by(await world.chief.click(message, label="Next"))
    assert "> 11" in text_of(message)
    message = shown_by(await world.chief.click(message, label="Back"))
    assert "-# Page 1 of 2" in text_of(message)


async def test_a_page_that_has_been_decided_meanwhile_becomes_the_last_there_is(world, waiting):
    numbers = [waiting.proposal(f"proposal {number}") for number in range(11)]
    message = (await world.chief.slash(world.channel, "queue")).response.message
    world.touchstone.moderation.decisions.dismiss(waiting.chief, numbers[0])
    assert "-# Page 1 of 1" in text_of(shown_by(await world.chief.click(message, label="Next")))


@pytest.mark.parametrize("name", ["alice", "mod"])
async def test_members_are_refused(world, waiting, name):
    waiting.proposal()
    assert text_of(await getattr(world, name).slash(world.channel, "queue")) == ASKS_FOR_RIGHT
    assert [type(error.original) for error in world.env.errors] == [NotAllowedError]


@pytest.mark.parametrize(
    "press",
    [
        lambda chief, message: chief.select(message, ["proposal"], custom_id="ts:q:kind"),
        lambda chief, message: chief.select(message, ["1"], custom_id="ts:q:open:all"),
    ],
)
async def test_every_click_asks_for_the_right_again(world, waiting, without_rights, press):
    waiting.proposal()
    message = (await world.chief.slash(world.channel, "queue")).response.message
    without_rights()
    done = await press(world.chief, message)
    assert done.followups[0].message.content == ASKS_FOR_RIGHT


async def test_roles_that_an_administrator_has_chosen_moderate(world, waiting):
    waiting.proposal()
    role = world.guild.create_role("checkers")
    carol = world.guild.add_member(world.env.create_user("carol"), roles=[role])
    world.touchstone.moderation.setup.change(administrator(world.guild.id), moderator_roles=(role.id,))
    assert "sings" in text_of(await carol.slash(world.channel, "queue"))
    assert text_of(await world.chief.slash(world.channel, "queue")) == ASKS_FOR_RIGHT
    assert len(world.env.errors) == 1


async def test_another_server_sees_its_own_queue_only(world, waiting):
    waiting.proposal()
    other = world.env.create_guild()
    channel = other.create_text_channel("elsewhere")
    role = other.create_role("heads", permissions=discord.Permissions(manage_guild=True))
    stranger = other.add_member(world.env.create_user("stranger"), roles=[role])
    shown = text_of(await stranger.slash(channel, "queue"))
    assert "Nothing waits for a decision." in shown
    assert "sings" not in shown


async def test_its_buttons_work_after_a_restart(world, waiting, settings, touchstone):
    waiting.proposal()
    message = (await world.chief.slash(world.channel, "queue")).response.message
    await world.env.restart_bot(create_bot(settings, touchstone))
    done = await world.chief.select(message, ["1"], custom_id="ts:q:open:all")
    assert text_of(shown_by(done)).startswith("### Proposal")


@pytest.mark.parametrize(
    ("locale", "says"),
    [
        (discord.Locale.chinese, ["### 待办", "1项待处理。\n最早的一项已等了3天。", "差一点就匹配：1"]),
        (discord.Locale.taiwan_chinese, ["### 待辦", "1項待處理。\n最早的一項已等了3天。", "差一點就相符：1"]),
    ],
)
async def test_it_speaks_the_language_of_the_client(world, waiting, clock, in_language, locale, says):
    await waiting.near()
    clock.move(days=3)
    in_language(locale)
    shown = text_of(await world.chief.slash(world.channel, "queue"))
    assert all(line in shown for line in says), shown


def test_a_page_number_below_the_first_is_read():
    """Back is drawn, disabled, on the first page."""
    assert layout(discord.ui.Container(), [LIST.button("Back", disabled=True, page=-1, kind="all")]).children
