"""The steps of the set-up, and which of its own rights the bot lacks in the chosen channels."""

from collections.abc import Mapping
from typing import Literal, cast, get_args

import discord

from bot.texts import Texts, msgid

Step = Literal["language", "roles", "channels", "packs", "budget", "done"]
STEPS: tuple[Step, ...] = get_args(Step)
CHOSEN_MODES = ("on", "hint", "shadow")

TITLES: Mapping[Step, str] = {
    "language": msgid("Language"),
    "roles": msgid("Moderators"),
    "channels": msgid("Channels"),
    "packs": msgid("Packs of claims"),
    "budget": msgid("Budget"),
    "done": msgid("Done"),
}
EXPLAINED: Mapping[Step, str] = {
    "language": msgid("Which language do I answer in?"),
    "roles": msgid("Who looks after the claims here? Without a role, it is everybody who may manage the server."),
    "channels": msgid("Where do I answer, where do I only hint, where do I only count? I stay out of all others."),
    "packs": msgid("Which packs of claims do I use here? With all of them chosen, new ones come in by themselves."),
    "budget": msgid("How many messages may I answer at most? /backtest finds the cut-off that keeps this."),
    "done": msgid("I am set up. With /setup everything can be changed again."),
}

RIGHTS = {
    "view_channel": msgid("View Channel"),
    "send_messages": msgid("Send Messages"),
    "read_message_history": msgid("Read Message History"),
    "add_reactions": msgid("Add Reactions"),
}
_READING = ("view_channel", "read_message_history")
_NEEDED = {
    "on": tuple(RIGHTS),
    "hint": tuple(RIGHTS),
    "shadow": _READING,
    "digest": ("view_channel", "send_messages"),
}


def step_of(stored: str | None) -> Step:
    """Return the step where a set-up was left; the first one where there is none."""
    return cast("Step", stored) if stored in STEPS else STEPS[0]


def missing_lines(guild: discord.Guild, channels: Mapping[int, str], texts: Texts) -> list[str]:
    """Return a line for each chosen channel where the bot lacks a right, naming it."""
    lines: list[str] = []
    for channel_id, mode in channels.items():
        channel = guild.get_channel(channel_id)
        if channel is None:
            continue
        missing = missing_rights(channel, mode, texts)
        if missing:
            rights = ", ".join(missing)
            lines.append(texts("In {channel} I lack rights: {rights}.", channel=channel.mention, rights=rights))
    return lines


def missing_rights(channel: discord.abc.GuildChannel, what: str, texts: Texts) -> list[str]:
    """Return the names of the rights that the bot lacks in the channel for a mode, or for the digest."""
    held = channel.permissions_for(channel.guild.me)
    return [texts(RIGHTS[right]) for right in _NEEDED.get(what, ()) if not getattr(held, right)]
