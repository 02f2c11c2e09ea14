"""What is known of a message: where it stands, what it says, who may read it, and how its author is treated."""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass

import discord

from bot.answering import Heard
from bot.discord.bot import ServerChannel, roles_of
from bot.discord.errors import FAILED_REQUEST
from bot.discord.routes import Request
from bot.service import Touchstone
from checks.model import Finding
from claims.store.server_settings import HeardAs
from config.errors import NotAllowedError


@dataclass(frozen=True, slots=True)
class Location:
    """A server, the channel or thread of a message, and its `home`: a thread's channel, else the channel itself."""

    server: int
    channel: int
    home: int


def is_members(message: discord.Message) -> bool:
    """Tell whether a member has written a message: no bot, no webhook, and not Discord itself."""
    is_own = message.type in (discord.MessageType.default, discord.MessageType.reply)
    return is_own and not message.author.bot and not message.webhook_id


def location_of(message: discord.Message) -> Location | None:
    """Return where a member's message stands; None for others, and for direct messages and empty texts."""
    if message.guild is None or not is_members(message) or not said_in(message):
        return None
    home = message.channel.parent_id if isinstance(message.channel, discord.Thread) else message.channel.id
    return Location(message.guild.id, message.channel.id, home)


def home_of(channel: object) -> int | None:
    """Return the channel whose settings count: a thread follows the channel it belongs to; None where it is unknown."""
    if isinstance(channel, discord.Thread):
        return channel.parent_id
    return channel.id if isinstance(channel, discord.abc.GuildChannel) else None


async def roles_in(guild: discord.Guild, author: discord.User | discord.Member) -> tuple[int, ...]:
    """Return the roles of an author, none of who has left; Discord sends messages of the menu without them.

    Where Discord does not tell, that is raised: whoever may have to be left alone is not taken for somebody else.
    """
    if isinstance(author, discord.Member):
        return roles_of(author)
    try:
        return roles_of(guild.get_member(author.id) or await guild.fetch_member(author.id))
    except discord.NotFound:
        return ()


async def rules_for(
    touchstone: Touchstone, message: discord.Message, location: Location, roles: tuple[int, ...]
) -> HeardAs:
    """Return how a message of somebody with these roles is to be treated as things are now."""
    about = location.server, location.home, message.author.id, roles
    # In a busy chat most messages need no thread to be told from where nobody listens.
    rules = touchstone.servers.rules_at_hand(*about) or await asyncio.to_thread(touchstone.servers.rules, *about)
    return rules.heard_as


async def is_exempt(touchstone: Touchstone, guild: discord.Guild, author: discord.User | discord.Member) -> bool:
    """Tell whether somebody is to be left alone in a server, also where the bot is switched off."""
    # Who has been fetched comes without roles, and asking for them is a request each.
    needs_roles = bool((await asyncio.to_thread(touchstone.servers.settings, guild.id)).exempt_roles)
    roles = await roles_in(guild, author) if needs_roles else ()
    return await asyncio.to_thread(touchstone.servers.exempt, guild.id, author.id, roles) is not None


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


async def read_message(request: Request, channel_id: int, message_id: int) -> str:
    """Return the text of a message of this server; nothing of it is kept. Raises what `fetch_message` raises."""
    return said_in(await fetch_message(request, channel_id, message_id))


async def fetch_message(request: Request, channel_id: int, message_id: int) -> discord.Message:
    """Return a message of this server.

    Raises NotAllowedError where the person may not read it in Discord, discord.NotFound where it is gone, and
    discord.Forbidden where the bot itself may not read it.
    """
    person = request.interaction.user
    try:
        channel = await request.interaction.client.channels.find(request.guild, channel_id)
    except discord.InvalidData:
        channel = None
    if channel is None:
        # A link can be put together of one server's number and another one's channel.
        raise NotAllowedError("That is no channel of this server.")
    if (
        not isinstance(person, discord.Member)
        or not isinstance(channel, discord.abc.Messageable)
        or not may_read(person, channel)
    ):
        raise NotAllowedError("You may not read the channel of this message.")
    return await channel.fetch_message(message_id)


async def unseen_among(request: Request, channels: Iterable[int]) -> frozenset[int]:
    """Return those of the channels whose messages the person may not read; one that is gone hides nothing."""
    turn = asyncio.Semaphore(_ASKED_AT_ONCE)

    async def unseen(channel: int) -> int | None:
        async with turn:
            return None if await may_see(request, channel) else channel

    found = await asyncio.gather(*map(unseen, dict.fromkeys(channels)))
    return frozenset(channel for channel in found if channel is not None)


# Archived threads are asked for one by one; one after the other, hundreds of them take minutes.
_ASKED_AT_ONCE = 10


async def with_threads(request: Request, channel_id: int, among: Iterable[int]) -> frozenset[int]:
    """Return a channel, and those of the others that are its threads; nothing where it is 0, for all of them."""
    if not channel_id:
        return frozenset()
    homes = {each: await _home(request, each) for each in among}
    return frozenset({channel_id, *(each for each, home in homes.items() if home == channel_id)})


async def _home(request: Request, channel_id: int) -> int | None:
    try:
        return home_of(await request.interaction.client.channels.find(request.guild, channel_id))
    except (*FAILED_REQUEST, discord.ClientException):
        return None


async def may_see(request: Request, channel_id: int) -> bool:
    """Tell whether the person may read the messages of a channel, or the channel is gone."""
    person = request.interaction.user
    try:
        channel = await request.interaction.client.channels.find(request.guild, channel_id)
        return channel is None or (isinstance(person, discord.Member) and may_read(person, channel))
    except (*FAILED_REQUEST, discord.ClientException):
        return False


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
    thread = next((each for each in (place, message.channel) if isinstance(each, discord.Thread)), None)
    if thread is None and message.guild is not None:
        # One that was fetched by number alone does not know its thread, and the library forgets archived ones.
        thread = message.guild.get_thread(message.id)
    return thread.name if thread is not None and thread.id == message.id == message.channel.id else ""


# A Latin word, or a Chinese character.
_WORD = re.compile(r"[^\W\u2e80-\U0003ffff]+(?:['’]\w+)?|[\u2e80-\U0003ffff]")
_MOST_FOR_YES = 3


def _says_more_than_yes(answer: str) -> bool:
    return len(_WORD.findall(answer)) > _MOST_FOR_YES


def _asked(text: str) -> str:
    return text if not text or text.rstrip().endswith(("?", "？")) else f"{text}?"


_SPOILER = re.compile(r"\|\|.+?\|\|", re.DOTALL)


def without_spoilers(text: str) -> str:
    """Return the text without what stands in spoilers; the same text where there are none."""
    return _SPOILER.sub(" ", text)


def open_finding(
    touchstone: Touchstone, text: str, finding: Finding, home: int | None, server: int | None
) -> Finding | None:
    """Return what is found in a text outside of its spoilers, in the channel `home`; None where a claim is not.

    Whoever writes for all to see goes by that: a figure that stands in a spoiler is not told either.
    """
    seen = without_spoilers(text)
    if seen == text:
        return finding
    rest = touchstone.check_in(home, seen, server)
    said = {match.claim for match in finding.answered}
    return rest if rest.action == "reply" and said <= {match.claim for match in rest.answered} else None
