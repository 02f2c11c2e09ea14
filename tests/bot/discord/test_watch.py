"""What the bot does with the messages of a channel."""

import asyncio
import logging
import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from simcord.backend import serializers
from sqlalchemy import event

from bot.discord import bot, create_bot, posting, watch
from claims.answering.answers import AnswerBook
from claims.moderation.digest import ActivityBook
from tests.bot.discord.world import CRANE, CRANE_ZH, FERRY, LAMP_TW, SEALS, SILENT, labels_of, text_of
from tests.claims.people import administrator

MENU = "Check this message"


async def test_a_known_claim_is_answered_with_a_card_that_pings_nobody(world):
    card = await world.card()
    assert "The old harbour crane was built in 1920" in text_of(card)
    assert card.reference
    assert labels_of(card) == ["More", "Why this?", "Helpful", "Not what I said"]
    assert [body["allowed_mentions"] for body in world.sent()] == [SILENT]


async def test_chinese_is_answered_in_chinese_and_in_the_script_of_the_message(world):
    await world.alice.send(world.channel, CRANE_ZH)
    await world.bob.send(world.channel, LAMP_TW)
    simplified, traditional = world.cards()
    assert "港口的老吊车建于1920年" in text_of(simplified)
    assert "燈塔的燈耗電" in text_of(traditional)
    assert labels_of(simplified)[0] == "更多"
    assert labels_of(traditional)[0] == "更多"


async def test_the_language_of_the_server_wins_over_that_of_the_message(world):
    world.touchstone.moderation.setup.change(administrator(world.guild.id), language="zh-Hant")
    card = await world.card()
    assert "港口的老吊車" in text_of(card)


async def test_small_talk_is_left_alone(world):
    await world.alice.send(world.channel, "good morning everybody, coffee is ready")
    assert not world.cards()
    assert not world.reactions()


async def test_channels_are_off_until_a_moderator_switches_them_on(world):
    other = world.guild.create_text_channel("other")
    await world.alice.send(other, CRANE)
    assert not world.cards(other)


async def test_a_thread_follows_the_channel_that_it_belongs_to(world):
    thread = await world.thread()
    await world.alice.send(thread, CRANE)
    assert len(world.cards(thread)) == 1


async def test_bots_and_webhooks_are_ignored(world):
    robot = world.guild.add_member(world.env.create_user("robot", bot=True))
    await robot.send(world.channel, CRANE)
    await world.guild.create_webhook(world.channel).send(CRANE)
    assert not world.sent()


async def test_who_writes_a_direct_message_is_told_once_what_the_bot_does(world):
    await world.alice.send_dm(CRANE)
    await world.alice.send_dm("hello?")
    (told,) = world.sent()
    assert told["content"].startswith("I answer no direct messages and keep none")
    assert "/check" in told["content"]
    assert not world.cards()


async def test_a_direct_message_is_answered_in_its_language_without_being_checked(world, monkeypatch):
    monkeypatch.setattr(world.touchstone, "check", lambda *_: pytest.fail("a direct message was checked"))
    await world.alice.send_dm("你好，這是什麼機器人？\ud800 https://www.bloomberg.com/news/articles/what-is-this-robot")
    (told,) = world.sent()
    assert "/check" in told["content"]
    assert told["content"].startswith("我不")


async def test_a_direct_message_whose_answer_is_lost_on_its_way_leaves_a_line_in_the_log(world, lose, caplog):
    caplog.set_level(logging.INFO, "bot.discord.about")
    lose("POST", f"/channels/{world.alice.user.dm_channel.id}/messages")
    await world.alice.send_dm("hello?")
    assert not world.env.errors
    assert "A direct message could not be answered" in caplog.text


async def test_a_claim_is_not_answered_twice_in_a_channel_within_its_cool_down(world):
    await world.alice.send(world.channel, CRANE)
    await world.bob.send(world.channel, CRANE)
    await world.bob.send(world.channel, SEALS)
    assert len(world.cards()) == 2


