"""What people ask with commands, clicks and forms; and which part answers a click.

Each kind of button and menu is declared once as a route: who draws it names the route, who answers registers it. A
click is understood from the custom id alone, so that buttons of old messages work after any restart. All answers are
private: only the person who asked can see them.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from string import Formatter
from typing import Any, Literal, ParamSpec, Self, TypeVar, cast

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.discord.bot import BotInteraction, language_of, roles_of
from bot.discord.errors import FAILED_REQUEST, describe
from bot.service import Touchstone
from bot.texts import Texts, msgid
from claims.moderation.moderation import Moderation
from claims.moderation.rights import NO_SERVER, Act, Actor
from config.errors import NotAllowedError, UnknownEntryError

_log = logging.getLogger(__name__)

CommandT = TypeVar("CommandT")
Given = ParamSpec("Given")
Result = TypeVar("Result")

PREFIX = "ts:"
UNREADABLE = msgid("This button or menu is no longer known. Use the command again that has shown it.")
# Of ids, and of the options of menus, as Discord takes them.
LONGEST_ID = 100
LONGEST_OPTION = 100
_LARGEST = 2**63 - 1
# What a part of a template may say behind its colon, beside a pattern of its own: a number as databases and Discord
# have them, a page (one before the first is drawn, disabled), the rest of the id, the rest where there must be one.
_KINDS = {"": "[^:]+", "number": r"\d{1,19}", "page": r"-?\d{1,6}", "rest": ".*", "some": ".+"}


def fits(written: str) -> bool:
    """Tell whether a number that an id names is one that a database can hold; what is no number fits."""
    return not written.isdecimal() or int(written) <= _LARGEST


def number_in(written: str) -> int:
    """Return a number as databases and Discord have them; raises UnknownEntryError."""
    if not re.fullmatch(_KINDS["number"], written, re.ASCII) or not fits(written):
        raise UnknownEntryError(UNREADABLE)
    return int(written)


Way = Literal["in place", "below", "itself"]


@dataclass(frozen=True, slots=True)
class Route:
    """One kind of button or menu.

    Args:
        template: the custom id, with a `{name:kind}` for each part that differs (`_KINDS`, else a pattern).
        act: the right that is asked for before the handler is; None where everybody may, or the handler decides.
        way: where the answer comes: in place of what stands there, or below it; "itself" leaves it to the handler.
    """

    template: str
    act: Act | None = None
    way: Way = "in place"
    _parts: tuple[tuple[str, str | None, str], ...] = field(init=False, repr=False, compare=False)
    _pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parts = tuple((text, name, kind or "") for text, name, kind, _ in Formatter().parse(self.template))
        written = "".join(
            re.escape(text) + (f"(?P<{name}>{_KINDS.get(kind, kind)})" if name else "") for text, name, kind in parts
        )
        object.__setattr__(self, "_parts", parts)
        object.__setattr__(self, "_pattern", re.compile(written, re.ASCII))

    def id(self, **parts: str | int) -> str:
        """Return the custom id with these parts; raises ValueError where it would not be read again."""
        written = "".join(text + (str(parts[name]) if name else "") for text, name, _ in self._parts)
        if len(written) > LONGEST_ID or self.read(written) is None:
            raise ValueError(f"{written!r} is no id of {self.template!r}")
        return written

    def read(self, custom_id: str) -> Mapping[str, str] | None:
        """Return the parts of an id; None where it is another route's, or says what no database can hold."""
        found = self._pattern.fullmatch(custom_id)
        if found is None:
            return None
        parts = found.groupdict()
        numbers = [parts[name] for _, name, kind in self._parts if name and kind == "number"]
        return parts if all(map(fits, numbers)) else None

    def button(
        self,
        label: str,
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
        *,
        disabled: bool = False,
        **parts: str | int,
    ) -> ui.Button[Any]:
        """Return the button with these parts in its id."""
        return ui.Button(label=label, style=style, disabled=disabled, custom_id=self.id(**parts))

    def menu(
        self,
        options: Sequence[discord.SelectOption],
        placeholder: str | None = None,
        *,
        least: int = 1,
        most: int = 1,
        **parts: str | int,
    ) -> ui.Select[Any]:
        """Return the menu with these parts in its id."""
        return ui.Select(
            custom_id=self.id(**parts),
            options=list(options),
            placeholder=placeholder,
            min_values=least,
            max_values=most,
        )


