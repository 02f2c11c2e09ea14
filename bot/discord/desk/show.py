"""The desk of a claim in a message of its own, for whoever comes to it from elsewhere."""

from collections.abc import Sequence

from bot.discord.desk.card_view import draw_desk
from bot.discord.desk.sight import read_sight
from bot.discord.interaction import BotInteraction
from bot.discord.private import respond, texts_for


async def show_desk(interaction: BotInteraction, claim_id: str, remarks: Sequence[str] = ()) -> None:
    """Answer with the private card of a claim, with some lines above it, escaped already.

    Raises NotAllowedError and UnknownClaimError.
    """
    await respond(interaction, draw_desk(await read_sight(interaction, claim_id), texts_for(interaction), remarks))
