"""Items that only name a message: its words are fetched for one look, by those who may read them anyway."""

import asyncio
import sqlite3
from contextlib import closing

import discord
import pytest

from bot.discord.bot import ChannelFinder
from claims.store.tables import QueueItem
from tests.bot.discord.queue.conftest import CRANE_CLAIM, FERRY_CLAIM
from tests.bot.discord.queue.test_deciding import opened, wordings
from tests.bot.discord.world import hand_in, labels_of, prefilled, shown_by, text_of

SAID = "ferry quiet today, so it seems"


def kept(settings) -> str:
    """Return all that the database keeps of queue and forms."""
    file = settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file)) as connection:
        return str([connection.execute(f"SELECT * FROM {table}").fetchall() for table in ("queue_item", "form_draft")])  # noqa: S608


async def test_the_words_are_fetched_at_the_click_and_used_once(world, waiting, settings):
    number = await waiting.near(SAID)
    message = await opened(world, number)
    assert f"> {SAID}" in text_of(message)
    assert "Score: 0.41" in text_of(message)
    assert SAID not in kept(settings)
    done = await world.chief.click(message, label="Accept as wording")
    assert SAID in wordings(world, FERRY_CLAIM)
    assert SAID not in text_of(shown_by(done))
    assert SAID not in kept(settings)
    assert world.sent() == []


async def test_where_the_connection_is_lost_an_item_is_shown_without_its_words_and_can_be_dismissed(
    world, waiting, lose
):
    number = await waiting.near(SAID)
    lose("GET", f"/channels/{world.channel.id}/messages/*")
    message = await opened(world, number)
    assert "Score: 0.41" in text_of(message)
    assert SAID not in text_of(message)
    await world.chief.click(message, label="Dismiss")
    assert waiting.decided(number) == ("queue.dismiss", "dismiss")


async def test_a_near_miss_is_never_to_be_matched_again(world, waiting):
    await world.chief.click(await opened(world, await waiting.near(SAID)), label="Never match")
    assert SAID in wordings(world, FERRY_CLAIM, negative=True)


async def test_an_untaken_offer_is_decided_by_its_message_too(world, waiting, clock):
    said = await world.bob.send(world.channel, SAID)
    world.touchstone.answers.take(
        world.guild.id, world.channel.id, said.id, world.bob.id, [FERRY_CLAIM], clock.now - clock.now, "offer"
    )
    clock.move(days=2)
    (item,) = waiting.items("offer")
    message = await opened(world, item.id)
    assert text_of(message).startswith("### Offer that nobody took")
    await world.chief.click(message, label="Accept as wording")
    assert SAID in wordings(world, FERRY_CLAIM)


async def test_a_message_that_is_gone_can_only_be_dismissed(world, waiting):
    number = await waiting.near(SAID)
    message = await opened(world, number)
    await world.env.bot.get_channel(world.channel.id).get_partial_message(waiting.items()[0].message).delete()
    message = shown_by(await world.chief.click(message, label="Accept as wording"))
    assert text_of(message).startswith("The message is gone, and its words with it.")
    await world.chief.click(message, label="Dismiss")
    assert waiting.decided(number) == ("queue.dismiss", "dismiss")


@pytest.mark.parametrize("label", ["Open as new claim", "Accept as wording"])
async def test_a_proposal_from_a_channel_that_the_moderator_cannot_see_is_decided_in_no_form(world, waiting, label):
    secret = world.guild.create_text_channel("secret")
    said = await world.bob.send(secret, "The quay sinks")
    form = await world.alice.context_menu(secret, "Propose as claim", said)
    await hand_in(world.alice, form)
    number = waiting.newest()
    message = await opened(world, number)
    if label == "Accept as wording":
        message = shown_by(await world.chief.click(message, label=label))
        label = "Name the claim"
    form = await world.chief.click(message, label=label)
    guild = world.env.bot.get_guild(world.guild.id)
    role = next(role for role in guild.roles if role.name == "chief")
    await guild.get_channel(secret.id).set_permissions(role, view_channel=False)
    again = await world.chief.click(message, label=label)
    assert again.modal is None
    typed = {"claim": FERRY_CLAIM} if label == "Name the claim" else {"title_en": "The quay sinks"}
    refused = text_of(await hand_in(world.chief, form, text="The quay sinks", **typed))
    assert f"There is no item {number} in this queue." in refused
    assert len(waiting.items()) == 1


