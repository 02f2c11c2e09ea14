"""One click decides an item, and shows the next."""

import discord
import pytest

from bot.discord import create_bot
from bot.discord.cards import layout
from bot.discord.queue.deciding import DECIDE
from claims.moderation.rights import Actor
from config.errors import DatabaseError
from tests.bot.discord.queue.conftest import CRANE_CLAIM, FERRY_CLAIM
from tests.bot.discord.world import CRANE, hand_in, labels_of, shown_by, text_of


async def opened(world, number: int, kind: str = "all") -> discord.Message:
    """Open an item from the list; return the message that shows it."""
    message = (await world.chief.slash(world.channel, "queue")).response.message
    return shown_by(await world.chief.select(message, [str(number)], custom_id=f"ts:q:open:{kind}"))


def wordings(world, claim: str, *, negative: bool = False) -> set[str]:
    known = world.touchstone.base.claim(claim, world.guild.id).wordings
    return {wording.text for wording in known if wording.negative == negative}


def somebody(world) -> Actor:
    return Actor(99, world.guild.id, can_manage_server=True)


async def test_a_proposal_shows_all_that_there_is_to_it(world, waiting):
    message = await opened(world, waiting.proposal(note="seen often"))
    shown = text_of(message)
    assert shown.startswith("### Proposal\n> The crane sings at night\nNote: seen often\nClaim: The old harbour crane")
    assert labels_of(message)[:4] == ["Accept as wording", "Never match", "Open as new claim", "Dismiss"]


async def test_a_proposal_becomes_a_wording_and_the_next_item_is_shown(world, waiting):
    first, second = waiting.proposal(), waiting.proposal("The crane is blue")
    done = shown_by(await world.chief.click(await opened(world, first), label="Accept as wording"))
    assert "The crane sings at night" in wordings(world, CRANE_CLAIM)
    assert waiting.decided(first) == ("queue.wording", "wording")
    said = text_of(done).splitlines()
    assert said[0] == "✓ Taken as a wording of: The old harbour crane was built in 1920"
    assert "> The crane is blue" in said
    done = shown_by(await world.chief.click(done, label="Accept as wording"))
    assert waiting.decided(second) == ("queue.wording", "wording")
    assert text_of(done).endswith("Nothing waits for a decision.")
    assert "Nothing waits" in text_of(shown_by(await world.chief.click(done, label="To the list")))


async def test_a_text_is_never_to_be_matched(world, waiting):
    number = waiting.proposal()
    done = await world.chief.click(await opened(world, number), label="Never match")
    assert "The crane sings at night" in wordings(world, CRANE_CLAIM, negative=True)
    assert text_of(shown_by(done)).startswith("✓ Taken as never to be matched with: The old harbour crane")


async def test_a_forwarded_message_has_the_words_that_it_forwards(world, waiting):
    there = world.guild.create_text_channel("there")
    said = await world.bob.forward(await world.alice.send(there, "ferry quiet today, so it seems"), world.channel)
    place = (world.guild.id, said.channel.id, said.id, world.bob.id)
    assert waiting.queue.note_near_miss(*place, FERRY_CLAIM, 0.41)
    await world.chief.click(await opened(world, waiting.newest()), label="Accept as wording")
    assert "ferry quiet today, so it seems" in wordings(world, FERRY_CLAIM)


async def test_an_item_is_dismissed(world, waiting):
    number = waiting.proposal()
    done = await world.chief.click(await opened(world, number), label="Dismiss")
    assert text_of(shown_by(done)).startswith("✓ Dismissed.")
    assert waiting.decided(number) == ("queue.dismiss", "dismiss")


async def test_an_item_can_be_left_for_later(world, waiting):
    first, _ = waiting.proposal(), waiting.proposal("The crane is blue")
    message = shown_by(await world.chief.click(await opened(world, first), label="Next item"))
    assert "> The crane is blue" in text_of(message)
    assert "> The crane sings" in text_of(shown_by(await world.chief.click(message, label="Next item")))
    assert len(waiting.items()) == 2


async def test_the_way_through_the_queue_keeps_to_its_kind(world, waiting):
    first = waiting.proposal()
    await waiting.near()
    message = (await world.chief.slash(world.channel, "queue", kind="proposal")).response.message
    message = shown_by(await world.chief.select(message, [str(first)], custom_id="ts:q:open:proposal"))
    done = await world.chief.click(message, label="Dismiss")
    assert "Nothing waits for a decision." in text_of(shown_by(done))


