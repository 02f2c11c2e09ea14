"""How the process starts and ends."""

import re
import signal
import sqlite3

import pytest

from tests.discord_server import payloads

CRANE = "The old harbour crane was built in 1920"
SEALS = "The seals on the breakwater are dying out"


async def test_it_starts_and_ends_cleanly_on_sigterm(ready):
    assert await ready.stop() == 0
    assert "Traceback" not in ready.log


@pytest.mark.slow
async def test_it_ends_cleanly_on_sigint(ready):
    assert await ready.stop(signal.SIGINT) == 0
    assert "Traceback" not in ready.log


async def test_without_a_token_it_says_so_and_ends_with_2(bot):
    bot.environment["TOUCHSTONE_DISCORD_TOKEN"] = " "
    await bot.start()
    assert await bot.ended() == 2
    assert "set TOUCHSTONE_DISCORD_TOKEN" in bot.log
    assert "Traceback" not in bot.log


@pytest.mark.slow
async def test_with_a_bad_token_it_says_so_and_ends_with_2(discord, bot):
    discord.token_is_good = False
    await bot.start()
    assert await bot.ended() == 2
    assert "Discord does not accept the bot's token." in bot.log
    assert "a.loopback.token" not in bot.log
    assert "Traceback" not in bot.log


@pytest.mark.slow
async def test_a_connection_that_is_refused_for_its_token_ends_with_2(discord, bot):
    discord.gateway.close_on_identify = 4004
    await bot.start()
    assert await bot.ended() == 2
    assert "Discord does not accept the bot's token." in bot.log
    assert "Traceback" not in bot.log


async def test_what_is_no_token_never_goes_online(discord, bot):
    bot.environment["TOUCHSTONE_DISCORD_TOKEN"] = "abc"
    await bot.start()
    assert await bot.ended() == 2
    assert "is no token" in bot.log
    assert not discord.requests


@pytest.mark.slow
async def test_it_says_version_base_claims_servers_and_its_invitation(ready, discord, database):
    await discord.until(lambda: "To invite the bot" in ready.log)
    place = database.removeprefix("sqlite:///")
    assert re.search(rf"Touchstone [\w.]+, \d+ claims in sqlite:///{re.escape(place)}", ready.log)
    link = (
        f"https://discord.com/oauth2/authorize?client_id={payloads.BOT_ID}&scope=bot+applications.commands&permissions="
    )
    assert re.search(rf"Servers: 1\. .* {re.escape(link)}274877975616", ready.log)
    assert "voice" not in ready.log


@pytest.mark.slow
async def test_it_has_read_the_claims_before_it_says_that_it_is_ready(ready):
    before, _, _ = ready.log.partition("Ready as")
    assert "The claims are read" in before


@pytest.mark.slow
async def test_at_debug_it_logs_no_message_no_form_and_no_token(discord, bot):
    bot.environment["TOUCHSTONE_LOG_LEVEL"] = "DEBUG"
    await bot.start()
    await discord.until(lambda: "Ready as" in bot.log)
    await discord.say(f"{CRANE}, Ottilie!")
    await discord.until(discord.delivered)
    form = payloads.submitted("ts:f:prop||", "token-of-an-interaction", text="typed by Ottilie", note="Ottilie's note")
    await discord.gateway.emit("INTERACTION_CREATE", form)
    await discord.until(lambda: [seen for seen in discord.requests if seen.path.startswith("/webhooks/")])
    assert await bot.stop() == 0
    said = str([seen.body for seen in discord.requests if seen.path.startswith("/webhooks/")])
    assert "It waits for the moderators" in said
    for secret in ("Ottilie", "token-of-an-interaction", "a.loopback.token"):
        assert secret not in bot.log


@pytest.mark.slow
@pytest.mark.parametrize("hours", ["100000000", "inf"])
async def test_a_cool_down_without_an_end_still_lets_the_first_answer_out(discord, bot, hours):
    bot.environment["TOUCHSTONE_COOLDOWN_HOURS"] = hours
    await bot.start()
    await discord.until(lambda: "Ready as" in bot.log)
    await discord.say(CRANE)
    await discord.until(discord.delivered)


@pytest.mark.slow
async def test_without_the_message_content_intent_it_says_how_to_mend_it(discord, bot):
    discord.gateway.close_on_identify = 4014
    await bot.start()
    assert await bot.ended() == 2
    assert "Message Content Intent is off" in bot.log


@pytest.mark.slow
async def test_it_keeps_trying_while_discord_cannot_be_reached(discord, bot):
    port = discord.port
    await discord.stop()
    await bot.start()
    await discord.until(lambda: "starting again in" in bot.log)
    await discord.start(port)
    await discord.until(lambda: "Ready as" in bot.log)
    await discord.say(CRANE)
    await discord.until(discord.delivered)


@pytest.mark.slow
async def test_it_can_be_stopped_while_it_waits_for_discord(discord, bot):
    await discord.stop()
    await bot.start()
    await discord.until(lambda: "starting again in" in bot.log)
    assert await bot.stop() == 0


@pytest.mark.slow
async def test_killed_while_answering_it_neither_breaks_the_base_nor_answers_twice(discord, ready, database):
    discord.hold_posts = discord.held()
    said = await discord.say(CRANE)
    await discord.until(discord.posts)
    assert await ready.stop(signal.SIGKILL) == -signal.SIGKILL
    discord.hold_posts.set()
    await discord.until(discord.delivered)
    with sqlite3.connect(database.removeprefix("sqlite:///")) as base:
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    await ready.start()
    await discord.until(lambda: ready.log.count("Ready as") == 2)
    await discord.gateway.emit("MESSAGE_CREATE", discord.messages[said])
    await discord.say(SEALS)
    await discord.until(lambda: len(discord.delivered()) == 2)
    # It may be sent again, as the same message.
    cards = [card for card in discord.delivered() if int(card["message_reference"]["message_id"]) == said]
    assert len(cards) == 1


@pytest.mark.slow
@pytest.mark.parametrize("number", range(5))
async def test_killed_at_any_moment_the_base_stays_whole(discord, ready, database, number):
    for text in (CRANE, SEALS, CRANE, SEALS)[: number + 1]:
        await discord.say(text)
    await discord.until(lambda: len(discord.requests) > 4 + number // 2)
    await ready.stop(signal.SIGKILL)
    with sqlite3.connect(database.removeprefix("sqlite:///")) as base:
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert len(discord.posts(payloads.CHANNEL_ID)) <= 2
