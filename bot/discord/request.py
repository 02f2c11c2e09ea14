"""One interaction and what is needed of it everywhere: who asks, in which language and server, and how it is answered.

All answers are private: only the person who asked can see them.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, Self, TypeVar

import discord
from discord import app_commands, ui

from bot.answering import Heard
from bot.discord.bot import BotInteraction, ServerChannel, language_of
from bot.service import Touchstone
from bot.texts import Texts, msgid
from checks.model import Finding
from claims.moderation.moderation import Moderation
from claims.moderation.rights import Act, Actor
from claims.store.server_settings import HeardAs
from config.errors import NotAllowedError
from config.languages import SHOWN

# How people choose a language; `auto` is that of each message.
LANGUAGE_NAMES = {"auto": msgid("as the message"), **{tag: language.name for tag, language in SHOWN.items()}}

CommandT = TypeVar("CommandT")
Given = ParamSpec("Given")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks of the bot with a command, a click or a form."""

    interaction: BotInteraction

    @classmethod
    async def waiting(cls, interaction: BotInteraction) -> Self:
        """Tell Discord that the answer, a message of its own, needs a moment."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        return cls(interaction)

    @property
    def touchstone(self) -> Touchstone:
        """The open application."""
        return self.interaction.client.touchstone

    @property
    def moderation(self) -> Moderation:
        """What moderators can do."""
        return self.touchstone.moderation

    @property
    def texts(self) -> Texts:
        """The catalogue for the person who clicked or typed."""
        return self.interaction.client.texts(language_of(self.interaction.locale))

    @property
    def server(self) -> int | None:
        """The server; None in a direct message."""
        return self.interaction.guild_id

    @property
    def channel(self) -> int:
        """The channel, which is that of a clicked card; raises NotAllowedError where there is none."""
        if self.interaction.channel_id is None:
            raise NotAllowedError("This works in a server only.")
        return self.interaction.channel_id

    @property
    def guild(self) -> discord.Guild:
        """The server as Discord knows it; raises NotAllowedError in a direct message."""
        if self.interaction.guild is None:
            raise NotAllowedError("This works in a server only.")
        return self.interaction.guild

    @property
    def actor(self) -> Actor:
        """The person for one look at the rights; never keep it, because roles and permissions change."""
        user, held = self.interaction.user, self.interaction.permissions
        return Actor(
            user.id,
            self.interaction.guild_id,
            is_administrator=held.administrator,
            can_manage_server=held.manage_guild,
            role_ids=roles_of(user),
        )

    async def require(self, act: Act) -> Actor:
        """Return the person, who may do this in this server at this moment; raises NotAllowedError."""
        actor = self.actor
        await self.do(self.moderation.rights.permit, actor, act)
        return actor

    async def may_tidy(self) -> bool:
        """Tell whether the person may take cards away: who moderates claims, or may delete messages in the channel."""
        if self.server is None:
            return False
        can_delete = self.interaction.permissions.manage_messages
        return can_delete or await self.do(self.moderation.rights.may, self.actor, "card.hide")

    async def do(self, work: Callable[Given, Result], *args: Given.args, **more: Given.kwargs) -> Result:
        """Let a thread do what reads, writes or computes, so that the bot stays awake."""
        return await asyncio.to_thread(work, *args, **more)

    async def respond(self, shown: str | ui.LayoutView) -> None:
        """Show a text or a layout, in a message of its own, whether or not the interaction was deferred before."""
        made: dict[str, Any] = {"view": shown} if isinstance(shown, ui.LayoutView) else {"content": shown}
        if self.interaction.response.is_done():
            await self.interaction.followup.send(**made, ephemeral=True)
        else:
            await self.interaction.response.send_message(**made, ephemeral=True)

    async def show(self, view: ui.LayoutView) -> None:
        """Show a layout in the place of what stands there, or of the answer that Discord waits for."""
        await self.interaction.edit_original_response(view=view)


def everywhere(command: CommandT) -> CommandT:
    """Offer a command in servers and direct messages, and to people who install the app only for themselves."""
    installs = app_commands.allowed_installs(guilds=True, users=True)
    return app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)(installs(command))


_SPOILER = re.compile(r"\|\|.+?\|\|", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Location:
    """A server, the channel or thread of a message, and its `home`: a thread's channel, else the channel itself."""

    server: int
    channel: int
    home: int