async def test_a_reported_match_becomes_a_negative_wording(world, waiting):
    number = await waiting.reported()
    message = await opened(world, number)
    assert text_of(message).startswith("### Report: Not what I said")
    assert "1 member reports it." in text_of(message)
    assert "Accept as wording" not in labels_of(message)
    await world.chief.click(message, label="Never match")
    assert "The old harbour crane was built in 1920" in wordings(world, CRANE_CLAIM, negative=True)


async def test_a_claim_that_members_call_out_of_date_was_found_rightly(world, waiting):
    message = await opened(world, await waiting.reported(kind="out-of-date"))
    assert text_of(message).startswith("### Report: Out of date")
    assert labels_of(message)[:2] == ["To the claim", "Dismiss"]


async def test_a_paused_claim_is_answered_again(world, waiting):
    number = await waiting.reported(times=3)
    assert world.touchstone.base.claim(CRANE_CLAIM, world.guild.id).paused
    message = await opened(world, number)
    assert text_of(message).startswith("### Paused claim")
    done = await world.chief.click(message, label="Answer it again")
    assert text_of(shown_by(done)).startswith("✓ Answered again: The old harbour crane")
    assert not world.touchstone.base.claim(CRANE_CLAIM, world.guild.id).paused


async def test_a_stale_claim_names_its_day_and_the_way_to_its_desk(world, waiting, clock):
    message = await opened(world, waiting.stale(clock))
    assert "To be reviewed by 3 January 2026." in text_of(message)
    assert labels_of(message)[:2] == ["To the claim", "Dismiss"]
    assert "The island ferry will be closed down by 2030" in text_of(
        await world.chief.click(message, label="To the claim")
    )


async def test_a_candidate_of_a_document_becomes_a_wording_of_the_claim_that_is_named(world, waiting):
    message = await opened(world, waiting.candidate())
    assert "> The quay sinks\nSource: yearbook, page 9" in text_of(message)
    assert labels_of(message)[:3] == ["Accept as wording", "Open as new claim", "Dismiss"]
    message = shown_by(await world.chief.click(message, label="Accept as wording"))
    form = await world.chief.click(message, label="Name the claim")
    done = await hand_in(world.chief, form, claim="old harbour crane")
    assert text_of(done).startswith("✓ Taken as a wording of: The old harbour crane")
    assert "The quay sinks" in wordings(world, CRANE_CLAIM)


async def test_without_a_claim_the_nearest_ones_are_offered(world, waiting):
    number = waiting.proposal("they will close down the island ferry", claim=None)
    message = await opened(world, number)
    assert "Never match" not in labels_of(message)
    message = shown_by(await world.chief.click(message, label="Accept as wording"))
    assert text_of(message) == "Of which claim is this a wording?"
    done = await world.chief.select(message, [FERRY_CLAIM], custom_id=f"ts:q:to:{number}:all")
    assert text_of(shown_by(done)).startswith("✓ Taken as a wording of: The island ferry")
    assert "they will close down the island ferry" in wordings(world, FERRY_CLAIM)


async def test_a_claim_that_nobody_knows_is_refused_and_the_text_comes_back(world, waiting):
    message = await opened(world, waiting.proposal("About nothing known", claim=None))
    message = shown_by(await world.chief.click(message, label="Accept as wording"))
    form = await world.chief.click(message, label="Name the claim")
    done = text_of(await hand_in(world.chief, form, claim="no such thing"))
    assert "There is no such claim here." in done
    assert "About nothing known" in done
    assert len(waiting.items()) == 1


async def test_a_decision_that_another_moderator_has_made_is_told_in_words(world, waiting):
    number = waiting.proposal()
    message = await opened(world, number)
    world.touchstone.moderation.decisions.dismiss(somebody(world), number)
    done = await world.chief.click(message, label="Accept as wording")
    assert text_of(shown_by(done)) == "<@99> was faster: dismissed.\nNothing waits for a decision."
    assert "The crane sings at night" not in wordings(world, CRANE_CLAIM)


async def test_an_item_that_was_decided_after_the_list_was_drawn_leads_to_the_next(world, waiting):
    first, _ = waiting.proposal(), waiting.proposal("The crane is blue")
    message = (await world.chief.slash(world.channel, "queue")).response.message
    world.touchstone.moderation.decisions.accept_wording(somebody(world), first)
    shown = text_of(shown_by(await world.chief.select(message, [str(first)], custom_id="ts:q:open:all")))
    assert shown.startswith("<@99> was faster: taken as a wording.")
    assert "> The crane is blue" in shown


