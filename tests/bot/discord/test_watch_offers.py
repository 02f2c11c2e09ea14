"""Quiet offers: a small reaction first, the card only for those who ask for it."""

from dataclasses import replace

import discord
import pytest

from bot.discord import create_bot
from bot.discord.posting import OFFER
from claims.moderation.editor import NewClaim
from tests.bot.discord.world import CRANE, CRANE_ZH, SILENT, labels_of, letters, shown_by, text_of
from tests.claims.people import administrator


@pytest.fixture
def doubtful(touchstone, monkeypatch):
    """Let every finding that would be a reply be an offer instead."""
    check = touchstone.check

    def offered(text, server=None):
        finding = check(text, server)
        matches = tuple(replace(match, action="offer") for match in finding.matches[:1])
        return replace(finding, action="offer", matches=matches) if finding.action == "reply" else finding

    monkeypatch.setattr(touchstone, "check", offered)


@pytest.fixture
def hinting(world):
    """Set the channel to hints only."""
    world.touchstone.moderation.setup.set_channel_mode(administrator(world.guild.id), world.channel.id, "hint")


@pytest.mark.usefixtures("doubtful")
async def test_a_doubtful_match_only_gets_a_reaction(world):
    await world.alice.send(world.channel, CRANE)
    assert len(world.reactions()) == 1
    assert not world.sent()


@pytest.mark.usefixtures("hinting")
async def test_a_channel_of_hints_never_gets_more_than_a_reaction(world):
    await world.alice.send(world.channel, CRANE)
    assert len(world.reactions()) == 1
    assert not world.sent()


@pytest.mark.usefixtures("hinting")
async def test_whoever_clicks_the_reaction_reads_the_card_privately_and_once(world):
    said = await world.alice.send(world.channel, CRANE)
    await world.bob.react(said, OFFER)
    await world.bob.unreact(said, OFFER)
    await world.bob.react(said, OFFER)
    (letter,) = letters(world.bob)
    assert "The yearbook dates the crane to 1954" in text_of(letter)
    assert said.jump_url in text_of(letter)
    assert not world.cards()
    assert not letters(world.mod)


@pytest.mark.usefixtures("hinting")
async def test_the_private_card_can_be_shown_to_everybody_once(world):
    said = await world.alice.send(world.channel, CRANE)
    await world.bob.react(said, OFFER)
    (letter,) = letters(world.bob)
    shown = await world.bob.user.click(letter, label="Show everybody")
    assert "Everybody sees the card now." in text_of(shown)
    (card,) = world.cards()
    assert card.reference.message_id == said.id
    assert [body["allowed_mentions"] for body in world.sent()][-1] == SILENT
    again = await world.bob.user.click(letter, label="Show everybody")
    assert "There is nothing to show any more" in text_of(again)
    assert len(world.cards()) == 1


@pytest.mark.usefixtures("hinting")
async def test_the_private_card_leads_to_all_points_and_sources_wherever_it_is_read(world):
    said = await world.alice.send(world.channel, CRANE)
    await world.bob.react(said, OFFER)
    (letter,) = letters(world.bob)
    more = text_of(await world.bob.user.click(letter, label="More"))
    world.env.inject_error("POST", "/users/@me/channels", status=403, code=50007)
    await world.mod.react(said, OFFER)
    (line,) = world.cards()
    private = await world.mod.click(line, label="Read the answer")
    assert text_of(await world.mod.click(shown_by(private), label="More")) == more
    assert "The plate with the year 1920 came from another crane" in more
    assert "characters 109–212" in more


@pytest.mark.usefixtures("hinting")
async def test_it_leads_to_the_servers_own_claims_also_from_a_direct_message(world):
    title = "Every gull steals chips from tourists who sit outside cafes"
    new = NewClaim(title, "", "The tourists feed them.", "https://harbour.example/book", publish=True)
    world.touchstone.moderation.editor.begin(administrator(world.guild.id), new)
    said = await world.alice.send(world.channel, title)
    await world.bob.react(said, OFFER)
    (letter,) = letters(world.bob)
    assert "The tourists feed them." in text_of(await world.bob.user.click(letter, label="More"))


