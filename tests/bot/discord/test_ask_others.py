"""What `/check` adds of other fact-checkers: only where it was switched on, apart, and after the own answer."""

import discord
import pytest
from pydantic import SecretStr

from bot.discord.ask import Allowance
from claims.documents.fact_checkers import FactCheckers
from claims.moderation.history import Undoing
from claims.moderation.rights import Actor
from config.errors import NotAllowedError
from tests.bot.discord.world import ADMINISTRATORS_ONLY, CRANE, text_of, typed_commands
from tests.claims.documents.site import site
from tests.claims.documents.test_fact_checkers import as_json
from tests.claims.people import administrator

SAID = "The old harbour crane was built in 1920, they say"
UNKNOWN = "drinking bleach cures the flu within a day"


def review(statement: str, publisher: str = "Example Facts", rating: str = "False") -> dict:
    one = {"publisher": {"name": publisher}, "url": "https://facts.example/1", "textualRating": rating}
    return {"text": statement, "claimReview": [one | {"reviewDate": "2024-02-03T00:00:00Z"}]}


@pytest.fixture
def google(touchstone):
    """A server that answers as Google's does, for the bot; returns the list of what it will say."""
    claims: list[dict] = []
    with site() as running:

        class Pages(dict):
            def get(self, _path, _default=None):
                return as_json({"claims": claims})

        running.pages = Pages()
        place = f"http://127.0.0.1:{running.port}/g"
        touchstone.__dict__["fact_checkers"] = FactCheckers(SecretStr("key-of-the-tests"), google=place)
        running.claims = claims
        yield running


@pytest.fixture
def switched_on(world, touchstone, google):
    touchstone.moderation.setup.change(administrator(world.guild.id), outside_checks=True)
    return google


async def test_what_others_say_of_the_same_statement_stands_apart_below_the_own_answer(world, switched_on):
    switched_on.claims[:] = [
        review("The old harbour crane was built in 1920", "Facts [x](https://evil.example) @everyone", "**False**"),
        review("Bananas are berries and grow on trees"),
    ]
    shown = text_of(await world.alice.slash(world.channel, "check", text=SAID))
    own, _, others = shown.partition("### Other fact-checkers")
    assert "The old harbour crane was built in 1920" in own
    assert "facts.example" not in own
    assert "https://facts.example/1" in others
    assert "\\*\\*False\\*\\*" in others
    assert "3 February 2024" in others
    assert "Bananas" not in others
    assert "(https://evil.example)" not in others
    assert "@everyone" not in others
    assert "Your text was sent to Google Fact Check Tools" in others


async def test_where_no_own_claim_is_near_the_others_are_heard_and_where_they_have_nothing_that_is_said(
    world, switched_on
):
    switched_on.claims[:] = [review("Drinking bleach cures the flu within a day")]
    shown = text_of(await world.alice.slash(world.channel, "check", text=UNKNOWN))
    assert shown.startswith("I see no claim here that I know.")
    assert "Example Facts" in shown
    switched_on.claims[:] = []
    shown = text_of(await world.alice.slash(world.channel, "check", text=UNKNOWN))
    assert "They have nothing on this statement that I can be sure of." in shown


async def test_the_own_answer_stands_before_anybody_else_is_asked(world, switched_on):
    shown: list[bool] = []

    class Pages(dict):
        def get(self, _path, _default=None):
            shown.append(any("The old harbour crane" in str(seen.json) for seen in world.env.http_requests))
            return as_json({"claims": []})

    switched_on.pages = Pages()
    await world.alice.slash(world.channel, "check", text=SAID)
    assert shown == [True]


async def test_nobody_is_asked_where_it_was_not_switched_on_nor_about_a_message_of_somebody_else(world, google):
    assert "Other fact-checkers" not in text_of(await world.alice.slash(world.channel, "check", text=CRANE))
    said = await world.bob.send(world.channel, CRANE)
    world.touchstone.moderation.setup.change(administrator(world.guild.id), outside_checks=True)
    shown = text_of(await world.alice.context_menu(world.channel, "Check this message", said))
    assert "Other fact-checkers" not in shown
    assert google.asked == []