async def test_another_channel_has_a_cool_down_of_its_own(world):
    other = world.guild.create_text_channel("other")
    world.touchstone.moderation.setup.set_channel_mode(administrator(world.guild.id), other.id, "on")
    await world.alice.send(world.channel, CRANE)
    await world.alice.send(other, CRANE)
    assert len(world.cards()) == len(world.cards(other)) == 1


async def test_a_message_that_is_edited_into_a_claim_is_checked_once(world):
    said = await world.alice.send(world.channel, "good morning everybody, coffee is ready")
    await world.alice.edit(said, "good morning everybody, tea is ready")
    await world.alice.edit(said, CRANE)
    assert not world.cards()
    other = await world.alice.send(world.channel, "good morning everybody, coffee is ready")
    await world.alice.edit(other, CRANE)
    assert len(world.cards()) == 1


async def test_a_message_edited_long_after_is_left_alone(world):
    said = await world.alice.send(world.channel, "good morning everybody, coffee is ready")
    await world.env.advance_time(11 * 60)
    await world.alice.edit(said, CRANE)
    assert not world.cards()


async def test_the_card_goes_when_its_claim_is_edited_away_and_stays_when_it_is_not(world):
    said = await world.alice.send(world.channel, CRANE)
    await world.alice.edit(said, f"{CRANE}!")
    assert len(world.cards()) == 1
    await world.alice.edit(said, "good morning everybody, coffee is ready")
    assert not world.cards()


async def test_the_card_goes_when_its_claim_is_struck_out(world):
    said = await world.alice.send(world.channel, CRANE)
    await world.alice.edit(said, f"~~{CRANE}~~ edit: that was about another crane")
    assert not world.cards()


async def test_the_card_goes_with_its_message(world):
    said = await world.alice.send(world.channel, CRANE)
    (card,) = world.cards()
    await world.alice.delete(said)
    assert not world.cards()
    assert world.touchstone.answers.card(card.channel.id, card.id).hidden


@pytest.mark.parametrize("fault", ["503", "lost"])
async def test_a_card_whose_deletion_meets_an_outage_goes_all_the_same(world, monkeypatch, lose, fault):
    monkeypatch.setattr(bot, "_PAUSES", (0.01,))
    said = await world.alice.send(world.channel, CRANE)
    (card,) = world.cards()
    if fault == "lost":
        lose("DELETE", f"/channels/*/messages/{card.id}", times=2)
    else:
        world.env.inject_error("DELETE", f"/channels/*/messages/{card.id}", status=503, times=2)
    await world.alice.delete(said)
    await world.env.settle()
    assert not world.cards()
    assert world.touchstone.answers.card(card.channel.id, card.id).hidden


async def test_a_card_that_may_not_be_deleted_is_told_in_the_log_and_not_taken_for_gone(world, caplog):
    said = await world.alice.send(world.channel, CRANE)
    (card,) = world.cards()
    world.env.inject_error("DELETE", f"/channels/*/messages/{card.id}", status=403, code=50013)
    await world.alice.delete(said)
    assert "could not be taken away" in caplog.text
    assert not world.touchstone.answers.card(card.channel.id, card.id).hidden


def cooling(world):
    return world.touchstone.answers.cooling(world.channel.id, ["crane-built-1920"], timedelta(hours=6))


@pytest.mark.parametrize("way", ["delete", "edit"])
async def test_who_takes_a_claim_back_does_not_keep_it_unanswered_for_others(world, way):
    said = await world.alice.send(world.channel, CRANE)
    assert cooling(world)
    await (world.alice.delete(said) if way == "delete" else world.alice.edit(said, "good morning, coffee is ready"))
    assert not world.cards()
    await world.bob.send(world.channel, CRANE)
    assert len(world.cards()) == 1


@pytest.mark.parametrize(("who", "rests"), [("alice", False), ("mod", True)])
async def test_a_claim_rests_where_a_moderator_hides_its_card_and_not_where_its_author_does(world, who, rests):
    card, person = await world.card(), getattr(world, who)
    answer = await person.click(card, label="Not what I said")
    await person.click(answer.response.message, label="Hide the card")
    assert not world.cards()
    assert bool(cooling(world)) == rests


