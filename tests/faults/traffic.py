"""What comes from Discord: more than usual, all at once, over a connection that breaks, or refused on the way back."""

import asyncio
import random
from time import monotonic

from tests.discord_server import payloads
from tests.faults.stage import CLAIMS, CLICK_SECONDS, Figures, Stage, middle, share, small_talk, stage, until

RATE = 200
_CLAIMS_IN_CHAT = 0.03
# A channel gets no more cards than this in an hour, whatever is set.
_CARDS = 900
# Megabytes that the process may grow by in the second half of a load.
_GROWTH = 16.0
# An answer that would come later than this after its message is given up.
_LATE = 30.0


async def load(seconds: float) -> Figures:
    """200 messages a second, of which three in a hundred say a claim: no backlog, memory flat, people served."""
    chance, figures = random.Random(2), Figures()
    async with stage() as on:
        await _warm_up(on)
        memory, clicking = [on.memory()], list[asyncio.Task[float]]()
        part = min(_CLAIMS_IN_CHAT, _CARDS / (seconds * RATE))
        began, sent, claims, next_look = monotonic(), 0, list[int](), monotonic() + 1
        before, used = await on.checked(), on.processor_seconds()
        while (now := monotonic()) < began + seconds:
            while sent < (now - began) * RATE:
                says_claim = chance.random() < part
                number = await on.discord.say(chance.choice(CLAIMS) if says_claim else small_talk(chance))
                claims += [number] if says_claim else []
                sent += 1
            if now > next_look:
                next_look = now + max(1.0, seconds / 60)
                memory.append(on.memory())
                clicking.append(asyncio.create_task(on.click_seconds(sent)))
            await asyncio.sleep(0.005)
        ended = monotonic()
        await until(lambda: set(claims) <= on.discord.answers.keys(), _LATE)
        behind, clicks = monotonic() - ended, await asyncio.gather(*clicking)
        checked, (gone, hints, _) = await on.checked() - before, on.let_go()
        used = on.processor_seconds() - used
        waited, half = on.discord.waited(), len(memory) // 2
        growth = middle(memory[-max(1, half // 2) :]) - middle(memory[half : half + max(1, half // 2)])
        figures.told = {
            "said": sent,
            "a_second": round(sent / (ended - began)),
            "checked": checked,
            "let_go": gone,
            "hints_given_up": hints,
            "claims_said": len(claims),
            "answered": len(set(claims) & on.discord.answers.keys()),
            "processor_ms_a_message": round(used * 1000 / max(checked, 1), 2),
            "p50_seconds": share(waited, 0.5),
            "p99_seconds": share(waited, 0.99),
            "longest_click_seconds": round(max(clicks), 3),
            "backlog_seconds": round(behind, 2),
            "memory_mb": [round(memory[0]), round(max(memory)), round(memory[-1])],
            "growth_mb_second_half": round(growth, 1),
        }
        figures.in_time("every message that says a claim is answered", set(claims) <= on.discord.answers.keys())
        figures.promise("no message is answered twice", not on.discord.twice())
        figures.in_time("no message is let go", not gone)
        figures.in_time("the backlog is gone within 3 s", behind < 3)
        figures.in_time("memory stays flat", growth < _GROWTH)
        figures.in_time("a click is acknowledged within 3 s", max(clicks) < CLICK_SECONDS)
    return figures


async def burst(times: float) -> Figures:
    """Thousands of messages in a second: what is oldest is let go, and counted once; people are served; it recovers."""
    chance, figures = random.Random(3), Figures()
    async with stage() as on:
        await _warm_up(on)
        before, memory = await on.checked(), on.memory()
        began = monotonic()
        said, shown = list[int](), list[int]()
        clicking = asyncio.create_task(on.click_seconds(-1))
        for number in range(int(times)):
            # One in five where nothing but numbers can come of it, as in a channel that is only counted.
            channel = payloads.QUIET_CHANNEL_ID if number % 5 == 0 else payloads.CHANNEL_ID
            text = CLAIMS[1] if number % 50 == 7 or number >= times - 20 else small_talk(chance)
            said.append(await on.discord.say(text, channel))
            if number >= times - 20 and channel == payloads.CHANNEL_ID:
                shown.append(said[-1])
            if number % 200 == 0:
                await asyncio.sleep(0)
        sending = monotonic() - began
        clicks = [await clicking, *[await on.click_seconds(number) for number in range(5)]]
        await until(lambda: set(shown) <= on.discord.answers.keys(), 60.0)
        await _until_still(on)
        drained = monotonic() - began
        checked, (gone, hints, lines) = await on.checked() - before, on.let_go()
        after = await on.discord.say(CLAIMS[0])
        await until(lambda: after in on.discord.answers, _LATE)
        figures.told = {
            "sent_in_seconds": round(sending, 2),
            "checked": checked,
            "let_go": gone,
            "hints_given_up": hints,
            "lines_in_the_log": lines,
            "longest_click_seconds": round(max(clicks), 3),
            "newest_answered": [len(set(shown) & on.discord.answers.keys()), len(shown)],
            "drained_after_seconds": round(drained, 2),
            "memory_mb": [round(memory), round(on.memory())],
        }
        figures.promise("all are checked or counted as let go", checked + gone == len(said))
        figures.in_time("the newest are answered", set(shown) <= on.discord.answers.keys())
        figures.promise("the log is told once", lines <= 1)
        figures.promise("no message is answered twice", not on.discord.twice())
        figures.in_time("a click is acknowledged within 3 s", max(clicks) < CLICK_SECONDS)
        figures.promise("the next message is answered", after in on.discord.answers)
    return figures


async def drops(seconds: float) -> Figures:
    """The gateway dropped every ten seconds, and what came before sent again: each message is answered once."""
    figures = Figures()
    async with stage() as on:
        every = min(10.0, seconds / 3)
        said: list[int] = []
        ended, next_drop, count = monotonic() + seconds, monotonic() + every, 0
        while monotonic() < ended:
            said.append(await on.discord.say(CLAIMS[len(said) % len(CLAIMS)]))
            await asyncio.sleep(0.25)
            if monotonic() > next_drop:
                next_drop, count = monotonic() + every, count + 1
                await on.discord.gateway.drop()
                # What is said while nobody listens comes when the connection is resumed.
                said += [await on.discord.say(CLAIMS[number]) for number in range(3)]
                connected = on.discord.gateway.identified + on.discord.gateway.resumed
                await until(
                    lambda known=connected: on.discord.gateway.identified + on.discord.gateway.resumed > known, 60.0
                )
                for number in said[-8:]:
                    await on.discord.gateway.replay("MESSAGE_CREATE", on.discord.messages[number])
        await until(lambda: set(said) <= on.discord.answers.keys(), _LATE)
        waited = on.discord.waited()
        figures.told = {
            "drops": count,
            "resumed": on.discord.gateway.resumed,
            "said": len(said),
            "answered": len(set(said) & on.discord.answers.keys()),
            "twice": on.discord.twice(),
            "p99_seconds": share(waited, 0.99),
        }
        figures.promise("every message is answered", set(said) <= on.discord.answers.keys())
        figures.promise("no message is answered twice", not on.discord.twice())
        figures.promise("the process lives", on.bot.is_running)
    return figures


async def storms(seconds: float) -> Figures:
    """Half of all cards refused with 429 or 5xx, some of them after they were taken: none stands twice."""
    figures = Figures()
    async with stage() as on:
        on.discord.refusals = 0.5
        said, ended = list[int](), monotonic() + seconds
        while monotonic() < ended:
            said.append(await on.discord.say(CLAIMS[len(said) % len(CLAIMS)]))
            await asyncio.sleep(0.2)
        on.discord.refusals = 0.0
        await until(lambda: set(said) <= _carded(on), _LATE)
        after = await on.discord.say(CLAIMS[0])
        await until(lambda: after in on.discord.answers, _LATE)
        figures.told = {
            "said": len(said),
            "posts": len(on.discord.posts()),
            "answered": len(set(said) & _carded(on)),
            "twice": on.discord.twice(),
            "given_up": _given_up(on),
        }
        figures.promise("no message is answered twice", not on.discord.twice())
        lost = len(set(said) - _carded(on))
        figures.promise("what is not answered is told in the log", lost <= figures.told["given_up"])
        figures.promise("after the storm all is as before", after in on.discord.answers)
        figures.promise("the process lives", on.bot.is_running)
    return figures


async def slow(seconds: float) -> Figures:
    """Discord takes seconds for each card: people are served meanwhile, and nothing is answered twice."""
    figures = Figures()
    async with stage() as on:
        on.discord.seconds = 5.0
        said, clicks, ended = list[int](), list[float](), monotonic() + seconds
        while monotonic() < ended:
            said.append(await on.discord.say(CLAIMS[len(said) % len(CLAIMS)]))
            clicks.append(await on.click_seconds(len(said)))
            await asyncio.sleep(0.5)
        await until(lambda: set(said) <= on.discord.answers.keys(), _LATE)
        on.discord.seconds = 0.0
        after = await on.discord.say(CLAIMS[0])
        await until(lambda: after in on.discord.answers, _LATE)
        waited = on.discord.waited()
        figures.told = {
            "said": len(said),
            "answered": len(set(said) & on.discord.answers.keys()),
            "given_up": _given_up(on),
            "twice": on.discord.twice(),
            "p99_seconds": share(waited, 0.99),
            "longest_click_seconds": round(max(clicks), 3),
        }
        lost = len(set(said) - on.discord.answers.keys())
        figures.promise("what is not answered is told in the log", lost <= figures.told["given_up"])
        figures.promise("no message is answered twice", not on.discord.twice())
        figures.in_time("a click is acknowledged within 3 s", max(clicks) < CLICK_SECONDS)
        figures.promise("afterwards all is as before", after in on.discord.answers)
    return figures


async def _warm_up(on: Stage) -> None:
    """Let everything be read once that is read when it is first needed."""
    said = [await on.discord.say(text) for text in CLAIMS]
    await on.discord.until(lambda: set(said) <= on.discord.answers.keys(), 120.0)
    await on.click_seconds(-2)


def _given_up(on: Stage) -> int:
    return on.bot.log.count("it would have come too late") + on.bot.log.count("could not be answered")


def _carded(on: Stage) -> set[int]:
    return {int(card["message_reference"]["message_id"]) for card in on.discord.delivered()}


async def _until_still(on: Stage) -> None:
    """Wait until no more messages are checked."""
    checked = -1
    while (now := await on.checked()) != checked:
        checked = now
        await asyncio.sleep(1.0)
