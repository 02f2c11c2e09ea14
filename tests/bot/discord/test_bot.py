"""After a refusal the bot keeps out of a channel, longer each time."""

import logging

from bot.discord.bot import QuietChannels

MINUTE = 60.0


class Clock:
    """A clock that stands until it is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_channel_is_quiet_after_a_refusal_and_others_are_not():
    quiet = QuietChannels(Clock())
    quiet.refused(1, "Missing Permissions")
    assert quiet.is_quiet(1)
    assert not quiet.is_quiet(2)


def test_each_refusal_doubles_the_pause_up_to_six_hours():
    clock = Clock()
    quiet = QuietChannels(clock)
    lengths = []
    for _ in range(9):
        start = clock.now
        quiet.refused(1, "")
        while quiet.is_quiet(1):
            clock.now += MINUTE
        lengths.append((clock.now - start) / MINUTE)
    assert lengths == [5, 10, 20, 40, 80, 160, 320, 360, 360]


def test_an_answer_that_went_out_ends_it():
    quiet = QuietChannels(Clock())
    quiet.refused(1, "")
    quiet.answered(1)
    assert not quiet.is_quiet(1)


def test_refusals_during_a_pause_are_not_logged_again(caplog):
    quiet = QuietChannels(Clock())
    with caplog.at_level(logging.WARNING):
        quiet.refused(1, "Missing Permissions")
        quiet.refused(1, "Missing Permissions")
    assert len(caplog.messages) == 1
