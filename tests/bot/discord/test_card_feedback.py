"""Reports by members: what follows at once, which kinds there are, and who may hide a card."""

from dataclasses import replace

import discord
import pytest
from sqlalchemy import select

from bot.discord import create_bot
from claims.moderation.edits import SetStatus
from claims.store.tables import Feedback
from tests.bot.discord.world import CRANE, CRANE_ZH, LAMP, labels_of, text_of
from tests.claims.people import administrator

CLAIM = "crane-built-1920"
CAREFUL = "Thank you. Until a moderator decides, I am more careful about this claim here."
NOTED = "Thank you. I have noted it for the moderators of this server."
AGAIN = "You have reported this already; the moderators of this server will decide."
PAUSED = "Thank you. I do not answer this claim here by myself until a moderator decides."


def first_line(shown) -> str:
    return text_of(shown).splitlines()[0]


@pytest.fixture
def claim(world):
    """What the server sees of the claim now."""
    return lambda: world.touchstone.base.claim(CLAIM, world.guild.id)


async def test_one_press_reports_at_once_and_says_what_follows(world, claim):
    card = await world.card()
    assert first_line(await world.bob.click(card, label="Not what I said")) == CAREFUL
    assert claim().raised_to > 0
    world.touchstone.moderation.setup.change(administrator(world.guild.id), cooldown_hours=0)
    await world.alice.send(world.channel, CRANE)
    assert len(world.cards()) == 1
    assert len(world.reactions()) == 1


async def test_a_member_is_counted_once_however_often_he_presses(world, claim):
    card = await world.card()
    await world.bob.click(card, label="Not what I said")
    for _ in range(3):
        assert first_line(await world.bob.click(card, label="Not what I said")) == AGAIN
    assert not claim().paused


async def test_the_other_kinds_are_chosen_in_the_private_answer_and_the_last_counts(world, claim):
    card = await world.card()
    answer = await world.bob.click(card, label="Not what I said")
    assert labels_of(answer.response.message) == ["Wrong claim", "Out of date"]
    answer = await world.bob.click(answer.response.message, label="Wrong claim")
    assert claim().raised_to > 0
    answer = await world.bob.click(answer.response.message, label="Out of date")
    assert first_line(answer) == NOTED
    assert labels_of(answer.response.message) == ["Not what I said", "Wrong claim"]
    assert claim().raised_to == 0


async def test_the_kinds_work_after_a_restart(world, settings, claim):
    answer = await world.bob.click(await world.card(), label="Not what I said")
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    assert first_line(await world.bob.click(answer.response.message, label="Out of date")) == NOTED
    assert claim().raised_to == 0


async def test_enough_members_pause_the_claim_and_the_moderators_hear_of_it_without_a_ping(world, claim):
    desk = world.guild.create_text_channel("desk")
    settings = {"pause_reports": 2, "digest_channel": desk.id, "cooldown_hours": 0}
    world.touchstone.moderation.setup.change(administrator(world.guild.id), **settings)
    card = await world.card()
    await world.bob.click(card, label="Not what I said")
    assert world.cards(desk) == []
    assert first_line(await world.mod.click(card, label="Not what I said")) == PAUSED
    assert claim().paused
    (notice,) = world.cards(desk)
    assert notice.content.startswith("Members' reports have paused the claim “The old harbour crane was built in 1920”")
    assert world.sent()[-1]["allowed_mentions"]["parse"] == []
    await world.alice.send(world.channel, CRANE_ZH)
    assert len(world.cards()) == 1


@pytest.mark.parametrize("chosen", [True, False])
async def test_where_no_notice_can_be_posted_the_report_counts_nevertheless(world, claim, chosen):
    desk = world.guild.create_text_channel("desk")
    settings = {"pause_reports": 1, "digest_channel": desk.id if chosen else None}
    world.touchstone.moderation.setup.change(administrator(world.guild.id), **settings)
    card = await world.card()
    world.env.inject_error("POST", f"/channels/{desk.id}/messages", status=403, code=50013)
    assert first_line(await world.bob.click(card, label="Not what I said")) == PAUSED
    assert claim().paused


async def test_a_card_on_two_claims_asks_which_one_is_meant(world, monkeypatch):
    crane, lamp = (world.touchstone.check(text) for text in (CRANE, LAMP))
    both = replace(crane, matches=(*crane.matches, *lamp.matches))
    monkeypatch.setattr(world.touchstone, "check", lambda *_: both)
    await world.alice.send(world.channel, f"{CRANE}. {LAMP}!")
    (card,) = world.cards()
    assert len(world.touchstone.answers.card(card.channel.id, card.id).claims) == 2
    question = await world.bob.click(card, label="Not what I said")
    answer = await world.bob.click(question.response.message, label="The lamp of the lighthouse draws 40 kW")
    assert first_line(answer) == CAREFUL
    base, server = world.touchstone.base, world.guild.id
    assert base.claim("lighthouse-40-kw", server).raised_to > 0
    assert base.claim(CLAIM, server).raised_to == 0


