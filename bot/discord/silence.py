"""Whom the bot leaves alone (`/ignore-me`, `/touchstone exempt`), and where it is quiet for a while: `snooze`."""

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.bot import BotInteraction, CommandGroup, Subcommand, TouchstoneBot
from bot.discord.cards import draw_lines
from bot.discord.request import Request, everywhere
from bot.discord.settings import Watched
from bot.discord.setup import MOST
from bot.texts import Texts, msgid
from claims.store.server_settings import ServerSettings

IGNORED = (
    msgid("I no longer answer you or count what you say, in any server that I am in."),
    msgid("You can still ask me with /check. With “ignore: no”, /ignore-me takes this back."),
    msgid("-# For this I keep a keyed hash of your id, which /forget-me leaves as it is."),
)
ANSWERED = msgid("I answer you again where moderators have switched me on.")


class IgnoreMe(commands.Cog):
    """A member's own wish; it needs no right and no server."""

    @app_commands.command(
        name=locale_str(msgid("ignore-me")), description=locale_str(msgid("Do not answer my messages, or answer again"))
    )
    @app_commands.rename(ignore=locale_str(msgid("ignore")))
    @app_commands.describe(ignore=locale_str(msgid("yes: leave my messages alone; no: answer them again")))
    @app_commands.choices(
        ignore=[
            app_commands.Choice(name=locale_str(msgid("yes")), value="yes"),
            app_commands.Choice(name=locale_str(msgid("no")), value="no"),
        ]
    )
    @everywhere
    async def ignore_me(self, interaction: BotInteraction, ignore: str = "yes") -> None:
        """Keep the wish, or drop it."""
        request = await Request.waiting(interaction)
        wish, texts = request.moderation.exemptions.wish, request.texts
        await request.do(lambda: wish(interaction.user.id, ignore=ignore != "no"))
        await request.respond(texts(ANSWERED) if ignore == "no" else "\n".join(map(texts, IGNORED)))


class SilenceCommands(CommandGroup):
    """Answers moderators privately."""

    def __init__(self, bot: TouchstoneBot, group: commands.Cog) -> None:
        self.bot = bot
        added: list[Subcommand] = [
            app_commands.Command(
                name=locale_str(msgid("exempt")),
                description=locale_str(msgid("Leave a role's or a member's messages alone, or answer them again")),
                callback=self.exempt,
            ),
            app_commands.Command(
                name=locale_str(msgid("snooze")),
                description=locale_str(msgid("Say nothing for some hours, in a channel or everywhere")),
                callback=self.snooze,
            ),
        ]
        self.join(group, added)

    @app_commands.rename(who=locale_str(msgid("who")))
    @app_commands.describe(who=locale_str(msgid("A role or a member; without one, you see who is left alone")))
    async def exempt(self, interaction: BotInteraction, who: discord.Member | discord.Role | None = None) -> None:
        """Take somebody out or in again, and show who is left alone."""
        request = await Request.waiting(interaction)
        await request.require("member.exempt")
        texts, lines = request.texts, list[str]()
        if who is not None:
            toggled = _exempt_role(request, who) if isinstance(who, discord.Role) else _exempt_member(request, who)
            lines.append(texts(_LEFT_ALONE if await toggled else _HEARD_AGAIN, who=who.mention))
        settings = await request.do(request.touchstone.servers.settings, request.guild.id)
        count = await request.do(request.moderation.exemptions.count, request.guild.id)
        lines += exempt_lines(settings, count, texts)
        await request.respond(draw_lines(lines, texts))

    @app_commands.rename(hours=locale_str(msgid("hours")), channel=locale_str(msgid("channel")))
    @app_commands.describe(
        hours=locale_str(msgid("For how many hours, up to 720; 0 ends it")),
        channel=locale_str(msgid("Only this channel; without one, the whole server")),
    )
    async def snooze(
        self,
        interaction: BotInteraction,
        hours: float,
        channel: Watched | None = None,
    ) -> None:
        """Be quiet until then; what is said meanwhile is counted, not answered."""
        request = await Request.waiting(interaction)
        setup, texts = request.moderation.setup, request.texts
        until = await request.do(setup.snooze, request.actor, hours, channel.id if channel else None)
        place = channel.mention if channel else texts("this server")
        if until is None:
            await request.respond(texts("I speak again in {place}.", place=place))
            return
        said = texts("I say nothing in {place} until {time}; I go on counting.", place=place, time=f"<t:{until}:f>")
        await request.respond("\n".join([said, texts("-# /touchstone snooze with 0 hours ends it.")]))


_LEFT_ALONE = msgid("I now leave the messages of {who} alone: I neither answer nor count them.")
_HEARD_AGAIN = msgid("I answer {who} again.")


async def _exempt_role(request: Request, role: discord.Role) -> bool:
    """Take a role out or in again; returns whether it is left alone now."""
    settings = await request.do(request.touchstone.servers.settings, role.guild.id)
    rest = tuple(each for each in settings.exempt_roles if each != role.id)
    is_new = rest == settings.exempt_roles
    roles = (*rest, role.id) if is_new else rest
    await request.do(lambda: request.moderation.setup.change(request.actor, exempt_roles=roles))
    return is_new


async def _exempt_member(request: Request, member: discord.Member) -> bool:
    return await request.do(request.moderation.exemptions.toggle, request.actor, member.id)


def exempt_lines(settings: ServerSettings, members: int, texts: Texts) -> list[str]:
    """Return who is left alone: roles by name; of members, of whom only hashes are kept, how many."""
    roles = ", ".join(f"<@&{role}>" for role in settings.exempt_roles[:MOST]) or texts("nobody")
    return [
        texts("Roles that I leave alone: {roles}.", roles=roles),
        texts.plural("Members whom I leave alone: {count}.", "Members whom I leave alone: {count}.", members),
        texts("-# Naming one again takes it back. Members can ask for it themselves with /ignore-me."),
    ]
