"""What a message says: its own words, the title of its post, what it forwards, and its poll."""

from datetime import timedelta
from types import SimpleNamespace

import discord
import pytest

from bot.discord.messages import said_in, without_spoilers
from tests.bot.discord.world import CRANE, FERRY, SEALS, prefilled, shown_by, text_of
from tests.claims.people import administrator


def message(content="", forwarded=(), poll=None):
    return SimpleNamespace(
        content=content,
        message_snapshots=[SimpleNamespace(content=text) for text in forwarded],
        poll=poll,
        guild=None,
        channel=None,
    )


def test_a_plain_message_says_its_text():
    assert said_in(message("good morning")) == "good morning"


def test_what_is_forwarded_is_read_below_the_comment():
    assert said_in(message("look", ["AI is a bubble"])) == "look\nAI is a bubble"


def test_a_poll_is_read_with_its_answers_all_of_which_it_asks():
    poll = discord.Poll(question="AI is a bubble", duration=timedelta(hours=1))
    for text in ("Yes", "No, it's not", "不同意", "It is only half of one", "要看怎么定义？", ""):
        poll.add_answer(text=text)
    assert said_in(message(poll=poll)) == "AI is a bubble?\nIt is only half of one?\n要看怎么定义？"


async def test_who_puts_a_claim_to_the_vote_asks_and_does_not_state_it(world):
    said = await world.poll(world.alice, CRANE, "Yes", "No")
    shown = text_of(await world.chief.context_menu(world.channel, "Check this message", said))
    assert "I read the message as asking about it." in shown


@pytest.fixture
def forum(world):
    """A forum in which the bot is switched on."""
    made = world.guild.create_forum_channel("questions")
    world.touchstone.moderation.setup.set_channel_mode(administrator(world.guild.id), made.id, "on")
    return made


async def test_a_post_whose_title_makes_the_claim_is_answered(world, forum):
    thread, said = await world.post(forum, world.alice, CRANE, "what do you all think of that")
    (card,) = world.cards(thread)
    assert card.reference.message_id == said.id
    assert "The old harbour crane was built in 1920" in text_of(card)


async def test_the_menu_reads_the_title_of_a_post_also_where_it_is_archived(world, forum):
    world.touchstone.moderation.setup.set_channel_mode(administrator(world.guild.id), forum.id, "off")
    thread, said = await world.post(forum, world.alice, CRANE, "what do you all think of that")
    known = "The old harbour crane was built in 1920"
    assert known in text_of(await world.bob.context_menu(thread, "Check this message", said))
    await world.archive(thread)
    assert known in text_of(await world.bob.context_menu(thread, "Check this message", said))


async def test_the_title_of_an_archived_post_is_read_wherever_its_message_is(world, forum):
    thread, said = await world.post(forum, world.alice, CRANE, "what do you all think of that")
    (card,) = world.cards(thread)
    await world.archive(thread)
    assert "The old harbour crane was built in 1920" in text_of(await world.bob.click(card, label="Why this?"))
    form = await world.bob.context_menu(thread, "Propose as claim", said)
    assert prefilled(form)["text"] == f"{CRANE}\nwhat do you all think of that"
    menu = await world.chief.context_menu(thread, "Keep as example", said)
    assert "The old harbour crane was built in 1920" in str(shown_by(menu).components)
    label = f"ts:example:label:{thread.id}:{said.id}"
    await world.chief.select(shown_by(menu), ["yes:crane-built-1920"], custom_id=label)
    kept = world.touchstone.moderation.examples.examples(administrator(world.guild.id))
    assert kept[0].text == f"{CRANE}\nwhat do you all think of that"


async def test_further_messages_of_a_post_say_nothing_of_its_title(world, forum):
    thread, _ = await world.post(forum, world.alice, CRANE, "what do you all think of that")
    await world.bob.send(thread, "good morning everybody, coffee is ready")
    await world.bob.send(thread, FERRY)
    crane, ferry = world.cards(thread)
    assert "ferry" in text_of(ferry)
    assert "crane" not in text_of(ferry)
    assert crane.id < ferry.id


async def test_a_post_keeps_its_card_where_its_text_alone_is_edited(world, forum):
    thread, said = await world.post(forum, world.alice, CRANE, "what do you all think of that")
    await world.alice.edit(said, "what do you think of that, all of you")
    assert len(world.cards(thread)) == 1


async def test_a_post_loses_its_card_where_its_title_makes_the_claim_no_more(world, forum):
    thread, _ = await world.post(forum, world.alice, CRANE, "what do you all think of that")
    await world.rename(thread, f"{CRANE}!")
    assert len(world.cards(thread)) == 1
    await world.rename(thread, "coffee in the harbour")
    assert not world.cards(thread)