@pytest.mark.parametrize(
    ("locale", "thanks", "label"),
    [
        (discord.Locale.chinese, "谢谢。在管理员处理之前，我在这里对这条说法会更谨慎。", "已经过时"),
        (discord.Locale.taiwan_chinese, "謝謝。在管理員處理之前，我在這裡對這個說法會更謹慎。", "已經過時"),
    ],
)
async def test_what_follows_is_said_in_the_language_of_the_client(world, in_language, locale, thanks, label):
    card = await world.card()
    in_language(locale)
    answer = await world.bob.click(card, label="Not what I said")
    assert first_line(answer) == thanks
    assert label in labels_of(answer.response.message)


async def test_a_bystander_may_report_but_not_hide(world):
    card = await world.card()
    answer = await world.bob.click(card, label="Not what I said")
    assert "Hide the card" not in labels_of(answer.response.message)


@pytest.mark.parametrize("who", ["alice", "mod", "chief"])
async def test_the_author_and_moderators_may_hide_the_card(world, who):
    card = await world.card()
    person = getattr(world, who)
    answer = await person.click(card, label="Not what I said")
    assert text_of(await person.click(answer.response.message, label="Hide the card")) == "The card is hidden."
    assert not world.cards()
    assert world.touchstone.answers.card(card.channel.id, card.id).hidden


async def test_a_holder_of_a_moderator_role_may_hide_the_card(world):
    role = world.guild.create_role("keeper")
    keeper = world.guild.add_member(world.env.create_user("keeper"), roles=[role])
    world.touchstone.moderation.setup.change(administrator(world.guild.id), moderator_roles=(role.id,))
    card = await world.card()
    answer = await keeper.click(card, label="Not what I said")
    assert labels_of(answer.response.message)[-1] == "Hide the card"


async def test_the_right_to_hide_is_asked_again_when_the_button_is_pressed(world):
    role = world.guild.create_role("keeper")
    keeper = world.guild.add_member(world.env.create_user("keeper"), roles=[role])
    world.touchstone.moderation.setup.change(administrator(world.guild.id), moderator_roles=(role.id,))
    card = await world.card()
    answer = await keeper.click(card, label="Not what I said")
    world.touchstone.moderation.setup.change(administrator(world.guild.id), moderator_roles=())
    refused = await keeper.click(answer.response.message, label="Hide the card")
    assert text_of(refused) == "Only the message's author or a moderator may hide a card."
    assert world.cards()


async def test_who_has_asked_to_be_forgotten_may_still_hide_the_card_below_the_own_message(world):
    card = await world.card()
    await world.alice.slash(world.channel, "forget-me")
    assert world.touchstone.answers.card(card.channel.id, card.id).author_hash is None
    answer = await world.bob.click(card, label="Not what I said")
    assert "Hide the card" not in labels_of(answer.response.message)
    answer = await world.alice.click(card, label="Not what I said")
    assert text_of(await world.alice.click(answer.response.message, label="Hide the card")) == "The card is hidden."


async def test_where_discord_does_not_say_who_wrote_the_message_a_report_counts_and_nobody_is_refused(world, lose):
    card = await world.card()
    answer = await world.alice.click(card, label="Not what I said")
    await world.alice.slash(world.channel, "forget-me")
    lose("GET", f"/channels/{world.channel.id}/messages/{card.id}")
    assert first_line(await world.bob.click(card, label="Not what I said")) == NOTED
    told = await world.alice.click(answer.response.message, label="Hide the card")
    assert text_of(told).startswith("Discord did not take my answer. Try again in a minute.")


async def test_buttons_under_a_card_of_a_withdrawn_claim_say_so_and_count_nothing(world):
    card = await world.card()
    place = (world.guild.id, world.channel.id, CLAIM, card.id)
    world.touchstone.moderation.editor.edit(administrator(world.guild.id), CLAIM, None, SetStatus("withdrawn"))
    for label in ("More", "Why this?", "Helpful", "Not what I said"):
        shown = await world.bob.click(card, label=label)
        assert text_of(shown).startswith("**The old harbour crane was built in 1920**\nOn ")
        assert text_of(shown).endswith("took this claim out of my claim base; that says nothing about the message.")
        assert labels_of(shown.response.message) == []
    assert world.touchstone.moderation.queue.items(administrator(world.guild.id), kind="feedback").items == ()
    assert world.touchstone.feedback.act(*place, world.bob.id, "helpful").new
    shown = await world.alice.click(card, label="Not what I said")
    await world.alice.click(shown.response.message, label="Hide the card")
    assert not world.cards()


async def test_who_came_today_counts_for_nothing_also_by_way_of_helpful(world, claim):
    card = await world.card()
    today = discord.utils.utcnow().isoformat()
    world.env.backend.get_member(world.guild.id, world.bob.id).joined_at = today
    assert "has helped" in text_of(await world.bob.click(card, label="Helpful"))
    with world.touchstone.base.database.reading() as session:
        assert [vote.weight for vote in session.scalars(select(Feedback))] == [0]
    assert first_line(await world.bob.click(card, label="Not what I said")) == NOTED
    assert claim().raised_to == 0


async def test_what_stands_only_by_the_reports_of_a_member_ends_when_the_member_is_forgotten(world, claim):
    world.touchstone.moderation.setup.change(administrator(world.guild.id), pause_reports=2)
    card = await world.card()
    for person in (world.alice, world.bob):
        await person.click(card, label="Not what I said")
    assert claim().paused
    await world.bob.slash(world.channel, "forget-me")
    assert not claim().paused
    assert claim().raised_to > 0
    await world.alice.slash(world.channel, "forget-me")
    assert claim().raised_to == 0
