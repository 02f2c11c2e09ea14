"""A small server with its people, and readable ways to look at what the bot did there."""

import re
from dataclasses import dataclass, field
from typing import Any

import discord
from simcord.backend.models.message import Poll, PollAnswer
from simcord.env import Env

from bot.service import Touchstone

LONG_AGO = "2024-01-01T00:00:00+00:00"
FAR_AHEAD = "2100-01-01T00:00:00+00:00"
SILENT = {"parse": [], "replied_user": False}

CRANE = "The old harbour crane was built in 1920"
CRANE_ZH = "港口的老吊车建于1920年"
CRANE_TW = "港口的老吊車建於1920年"
LAMP = "The lamp of the lighthouse draws 40 kW"
LAMP_TW = "燈塔的燈耗電40千瓦"
FERRY = "The island ferry will be closed down by 2030"
SEALS = "The seals on the breakwater are dying out"

MODERATORS_ONLY = "This needs a moderator of the server. Its administrators choose who that is."
ADMINISTRATORS_ONLY = "This needs an administrator of the server."


@dataclass
class World:
    """One server; `alice` and `bob` are members, `mod` may delete messages, `chief` may manage the server."""

    env: Env
    touchstone: Touchstone
    guild: Any
    channel: Any
    alice: Any = field(init=False)
    bob: Any = field(init=False)
    mod: Any = field(init=False)
    chief: Any = field(init=False)

    def __post_init__(self) -> None:
        self.alice, self.bob = self._member("alice"), self._member("bob")
        self.mod = self._member("mod", discord.Permissions(manage_messages=True))
        self.chief = self._member("chief", discord.Permissions(manage_guild=True))

    def _member(self, name: str, permissions: discord.Permissions | None = None):
        roles = [self.guild.create_role(name, permissions=permissions)] if permissions else []
        member = self.guild.add_member(self.env.create_user(name), roles=roles)
        # Whoever has just come counts for nothing where members report.
        self.env.backend.get_member(self.guild.id, member.id).joined_at = LONG_AGO
        return member

    def open_commands(self) -> None:
        """Let the server show moderators' commands to everybody, as its administrators can."""
        everybody = [{"id": str(self.guild.id), "type": 1, "permission": True}]
        for command in self.env.backend.commands[None].values():
            if command["name"] == "setup":
                continue
            self.env.backend.set_command_permissions(self.guild.id, int(command["id"]), everybody)

    async def thread(self, channel=None):
        """Return a new thread of a channel, or a post of a forum; the bot begins it, which simcord's members cannot."""
        home = self.env.bot.get_channel((channel or self.channel).id)
        kind = {} if isinstance(home, discord.ForumChannel) else {"type": discord.ChannelType.public_thread}
        made = await home.create_thread(name="harbour", **kind or {"content": "let us talk about the harbour"})
        await self.env.settle()
        number = getattr(made, "thread", made).id
        return next(thread for thread in (channel or self.channel).threads if thread.id == number)

    async def post(self, forum, author, title: str, text: str):
        """Let a member begin a post of a forum; return its thread and its message, which has the thread's number."""
        backend = self.env.backend
        made = backend.create_thread(forum.id, title, author.id, broadcast=False)
        first = backend.prepare_message(made.id, author.id, text)
        first.id = made.id
        backend.commit_message(first, broadcast=False)
        backend.announce_thread_create(made)
        backend.announce_message_create(first)
        await self.env.settle()
        thread = next(each for each in forum.threads if each.id == made.id)
        return thread, next(each for each in thread.history() if each.id == made.id)

    async def poll(self, author, question: str, *answers: str):
        """Let a member put up a poll in the channel."""
        asked = Poll(question, [PollAnswer(number, text) for number, text in enumerate(answers, 1)], FAR_AHEAD)
        made = self.env.backend.create_message(self.channel.id, author.id, "", poll=asked)
        await self.env.settle()
        return next(each for each in self.channel.history() if each.id == made.id)

    async def archive(self, thread) -> None:
        """Archive a thread, which the library forgets then."""
        await self.env.bot.get_channel(thread.id).edit(archived=True)
        await self.env.settle()
        assert self.env.bot.get_channel(thread.id) is None

    async def rename(self, thread, title: str) -> None:
        """Give a thread another title; one that is archived comes out of the archive with it."""
        self.env.backend.edit_channel(thread.id, {"name": title}, thread_metadata={"archived": False})
        await self.env.settle()

    def fetched(self, thread) -> list[str]:
        """Return the paths under which the bot has asked Discord for messages of a thread."""
        asked = f"/channels/{thread.id}/messages/"
        return [seen.path for seen in self.env.http_requests if seen.method == "GET" and asked in seen.path]

    async def purge(self, *messages: discord.Message) -> None:
        """Delete messages of the channel at once, as moderators and bots do."""
        channel = self.env.bot.get_channel(self.channel.id)
        await channel.delete_messages([channel.get_partial_message(each.id) for each in messages])
        await self.env.settle()

    def cards(self, channel=None) -> list[discord.Message]:
        """Return the bot's public messages in the channel."""
        shown = (channel or self.channel).history()
        return [message for message in shown if message.author.bot and not message.flags.ephemeral]

    async def card(self, text: str = CRANE) -> discord.Message:
        """Let alice say something known; return the card that follows."""
        await self.alice.send(self.channel, text)
        (card,) = self.cards()
        return card

    def sent(self) -> list[dict[str, Any]]:
        """Return the bodies of all messages that the bot has posted publicly."""
        return [
            seen.json for seen in self.env.http_requests if seen.method == "POST" and seen.path.endswith("/messages")
        ]

    def reactions(self) -> list[str]:
        """Return the paths of the reactions that the bot has added."""
        return [seen.path for seen in self.env.http_requests if seen.method == "PUT" and "/reactions/" in seen.path]