async def test_what_moderators_purge_was_not_taken_back_by_its_author(world):
    world.touchstone.moderation.setup.change(administrator(world.guild.id), cards_per_hour=2)
    said = [await world.alice.send(world.channel, text) for text in (CRANE, SEALS)]
    assert len(world.cards()) == 2
    answers = world.touchstone.answers
    await world.purge(*said)
    assert not world.cards()
    assert not cooling(world)
    assert not answers.retracts(world.guild.id, world.alice.id)
    assert answers.is_full(world.channel.id, 2)


def meanwhile(monkeypatch, name, act):
    """Let something happen in Discord while an answer is under way: before the answer book does what is named."""
    plain, loop = getattr(AnswerBook, name), asyncio.get_running_loop()

    def interrupted(book: AnswerBook, *given: int, **named: object):
        done = threading.Event()
        loop.call_soon_threadsafe(lambda: (act(given), done.set()))
        done.wait()
        time.sleep(0.2)  # the event reaches the bot
        return plain(book, *given, **named)

    monkeypatch.setattr(AnswerBook, name, interrupted)


async def test_a_message_that_is_edited_while_it_is_answered_has_no_card_in_the_end(world, monkeypatch):
    backend = world.env.backend
    edited = {"content": "good morning everybody, coffee is ready"}
    meanwhile(monkeypatch, "take", lambda given: backend.edit_message(given[1], given[2], edited))
    await world.alice.send(world.channel, CRANE)
    await world.env.settle()
    assert len(world.sent()) == 1
    assert not world.cards()


async def test_a_message_that_is_deleted_while_it_is_answered_has_no_card_in_the_end(world, monkeypatch):
    meanwhile(monkeypatch, "posted", lambda given: world.env.backend.delete_message(given[0], given[1]))
    await world.alice.send(world.channel, CRANE)
    await world.env.settle()
    assert len(world.sent()) == 1
    assert not world.cards()


async def test_the_hint_goes_when_its_claim_is_edited_away(world):
    said = await world.alice.send(world.channel, f"||{CRANE}||")
    await world.alice.edit(said, f"||{CRANE}|| !")
    taken = [seen for seen in world.env.http_requests if seen.method == "DELETE" and "/reactions/" in seen.path]
    assert not taken
    await world.alice.edit(said, "good morning everybody, coffee is ready")
    taken = [seen for seen in world.env.http_requests if seen.method == "DELETE" and "/reactions/" in seen.path]
    assert len(taken) == 1


@pytest.mark.parametrize("way", ["delete", "edit"])
async def test_of_a_hint_that_nobody_can_take_up_any_more_nothing_waits_for_moderators(world, way):
    said = await world.alice.send(world.channel, f"||{CRANE}||")
    assert world.touchstone.answers.is_offered(world.channel.id, said.id)
    await (world.alice.delete(said) if way == "delete" else world.alice.edit(said, "good morning, coffee is ready"))
    assert not world.touchstone.answers.is_offered(world.channel.id, said.id)
    assert ActivityBook(world.touchstone.base).read(administrator(world.guild.id), 7).offers == 1
    assert not world.touchstone.answers.is_full(world.channel.id, 1)
    assert not world.touchstone.answers.retracts(world.guild.id, world.alice.id)


async def test_a_channel_that_has_had_its_cards_for_the_hour_gets_hints(world):
    world.touchstone.moderation.setup.change(administrator(world.guild.id), cards_per_hour=2)
    for claim in (CRANE, SEALS, FERRY):
        await world.alice.send(world.channel, claim)
    assert len(world.cards()) == 2
    assert len(world.reactions()) == 1


async def test_one_member_who_says_and_deletes_takes_no_card_from_others(world):
    world.touchstone.moderation.setup.change(administrator(world.guild.id), cards_per_hour=2)
    for _ in range(3):
        said = await world.alice.send(world.channel, CRANE)
        await world.alice.delete(said)
    assert len(world.sent()) == 2
    assert len(world.reactions()) == 1
    said = await world.alice.send(world.channel, SEALS)
    assert "taken answered claims back" in text_of(await world.chief.context_menu(world.channel, MENU, said))
    await world.bob.send(world.channel, CRANE)
    assert len(world.cards()) == 1