@pytest.mark.usefixtures("hinting")
async def test_who_may_no_longer_read_the_channel_is_told_nothing_more(world):
    said = await world.alice.send(world.channel, CRANE)
    await world.bob.react(said, OFFER)
    (letter,) = letters(world.bob)
    channel = world.env.bot.get_channel(world.channel.id)
    await channel.set_permissions(channel.guild.default_role, view_channel=False)
    refused = await world.bob.user.click(letter, label="More")
    assert text_of(refused) == "You may not read the channel of this message."


@pytest.mark.usefixtures("hinting")
async def test_a_button_from_before_a_restart_goes_when_it_is_clicked_in_vain(world, settings):
    said = await world.alice.send(world.channel, CRANE)
    world.env.inject_error("POST", "/users/@me/channels", status=403, code=50007)
    await world.bob.react(said, OFFER)
    (line,) = world.cards()
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    await world.alice.delete(said)
    assert "There is nothing to show any more" in text_of(await world.bob.click(line, label="Read the answer"))
    assert not world.cards()


@pytest.mark.usefixtures("hinting")
async def test_who_takes_no_direct_messages_gets_a_button_in_the_channel(world):
    said = await world.alice.send(world.channel, CRANE)
    world.env.inject_error("POST", "/users/@me/channels", status=403, code=50007)
    await world.bob.react(said, OFFER)
    (line,) = world.cards()
    assert labels_of(line) == ["Read the answer"]
    assert "The yearbook dates the crane to 1954" in text_of(await world.bob.click(line, label="Read the answer"))


@pytest.mark.usefixtures("hinting")
async def test_what_a_button_in_the_channel_opens_speaks_the_language_of_who_reads_it(world, in_language):
    world.touchstone.moderation.setup.change(administrator(world.guild.id), language="zh-Hant")
    said = await world.alice.send(world.channel, CRANE_ZH)
    world.env.inject_error("POST", "/users/@me/channels", status=403, code=50007)
    await world.bob.react(said, OFFER)
    (line,) = world.cards()
    assert labels_of(line) == ["查看回覆"]
    private = await world.bob.click(line, label="查看回覆")
    assert "The yearbook dates the crane to 1954" in text_of(private)
    in_language(discord.Locale.chinese)
    assert "年鉴记载这台吊车" in text_of(await world.mod.click(line, label="查看回覆"))
    await world.bob.click(shown_by(private), label="Show everybody")
    (card,) = world.cards()
    assert "港口的老吊車" in text_of(card)


@pytest.mark.usefixtures("hinting")
async def test_one_button_is_enough_for_all_who_take_no_direct_messages_and_it_goes_when_it_is_done(world):
    said = await world.alice.send(world.channel, CRANE)
    world.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
    for person in (world.bob, world.mod, world.chief):
        await person.react(said, OFFER)
    (line,) = world.cards()
    assert line.reference.message_id == said.id
    assert [body["allowed_mentions"] for body in world.sent()] == [SILENT]
    private = await world.bob.click(line, label="Read the answer")
    await world.bob.click(private.response.message, label="Show everybody")
    (card,) = world.cards()
    assert "The yearbook dates the crane to 1954" in text_of(card)


@pytest.mark.usefixtures("hinting")
async def test_who_takes_no_direct_messages_where_no_button_may_be_posted_is_not_written_to_again(world, monkeypatch):
    async def none(*_: object) -> int:
        return 0

    said = await world.alice.send(world.channel, CRANE)
    monkeypatch.setattr(type(world.env.bot.get_cog("Offers")._watch.answering), "most", none)
    world.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
    for _ in range(3):
        await world.bob.react(said, OFFER)
        await world.bob.unreact(said, OFFER)
    assert not world.cards()
    assert len([seen for seen in world.env.http_requests if seen.path == "/users/@me/channels"]) == 1


@pytest.mark.usefixtures("hinting")
async def test_the_button_goes_with_its_message(world):
    said = await world.alice.send(world.channel, CRANE)
    world.env.inject_error("POST", "/users/@me/channels", status=403, code=50007)
    await world.bob.react(said, OFFER)
    await world.alice.delete(said)
    assert not world.cards()