async def test_a_moderator_who_may_not_read_the_channel_learns_nothing(world, waiting):
    secret = world.guild.create_text_channel("secret")
    number = await waiting.near(SAID, secret)
    guild = world.env.bot.get_guild(world.guild.id)
    role = next(role for role in guild.roles if role.name == "chief")
    message = await opened(world, number)
    await guild.get_channel(secret.id).set_permissions(role, view_channel=False)
    done = await world.chief.click(message, label="Open as new claim")
    told = (done.followups or [done.response])[0].message
    assert text_of(told).startswith(f"There is no item {number} in this queue.")
    done = shown_by(await world.chief.click(message, label="Accept as wording"))
    assert text_of(done).startswith(f"There is no item {number} in this queue.")
    assert SAID not in text_of(done)
    assert SAID not in wordings(world, FERRY_CLAIM)
    assert len(waiting.items()) == 1


async def test_where_the_bot_itself_may_not_read_it_says_so(world, waiting):
    message = await opened(world, await waiting.near(SAID))
    world.env.inject_error("GET", "/channels/*/messages/*", status=403, code=50001)
    done = await world.chief.click(message, label="Accept as wording")
    assert "Discord does not let me do that here." in text_of(done.followups[0].message)
    assert len(waiting.items()) == 1


async def test_a_message_that_is_too_long_is_shortened_in_a_form(world, waiting):
    number = await waiting.near("so they say " * 40)
    message = shown_by(await world.chief.click(await opened(world, number), label="Accept as wording"))
    assert "The text has 479 characters. Keep it to 300." in text_of(message)
    assert labels_of(message)[0] == "Change the text"
    form = await world.chief.click(message, label="Change the text")
    done = await hand_in(world.chief, form, text="so they say")
    assert text_of(done).startswith("✓ Taken as a wording of: The island ferry")
    assert "so they say" in wordings(world, FERRY_CLAIM)
    assert waiting.decided(number) == ("queue.wording", "wording")


async def test_a_message_without_words_lets_the_moderator_write_them(world, waiting):
    number = await waiting.near("\u200b")
    message = shown_by(await world.chief.click(await opened(world, number), label="Never match"))
    assert "The text is empty. Write something." in text_of(message)
    form = await world.chief.click(message, label="Change the text")
    await hand_in(world.chief, form, text="a picture of the ferry")
    assert "a picture of the ferry" in wordings(world, FERRY_CLAIM, negative=True)


async def test_a_near_miss_opens_as_a_new_claim_with_its_words(world, waiting, settings):
    number = await waiting.near(SAID)
    message = await opened(world, number)
    form = await world.chief.click(message, label="Open as new claim")
    assert prefilled(form)["text"] == SAID
    typed = {"title_en": "The ferry is quiet", "title_zh": "渡轮很安静", "kind": ["context"], "as_of": "2026-01-04"}
    done = await hand_in(world.chief, form, **typed)
    assert text_of(done).startswith("✓ The draft is there: The ferry is quiet\n### The ferry is quiet")
    assert waiting.decided(number) == ("queue.claim", "claim")
    assert "Publish" in labels_of(shown_by(done))
    (newest,) = world.touchstone.moderation.history.page(waiting.chief, most=1).entries
    claim = next(change.subject for change in newest.changes if change.kind == "claim")
    made = world.touchstone.base.claim(claim, world.guild.id)
    assert (made.status, made.kind, made.title["zh"], made.as_of.isoformat()) == (
        "draft",
        "context",
        "渡轮很安静",
        "2026-01-04",
    )
    assert [wording.text for wording in made.wordings] == [SAID]
    assert SAID not in kept(settings)


async def test_a_proposal_and_a_candidate_open_with_their_titles(world, waiting):
    said = "码头上的吊车会唱歌"
    form = await world.chief.click(await opened(world, waiting.proposal(said, claim=None)), label="Open as new claim")
    assert (prefilled(form)["title_zh"], prefilled(form)["as_of"]) == (said, "2026-01-05")
    form = await world.chief.click(await opened(world, waiting.candidate()), label="Open as new claim")
    assert prefilled(form)["title"] == "The quay sinks"


async def test_a_fault_in_a_new_claim_gives_the_words_back(world, waiting):
    form = await world.chief.click(await opened(world, waiting.proposal()), label="Open as new claim")
    done = text_of(await hand_in(world.chief, form, as_of="yesterday", text="It sings"))
    assert "yesterday is no day. Write it as 2026-01-23." in done
    assert "It sings" in done
    assert len(waiting.items()) == 1