async def test_an_answer_that_comes_late_is_only_a_hint(world):
    watch = world.env.bot.get_cog("Watch")
    times = iter([0.0])
    watch.answering = replace(watch.answering, clock=lambda: next(times, 31.0))
    await world.alice.send(world.channel, CRANE)
    assert not world.cards()
    assert len(world.reactions()) == 1


async def test_a_claim_in_a_spoiler_only_gets_a_hint(world):
    await world.alice.send(world.channel, f"||{CRANE}||")
    assert not world.cards()
    assert len(world.reactions()) == 1


async def test_a_card_goes_when_its_claim_is_edited_into_a_spoiler(world):
    said = await world.alice.send(world.channel, CRANE)
    await world.alice.edit(said, f"{CRANE}. ||{SEALS}||")
    assert len(world.cards()) == 1
    await world.alice.edit(said, f"||{CRANE}||")
    assert not world.cards()


async def test_a_spoiler_beside_the_claim_hides_nothing(world):
    await world.alice.send(world.channel, f"{CRANE}. ||The butler did it||")
    assert len(world.cards()) == 1


async def test_a_figure_in_a_spoiler_is_not_told_to_all(world):
    await world.alice.send(world.channel, "The lamp of the lighthouse draws kilowatts ||The lamp draws 90 kW||")
    (card,) = world.cards()
    assert "The lamp of the lighthouse draws 40 kW" in text_of(card)
    assert "90" not in text_of(card)


async def test_forwarded_messages_are_read(world):
    other = world.guild.create_text_channel("other")
    said = await world.bob.send(other, CRANE)
    await world.alice.forward(said, world.channel)
    assert len(world.cards()) == 1


async def test_a_message_that_discord_repeats_is_answered_once(world):
    said = await world.alice.send(world.channel, CRANE)
    stored = world.env.backend.get_message(world.channel.id, said.id)
    world.env.backend.emit("MESSAGE_CREATE", serializers.message_payload(world.env.backend, stored))
    await world.env.settle()
    assert len(world.cards()) == 1


async def test_the_cool_down_and_the_memory_of_answers_outlive_a_restart(world, settings):
    said = await world.alice.send(world.channel, CRANE)
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    stored = world.env.backend.get_message(world.channel.id, said.id)
    world.env.backend.emit("MESSAGE_CREATE", serializers.message_payload(world.env.backend, stored))
    await world.bob.send(world.channel, CRANE)
    assert len(world.cards()) == 1


async def test_where_discord_refuses_the_bot_stays_quiet_and_says_so_once_in_the_log(world, caplog):
    world.env.inject_error("POST", "/channels/*/messages", status=403, code=50013, times=None)
    await world.alice.send(world.channel, CRANE)
    await world.alice.send(world.channel, SEALS)
    await world.alice.send(world.channel, FERRY)
    assert len(world.sent()) == 1
    assert len([line for line in caplog.messages if "quiet there" in line]) == 1


async def test_after_the_pause_the_same_claim_can_be_answered(world):
    world.env.inject_error("POST", "/channels/*/messages", status=403, code=50013)
    await world.alice.send(world.channel, CRANE)
    world.env.bot.backoff.answered(world.channel.id)
    await world.alice.send(world.channel, CRANE)
    assert len(world.cards()) == 1


