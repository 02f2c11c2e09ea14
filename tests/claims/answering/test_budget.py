"""A promised budget is kept over any stretch of messages."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.answering.answers import BudgetBook
from claims.base import ClaimBase
from claims.moderation.server_setup import ServerSetup
from tests.claims.conftest import Clock
from tests.claims.people import HERE, MODERATOR, settled


@pytest.fixture
def budgets(base: ClaimBase, tmp_path: Path) -> BudgetBook:
    ServerSetup(settled(base, tmp_path)).change(MODERATOR, budget=2)
    return BudgetBook(base)


def spend(budgets: BudgetBook, budget: float, read: int) -> bool:
    """Ask for a reply after so many further messages."""
    budgets.read(HERE, read)
    return budgets.spend(HERE, budget)


def test_two_in_a_thousand_are_two_in_a_thousand(budgets: BudgetBook) -> None:
    assert [spend(budgets, 2, 1) for _ in range(5)] == [True, True, False, False, False]
    # The first two were the messages 1 and 2; the thousand that ends with 1001 holds only one of them.
    assert not spend(budgets, 2, 995)
    assert spend(budgets, 2, 1)
    assert [spend(budgets, 2, 1), spend(budgets, 2, 1)] == [True, False]


def test_a_budget_below_one_in_a_thousand_waits_for_as_many_messages_as_it_takes(budgets: BudgetBook) -> None:
    assert spend(budgets, 0.5, 1)
    assert not spend(budgets, 0.5, 1999)
    assert spend(budgets, 0.5, 1)


def test_nothing_is_allowed_by_a_budget_of_nothing(budgets: BudgetBook) -> None:
    assert not spend(budgets, 0, 5000)


def test_what_was_not_said_is_given_back(budgets: BudgetBook) -> None:
    assert spend(budgets, 1, 1)
    assert not spend(budgets, 1, 1)
    budgets.give_back(HERE)
    assert spend(budgets, 1, 1)


def test_moderators_are_told_once_a_day(budgets: BudgetBook, clock: Clock) -> None:
    assert [budgets.tell(HERE), budgets.tell(HERE)] == [True, False]
    clock.move(hours=25)
    assert budgets.tell(HERE)


def test_messages_count_though_the_base_was_away_when_they_were_to_be_written(
    budgets: BudgetBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [spend(budgets, 1, 1), spend(budgets, 1, 998)] == [True, False]
    budgets.read(HERE, 2)
    with monkeypatch.context() as away:
        away.setattr(budgets, "_database", None)
        with pytest.raises(AttributeError):
            budgets.spend(HERE, 1)
    assert budgets.spend(HERE, 1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from([0.4, 1.0, 3.0]), st.lists(st.integers(1, 700), max_size=25))
def test_no_stretch_of_messages_holds_more_than_was_promised(
    budgets: BudgetBook, budget: float, steps: list[int]
) -> None:
    spend(budgets, budget, 10_000)  # whatever was said before this example is long past
    read, said = 0, [0]
    for step in steps:
        read += step
        if spend(budgets, budget, step):
            said.append(read)
    window = max(1000, round(1000 / budget))
    for start in said:
        assert sum(start <= at < start + window for at in said) <= budget * window / 1000 + 1e-6
