"""What goes over the wire when all is well, and when Discord has a bad day."""

import pytest

from tests.discord_server.server import Fault

CRANE = "The old harbour crane was built in 1920"
SEALS = "The seals on the breakwater are dying out"
COMPONENTS_V2 = 1 << 15


async def test_a_message_is_answered_with_a_card_that_pings_nobody(discord, ready):
    said = await discord.say(CRANE)
    await discord.until(discord.delivered)
    (body,) = discord.posts()
    assert discord.answered() == [said]
    assert body["allowed_mentions"] == {"parse": [], "replied_user": False}
    assert body["flags"] & COMPONENTS_V2
    assert not body.get("content")
    assert ready.is_running


@pytest.mark.slow
async def test_after_a_429_the_answer_is_delivered_once(discord, ready):
    limited = {"message": "You are being rate limited.", "retry_after": 0.1, "global": False}
    discord.faults.append(Fault("POST", "/channels/*/messages", 429, limited))
    await discord.say(CRANE)
    await discord.until(discord.delivered)
    await discord.say(SEALS)
    await discord.until(lambda: len(discord.delivered()) == 2)
    assert ready.is_running


@pytest.mark.slow
async def test_after_a_502_the_answer_is_sent_again_under_the_same_nonce(discord, ready):
    discord.faults.append(Fault("POST", "/channels/*/messages", 502))
    await discord.say(CRANE)
    await discord.until(discord.delivered)
    first, second = discord.posts()
    assert first["nonce"] == second["nonce"]
    assert second["enforce_nonce"]
    assert ready.is_running


@pytest.mark.slow
async def test_after_a_dropped_connection_it_resumes_and_answers_what_it_missed_once(discord, ready):
    first = await discord.say(CRANE)
    await discord.until(discord.delivered)
    await discord.gateway.drop()
    second = await discord.say(SEALS)
    await discord.until(lambda: len(discord.delivered()) == 2)
    await discord.gateway.replay("MESSAGE_CREATE", discord.messages[first])
    third = await discord.say("The island ferry will be closed down by 2030")
    await discord.until(lambda: len(discord.delivered()) == 3)
    assert discord.answered() == [first, second, third]
    assert (discord.gateway.identified, discord.gateway.resumed) == (1, 1)
    assert ready.is_running


@pytest.mark.slow
async def test_unknown_events_pass_by(discord, ready):
    await discord.gateway.emit("SOMETHING_NEW", {"id": "1", "nested": [{}]})
    await discord.say(CRANE)
    await discord.until(discord.delivered)
    assert ready.is_running
    assert discord.gateway.identified == 1


@pytest.mark.slow
async def test_an_event_that_cannot_be_read_costs_the_connection_but_not_the_process(discord, ready):
    await discord.gateway.emit("MESSAGE_CREATE", {"id": "no number"})
    await discord.until(lambda: discord.gateway.identified == 2)
    await discord.say(CRANE)
    await discord.until(discord.delivered)
    assert ready.is_running


@pytest.mark.slow
async def test_commands_are_registered_at_the_first_start_only(discord, ready):
    def puts():
        return [seen for seen in discord.requests if seen.method == "PUT" and seen.path.endswith("/commands")]

    assert len(puts()) == 1
    assert await ready.stop() == 0
    await ready.start()
    await discord.until(lambda: ready.log.count("Ready as") == 2)
    assert len(puts()) == 1
