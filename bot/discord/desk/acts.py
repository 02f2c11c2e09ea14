"""What a click on the card does: written at once, where the claim still is as the card shows it."""

import asyncio
from collections.abc import Callable
from functools import partial

from bot.discord.desk.items import Act
from bot.discord.desk.sight import moderator
from bot.discord.desk.words import done
from bot.discord.interaction import BotInteraction
from bot.texts import Texts, msgid
from claims.edits import SetStatus
from config.errors import ConflictError

_STATUSES = {"publish": "published", "withdraw": "withdrawn", "draft": "draft"}
_DONE: dict[Act, str] = {
    "publish": msgid("Published."),
    "withdraw": msgid("Withdrawn: it is no longer answered, and cards of the last days say so."),
    "draft": msgid("Now a draft: it is no longer answered."),
    "mute": msgid("Muted."),
    "unmute": msgid("No longer muted."),
    "resume": msgid("Resumed: earlier reports count no more."),
    "shared": msgid("This server follows the shared claim again."),
}


async def take_act(interaction: BotInteraction, act: Act, claim_id: str, edition: str, texts: Texts) -> str:
    """Do it and return a line about it; raises ConflictError where the claim has another edition by now."""
    actor, moderation = moderator(interaction), interaction.client.touchstone.moderation
    write: Callable[[], object]
    if act in _STATUSES:
        write = partial(moderation.editor.edit, actor, claim_id, edition, SetStatus(_STATUSES[act]))
    elif act == "shared":
        write = partial(moderation.editor.follow_shared, actor, claim_id, edition)
    else:
        # What is set on a claim has no edition: nothing of somebody else's is lost, but whoever clicks has to see
        # what the claim says now.
        sight = await asyncio.to_thread(moderation.claims.one, actor, claim_id)
        if sight.claim.edition != edition:
            raise ConflictError(claim_id, (), current=sight.claim.edition)
        setting = moderation.claim_settings
        chosen = {"mute": setting.mute, "unmute": setting.unmute}.get(act, setting.resume)
        write = partial(chosen, actor, claim_id)
    await asyncio.to_thread(write)
    return done(texts(_DONE[act]))