async def test_who_asks_often_gets_the_own_answer_alone_for_a_while_and_others_are_still_served(world, switched_on):
    for _ in range(5):
        assert "Your text was sent to" in text_of(await world.alice.slash(world.channel, "check", text=SAID))
    asked = len(switched_on.asked)
    shown = text_of(await world.alice.slash(world.channel, "check", text=SAID))
    assert "The old harbour crane was built in 1920" in shown
    assert "asked often enough for now, and not about this: again <t:" in shown
    assert "Your text was sent to" not in shown
    assert len(switched_on.asked) == asked
    assert "Your text was sent to" in text_of(await world.bob.slash(world.channel, "check", text=SAID))


def test_questions_are_granted_again_as_time_goes_by_and_by_server():
    now = [0.0]
    allowance = Allowance(lambda: now[0])
    assert [allowance.take(1, 7) for _ in range(5)] == [0] * 5
    assert allowance.take(1, 7) == 600
    assert (allowance.take(1, 8), allowance.take(2, 7)) == (0, 0)
    now[0] = 601
    assert allowance.take(1, 7) == 0
    for member in range(100, 153):
        assert allowance.take(1, member) == 0
    assert allowance.take(1, 999) == 3600 - 601
    now[0] = 3601
    assert allowance.take(1, 999) == 0


async def test_members_are_told_in_privacy_where_it_is_on(world, google):
    assert "Google" not in text_of(await world.alice.slash(world.channel, "privacy"))
    world.touchstone.moderation.setup.change(administrator(world.guild.id), outside_checks=True)
    told = typed_commands(text_of(await world.alice.slash(world.channel, "privacy")))
    assert "what you type into /check goes to Google Fact Check Tools as well" in told
    assert google.asked == []


async def test_the_settings_command_switches_it_for_administrators_and_shows_it(world, google):
    refused = await world.chief.slash(world.channel, "touchstone settings", outside_checks=True)
    assert text_of(refused) == ADMINISTRATORS_ONLY
    assert [type(error.original) for error in world.env.errors] == [NotAllowedError]
    owner = world.guild.add_member(
        world.env.create_user("owner"),
        roles=[world.guild.create_role("owner", permissions=discord.Permissions(administrator=True))],
    )
    shown = text_of(await owner.slash(world.channel, "touchstone settings", outside_checks=True))
    assert "Other fact-checkers asked by /check: yes" in typed_commands(shown)
    assert "nobody is asked" not in shown
    shown = text_of(await owner.slash(world.channel, "touchstone settings", back_to_default="outside_checks"))
    assert "Other fact-checkers" not in shown
    assert google.asked == []


async def test_it_is_said_where_the_operator_has_set_nobody_up(world):
    owner = world.guild.add_member(
        world.env.create_user("owner"),
        roles=[world.guild.create_role("owner", permissions=discord.Permissions(administrator=True))],
    )
    shown = text_of(await owner.slash(world.channel, "touchstone settings", outside_checks=True))
    assert "Whoever runs me has set no other fact-checkers up" in shown
    assert "Other fact-checkers" not in text_of(await world.alice.slash(world.channel, "check", text=CRANE))


def test_only_an_administrator_switches_it_on_or_undoes_that(touchstone):
    server = 1_300_000_000_000_000_001
    manager, setup = Actor(7, server, can_manage_server=True), touchstone.moderation.setup
    with pytest.raises(NotAllowedError):
        setup.change(manager, outside_checks=True)
    setup.change(administrator(server), outside_checks=True)
    assert touchstone.servers.settings(server).outside_checks is True
    setup.change(manager, pause_reports=4)
    setup.change(administrator(server), outside_checks=False)
    (newest,) = touchstone.moderation.history.page(manager, most=1).entries
    with pytest.raises(NotAllowedError):
        Undoing(touchstone.base).undo(manager, newest.id)
    Undoing(touchstone.base).undo(administrator(server), newest.id)
    assert touchstone.servers.settings(server).outside_checks is True