@pytest.mark.usefixtures("hinting")
async def test_the_button_goes_with_the_claim_in_its_message(world):
    said = await world.alice.send(world.channel, CRANE)
    world.env.inject_error("POST", "/users/@me/channels", status=403, code=50007)
    await world.bob.react(said, OFFER)
    await world.alice.edit(said, f"{CRANE}, they say")
    assert len(world.cards()) == 1
    await world.alice.edit(said, "good morning everybody, coffee is ready")
    assert not world.cards()


@pytest.mark.usefixtures("hinting")
async def test_the_button_goes_where_its_message_goes_with_many(world):
    said = await world.alice.send(world.channel, CRANE)
    other = await world.alice.send(world.channel, "good morning everybody, coffee is ready")
    world.env.inject_error("POST", "/users/@me/channels", status=403, code=50007)
    await world.bob.react(said, OFFER)
    await world.purge(said, other)
    assert not world.cards()


@pytest.mark.usefixtures("hinting")
async def test_who_may_no_longer_read_the_channel_shows_nothing_there(world):
    said = await world.alice.send(world.channel, CRANE)
    await world.bob.react(said, OFFER)
    (letter,) = letters(world.bob)
    channel = world.env.bot.get_channel(world.channel.id)
    await channel.set_permissions(channel.guild.default_role, view_channel=False)
    refused = await world.bob.user.click(letter, label="Show everybody")
    assert text_of(refused) == "You may not read the channel of this message."
    assert not world.cards()


@pytest.mark.usefixtures("hinting")
async def test_where_discord_cannot_be_asked_who_may_read_the_channel_nothing_is_shown_there(world, lose):
    said = await world.alice.send(world.channel, CRANE)
    await world.bob.react(said, OFFER)
    (letter,) = letters(world.bob)
    lose("GET", f"/guilds/{world.guild.id}/members/{world.bob.id}", times=1)
    refused = await world.bob.user.click(letter, label="Show everybody")
    assert text_of(refused) == "You may not read the channel of this message."
    assert not world.cards()
    await world.bob.user.click(letter, label="Show everybody")
    assert len(world.cards()) == 1


@pytest.mark.usefixtures("hinting")
async def test_what_stands_in_a_spoiler_cannot_be_shown_to_everybody(world):
    said = await world.alice.send(world.channel, f"||{CRANE}||")
    await world.bob.react(said, OFFER)
    (letter,) = letters(world.bob)
    assert labels_of(letter) == ["More"]


@pytest.mark.usefixtures("hinting")
async def test_what_was_edited_into_a_spoiler_since_is_not_shown_to_everybody(world):
    said = await world.alice.send(world.channel, CRANE)
    await world.bob.react(said, OFFER)
    (letter,) = letters(world.bob)
    await world.alice.edit(said, f"||{CRANE}||")
    shown = await world.bob.user.click(letter, label="Show everybody")
    assert "There is nothing to show any more" in text_of(shown)
    assert not world.cards()


@pytest.mark.usefixtures("hinting")
@pytest.mark.parametrize(
    ("status", "code", "says"),
    [(403, 50013, "A moderator can look at my rights in that channel."), (400, 50035, "Try again in a minute.")],
)
async def test_where_discord_takes_no_card_the_message_is_not_blamed(world, status, code, says):
    said = await world.alice.send(world.channel, CRANE)
    await world.bob.react(said, OFFER)
    (letter,) = letters(world.bob)
    world.env.inject_error("POST", f"/channels/{world.channel.id}/messages", status=status, code=code)
    assert says in text_of(await world.bob.user.click(letter, label="Show everybody"))
    assert not world.cards()
    assert world.touchstone.answers.is_offered(world.channel.id, said.id)


@pytest.mark.usefixtures("doubtful")
async def test_an_offer_can_be_taken_up_after_a_restart(world, settings):
    said = await world.alice.send(world.channel, CRANE)
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    await world.bob.react(said, OFFER)
    assert len(letters(world.bob)) == 1


@pytest.mark.usefixtures("hinting")
async def test_other_reactions_and_other_messages_mean_nothing(world):
    said = await world.alice.send(world.channel, CRANE)
    other = await world.alice.send(world.channel, "good morning everybody, coffee is ready")
    await world.bob.react(said, "👍")
    await world.bob.react(other, OFFER)
    assert not world.cards()