def typed_commands(text: str) -> str:
    """Return a text with mentions of commands as they are typed."""
    return re.sub(r"</([^:>]+):\d+>(?:（[^）]*）)?", r"/\1", text)


def text_of(shown) -> str:
    """Return all text of a message or an answer, whether plain or in components; fails where nothing was answered."""
    if hasattr(shown, "acknowledged"):
        assert shown.acknowledged, "the bot never answered"
        assert shown.ephemeral, "the answer was not private"
        answers = [shown.response, *shown.followups]
        return "\n".join(text_of(answer.message) for answer in answers if answer is not None)
    return "\n".join([shown.content, *(_texts(shown.components))]).strip()


def letters(member):
    """Return what the bot has written to a member directly."""
    return [message for message in member.user.dm_channel.history() if message.author.bot]


def labels_of(message: discord.Message) -> list[str]:
    """Return the labels of all buttons of a message."""
    return [item.label for item in _walk(message.components) if isinstance(item, discord.Button)]


def prefilled(form) -> dict[str, Any]:
    """Return what stands in the fields of a form as it opens: texts, and lists of what is chosen."""
    fields = [label["component"] for label in form.modal["components"]]
    return {field["custom_id"]: field.get("value") or _chosen(field) for field in fields}


async def hand_in(person, form, **changed):
    """Hand a form in as a client does: with what stands in its fields, but for those that are changed."""
    filled = {name: value for name, value in prefilled(form).items() if value}
    return await person.submit_modal(form, filled | changed)


def shown_by(done) -> discord.Message:
    """Return the message that answers an interaction."""
    return (done.response or done.followups[0]).message


def _chosen(field: dict[str, Any]) -> list[str]:
    return [option["value"] for option in field.get("options", ()) if option.get("default")]


def _texts(components) -> list[str]:
    return [item.content for item in _walk(components) if isinstance(item, discord.TextDisplay)]


def _walk(components):
    for component in components:
        yield component
        yield from _walk(getattr(component, "children", []))
