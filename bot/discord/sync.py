"""Register the commands with Discord, only where they differ from what is registered."""

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import discord
from discord.http import Route

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot

_log = logging.getLogger(__name__)


async def sync_commands(bot: "TouchstoneBot") -> bool:
    """Send the commands if they have changed since the last start; returns whether they were sent.

    A refusal is logged and does not stop the bot: it can still watch and answer with the commands that are registered.
    """
    try:
        if same_commands(await _ours(bot), await _registered(bot)):
            return False
        await bot.tree.sync()
    except discord.HTTPException as error:
        _log.error("The commands could not be registered with Discord: %s", error)
        return False
    _log.info("Commands registered with Discord")
    return True


async def _ours(bot: "TouchstoneBot") -> list[dict[str, Any]]:
    """Return what a sync would send."""
    translator = bot.tree.translator
    commands = [*bot.tree.get_commands()]
    if translator is None:
        return [command.to_dict(bot.tree) for command in commands]
    return [await command.get_translated_payload(bot.tree, translator) for command in commands]


async def _registered(bot: "TouchstoneBot") -> list[dict[str, Any]]:
    """Return what Discord has, with the translations, which `tree.fetch_commands` leaves out."""
    route = Route("GET", "/applications/{application_id}/commands", application_id=bot.application_id)
    return await bot.http.request(route, params={"with_localizations": "true"})


def same_commands(ours: Sequence[Mapping[str, Any]], registered: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether every command that we would send is registered as it is, and no other."""
    there = {(command["name"], command.get("type", 1)): command for command in registered}
    here = {(command["name"], command.get("type", 1)): command for command in ours}
    return here.keys() == there.keys() and all(_covers(there[key], command) for key, command in here.items())


def _covers(registered: Any, ours: Any) -> bool:  # noqa: ANN401  JSON of any shape
    """Tell whether all that we send stands in what is registered; Discord leaves out empty values and adds its own."""
    match ours:
        case Mapping():
            there = registered if isinstance(registered, Mapping) else {}
            return all(_covers(there.get(key), value) for key, value in ours.items())
        case [Mapping(), *_]:
            there = registered or []
            return len(there) == len(ours) and all(_covers(a, b) for a, b in zip(there, ours, strict=True))
        case [*_]:
            return sorted(map(str, ours)) == sorted(map(str, registered or []))
        case _:
            return str(registered) == str(ours) if ours else not registered
