"""What a message says: its own words, what it forwards, and its poll."""

from datetime import timedelta
from types import SimpleNamespace

import discord
import pytest

from bot.discord.request import said_in, without_spoilers


def message(content="", forwarded=(), poll=None):
    return SimpleNamespace(
        content=content, message_snapshots=[SimpleNamespace(content=text) for text in forwarded], poll=poll
    )


def test_a_plain_message_says_its_text():
    assert said_in(message("good morning")) == "good morning"


def test_what_is_forwarded_is_read_below_the_comment():
    assert said_in(message("look", ["AI is a bubble"])) == "look\nAI is a bubble"


def test_a_poll_is_read_with_its_answers():
    poll = discord.Poll(question="Is AI a bubble?", duration=timedelta(hours=1))
    poll.add_answer(text="Yes")
    poll.add_answer(text="No")
    assert said_in(message(poll=poll)) == "Is AI a bubble?\nYes\nNo"


@pytest.mark.parametrize(
    ("text", "left"),
    [("a ||b|| c", "a   c"), ("||a\nb|| c", "  c"), ("a || b", "a || b"), ("no spoilers", "no spoilers")],
)
def test_spoilers_are_taken_out(text, left):
    assert without_spoilers(text) == left
