"""Whom the bot leaves alone, and where it keeps quiet for a while."""

from collections.abc import Callable

import pytest

from claims.base import ClaimBase
from claims.moderation.history import History, Undoing
from claims.moderation.rights import Actor
from claims.moderation.server_setup import ExemptionBook, ServerSetup
from claims.store.revisions import hash_user
from claims.store.server_settings import MessageRules
from config.errors import NotAllowedError, NotUndoableError
from tests.claims.conftest import KEY, Clock, server_book
from tests.claims.people import HERE, STRANGER, THERE, administrator

CHIEF, HOME = administrator(HERE), 8
Rules = Callable[..., MessageRules]


@pytest.fixture(autouse=True)
def _channels(any_base: ClaimBase) -> None:
    ServerSetup(any_base).set_channel_mode(CHIEF, HOME, "on")
    ServerSetup(any_base).set_channel_mode(STRANGER, HOME, "hint")


@pytest.fixture
def book(any_base: ClaimBase) -> ExemptionBook:
    return ExemptionBook(any_base, KEY)


@pytest.fixture
def rules(any_base: ClaimBase) -> Rules:
    return server_book(any_base).rules


def test_without_anything_set_a_message_is_heard_as_its_channel_says(rules: Rules) -> None:
    assert rules(HERE, HOME, 71) == MessageRules("on")
    assert rules(HERE, HOME, 71).heard_as == "on"
    assert rules(THERE, HOME, 71).heard_as == "hint"
    assert rules(HERE, 9, 71).heard_as == "off"


def test_an_exemption_is_undone_where_it_was_made(any_base: ClaimBase, book: ExemptionBook) -> None:
    book.toggle(CHIEF, 71)
    with pytest.raises(NotUndoableError, match="Exemptions and examples"):
        Undoing(any_base).undo(CHIEF, any_base.revision)


def test_a_role_is_left_alone_in_its_server(any_base: ClaimBase, rules: Rules) -> None:
    ServerSetup(any_base).change(CHIEF, exempt_roles=(5, 6))
    assert rules(HERE, HOME, 71, (6, 7)) == MessageRules("on", "role")
    assert rules(HERE, HOME, 71, (6, 7)).heard_as == "off"
    assert rules(HERE, HOME, 71, (7,)).heard_as == "on"
    assert rules(THERE, HOME, 71, (6,)).heard_as == "hint"


def test_moderators_leave_a_member_alone_and_take_that_back(
    any_base: ClaimBase, book: ExemptionBook, rules: Rules
) -> None:
    assert book.toggle(CHIEF, 71)
    assert (rules(HERE, HOME, 71).exempt, rules(THERE, HOME, 71).exempt) == ("moderators", None)
    assert (book.count(HERE), book.count(THERE)) == (1, 0)
    assert not book.toggle(CHIEF, 71)
    assert rules(HERE, HOME, 71).exempt is None
    told = History(any_base).page(CHIEF).entries[:2]
    assert [each.act for each in told] == ["member.answer", "member.exempt"]
    assert hash_user(71, KEY) not in str(told)


def test_members_cannot_exempt_anybody(book: ExemptionBook) -> None:
    for actor in (Actor(71, HERE), Actor(71, None)):
        with pytest.raises(NotAllowedError):
            book.toggle(actor, 71)
    assert book.count(HERE) == 0


def test_a_members_own_wish_holds_in_every_server_until_it_is_taken_back(book: ExemptionBook, rules: Rules) -> None:
    book.wish(71, ignore=True)
    book.wish(71, ignore=True)
    assert {rules(server, HOME, 71).exempt for server in (HERE, THERE)} == {"wish"}
    assert rules(HERE, HOME, 72).exempt is None
    book.wish(71, ignore=False)
    assert rules(HERE, HOME, 71).exempt is None
    assert rules(HERE, HOME, 71).heard_as == "on"


def test_a_snooze_ends_by_itself_or_at_once(any_base: ClaimBase, clock: Clock, rules: Rules) -> None:
    setup = ServerSetup(any_base)
    until = setup.snooze(CHIEF, 2, HOME)
    assert rules(HERE, HOME, 71) == MessageRules("on", None, until)
    assert rules(HERE, HOME, 71).heard_as == "snoozed"
    clock.move(hours=3)
    assert rules(HERE, HOME, 71).heard_as == "on"
    setup.set_channel_mode(CHIEF, 9, "shadow")
    setup.snooze(CHIEF, 0.5)
    assert [rules(HERE, channel, 71).heard_as for channel in (HOME, 9, 10)] == ["snoozed", "shadow", "off"]
    setup.snooze(CHIEF, 0)
    assert rules(HERE, HOME, 71).heard_as == "on"