async def test_an_item_whose_author_was_forgotten_is_gone(world, waiting):
    number = waiting.proposal()
    message = await opened(world, number)
    waiting.forget()
    shown = text_of(shown_by(await world.chief.click(message, label="Dismiss")))
    assert shown.startswith(f"There is no item {number} in this queue. It may have settled itself.")


async def test_a_restart_between_list_and_click_changes_nothing(world, waiting, settings, touchstone):
    number = waiting.proposal()
    message = await opened(world, number)
    await world.env.restart_bot(create_bot(settings, touchstone))
    await world.chief.click(message, label="Accept as wording")
    assert "The crane sings at night" in wordings(world, CRANE_CLAIM)


async def test_where_the_base_cannot_be_written_the_item_still_waits(world, waiting, monkeypatch):
    message = await opened(world, waiting.proposal())

    def locked(*_: object) -> None:
        raise DatabaseError("The database is locked.")

    with monkeypatch.context() as broken:
        broken.setattr(world.touchstone.moderation.decisions, "dismiss", locked)
        done = await world.chief.click(message, label="Dismiss")
    assert done.followups[0].message.content.startswith("The claim base cannot be read or written just now.")
    assert len(waiting.items()) == 1


async def test_every_decision_asks_for_the_right_again(world, waiting, without_rights):
    message = await opened(world, waiting.proposal())
    without_rights()
    for label in ("Accept as wording", "Never match", "Open as new claim", "Dismiss", "Next item", "To the list"):
        done = await world.chief.click(message, label=label)
        told = (done.followups or [done.response])[0].message
        assert text_of(told).startswith("This needs a moderator of the server."), label
    assert wordings(world, CRANE_CLAIM).isdisjoint({"The crane sings at night"})


async def test_a_moderator_of_another_server_decides_nothing_here(world, waiting):
    number = waiting.proposal()
    other = world.env.create_guild()
    channel = other.create_text_channel("elsewhere")
    role = other.create_role("heads", permissions=discord.Permissions(manage_guild=True))
    stranger = other.add_member(world.env.create_user("stranger"), roles=[role])
    forged = layout(discord.ui.Container(), [DECIDE.button("Accept", decision="word", number=number, kind="all")])
    await world.env.bot.get_channel(channel.id).send(view=forged)
    done = await stranger.click(channel.last_message, label="Accept")
    assert f"There is no item {number} in this queue." in text_of(shown_by(done))
    assert "The crane sings at night" not in wordings(world, CRANE_CLAIM)


@pytest.mark.parametrize(
    ("locale", "label", "says"),
    [
        (discord.Locale.chinese, "采纳为表述", "✓ 已采纳为表述：港口的老吊车建于1920年"),
        (discord.Locale.taiwan_chinese, "採納為表述", "✓ 已採納為表述：港口的老吊車建於1920年"),
    ],
)
async def test_it_speaks_the_language_of_the_client(world, waiting, in_language, locale, label, says):
    in_language(locale)
    done = await world.chief.click(await opened(world, waiting.proposal()), label=label)
    assert text_of(shown_by(done)).startswith(says)


async def test_a_source_whose_page_says_something_else_shows_both_wordings_and_the_cards_say_so(world, waiting):
    message = await opened(world, waiting.source("changed", [("changed", "built in [1954](x)", "built in 1945")]))
    shown = text_of(message)
    assert shown.startswith("### Source to look at")
    assert "Its page has said something else since" in shown
    assert "It said: built in \\[1954\\](x)\nNow: built in 1945" in shown
    assert labels_of(message)[:2] == ["To the claim", "Dismiss"]
    assert "source changed on" in text_of(await world.alice.slash(world.channel, "check", text=CRANE))
    done = await world.chief.click(message, label="Dismiss")
    assert "Dismissed." in text_of(shown_by(done))


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("dead", "Its page has been gone since"),
        ("moved", "Now at: [https:\u200b//harbour.example/new](https://harbour.example/new)"),
        ("changed", "The words are gone."),
    ],
)
async def test_a_source_says_what_became_of_its_page(world, waiting, state, says):
    lost = [("lost", "built in 1954", "")] if state == "changed" else []
    shown = text_of(await opened(world, waiting.source(state, lost, "https://harbour.example/new")))
    assert says in shown
    assert "Source: harbour-yearbook" in shown