def location_of(message: discord.Message) -> Location | None:
    """Return where a member's message stands; None for bots, webhooks, system lines, direct messages, empty texts."""
    is_own = message.type in (discord.MessageType.default, discord.MessageType.reply)
    if message.author.bot or message.webhook_id or message.guild is None or not is_own or not said_in(message):
        return None
    home = message.channel.parent_id if isinstance(message.channel, discord.Thread) else message.channel.id
    return Location(message.guild.id, message.channel.id, home)


def home_of(channel: object) -> int | None:
    """Return the channel whose settings count: a thread follows the channel it belongs to; None where it is unknown."""
    if isinstance(channel, discord.Thread):
        return channel.parent_id
    return channel.id if isinstance(channel, discord.abc.GuildChannel) else None


def roles_of(user: discord.User | discord.Member) -> tuple[int, ...]:
    """Return the roles of a member; none of somebody whom Discord shows without them."""
    return tuple(role.id for role in user.roles) if isinstance(user, discord.Member) else ()


async def roles_in(guild: discord.Guild, author: discord.User | discord.Member) -> tuple[int, ...]:
    """Return the roles of an author; Discord sends messages of the menu without them."""
    if isinstance(author, discord.Member):
        return roles_of(author)
    try:
        return roles_of(guild.get_member(author.id) or await guild.fetch_member(author.id))
    except discord.HTTPException:
        return ()


async def rules_for(
    touchstone: Touchstone, message: discord.Message, location: Location, roles: tuple[int, ...]
) -> HeardAs:
    """Return how a message of somebody with these roles is to be treated as things are now."""
    about = location.server, location.home, message.author.id, roles
    # In a busy chat most messages need no thread to be told from where nobody listens.
    rules = touchstone.servers.rules_at_hand(*about) or await asyncio.to_thread(touchstone.servers.rules, *about)
    return rules.heard_as


def heard_in(message: discord.Message, location: Location) -> Heard:
    """Return what the decision has to know of a message."""
    return Heard(location.server, location.channel, message.id, message.author.id, location.home)


def may_read(person: discord.Member, channel: ServerChannel) -> bool:
    """Tell whether somebody may read a channel or thread, and what was said in it before."""
    held = channel.permissions_for(person)
    if isinstance(channel, discord.Thread) and channel.is_private() and not held.manage_threads:
        # Who else is in a private thread is not known without asking Discord; those who manage threads see all.
        return person.id in {member.id for member in channel.members}
    return held.view_channel and held.read_message_history


def message_link(server: int | None, channel: int | None, message: int | None) -> str:
    """Return the address of a message."""
    return f"https://discord.com/channels/{server}/{channel}/{message}"


def said_in(message: discord.Message, place: object = None) -> str:
    """Return all that a message says, one below the other: its text, what it forwards, its poll; all as its author may.

    First comes the title of the forum's post that it begins; `place`: the thread, where the message may not know it.
    What a poll puts up is asked, not stated, and its “Yes” and “No” are not what its author says.
    """
    parts = [_post_title(message, place), message.content, *(each.content for each in message.message_snapshots)]
    if message.poll is not None:
        answers = (answer.text for answer in message.poll.answers)
        parts += map(_asked, (message.poll.question, *(text for text in answers if _says_more_than_yes(text))))
    return "\n".join(part for part in parts if part)


def _post_title(message: discord.Message, place: object) -> str:
    """Return the title of a post; nothing of other messages. A post has the number of its first message."""
    if not isinstance(place, discord.Thread):
        # A message that was fetched knows its thread only by the number.
        place = message.guild.get_thread(message.id) if message.guild is not None else None
    return place.name if place is not None and place.id == message.id == message.channel.id else ""


# A Latin word, or a Chinese character.
_WORD = re.compile(r"[^\W\u2e80-\U0003ffff]+(?:['’]\w+)?|[\u2e80-\U0003ffff]")
_MOST_FOR_YES = 3


def _says_more_than_yes(answer: str) -> bool:
    return len(_WORD.findall(answer)) > _MOST_FOR_YES


def _asked(text: str) -> str:
    return text if not text or text.rstrip().endswith(("?", "？")) else f"{text}?"


def without_spoilers(text: str) -> str:
    """Return the text without what stands in spoilers; the same text where there are none."""
    return _SPOILER.sub(" ", text)


def is_open(touchstone: Touchstone, text: str, finding: Finding, home: int | None, server: int | None) -> bool:
    """Tell whether a text says the claims that are found in it outside of spoilers, in the channel `home`."""
    seen = without_spoilers(text)
    if seen == text:
        return True
    rest = touchstone.check_in(home, seen, server)
    said = {match.claim for match in finding.answered}
    return rest.action == "reply" and said <= {match.claim for match in rest.answered}
