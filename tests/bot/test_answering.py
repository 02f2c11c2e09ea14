"""Whether and how to answer is decided outside of Discord: a second front end, in this file alone, reads along too."""

from dataclasses import dataclass, field
from io import StringIO

import pytest
from rich.console import Console

from bot.answering import Answerer, Heard, is_dispute
from bot.service import Touchstone
from bot.terminal.console import draw_card
from claims.moderation.rights import Actor
from config.errors import DatabaseUnavailableError
from config.settings import Settings
from tests.claims.people import administrator

CRANE = "the old harbour crane was built in 1920"
FERRY = "The island ferry will be closed down by 2030"
ROOM, OTHER_ROOM = 8, 9


@dataclass
class LineChat:
    """A chat of lines, such as IRC: it hears lines in rooms, and prints what comes back below them."""

    touchstone: Touchstone
    mode: str = "on"
    server: int = 7
    printed: list[str] = field(default_factory=list)
    _heard: int = 0

    def hear(self, room: int, author: int, line: str, number: int | None = None) -> str:
        """Take a line, and print the answer to it or a hint that there is one; returns what was done."""
        answerer, settings = Answerer(self.touchstone), self.touchstone.servers.settings_in(self.server, room)
        self._heard += 1
        heard = Heard(self.server, room, self._heard if number is None else number, author, room)
        finding = self.touchstone.check_in(room, line, self.server)
        action = answerer.action(finding, self.mode)
        answerer.note(heard, finding, self.mode, action)
        if action == "silent":
            return "silent"
        kind = answerer.afford(settings) if action == "reply" else action
        taken = answerer.take(heard, finding, settings, kind)
        if kind == "reply" and (taken.kind == "offer" or not taken.claims):
            answerer.unsaid(settings)
        reply = answerer.compose(finding, settings, taken.claims) if taken.claims else None
        if reply is None:
            return "silent"
        if taken.kind == "offer":
            self.printed.append("?")
        else:
            console = Console(width=100, record=True, file=StringIO())
            console.print(draw_card(reply, self.touchstone.texts(reply.language)))
            self.printed.append(console.export_text())
            self.touchstone.answers.posted(room, heard.message, len(self.printed), reply.language)
        return taken.kind

    def change(self, **settings: object) -> None:
        """Set something for the server."""
        self.touchstone.moderation.setup.change(administrator(self.server), **settings)


@pytest.fixture
def chat(tmp_path, templates):
    settings = Settings(database_url=templates.copy("both", tmp_path / "touchstone.db"), cards_per_hour=2)
    with Touchstone.open(settings) as touchstone:
        yield LineChat(touchstone)


def test_a_line_that_makes_a_claim_is_answered_below_it(chat):
    assert chat.hear(ROOM, 1, "nice weather at the quay today") == "silent"
    assert chat.hear(ROOM, 1, CRANE) == "reply"
    assert "1954" in chat.printed[0]


def test_a_claim_cools_down_in_its_room_and_a_line_is_answered_once(chat):
    assert [chat.hear(room, 1, CRANE) for room in (ROOM, ROOM, OTHER_ROOM)] == ["reply", "silent", "reply"]
    assert chat.hear(OTHER_ROOM, 2, FERRY, number=3) == "silent"
    assert len(chat.printed) == 2


def test_the_answer_comes_with_the_message_where_all_of_its_claims_may_be_answered(chat):
    answerer, settings = Answerer(chat.touchstone), chat.touchstone.servers.settings(chat.server)
    both = chat.touchstone.check_in(ROOM, f"{CRANE}. {FERRY}.", chat.server)
    taken = answerer.take(Heard(chat.server, ROOM, 1, 1), both, settings, "reply")
    assert len(taken.claims) == 2
    assert taken.composed.reply == answerer.compose(both, settings, taken.claims)
    chat.hear(OTHER_ROOM, 1, CRANE)
    taken = answerer.take(Heard(chat.server, OTHER_ROOM, 9, 1), both, settings, "reply")
    assert len(taken.claims) == 1
    assert taken.composed is None


def test_a_room_that_has_had_its_cards_gets_a_hint(chat):
    assert [chat.hear(ROOM, 1, line) for line in (CRANE, FERRY)] == ["reply", "reply"]
    assert chat.hear(ROOM, 1, "that lighthouse lamp needs 40 kW of power") == "offer"
    assert chat.printed[-1] == "?"


def test_a_promised_budget_is_kept_and_moderators_hear_of_it_once_a_day(chat):
    chat.change(budget=1)
    lines = (CRANE, FERRY, CRANE, "that lighthouse lamp needs 40 kW of power")
    assert [chat.hear(ROOM, 1, line) for line in lines] == ["reply", "offer", "silent", "offer"]
    answerer, settings = Answerer(chat.touchstone), chat.touchstone.servers.settings(chat.server)
    assert [answerer.is_news(settings), answerer.is_news(settings)] == [True, False]
    for _ in range(1000):
        chat.touchstone.budgets.read(chat.server)
    assert chat.hear(OTHER_ROOM, 1, CRANE) == "reply"


def test_every_line_that_is_read_counts_for_the_budget(chat):
    chat.change(budget=1)
    chat.hear(ROOM, 1, CRANE)
    for _ in range(999):
        chat.touchstone.budgets.read(chat.server)
    assert chat.hear(OTHER_ROOM, 1, "nice weather at the quay today") == "silent"
    assert chat.hear(OTHER_ROOM, 1, FERRY) == "reply"


def test_an_answer_is_reported_where_moderators_want_that(chat):
    answerer = Answerer(chat.touchstone)
    chat.hear(ROOM, 1, CRANE)
    assert answerer.report(chat.server, ROOM, 1) is None
    chat.change(moderators_channel=OTHER_ROOM, answer_log=True)
    report = answerer.report(chat.server, ROOM, 1)
    assert report is not None
    assert [reply.claim for reply in report.replies] == list(report.claims) == ["crane-built-1920"]
    assert answerer.report(chat.server, ROOM, 2) is None


def test_modes_hold_and_what_was_seen_is_kept_without_its_text(chat):
    chat.mode = "hint"
    assert chat.hear(ROOM, 1, CRANE) == "offer"
    chat.mode = "shadow"
    assert chat.hear(OTHER_ROOM, 2, CRANE) == "silent"
    assert chat.touchstone.answers.answer(ROOM, 1).kind == "offer"
    assert chat.touchstone.answers.answer(OTHER_ROOM, 2) is None
    seen = chat.touchstone.moderation.shadow.report(Actor(1, 7, is_administrator=True))
    assert seen.replies == 1


def test_what_was_noted_half_and_is_noted_again_counts_once(chat, monkeypatch):
    chat.mode, record = "shadow", chat.touchstone.sightings.record

    def away(*_given: object) -> None:
        monkeypatch.setattr(chat.touchstone.sightings, "record", record)
        raise DatabaseUnavailableError("away")

    monkeypatch.setattr(chat.touchstone.sightings, "record", away)
    answerer, heard = Answerer(chat.touchstone), Heard(chat.server, ROOM, 1, 1)
    finding = chat.touchstone.check_in(ROOM, f"no, it is a myth that {CRANE}", chat.server)
    assert is_dispute(finding)
    with pytest.raises(DatabaseUnavailableError):
        answerer.note(heard, finding, chat.mode, "silent")
    answerer.note(heard, finding, chat.mode, "silent")
    report = chat.touchstone.moderation.shadow.report(Actor(1, chat.server, is_administrator=True))
    assert report.messages == 1
