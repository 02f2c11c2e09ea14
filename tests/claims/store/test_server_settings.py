"""What holds for a message is kept in memory, and every change of it is in force at once, whoever made it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from claims.answering.traces import TraceBook
from claims.base import ClaimBase
from claims.moderation.history import History, Undoing
from claims.moderation.server_setup import ExemptionBook, ServerSetup
from claims.store.server_settings import ServerBook
from config.errors import DatabaseUnavailableError
from tests.claims.conftest import KEY, server_book
from tests.claims.people import HERE, STRANGER, THERE, administrator
from tests.claims.store.test_freshness import until

CHIEF, HOME, MEMBER = administrator(HERE), 8, 71


@contextmanager
def statements(base: ClaimBase) -> Iterator[list[str]]:
    """Yield the statements that the base is asked from now on."""
    asked: list[str] = []

    def note(*told: object) -> None:
        asked.append(str(told[2]))

    event.listen(base.database.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(base.database.engine, "before_cursor_execute", note)


@pytest.fixture
def book(any_base: ClaimBase) -> ServerBook:
    ServerSetup(any_base).set_channel_mode(CHIEF, HOME, "on")
    ServerSetup(any_base).set_channel_mode(STRANGER, HOME, "hint")
    ExemptionBook(any_base, KEY).wish(MEMBER + 1, ignore=True)
    any_base.database.follow()
    return server_book(any_base)


def test_a_message_asks_the_database_nothing_while_nothing_changes(any_base: ClaimBase, book: ServerBook) -> None:
    assert [book.rules(server, HOME, MEMBER).heard_as for server in (HERE, THERE)] == ["on", "hint"]
    with statements(any_base) as asked:
        for author in range(100):
            book.rules(HERE, HOME, author, (1, 2))
            book.settings_in(THERE, HOME)
            book.local_cut_off(HERE, HOME)
    assert len([each for each in asked if "max(id)" not in each]) == 0  # the thread's own question, once a second


def test_a_change_in_one_server_costs_the_others_nothing(any_base: ClaimBase, book: ServerBook) -> None:
    book.rules(HERE, HOME, MEMBER), book.rules(THERE, HOME, MEMBER)
    ServerSetup(any_base).change(CHIEF, cooldown_hours=3)
    assert book.settings(HERE).cooldown_hours == 3
    with statements(any_base) as asked:
        assert book.rules(THERE, HOME, MEMBER).heard_as == "hint"
    assert not any("FROM server" in each or "FROM channel" in each for each in asked)


def test_what_somebody_clicks_holds_for_the_next_message(any_base: ClaimBase, book: ServerBook) -> None:
    setup, exemptions = ServerSetup(any_base), ExemptionBook(any_base, KEY)

    def heard() -> str:
        return book.rules(HERE, HOME, MEMBER, (6,)).heard_as

    assert heard() == "on"
    setup.set_channel_mode(CHIEF, HOME, "off")
    assert heard() == "off"
    Undoing(any_base).undo(CHIEF, History(any_base).page(CHIEF).entries[0].id)
    assert heard() == "on"
    setup.snooze(CHIEF, 1)
    assert heard() == "snoozed"
    setup.snooze(CHIEF, 0)
    setup.change(CHIEF, exempt_roles=(6,))
    assert heard() == "off"
    setup.change(CHIEF, exempt_roles=())
    exemptions.wish(MEMBER, ignore=True)
    assert heard() == "off"
    exemptions.wish(MEMBER, ignore=False)
    assert heard() == "on"
    exemptions.toggle(CHIEF, MEMBER)
    assert heard() == "off"
    TraceBook(any_base, KEY).forget(MEMBER)
    assert heard() == "on"


def test_who_is_left_alone_is_told_whatever_the_mode_is(any_base: ClaimBase, book: ServerBook) -> None:
    setup, exemptions = ServerSetup(any_base), ExemptionBook(any_base, KEY)
    setup.set_channel_mode(CHIEF, HOME, "off")
    assert book.exempt(HERE, MEMBER, (6,)) is None
    setup.change(CHIEF, exempt_roles=(6,))
    assert (book.exempt(HERE, MEMBER, (6,)), book.exempt(HERE, MEMBER)) == ("role", None)
    exemptions.toggle(CHIEF, MEMBER)
    assert (book.exempt(HERE, MEMBER), book.exempt(THERE, MEMBER)) == ("moderators", None)
    exemptions.wish(MEMBER, ignore=True)
    assert book.exempt(THERE, MEMBER) == "wish"


def test_what_was_read_a_moment_ago_is_told_without_a_look(any_base: ClaimBase, book: ServerBook) -> None:
    about, setup = (HERE, HOME, MEMBER, (6,)), ServerSetup(any_base)
    assert server_book(any_base).rules_at_hand(*about) is None
    book.rules(*about)
    with statements(any_base) as asked:
        told = book.rules_at_hand(*about)
    assert told is None or told.heard_as == "on"  # None where the machine has taken a second for it
    assert not [each for each in asked if "max(id)" not in each]
    setup.set_channel_mode(CHIEF, HOME, "off")
    assert book.rules_at_hand(*about) is None
    assert book.rules(*about).heard_as == "off"
    ExemptionBook(any_base, KEY).wish(MEMBER, ignore=True)
    assert book.rules_at_hand(*about) is None


def test_a_look_counts_for_a_second(base: ClaimBase, monkeypatch: pytest.MonkeyPatch) -> None:
    now, book = 100.0, server_book(base)
    monkeypatch.setattr("claims.store.freshness.monotonic", lambda: now)
    book.rules(HERE, HOME, MEMBER)
    assert book.rules_at_hand(HERE, HOME, MEMBER) is not None
    now = 101.5
    assert book.rules_at_hand(HERE, HOME, MEMBER) is None
    book.settings(HERE)
    assert book.rules_at_hand(HERE, HOME, MEMBER) is not None


def test_a_wish_outlives_being_forgotten_in_memory_too(any_base: ClaimBase, book: ServerBook) -> None:
    ExemptionBook(any_base, KEY).wish(MEMBER, ignore=True)
    TraceBook(any_base, KEY).forget(MEMBER)
    assert book.rules(HERE, HOME, MEMBER).exempt == "wish"


def test_what_another_process_changes_is_noticed(any_url: str) -> None:
    with ClaimBase.open(any_url) as mine, ClaimBase.open(any_url) as other:
        mine.database.follow()
        book, setup = server_book(mine), ServerSetup(other)
        assert book.rules(HERE, HOME, MEMBER).heard_as == "off"
        setup.set_channel_mode(CHIEF, HOME, "on")
        until(lambda: book.rules(HERE, HOME, MEMBER).heard_as == "on")
        ExemptionBook(other, KEY).wish(MEMBER, ignore=True)
        until(lambda: book.rules(HERE, HOME, MEMBER).exempt == "wish")
        ExemptionBook(other, KEY).wish(MEMBER, ignore=False)
        until(lambda: book.rules(HERE, HOME, MEMBER).exempt is None)
        setup.change_channel(CHIEF, HOME, cut_off=0.7)
        until(lambda: book.local_cut_off(HERE, HOME) is not None)


def test_what_cannot_be_read_is_asked_for_again(base: ClaimBase, monkeypatch: pytest.MonkeyPatch) -> None:
    book, setup = server_book(base), ServerSetup(base)
    setup.set_channel_mode(CHIEF, HOME, "on")
    assert book.rules(HERE, HOME, MEMBER).heard_as == "on"
    setup.set_channel_mode(CHIEF, HOME, "hint")

    def away() -> None:
        raise DatabaseUnavailableError("It is away.")

    with monkeypatch.context() as context:
        context.setattr(base.database, "reading", away)
        with pytest.raises(DatabaseUnavailableError):
            book.rules(HERE, HOME, MEMBER)
    assert book.rules(HERE, HOME, MEMBER).heard_as == "hint"


def test_a_row_that_is_older_than_a_column_holds_its_default(any_base: ClaimBase) -> None:
    ServerSetup(any_base).set_channel_mode(CHIEF, HOME, "on")
    ServerSetup(any_base).change(CHIEF, cooldown_hours=3.0)
    with any_base.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE server SET exempt_roles = NULL")
    fresh = server_book(any_base)
    assert fresh.settings(HERE).exempt_roles == ()
    assert fresh.rules(HERE, HOME, MEMBER, (5,)).heard_as == "on"
