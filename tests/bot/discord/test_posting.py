"""An answer on its way: what was switched off, taken back or changed while it waited is asked again before each try."""

import asyncio
import contextlib
from datetime import timedelta
from types import SimpleNamespace

import aiohttp
import discord
import pytest

from bot.discord import bot, create_bot, posting
from bot.discord.lanes import Lanes
from bot.discord.posting import OFFER
from claims.answering.answers import AnswerBook, BudgetBook
from claims.moderation.edits import EditTexts, SetStatus
from config.errors import DatabaseError, DatabaseUnavailableError
from tests.bot.discord.test_watch import meanwhile, off_and_taken
from tests.bot.discord.world import CRANE, FERRY, LAMP, SEALS, labels_of, letters, text_of
from tests.claims.people import administrator

CRANE_ID = "crane-built-1920"
NEW_TITLE = "The harbour crane is said to be of 1920"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Let tries follow one another within a moment."""
    monkeypatch.setattr(bot, "_PAUSES", (0.01,))


def channel_off(world):
    world.touchstone.moderation.setup.set_channel_mode(administrator(world.guild.id), world.channel.id, "off")


def only_hints(world):
    world.touchstone.moderation.setup.set_channel_mode(administrator(world.guild.id), world.channel.id, "hint")


def snoozed(world):
    world.touchstone.moderation.setup.snooze(administrator(world.guild.id), 2)


def exempt(world):
    world.touchstone.moderation.exemptions.toggle(administrator(world.guild.id), world.alice.id)


def own_wish(world):
    world.touchstone.moderation.exemptions.wish(world.alice.id, ignore=True)


def muted(world):
    world.touchstone.moderation.claim_settings.mute(administrator(world.guild.id), CRANE_ID)


def withdrawn(world):
    world.touchstone.moderation.editor.edit(administrator(world.guild.id), CRANE_ID, None, SetStatus("withdrawn"))


def refused(world):
    world.env.bot.backoff.refused(world.channel.id, "not here")


def retitled(world):
    texts = EditTexts({"en": NEW_TITLE, "zh": "吊车"})
    world.touchstone.moderation.editor.edit(administrator(world.guild.id), CRANE_ID, None, texts)


CHANGES = (channel_off, only_hints, snoozed, exempt, own_wish, muted, withdrawn, refused)


def lost_once(world, monkeypatch, act) -> None:
    """Let Discord lose the first try of a card, and something happen before the next one."""
    world.env.inject_error("POST", "/channels/*/messages", status=503)
    plain, done = posting.nonce_of, list[int]()

    def tried(message: int) -> str:
        if not done:
            done.append(message)
            act(world)
        return plain(message)

    monkeypatch.setattr(posting, "nonce_of", tried)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
async def test_a_card_that_waits_is_not_posted_where_nobody_wants_it_any_more(world, monkeypatch, change):
    lost_once(world, monkeypatch, change)
    await world.alice.send(world.channel, CRANE)
    assert len(world.sent()) == 1
    assert not world.cards()
    assert not world.touchstone.answers.cooling(world.channel.id, [CRANE_ID], timedelta(hours=6))


async def test_what_changes_before_the_first_try_leaves_the_message_free(world, monkeypatch):
    plain = posting.Answering._as_now

    async def later(answering, card):
        monkeypatch.setattr(posting.Answering, "_as_now", plain)
        channel_off(world)
        return await plain(answering, card)

    monkeypatch.setattr(posting.Answering, "_as_now", later)
    said = await world.alice.send(world.channel, CRANE)
    assert not world.sent()
    assert world.touchstone.answers.answer(world.channel.id, said.id) is None


async def test_a_card_that_waits_says_what_the_claim_says_now(world, monkeypatch):
    lost_once(world, monkeypatch, retitled)
    await world.alice.send(world.channel, CRANE)
    (card,) = world.cards()
    assert NEW_TITLE in text_of(card)


async def test_a_claim_that_changes_while_its_card_is_sent_is_corrected_on_it(world, monkeypatch):
    draw = posting.draw_public

    def drawn(*given: object):
        made = draw(*given)
        retitled(world)
        return made

    monkeypatch.setattr(posting, "draw_public", drawn)
    await world.alice.send(world.channel, CRANE)
    (card,) = world.cards()
    assert NEW_TITLE not in text_of(card)
    (correction,) = world.touchstone.moderation.corrections.pending()
    assert (correction.card_message, correction.claims) == (card.id, (CRANE_ID,))


async def too_late_untried(_act):
    raise TimeoutError


async def too_late_tried(act):
    with contextlib.suppress(discord.HTTPException):
        await act()
    raise TimeoutError


async def base_away(_act):
    raise DatabaseError("away")


@pytest.mark.parametrize(
    ("write", "returns"), [(None, True), (too_late_untried, True), (too_late_tried, False), (base_away, True)]
)
async def test_a_reply_goes_back_into_the_budget_unless_it_may_stand(world, monkeypatch, write, returns):
    world.touchstone.moderation.setup.change(administrator(world.guild.id), budget=1000)
    given = list[int]()
    monkeypatch.setattr(BudgetBook, "spend", lambda *_: True)
    monkeypatch.setattr(BudgetBook, "give_back", lambda _, server: given.append(server))
    world.env.inject_error("POST", "/channels/*/messages", status=400, code=50035)
    if write is not None:
        monkeypatch.setattr(posting, "tirelessly", write)
    await world.alice.send(world.channel, CRANE)
    assert given == [world.guild.id] * returns
    assert len(world.env.errors) == (write is base_away)


def arrives_unheard(world, monkeypatch, act=lambda _world: None) -> None:
    """Let Discord take the first try of a card unheard, and bring that one back for the next, by its nonce."""
    plain, taken = discord.Message.reply, list[discord.Message]()

    async def reply(message, **given: object):
        if taken:
            return taken[0]
        taken.append(await plain(message, **given))
        act(world)
        raise discord.DiscordServerError(SimpleNamespace(status=503, reason="out of order"), "out of order")

    monkeypatch.setattr(discord.Message, "reply", reply)


async def test_of_a_card_that_had_arrived_unheard_what_stands_is_corrected(world, monkeypatch):
    arrives_unheard(world, monkeypatch, retitled)
    await world.alice.send(world.channel, CRANE)
    assert [each.claims for each in world.touchstone.moderation.corrections.pending()] == [(CRANE_ID,)]
    await world.env.bot.get_cog("CorrectionRuns").look()
    (card,) = world.cards()
    assert NEW_TITLE in text_of(card)


async def test_a_card_that_had_arrived_unheard_and_says_what_it_should_is_not_drawn_again(world, monkeypatch):
    arrives_unheard(world, monkeypatch)
    await world.alice.send(world.channel, CRANE)
    assert len(world.cards()) == 1
    assert world.touchstone.moderation.corrections.pending() == ()


async def test_a_card_that_was_only_found_in_the_channel_is_corrected_too(world):
    said = await off_and_taken(world)
    world.touchstone.answers.found(world.channel.id, said.id, 4711)
    retitled(world)
    (correction,) = world.touchstone.moderation.corrections.pending()
    assert correction.card_message == 4711


@pytest.mark.parametrize("change", CHANGES[:-1], ids=lambda change: change.__name__)
async def test_what_was_taken_before_the_process_ended_is_not_answered_where_nobody_wants_it(world, settings, change):
    await off_and_taken(world)
    change(world)
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    await world.env.settle()
    assert not world.cards()


@pytest.mark.parametrize(
    "error",
    [
        discord.DiscordServerError(SimpleNamespace(status=503, reason="out of order"), "out of order"),
        aiohttp.ServerDisconnectedError(),
    ],
    ids=type,
)
async def test_a_message_that_discord_does_not_give_out_keeps_no_other_from_its_answer(
    world, settings, monkeypatch, error
):
    first = await off_and_taken(world)
    channel_off(world)
    second = await world.bob.send(world.channel, SEALS)
    world.touchstone.moderation.setup.set_channel_mode(administrator(world.guild.id), world.channel.id, "on")
    place = (world.guild.id, world.channel.id, second.id, world.bob.id)
    assert world.touchstone.answers.take(*place, ["seals-dying-out"], timedelta(hours=6))
    plain = posting.Answering._fetch

    async def fetch(answering, location, message):
        if message == first.id:
            raise error
        return await plain(answering, location, message)

    monkeypatch.setattr(posting.Answering, "_fetch", fetch)
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    await world.env.settle()
    (card,) = world.cards()
    assert card.reference.message_id == second.id


async def test_a_role_that_is_left_alone_is_asked_for_also_where_a_message_is_fetched(world, settings):
    role = world.guild.create_role("guests")
    alice = world.env.bot.get_guild(world.guild.id).get_member(world.alice.id)
    assert alice is None
    await off_and_taken(world)
    world.touchstone.moderation.setup.change(administrator(world.guild.id), exempt_roles=(role.id,))
    world.env.backend.get_member(world.guild.id, world.alice.id).role_ids.append(role.id)
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    await world.env.settle()
    assert not world.cards()


async def test_where_discord_does_not_say_at_once_who_has_such_a_role_it_is_asked_again(world, settings):
    role = world.guild.create_role("guests")
    await off_and_taken(world)
    world.touchstone.moderation.setup.change(administrator(world.guild.id), exempt_roles=(role.id,))
    world.env.backend.get_member(world.guild.id, world.alice.id).role_ids.append(role.id)
    world.env.inject_error("GET", "/guilds/*/members/*", status=503)
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    await world.env.settle()
    assert not world.cards()


async def test_a_hint_that_waits_is_not_left_where_nobody_wants_it_any_more(world, monkeypatch):
    only_hints(world)
    world.env.inject_error("PUT", "/channels/*/messages/*/reactions/*", status=503)
    plain = posting.Answering._require

    async def once(answering, *given: object):
        await plain(answering, *given)
        channel_off(world)

    monkeypatch.setattr(posting.Answering, "_require", once)
    await world.alice.send(world.channel, CRANE)
    assert len(world.reactions()) == 1
    assert world.touchstone.moderation.corrections.pending() == ()


async def offered(world):
    """Return a message with a hint, and the letter in which bob reads the answer."""
    only_hints(world)
    said = await world.alice.send(world.channel, CRANE)
    await world.bob.react(said, OFFER)
    return said, letters(world.bob)[0]


@pytest.mark.parametrize("change", [channel_off, snoozed, exempt, own_wish], ids=lambda change: change.__name__)
async def test_a_hint_that_is_taken_up_is_shown_to_nobody_else_where_that_is_not_wanted_now(world, change):
    said, letter = await offered(world)
    change(world)
    answer = await world.bob.user.click(letter, label="Show everybody")
    assert text_of(answer).startswith("I am to say nothing here now")
    assert not world.cards()
    assert world.touchstone.answers.is_offered(world.channel.id, said.id)


@pytest.mark.parametrize("is_off", [False, True])
async def test_a_hint_in_a_thread_that_is_archived_follows_the_channel_of_the_thread(world, is_off):
    only_hints(world)
    handle = await world.thread()
    await world.bob.react(await world.alice.send(handle, CRANE), OFFER)
    (letter,) = letters(world.bob)
    await world.archive(handle)
    if is_off:
        channel_off(world)
    answer = text_of(await world.bob.user.click(letter, label="Show everybody"))
    assert answer.startswith("I am to say nothing here now" if is_off else "Everybody sees the card now.")
    assert len(world.cards(handle)) == (0 if is_off else 1)


async def test_a_channel_that_has_had_its_cards_gets_no_further_ones_from_hints_and_no_more_lines(world):
    world.touchstone.moderation.setup.change(administrator(world.guild.id), cards_per_hour=1)
    only_hints(world)
    said = [await world.alice.send(world.channel, text) for text in (CRANE, SEALS)]
    for each in said:
        await world.bob.react(each, OFFER)
    answers = [text_of(await world.bob.user.click(letter, label="Show everybody")) for letter in letters(world.bob)]
    assert answers[0] == "Everybody sees the card now."
    assert answers[1].startswith("The channel has had its cards for this hour")
    assert len(world.cards()) == 1
    assert sum(world.touchstone.answers.is_offered(world.channel.id, each.id) for each in said) == 1
    world.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
    others = [await world.alice.send(world.channel, text) for text in (f"||{FERRY}||", f"||{LAMP}||")]
    for each in others:
        await world.mod.react(each, OFFER)
    assert len(world.cards()) == 2


async def test_no_line_with_a_button_is_posted_in_a_channel_that_was_switched_off(world):
    only_hints(world)
    said = await world.alice.send(world.channel, CRANE)
    channel_off(world)
    world.env.inject_error("POST", "/users/@me/channels", status=403, code=50007)
    await world.bob.react(said, OFFER)
    assert not world.cards()


@pytest.mark.parametrize("at_once", [False, True])
async def test_a_line_with_a_button_that_was_deleted_is_made_again_for_the_next_one(world, at_once):
    only_hints(world)
    said = await world.alice.send(world.channel, CRANE)
    world.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
    await world.bob.react(said, OFFER)
    (line,) = world.cards()
    if at_once:
        await world.purge(line, await world.alice.send(world.channel, "good morning everybody"))
    else:
        await world.mod.delete(line)
    assert not world.cards()
    await world.chief.react(said, OFFER)
    (line,) = world.cards()
    assert labels_of(line) == ["Read the answer"]


async def test_the_line_with_a_button_goes_where_many_messages_are_deleted_at_once(world):
    only_hints(world)
    said = await world.alice.send(world.channel, CRANE)
    other = await world.alice.send(world.channel, SEALS)
    world.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
    await world.bob.react(said, OFFER)
    await world.purge(said, other)
    assert not world.cards()


def away_once_accepted(world, monkeypatch, error, times):
    """Let the base fail so often once an offer is accepted."""
    database, accept, left = world.touchstone.base.database, AnswerBook.accept_offer, iter(range(times))
    newest = database.newest

    def failing():
        if next(left, None) is not None:
            raise error("away")
        return newest()

    def accepted(book: AnswerBook, *given: int):
        done = accept(book, *given)
        monkeypatch.setattr(database, "newest", failing)
        return done

    monkeypatch.setattr(AnswerBook, "accept_offer", accepted)


async def test_a_hint_that_is_shown_outlasts_a_moment_without_the_base(world, monkeypatch):
    asyncio.get_running_loop().set_default_executor(Lanes())
    _said, letter = await offered(world)
    away_once_accepted(world, monkeypatch, DatabaseUnavailableError, 2)
    assert text_of(await world.bob.user.click(letter, label="Show everybody")) == "Everybody sees the card now."
    assert len(world.cards()) == 1


async def test_a_hint_that_could_not_be_shown_because_the_base_failed_can_be_shown_later(world, monkeypatch):
    said, letter = await offered(world)
    away_once_accepted(world, monkeypatch, DatabaseError, 1)
    await world.bob.user.click(letter, label="Show everybody")
    assert not world.cards()
    assert world.touchstone.answers.is_offered(world.channel.id, said.id)
    await world.bob.user.click(letter, label="Show everybody")
    assert len(world.cards()) == 1


async def test_a_message_that_is_edited_while_its_hint_is_shown_has_no_card_in_the_end(world, monkeypatch):
    _said, letter = await offered(world)
    edited = {"content": "good morning everybody, coffee is ready"}
    meanwhile(monkeypatch, "posted", lambda given: world.env.backend.edit_message(given[0], given[1], edited))
    await world.bob.user.click(letter, label="Show everybody")
    await world.env.settle()
    assert not world.cards()


async def test_who_clicks_a_hint_at_the_same_moment_as_somebody_else_finds_one_line(world, monkeypatch):
    only_hints(world)
    said = await world.alice.send(world.channel, CRANE)
    world.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
    plain, both = posting.Answering.may_hint, asyncio.Barrier(2)

    async def together(answering, *given: object):
        if not both.n_waiting:
            world.env.backend.add_reaction(world.channel.id, said.id, OFFER, world.mod.id)
        async with asyncio.timeout(5):
            await both.wait()
        return await plain(answering, *given)

    monkeypatch.setattr(posting.Answering, "may_hint", together)
    await world.bob.react(said, OFFER)
    await world.env.settle()
    assert len(world.cards()) == 1


async def test_a_line_that_fails_for_want_of_the_base_keeps_no_other_from_its_place(world, monkeypatch):
    world.touchstone.moderation.setup.change(administrator(world.guild.id), cards_per_hour=1)
    only_hints(world)
    said = await world.alice.send(world.channel, CRANE)
    world.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
    with monkeypatch.context() as patch:

        async def away(*_: object):
            raise DatabaseError("away")

        patch.setattr(world.env.bot, "server_texts", away)
        await world.bob.react(said, OFFER)
        assert not world.cards()
    assert [type(error) for error in world.env.errors] == [DatabaseError]
    await world.mod.react(said, OFFER)
    assert len(world.cards()) == 1


@pytest.mark.parametrize("is_changed", [False, True])
async def test_a_card_that_a_process_that_has_ended_had_sent_is_drawn_once_more_where_it_says_something_else(
    world, settings, monkeypatch, is_changed
):
    with monkeypatch.context() as patch:
        patch.setattr(AnswerBook, "posted", lambda *_: None)
        await world.alice.send(world.channel, CRANE)
    (card,) = world.cards()
    if is_changed:
        retitled(world)

    async def reply(_message, **_given: object):
        return card

    monkeypatch.setattr(discord.Message, "reply", reply)
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    await world.env.settle()
    corrections, runs = world.touchstone.moderation.corrections, world.env.bot.get_cog("CorrectionRuns")
    assert [each.card_message for each in corrections.pending()] == ([card.id] if is_changed else [])
    # The run that follows the start has been before the card.
    await runs.look()
    assert corrections.pending() == ()
    (card,) = world.cards()
    assert (NEW_TITLE in text_of(card)) == is_changed
