"""After a refusal the bot keeps out of a channel, longer each time."""

import logging

from bot.discord.bot import Backoff

MINUTE = 60.0


class Clock:
    """A clock that stands until it is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_channel_holds_after_a_refusal_and_others_are_not():
    backoff = Backoff(Clock())
    backoff.refused(1, "Missing Permissions")
    assert backoff.holds(1)
    assert not backoff.holds(2)


def test_each_refusal_doubles_the_pause_up_to_six_hours():
    clock = Clock()
    backoff = Backoff(clock)
    lengths = []
    for _ in range(9):
        start = clock.now
        backoff.refused(1, "")
        while backoff.holds(1):
            clock.now += MINUTE
        lengths.append((clock.now - start) / MINUTE)
    assert lengths == [5, 10, 20, 40, 80, 160, 320, 360, 360]


def test_an_answer_that_went_out_ends_it():
    backoff = Backoff(Clock())
    backoff.refused(1, "")
    backoff.answered(1)
    assert not backoff.holds(1)


def test_refusals_during_a_pause_are_not_logged_again(caplog):
    backoff = Backoff(Clock())
    with caplog.at_level(logging.WARNING):
        backoff.refused(1, "Missing Permissions")
        backoff.refused(1, "Missing Permissions")
    assert len(caplog.messages) == 1