@pytest.mark.usefixtures("hinting")
async def test_a_bot_cannot_take_up_an_offer(world):
    robot = world.guild.add_member(world.env.create_user("robot", bot=True))
    said = await world.alice.send(world.channel, CRANE)
    await robot.react(said, OFFER)
    assert not world.cards()


@pytest.mark.usefixtures("hinting")
async def test_a_message_that_was_edited_into_something_else_brings_no_card(world):
    said = await world.alice.send(world.channel, CRANE)
    await world.alice.edit(said, "good morning everybody, coffee is ready")
    await world.bob.react(said, OFFER)
    assert not world.cards()


@pytest.mark.usefixtures("hinting")
async def test_a_message_that_was_deleted_brings_no_card(world):
    said = await world.alice.send(world.channel, CRANE)
    world.env.inject_error("GET", "/channels/*/messages/*", status=404, code=10008)
    await world.bob.react(said, OFFER)
    assert not world.cards()


@pytest.mark.usefixtures("hinting")
async def test_where_the_message_may_not_be_read_the_offer_stands_and_the_bot_keeps_quiet(world):
    said = await world.alice.send(world.channel, CRANE)
    world.env.inject_error("GET", "/channels/*/messages/*", status=403, code=50001)
    await world.bob.react(said, OFFER)
    assert world.env.bot.backoff.holds(world.channel.id)
    assert world.touchstone.answers.is_offered(said.channel.id, said.id)


@pytest.mark.usefixtures("hinting")
async def test_where_reactions_are_refused_the_bot_keeps_quiet(world):
    world.env.inject_error("PUT", "/channels/*/messages/*/reactions/*", status=403, code=50013)
    await world.alice.send(world.channel, CRANE)
    assert world.env.bot.backoff.holds(world.channel.id)


@pytest.mark.usefixtures("hinting")
async def test_a_member_who_has_blocked_the_bot_keeps_it_from_nobody_else(world):
    world.env.inject_error("PUT", "/channels/*/messages/*/reactions/*", status=403, code=90001)
    await world.alice.send(world.channel, CRANE)
    assert not world.env.bot.backoff.holds(world.channel.id)
    await world.bob.send(world.channel, CRANE)
    assert len(world.reactions()) == 2


@pytest.mark.usefixtures("hinting")
@pytest.mark.parametrize("is_line", [False, True])
async def test_whoever_got_nothing_because_discord_failed_gets_the_answer_with_the_next_click(world, is_line):
    said = await world.alice.send(world.channel, CRANE)
    if is_line:
        world.env.inject_error("POST", "/users/@me/channels", status=403, code=50007)
        world.env.inject_error("POST", "/channels/*/messages", status=400, code=50035)
    else:
        world.env.inject_error("POST", "/users/@me/channels", status=400, code=50035)
    await world.bob.react(said, OFFER)
    assert not letters(world.bob)
    assert len(world.env.errors) == (0 if is_line else 1)
    await world.bob.unreact(said, OFFER)
    await world.bob.react(said, OFFER)
    assert len(letters(world.bob)) == 1


@pytest.mark.usefixtures("hinting")
@pytest.mark.parametrize("is_line", [False, True])
async def test_an_answer_that_was_lost_on_its_way_comes_with_the_next_click(world, lose, is_line):
    said = await world.alice.send(world.channel, CRANE)
    if is_line:
        world.env.inject_error("POST", "/users/@me/channels", status=403, code=50007)
        lose("POST", f"/channels/{world.channel.id}/messages", times=1)
    else:
        lose("POST", "/users/@me/channels", times=1)
    await world.bob.react(said, OFFER)
    assert not letters(world.bob)
    assert not world.env.errors
    await world.bob.unreact(said, OFFER)
    await world.bob.react(said, OFFER)
    assert len(letters(world.bob)) == 1


@pytest.mark.usefixtures("hinting")
async def test_a_button_that_cannot_be_taken_away_for_now_ends_nothing(world, lose):
    said = await world.alice.send(world.channel, CRANE)
    world.env.inject_error("POST", "/users/@me/channels", status=403, code=50007)
    await world.bob.react(said, OFFER)
    (line,) = world.cards()
    lose("DELETE", f"/channels/{world.channel.id}/messages/{line.id}")
    await world.alice.delete(said)
    assert not world.env.errors
