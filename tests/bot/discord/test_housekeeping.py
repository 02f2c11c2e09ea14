"""The daily round."""

from datetime import timedelta

from bot.discord import create_bot
from config.errors import DatabaseError


async def test_old_sightings_go_at_the_start_and_every_day_even_after_a_failure(world, settings, monkeypatch, caplog):
    rounds = []

    def purge(older_than):
        rounds.append(older_than)
        raise DatabaseError("disk full")

    monkeypatch.setattr(world.touchstone.sightings, "purge", purge)
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    await world.env.advance_time(2 * 24 * 3600 + 60)
    assert rounds == [timedelta(days=30)] * 3
    assert caplog.text.count("Old sightings could not be deleted: disk full") == 3
