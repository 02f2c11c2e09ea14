"""Cards follow their claims: what is edited, and what the cards say then."""

import pytest

from config.errors import DatabaseError
from tests.bot.discord.redraw.conftest import quick_bot
from tests.bot.discord.world import CRANE_TW, LAMP, labels_of, text_of
from tests.claims.people import administrator


def shown(world, card):
    """Return the card as it stands now."""
    return next(message for message in world.channel.history() if message.id == card.id)


async def test_a_card_shows_the_claim_as_it_is_now_says_so_and_keeps_its_buttons(world, desk):
    card = await world.card()
    before = labels_of(card)
    desk.retitle()
    assert len(await desk.run()) == 1
    now = shown(world, card)
    assert "Claim: The crane is of 1954" in text_of(now)
    assert "The yearbook dates the crane to 1954" in text_of(now)
    assert "Updated on " in text_of(now)
    assert labels_of(now) == before
    assert "harbour.example" in text_of(await world.bob.click(now, label="More"))
    assert desk.waiting() == 0
    assert await desk.run() == []


async def test_a_look_that_fails_is_made_up_for_by_the_next_one(world, desk, monkeypatch):
    card = await world.card()
    desk.retitle()
    corrections, runs = world.touchstone.moderation.corrections, world.env.bot.get_cog("CorrectionRuns")
    await desk.run()
    await runs.look.coro(runs)
    desk.retitle(title="The crane is older")

    def lost(*_: object) -> None:
        raise DatabaseError("locked")

    with monkeypatch.context() as patch:
        # Asked for by a click while the base has not changed, as a new card does.
        runs._seen = world.touchstone.base.revision
        await runs.posted()
        patch.setattr(corrections, "pending", lost)
        await runs.look.coro(runs)
    await runs.look.coro(runs)
    assert "Claim: The crane is older" in text_of(shown(world, card))


async def test_a_correction_pings_nobody(world, desk):
    await world.card()
    desk.retitle(title="Ask @everyone about the crane")
    await desk.run()
    (body,) = [seen.json for seen in world.env.http_requests if seen.method == "PATCH" and "/messages/" in seen.path]
    assert body["allowed_mentions"]["parse"] == []
    assert "@everyone" not in text_of(world.cards()[0])


async def test_a_card_keeps_its_language(world, desk):
    card = await world.card(CRANE_TW)
    desk.retitle()
    await desk.run()
    assert "吊車建於1954年" in text_of(shown(world, card))
    assert "更新於" in text_of(shown(world, card))


@pytest.mark.parametrize(("chosen", "says"), [(None, "Updated on"), ("zh-Hans", "更新于")])
async def test_a_card_of_unknown_language_speaks_the_servers(world, desk, chosen, says):
    card = await desk.post("crane-built-1920", language=None)
    world.touchstone.moderation.setup.change(administrator(world.guild.id), language=chosen)
    desk.retitle()
    await desk.run()
    assert says in text_of(shown(world, card))


async def test_what_was_said_of_the_messages_figures_is_owned_to_be_gone(world, desk):
    card = await world.card(LAMP)
    desk.retitle("lighthouse-40-kw", "The lamp of the lighthouse draws 40 kilowatts")
    await desk.run()
    assert "You wrote" not in text_of(shown(world, card))
    assert "Figures in the message were not compared again." in text_of(shown(world, card))


async def test_a_withdrawn_claim_loses_its_points_and_comes_back_with_them(world, desk):
    card = await world.card()
    desk.set_status("withdrawn")
    await desk.run()
    gone = text_of(shown(world, card))
    assert "the moderators took this claim out of my claim base; that says nothing about the message." in gone
    assert labels_of(shown(world, card)) == []
    assert "The old harbour crane was built in 1920" in gone
    assert "yearbook" not in gone
    desk.set_status("published")
    await desk.run()
    assert "The yearbook dates the crane to 1954" in text_of(shown(world, card))


async def test_of_several_claims_on_a_card_each_is_shown_as_it_stands(world, desk):
    card = await desk.post("crane-built-1920", "ferry-closed-2030", "seals-dying-out")
    desk.retitle()
    desk.set_status("withdrawn", "seals-dying-out")
    assert len(await desk.run()) == 1
    says = text_of(shown(world, card))
    assert says.index("The crane is of 1954") < says.index("The island ferry") < says.index("1 more: More")
    assert "Updated on " in says
    assert "harbour.example" in text_of(await world.bob.click(shown(world, card), label="More"))


async def test_a_claim_of_a_pack_that_the_server_has_given_up_is_withdrawn_there(world, desk):
    card = await world.card()
    world.touchstone.moderation.setup.change(administrator(world.guild.id), packs=())
    await desk.run()
    says = text_of(shown(world, card))
    assert "The old harbour crane was built in 1920" in says
    assert "the moderators took this claim out of my claim base" in says


async def test_newest_cards_come_first(desk):
    cards = [await desk.post("crane-built-1920") for _ in range(3)]
    desk.retitle()
    assert [int(path.split("/")[-1]) for path in await desk.run()] == [card.id for card in reversed(cards)]


async def test_hidden_old_and_unchanged_cards_are_left_alone(world, desk, touchstone):
    hidden, _other = await desk.post("crane-built-1920"), await desk.post("ferry-closed-2030")
    touchstone.answers.hide(hidden.channel.id, hidden.id)
    desk.retitle()
    assert await desk.run() == []
    await desk.post("seals-dying-out")
    touchstone.moderation.setup.change(administrator(world.guild.id), correction_days=0)
    desk.retitle("seals-dying-out", "Seals thrive")
    assert await desk.run() == []
    touchstone.moderation.setup.change(administrator(world.guild.id), correction_days=1)
    assert len(await desk.run()) == 1


async def test_a_restart_in_the_middle_goes_on_with_the_rest(world, desk, settings):
    cards = [await desk.post("crane-built-1920") for _ in range(4)]
    desk.retitle()
    bot = world.env.bot
    done = world.touchstone.moderation.corrections.done

    def stop_after_two(correction):
        done(correction)
        if desk.waiting() == 2:
            bot.get_cog("CorrectionRuns")._stop.set()

    world.touchstone.moderation.corrections.done = stop_after_two
    first = await desk.run()
    assert desk.waiting() == 2
    await world.env.restart_bot(quick_bot(settings, world.touchstone))
    assert desk.waiting() == 0
    assert len(first) == 2
    assert sorted(int(path.split("/")[-1]) for path in desk.edits()) == sorted(card.id for card in cards)


async def test_a_claim_that_changes_during_the_run_is_shown_in_its_last_state(world, desk):
    cards = [await desk.post("crane-built-1920") for _ in range(3)]
    desk.retitle(title="First")
    done, titles = world.touchstone.moderation.corrections.done, iter(["Second"])

    def change_once(correction):
        done(correction)
        for title in titles:
            desk.retitle(title=title)

    world.touchstone.moderation.corrections.done = change_once
    await desk.run()
    assert desk.waiting() == 0
    assert all("Claim: Second" in text_of(shown(world, card)) for card in cards)