async def test_a_form_that_comes_too_late_tells_who_was_faster_and_gives_the_words_back(world, waiting):
    number = waiting.proposal()
    form = await world.chief.click(await opened(world, number), label="Open as new claim")
    world.touchstone.moderation.decisions.dismiss(waiting.chief, number)
    done = text_of(await hand_in(world.chief, form, text="It sings"))
    assert "Somebody else was faster" in done
    assert "It sings" in done


@pytest.mark.parametrize(
    ("locale", "says"),
    [
        (discord.Locale.chinese, "这条消息已经不在了，其中的文字也没有了。"),
        (discord.Locale.taiwan_chinese, "這則訊息已經不在了，其中的文字也沒有了。"),
    ],
)
async def test_it_speaks_the_language_of_the_client(world, waiting, in_language, locale, says):
    message = await opened(world, await waiting.near(SAID))
    await world.env.bot.get_channel(world.channel.id).get_partial_message(waiting.items()[0].message).delete()
    in_language(locale)
    assert text_of(shown_by(await world.chief.click(message, label="Accept as wording"))).startswith(says)
    assert CRANE_CLAIM not in text_of(message)


async def test_items_of_a_channel_that_the_moderator_cannot_see_are_hidden(world, waiting):
    number = await waiting.near(SAID)
    message = await opened(world, number)
    channel = world.env.bot.get_channel(world.channel.id)
    await channel.set_permissions(channel.guild.get_role(world.guild.roles["chief"].id), read_message_history=False)
    elsewhere = world.guild.create_text_channel("elsewhere")
    shown = text_of(await world.chief.slash(elsewhere, "queue"))
    assert "Nothing waits for a decision." in shown
    assert SAID not in shown
    assert waiting.items()[0].id == number, "it waits on for those who may see it"
    assert message is not None


async def test_an_archived_thread_is_asked_for_once_however_often_the_queue_is_opened(world, waiting):
    thread = await world.thread()
    await waiting.near(SAID, thread)
    await world.archive(thread)
    for _ in range(3):
        assert "1 item waits." in text_of(await world.chief.slash(world.channel, "queue"))
    asked = [seen for seen in world.env.http_requests if seen.method == "GET" and seen.path == f"/channels/{thread.id}"]
    assert len(asked) == 1


async def test_channels_that_are_not_known_are_asked_for_side_by_side(world, waiting, monkeypatch):
    for _ in range(2):
        await waiting.near(SAID, await world.thread())
    plain, asked, both = ChannelFinder.find, list[int](), asyncio.Event()

    async def find(finder: ChannelFinder, guild: discord.Guild, number: int):
        asked.append(number)
        if len(set(asked)) == 2:
            both.set()
        async with asyncio.timeout(30):
            await both.wait()
        return await plain(finder, guild, number)

    monkeypatch.setattr(ChannelFinder, "find", find)
    assert "2 items wait." in text_of(await world.chief.slash(world.channel, "queue"))


async def test_who_looks_for_a_channel_that_is_asked_for_already_waits_for_the_same_answer(world, monkeypatch):
    plain = discord.Guild.fetch_channel

    async def slowly(guild: discord.Guild, number: int):
        await asyncio.sleep(0)
        return await plain(guild, number)

    monkeypatch.setattr(discord.Guild, "fetch_channel", slowly)
    thread = await world.thread()
    await world.archive(thread)
    finder, guild = world.env.bot.channels, world.env.bot.get_guild(world.guild.id)
    found = await asyncio.gather(*(finder.find(guild, thread.id) for _ in range(5)))
    assert {each.id for each in found} == {thread.id}
    asked = [seen for seen in world.env.http_requests if seen.method == "GET" and seen.path == f"/channels/{thread.id}"]
    assert len(asked) == 1


async def test_a_thread_of_which_nothing_is_known_because_the_connection_was_lost_is_hidden(world, waiting, lose):
    thread = await world.thread()
    await waiting.near(SAID, thread)
    await world.archive(thread)
    lose("GET", f"/channels/{thread.id}")
    assert "Nothing waits for a decision." in text_of(await world.chief.slash(world.channel, "queue"))


async def test_a_thread_that_discord_refuses_is_hidden_and_not_asked_for_each_time(world, waiting):
    number = await waiting.near(SAID)
    with world.touchstone.base.database.writing() as session:
        session.get_one(QueueItem, number).channel = 4711
    world.env.inject_error("GET", "/channels/4711", status=403, code=50001, times=None)
    for _ in range(3):
        assert "Nothing waits for a decision." in text_of(await world.chief.slash(world.channel, "queue"))
    assert len([seen for seen in world.env.http_requests if seen.path == "/channels/4711"]) == 1