async def test_a_post_keeps_its_card_under_a_new_title_where_its_text_makes_the_claim(world, forum):
    thread, _ = await world.post(forum, world.alice, "coffee in the harbour", CRANE)
    await world.rename(thread, "tea in the harbour")
    assert len(world.cards(thread)) == 1


async def test_a_post_that_comes_out_of_the_archive_under_another_title_loses_its_card(world, forum):
    thread, _ = await world.post(forum, world.alice, CRANE, "what do you all think of that")
    kept, _ = await world.post(forum, world.bob, SEALS, "what do you all think of that")
    await world.archive(thread)
    await world.archive(kept)
    await world.rename(thread, "coffee in the harbour")
    await world.rename(kept, SEALS)
    assert not world.cards(thread)
    assert len(world.cards(kept)) == 1


async def test_a_hint_goes_where_the_title_makes_the_claim_no_more(world, forum):
    world.touchstone.moderation.setup.set_channel_mode(administrator(world.guild.id), forum.id, "hint")
    thread, said = await world.post(forum, world.alice, CRANE, "what do you all think of that")
    assert world.touchstone.answers.is_offered(thread.id, said.id)
    await world.rename(thread, "coffee in the harbour")
    assert not world.touchstone.answers.is_offered(thread.id, said.id)
    assert not next(each for each in thread.history() if each.id == said.id).reactions


async def test_a_post_whose_title_is_edited_into_a_claim_is_checked_once(world, forum):
    thread, said = await world.post(forum, world.alice, "coffee in the harbour", "what do you all think of that")
    await world.rename(thread, CRANE)
    (card,) = world.cards(thread)
    assert card.reference.message_id == said.id
    other, said = await world.post(forum, world.bob, "coffee in the harbour", "what do you all think of that")
    await world.bob.edit(said, "what do you think of that, all of you")
    await world.rename(other, SEALS)
    third, _ = await world.post(forum, world.bob, "coffee in the harbour", "what do you all think of that")
    await world.rename(third, "tea in the harbour")
    await world.rename(third, SEALS)
    assert not world.cards(other)
    assert not world.cards(third)


async def test_a_post_that_changes_otherwise_is_not_taken_for_edited(world, forum):
    thread, _ = await world.post(forum, world.alice, "coffee in the harbour", "what do you all think of that")
    await world.env.bot.get_channel(thread.id).edit(auto_archive_duration=60)
    await world.env.settle()
    await world.rename(thread, CRANE)
    assert len(world.cards(thread)) == 1


async def test_a_post_whose_title_is_edited_is_counted_once(world, forum):
    thread, _ = await world.post(forum, world.alice, "coffee in the harbour", "what do you all think of that")
    await world.rename(thread, CRANE)
    assert world.env.bot.metrics.seen(world.guild.id) == 1


async def test_discord_is_not_asked_for_a_post_that_is_not_checked_under_its_new_title(world, forum):
    setup, chief = world.touchstone.moderation.setup, administrator(world.guild.id)
    late, _ = await world.post(forum, world.alice, "coffee in the harbour", "what do you all think of that")
    await world.env.advance_time(11 * 60)
    beside = await world.thread()
    setup.set_channel_mode(chief, forum.id, "off")
    off, _ = await world.post(forum, world.alice, "coffee in the harbour", "what do you all think of that")
    await world.rename(off, CRANE)
    setup.set_channel_mode(chief, forum.id, "on")
    for thread in (late, beside):
        await world.rename(thread, CRANE)
    assert not [path for thread in (late, off, beside) for path in world.fetched(thread)]
    assert not [card for thread in (late, off) for card in world.cards(thread)]


@pytest.mark.parametrize("is_gone", [True, False])
async def test_a_new_title_over_a_message_that_cannot_be_read_is_left_alone(world, forum, caplog, lose, is_gone):
    thread, said = await world.post(forum, world.alice, "coffee in the harbour", "what do you all think of that")
    if is_gone:
        await world.alice.delete(said)
    else:
        lose("GET", f"/channels/{thread.id}/messages/*")
    await world.rename(thread, CRANE)
    assert not world.cards(thread)
    assert len(world.fetched(thread)) == 1
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize(
    ("text", "left"),
    [("a ||b|| c", "a   c"), ("||a\nb|| c", "  c"), ("a || b", "a || b"), ("no spoilers", "no spoilers")],
)
def test_spoilers_are_taken_out(text, left):
    assert without_spoilers(text) == left
