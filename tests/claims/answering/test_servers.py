"""Each server has its own settings and channels, and a history of both."""

import pytest
from sqlalchemy import select

from claims.base import ClaimBase
from claims.moderation.history import Undoing
from claims.moderation.rights import Actor
from claims.moderation.server_setup import ServerSetup
from claims.store.changes import note_changes
from claims.store.revisions import AuditEntry, ChangeRecord
from claims.store.server_settings import ChannelSettings, ServerSettings
from claims.store.tables import ChangeRow, Revision
from config.errors import InvalidEditError, NotAllowedError
from tests.claims.conftest import server_book

SERVER = 1_300_000_000_000_000_001
CHIEF = Actor(4711, SERVER, is_administrator=True)


def test_a_server_that_has_set_nothing_has_the_defaults(any_base: ClaimBase) -> None:
    assert server_book(any_base).settings(SERVER) == ServerSettings(SERVER, None, (), None)


def test_settings_are_kept_and_apart_for_each_server(any_base: ClaimBase) -> None:
    book, setup = server_book(any_base), ServerSetup(any_base)
    setup.change(CHIEF, language="zh-Hant", moderator_roles=(2**62, 5))
    changed = setup.change(CHIEF, cooldown_hours=0.5)
    assert changed == book.settings(SERVER) == ServerSettings(SERVER, "zh-Hant", (2**62, 5), 0.5)
    assert book.settings(SERVER + 1).language is None


def test_a_setting_can_be_taken_back(any_base: ClaimBase) -> None:
    setup = ServerSetup(any_base)
    setup.change(CHIEF, language="en", cooldown_hours=2)
    assert setup.change(CHIEF, cooldown_hours=None) == ServerSettings(SERVER, "en")


def test_a_negative_cooldown_is_refused(base: ClaimBase) -> None:
    with pytest.raises(InvalidEditError, match="0 or more"):
        ServerSetup(base).change(CHIEF, cooldown_hours=-1)


def test_channels_are_off_until_somebody_sets_a_mode(any_base: ClaimBase) -> None:
    book, setup = server_book(any_base), ServerSetup(any_base)
    assert book.channels(SERVER).get(1, "off") == "off"
    setup.set_channel_mode(CHIEF, 1, "on")
    setup.set_channel_mode(CHIEF, 2, "hint")
    setup.set_channel_mode(CHIEF, 1, "off")
    assert book.channels(SERVER).get(1, "off") == "off"
    assert book.channels(SERVER) == {2: "hint"}
    assert book.channels(SERVER + 1) == {}


def test_every_change_is_a_revision_with_its_actor_and_no_change_is_none(any_base: ClaimBase) -> None:
    setup = ServerSetup(any_base)
    setup.set_channel_mode(CHIEF, 1, "on")
    setup.set_channel_mode(CHIEF, 1, "on")
    setup.change(CHIEF, language="en")
    setup.change(CHIEF, language="en")
    setup.set_channel_mode(CHIEF, 9, "off")
    with any_base.database.reading() as session:
        revisions = session.scalars(select(Revision).order_by(Revision.id)).all()  # type: ignore[arg-type]
        changes = session.scalars(select(ChangeRow).order_by(ChangeRow.id)).all()  # type: ignore[arg-type]
    assert [(row.actor, row.act, row.server) for row in revisions] == [
        ("4711", "channel.mode", SERVER),
        ("4711", "server.settings", SERVER),
    ]
    assert [(row.kind, row.before) for row in changes] == [("channel", None), ("server", None)]
    assert changes[0].after == {"mode": "on", "cooldown_hours": None, "cut_off": None, "snoozed_until": None}


def test_a_channel_may_have_a_cool_down_and_a_cut_off_of_its_own(any_base: ClaimBase) -> None:
    setup, book = ServerSetup(any_base), server_book(any_base)
    setup.change(CHIEF, cooldown_hours=6, cut_off=0.9)
    setup.set_channel_mode(CHIEF, 1, "on")
    setup.change_channel(CHIEF, 1, cooldown_hours=0.5)
    assert (book.settings_in(SERVER, 1).cooldown_hours, book.settings_in(SERVER, 1).cut_off) == (0.5, 0.9)
    assert book.settings_in(SERVER, 2).cooldown_hours == 6
    setup.change_channel(CHIEF, 1, cooldown_hours=None, cut_off=0.7)
    assert (book.settings_in(SERVER, 1).cooldown_hours, book.settings_in(SERVER, 1).cut_off) == (6, 0.7)
    setup.set_channel_mode(CHIEF, 1, "hint")
    assert book.channel_settings(SERVER)[1] == ChannelSettings("hint", cut_off=0.7)


def test_a_channels_settings_are_held_to_the_same_bounds(any_base: ClaimBase) -> None:
    setup = ServerSetup(any_base)
    with pytest.raises(InvalidEditError):
        setup.change_channel(CHIEF, 1, cut_off=1.5)
    with pytest.raises(InvalidEditError):
        setup.snooze(CHIEF, 721)
    with pytest.raises(NotAllowedError):
        setup.change_channel(Actor(1, SERVER), 1, cut_off=0.5)
    assert server_book(any_base).channel_settings(SERVER) == {}


def test_a_mode_that_was_set_before_there_was_more_can_be_undone(any_base: ClaimBase) -> None:
    setup, book = ServerSetup(any_base), server_book(any_base)
    setup.set_channel_mode(CHIEF, 1, "hint")
    older = ChangeRecord("channel", f"{SERVER}/1", {"mode": "on"}, {"mode": "hint"})
    with any_base.database.changing() as session:
        entry = AuditEntry(CHIEF.who, "channel.mode", server=SERVER)
        number = note_changes(session, entry, [older], any_base.clock()).revision
    setup.change_channel(CHIEF, 1, cut_off=0.7)
    Undoing(any_base).undo(CHIEF, number)
    assert book.channel_settings(SERVER)[1] == ChannelSettings("on", cut_off=0.7)
