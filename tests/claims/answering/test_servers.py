"""Each server has its own settings and channels, and a history of both."""

import pytest
from sqlalchemy import select

from claims.base import ClaimBase
from claims.moderation.rights import Actor
from claims.moderation.server_setup import ServerSetup
from claims.store.server_settings import ServerBook, ServerSettings
from claims.store.tables import ChangeRow, Revision
from config.errors import InvalidEditError

SERVER = 1_300_000_000_000_000_001
CHIEF = Actor(4711, SERVER, is_administrator=True)


def test_a_server_that_has_set_nothing_has_the_defaults(any_base: ClaimBase) -> None:
    assert ServerBook(any_base.database).settings(SERVER) == ServerSettings(SERVER, None, (), None)


def test_settings_are_kept_and_apart_for_each_server(any_base: ClaimBase) -> None:
    book, setup = ServerBook(any_base.database), ServerSetup(any_base)
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
    book, setup = ServerBook(any_base.database), ServerSetup(any_base)
    assert book.channel_mode(SERVER, 1) == "off"
    setup.set_channel_mode(CHIEF, 1, "on")
    setup.set_channel_mode(CHIEF, 2, "hint")
    setup.set_channel_mode(CHIEF, 1, "off")
    assert book.channel_mode(SERVER, 1) == "off"
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
    assert changes[0].after == {"mode": "on"}