def page_buttons(route: Route, page: int, pages: int, texts: Texts, **parts: str | int) -> list[ui.Button[Any]]:
    """Return the ways to the pages before and after, of pages that count from 0."""
    return [
        ui.Button(label=texts("Back"), disabled=page == 0, custom_id=route.id(page=page - 1, **parts)),
        ui.Button(label=texts("Next"), disabled=page + 1 >= pages, custom_id=route.id(page=page + 1, **parts)),
    ]


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
            raise NotAllowedError(NO_SERVER)
        return self.interaction.channel_id

    @property
    def guild(self) -> discord.Guild:
        """The server as Discord knows it; raises NotAllowedError in a direct message."""
        if self.interaction.guild is None:
            raise NotAllowedError(NO_SERVER)
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


@dataclass(frozen=True, slots=True)
class Click(Request):
    """A press of a button, or what was chosen in a menu: the parts of the id, and the values."""

    parts: Mapping[str, str]
    values: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> str:
        return self.parts[name]

    def number(self, name: str) -> int:
        """Return a part that is a number or a page."""
        return int(self.parts[name])

    @property
    def value(self) -> str:
        """The one value that was chosen."""
        if len(self.values) != 1:
            raise UnknownEntryError(UNREADABLE)
        return self.values[0]

    @property
    def chosen(self) -> int:
        """The one number that was chosen."""
        return number_in(self.value)

    @property
    def all_chosen(self) -> tuple[int, ...]:
        """All numbers that were chosen."""
        return tuple(map(number_in, self.values))

    def one_of(self, known: Iterable[str]) -> str:
        """Return the one value that was chosen, which is one of those that the menu has."""
        if self.value not in known:
            raise UnknownEntryError(UNREADABLE)
        return self.value

    @property
    def chosen_before(self) -> frozenset[str]:
        """The values that stood chosen in the menu as it was shown, which the base may contradict by now."""
        message, data = self.interaction.message, cast("Any", self.interaction.data or {})
        return frozenset(_chosen_in(message.components if message else (), str(data.get("custom_id"))))

    @property
    def message(self) -> int:
        """The id of the message that the button is on."""
        if self.interaction.message is None:
            raise RuntimeError("a button without a message")
        return self.interaction.message.id


def _chosen_in(parts: Sequence[Any], menu: str) -> Iterator[str]:
    """Yield the values that stand chosen in a menu, in whichever part of a message it stands."""
    for part in parts:
        if isinstance(part, discord.SelectMenu) and part.custom_id == menu:
            yield from (option.value for option in part.options if option.default)
            yield from (str(each.id) for each in part.default_values)
        yield from _chosen_in(getattr(part, "children", ()), menu)


Handler = Callable[[Click], Awaitable[None]]


async def answer_failure(interaction: BotInteraction, error: BaseException) -> None:
    """Tell the person, privately, what went wrong; never raises because of Discord."""
    request = Request(interaction)
    sentence = describe(error, request.texts, _asked(interaction))
    if interaction.type is discord.InteractionType.autocomplete:
        return
    try:
        await request.respond(sentence)
    except FAILED_REQUEST as refused:
        _log.info("A failure could not be told to the person who asked: %s", refused)


def _asked(interaction: BotInteraction) -> str:
    """Name the command or the button, for the log."""
    if interaction.command is not None:
        return f"/{interaction.command.qualified_name}"
    data: Any = interaction.data or {}
    return f"button {data.get('custom_id', '?')}"


class Router(commands.Cog):
    """Leads each click to the part that answers it, and asks for the right before.

    It listens to clicks itself: what discord.py knows of buttons is forgotten at a restart.
    """

    def __init__(self) -> None:
        self._handlers: dict[Route, Handler] = {}

    @property
    def routes(self) -> tuple[Route, ...]:
        """All routes that are answered."""
        return tuple(self._handlers)

    def answer(self, route: Route, handler: Handler) -> None:
        """Let clicks of this kind go to the handler; called before the bot connects."""
        self._handlers[route] = handler

    @commands.Cog.listener()
    async def on_interaction(self, interaction: BotInteraction) -> None:
        """Answer a click on a button or menu of ours."""
        data: Any = interaction.data or {}
        is_click = interaction.type is discord.InteractionType.component
        if not is_click or not data["custom_id"].startswith(PREFIX):
            return
        try:
            await self._answer(interaction, data["custom_id"], tuple(data.get("values", ())))
        except Exception as error:  # noqa: BLE001  this is the outermost frame of a click
            await answer_failure(interaction, error)

    async def _answer(self, interaction: BotInteraction, custom_id: str, values: tuple[str, ...]) -> None:
        read = ((route, parts) for route in self._handlers if (parts := route.read(custom_id)) is not None)
        route, parts = next(read, (None, {}))
        if route is None:
            raise UnknownEntryError(UNREADABLE)
        click = Click(interaction, parts, values)
        if route.way == "in place":
            await interaction.response.defer()
        elif route.way == "below":
            await interaction.response.defer(ephemeral=True, thinking=True)
        if route.act is not None:
            await click.require(route.act)
        await self._handlers[route](click)