async def test_small_talk_asks_the_database_nothing(world):
    await world.alice.send(world.channel, "does anyone want to play tonight")
    asked: list[str] = []
    event.listen(world.touchstone.base.database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    for number in range(5):
        await world.alice.send(world.channel, f"see you all tomorrow at {number} then")
    assert asked == []
    await world.card()
    assert asked


async def test_a_message_that_is_gone_before_the_answer_is_no_failure(world, caplog):
    world.env.inject_error("POST", "/channels/*/messages", status=400, code=50035)
    await world.alice.send(world.channel, CRANE)
    assert not world.cards()
    assert not [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")]


@pytest.fixture
def impatient(monkeypatch):
    """Let tries follow one another within a moment."""
    monkeypatch.setattr(bot, "_PAUSES", (0.01,))


@pytest.mark.usefixtures("impatient")
async def test_an_answer_that_may_have_arrived_is_tried_again_as_the_same_one(world):
    world.env.inject_error("POST", "/channels/*/messages", status=503)
    said = await world.alice.send(world.channel, CRANE)
    assert len(world.cards()) == 1
    assert [body["nonce"] for body in world.sent()] == [f"answer{said.id}"] * 2
    assert all(body["enforce_nonce"] for body in world.sent())


@pytest.mark.usefixtures("impatient")
async def test_what_discord_refuses_is_not_tried_again_and_leaves_the_message_free(world):
    world.env.inject_error("POST", "/channels/*/messages", status=400, code=50035)
    said = await world.alice.send(world.channel, CRANE)
    assert len(world.sent()) == 1
    assert world.touchstone.answers.answer(world.channel.id, said.id) is None


async def test_what_discord_does_not_take_in_time_silences_no_claim(world, monkeypatch):
    async def too_late(_act: object) -> None:
        raise TimeoutError

    with monkeypatch.context() as patch:
        patch.setattr(posting, "tirelessly", too_late)
        await world.alice.send(world.channel, CRANE)
    assert not world.cards()
    await world.bob.send(world.channel, CRANE)
    assert len(world.cards()) == 1


async def test_what_was_taken_before_the_process_ended_is_answered_after_the_start(world, settings):
    said = await off_and_taken(world)
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    await world.env.settle()
    (card,) = world.cards()
    assert card.reference.message_id == said.id
    record = world.touchstone.answers.card(world.channel.id, card.id)
    assert record is not None
    assert record.message == said.id


async def test_what_was_taken_long_before_the_start_stays_unanswered(world, settings, monkeypatch):
    await off_and_taken(world)
    monkeypatch.setattr(watch, "LATE", timedelta(0))
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    await world.env.settle()
    assert not world.cards()


async def test_a_message_that_is_edited_while_it_is_answered_after_the_start_has_no_card_in_the_end(
    world, settings, monkeypatch
):
    await off_and_taken(world)
    edited = {"content": "good morning everybody, coffee is ready"}
    meanwhile(monkeypatch, "posted", lambda given: world.env.backend.edit_message(given[0], given[1], edited))
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    await world.env.settle()
    assert len(world.sent()) == 1
    assert not world.cards()


async def off_and_taken(world):
    """Let alice speak to a bot that is not there, and another process take the message and die."""
    setup = world.touchstone.moderation.setup
    setup.set_channel_mode(administrator(world.guild.id), world.channel.id, "off")
    said = await world.alice.send(world.channel, CRANE)
    setup.set_channel_mode(administrator(world.guild.id), world.channel.id, "on")
    place = (world.guild.id, world.channel.id, said.id, world.alice.id)
    assert world.touchstone.answers.take(*place, ["crane-built-1920"], timedelta(hours=6))
    return said


async def test_a_card_that_nobody_said_was_taken_is_known_from_the_channel(world, monkeypatch):
    monkeypatch.setattr(AnswerBook, "posted", lambda *_: None)
    await world.alice.send(world.channel, CRANE)
    (card,) = world.cards()
    assert world.touchstone.answers.card(world.channel.id, card.id) is None
    nonce = f"answer{card.reference.message_id}"
    stored = world.env.backend.get_message(world.channel.id, card.id)
    world.env.backend.emit("MESSAGE_CREATE", serializers.message_payload(world.env.backend, stored) | {"nonce": nonce})
    await world.env.settle()
    assert world.touchstone.answers.card(world.channel.id, card.id) is not None


async def test_a_sighting_is_kept_without_text_and_without_the_author(world, tmp_path):
    await world.alice.send(world.channel, CRANE)
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"crane-built-1920" in kept
    assert str(world.alice.id).encode() not in kept


async def test_shadow_mode_says_nothing(world):
    world.touchstone.moderation.setup.set_channel_mode(administrator(world.guild.id), world.channel.id, "shadow")
    await world.alice.send(world.channel, CRANE)
    assert not world.cards()
    assert not world.reactions()
