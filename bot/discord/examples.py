"""`/touchstone examples`: the server's own evaluation set, to look through, to delete from, and as a file."""

import asyncio
import io
import logging
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str

from bot.discord.bot import BotInteraction
from bot.discord.browse import title_of
from bot.discord.cards import draw_lines, layout
from bot.discord.items import Joining, Lasting, Subcommand, label_of
from bot.discord.markdown import escape, quote, shorten
from bot.discord.person import actor_of, chosen_language, language_of, respond, texts_for
from bot.discord.queue.deciding import claim_meant, claims_named, fetch_message
from bot.import_plan import examples_file
from bot.texts import Texts, msgid
from claims.moderation.examples import ExampleRecord, KeptMessage
from claims.moderation.rights import Actor
from claims.record import ClaimRecord
from config.errors import NotAllowedError, UnknownEntryError

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot


class ForgetExampleButton(
    Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:example:forget:(?P<server>\d+):(?P<number>\d+)"
):
    """Deletes an example of a server, also from a direct message, where the author is a plain member of it."""

    def __init__(self, server: int, number: int, label: str) -> None:
        custom_id = f"ts:example:forget:{server}:{number}"
        super().__init__(ui.Button(label=label, custom_id=custom_id, style=discord.ButtonStyle.danger))
        self.server = server
        self.number = number

    @classmethod
    def of(cls, server: int, number: int, texts: Texts) -> Self:
        """Return the button for an example in a language."""
        return cls(server, number, texts("Delete it"))

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read server and number from the id of a button that was sent earlier."""
        return cls(int(match["server"]), int(match["number"]), label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Delete the example, and take its words out of the message that the button is on."""
        await interaction.response.defer()
        is_here = interaction.guild_id == self.server
        actor = actor_of(interaction) if is_here else Actor(interaction.user.id, self.server)
        texts = texts_for(interaction)
        line = texts("Deleted: the message is no longer kept.")
        try:
            await asyncio.to_thread(interaction.client.touchstone.moderation.examples.delete, actor, self.number)
        except UnknownEntryError:
            line = texts("The message is not kept any more.")
        await interaction.edit_original_response(view=draw_lines([line], texts))


_log = logging.getLogger(__name__)
_MOST_SHOWN = 600


async def tell_author(
    interaction: BotInteraction, message: discord.Message, kept: KeptMessage, number: int, title: str
) -> bool:
    """Tell the author what was kept and how to delete it; False where Discord lets no word through."""
    server = interaction.guild_id or 0
    settings = await asyncio.to_thread(interaction.client.touchstone.servers.settings, server)
    spoken = language_of(interaction.guild_locale) if interaction.guild_locale else "en"
    texts = interaction.client.texts(
        chosen_language(settings.language, interaction.client.settings.language, otherwise=spoken)
    )
    lines = _lines(interaction, message, kept, title, texts)
    button = ForgetExampleButton.of(server, number, texts)
    try:
        await message.author.send(view=draw_lines(lines, texts, [button]))
    except discord.HTTPException as closed:
        _log.info("The author of an example cannot be reached directly: %s", closed)
    else:
        return True
    try:
        await message.reply(view=draw_lines(lines, texts, [button]), mention_author=False)
    except discord.HTTPException as refusal:
        _log.info("The author of an example cannot be told in its channel: %s", refusal)
        return False
    return True


def _lines(
    interaction: BotInteraction, message: discord.Message, kept: KeptMessage, title: str, texts: Texts
) -> list[str]:
    place = escape(interaction.guild.name) if interaction.guild else ""
    head = texts(
        "A moderator of {server} has kept a message of yours to try me on: {link}", server=place, link=message.jump_url
    )
    if not kept.claim:
        label = texts("It is kept as a message that makes none of the claims I know.")
    elif kept.makes_claim:
        label = texts("It is kept as a message that makes the claim “{claim}”.", claim=escape(title))
    else:
        label = texts("It is kept as a message that does not make the claim “{claim}”.", claim=escape(title))
    end = texts("Only the moderators of that server see it. You can delete it here at any time, or with /forget-me.")
    return [head, quote(shorten(kept.text, _MOST_SHOWN)), label, end]


async def require_moderator(interaction: BotInteraction) -> Actor:
    """Return the person, a moderator of the server at this moment; raises NotAllowedError."""
    actor = actor_of(interaction)
    await asyncio.to_thread(interaction.client.touchstone.moderation.rights.permit, actor, "example.keep")
    return actor


async def keep_message(interaction: BotInteraction, message: discord.Message, claim: str, *, makes: bool) -> None:
    """Keep the message and tell its author; where no word reaches the author, nothing is kept.

    Answers a deferred interaction. Raises NotAllowedError, InvalidEditError and UnknownClaimError.
    """
    if message.author.bot or message.webhook_id:
        raise NotAllowedError("Only messages of members can be kept.")
    texts, touchstone, actor = texts_for(interaction), interaction.client.touchstone, actor_of(interaction)
    kept = KeptMessage(message.channel.id, message.id, message.author.id, message.content, claim, makes_claim=makes)
    number = await asyncio.to_thread(touchstone.moderation.examples.keep, actor, kept)
    title = await asyncio.to_thread(touchstone.base.claim, claim, actor.server) if claim else None
    named = texts.pick(title.title_en, title.title_zh) if title else ""
    if await tell_author(interaction, message, kept, number, named):
        await respond(interaction, texts("Kept as example {number}. Its author has been told.", number=number))
        return
    await asyncio.to_thread(touchstone.moderation.examples.delete, actor, number)
    await respond(interaction, texts("Not kept: I could not tell its author, neither directly nor in the channel."))


# Two entries a claim and one for none of them: Discord shows 25.
MOST_CLAIMS = 12
_LONGEST = 100
_NONE = "-"


class LabelMenu(
    Lasting, ui.DynamicItem[ui.Select[Any]], template=r"ts:example:label:(?P<channel>\d+):(?P<message>\d+)"
):
    """Keeps a message with the label that is chosen; its words are fetched anew."""

    def __init__(self, select: ui.Select[Any], channel: int, message: int) -> None:
        super().__init__(select)
        self.channel = channel
        self.message = message

    @classmethod
    def of(cls, message: discord.Message, claims: Sequence[ClaimRecord], texts: Texts) -> Self:
        """Return the menu for a message and the claims that it may be about."""
        options = [option for claim in claims[:MOST_CLAIMS] for option in _options(claim, texts)]
        options.append(discord.SelectOption(label=texts("None of the known claims"), value=_NONE))
        custom_id = f"ts:example:label:{message.channel.id}:{message.id}"
        placeholder = texts("What does the message say?")
        return cls(
            ui.Select(custom_id=custom_id, placeholder=placeholder, options=options), message.channel.id, message.id
        )

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Take over the menu of a message that was sent earlier."""
        if not isinstance(item, ui.Select):
            raise TypeError(f"{item} is not a menu")
        return cls(item, int(match["channel"]), int(match["message"]))

    async def press(self, interaction: BotInteraction) -> None:
        """Keep the message."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await require_moderator(interaction)
        message = await fetch_message(interaction, self.channel, self.message)
        label, _, claim = self.item.values[0].partition(":")
        await keep_message(interaction, message, claim, makes=label == "yes")


def _options(claim: ClaimRecord, texts: Texts) -> list[discord.SelectOption]:
    title = texts.pick(claim.title_en, claim.title_zh)
    labels = {"yes": texts("Makes it: {claim}", claim=title), "no": texts("Does not make it: {claim}", claim=title)}
    return [
        discord.SelectOption(label=shorten(text, _LONGEST), value=f"{label}:{claim.id}")
        for label, text in labels.items()
    ]


# Discord shows no more suggestions than this.
_MOST = 25
_LINK = re.compile(r"https://(?:\w+\.)?discord(?:app)?\.com/channels/(\d+)/(\d+)/(\d+)")


class KeepCommand(Joining):
    """Answers moderators privately."""

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot
        menu = app_commands.ContextMenu(name=locale_str(msgid("Keep as example")), callback=self.ask)
        self.menu = app_commands.guild_only(menu)
        command: Subcommand = app_commands.Command(
            name=locale_str(msgid("keep")),
            description=locale_str(msgid("Keep a message as an example, for a claim that you name")),
            callback=self.keep,
        )
        command.autocomplete("claim")(self._complete)
        self.join(bot.manage, (command,), (self.menu,))

    async def ask(self, interaction: BotInteraction, message: discord.Message) -> None:
        """Ask for the label of a message that somebody pointed at; the claims found in it come first."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        actor, texts, touchstone = await require_moderator(interaction), texts_for(interaction), self.bot.touchstone
        finding = await asyncio.to_thread(touchstone.check, message.content, actor.server)
        found = [match.claim for match in finding.matches]
        claims = await asyncio.to_thread(claims_named, touchstone, actor.server, found)
        menu = LabelMenu.of(message, [claims[claim] for claim in found if claim in claims], texts)
        lines = [
            texts("Its author is told at once, and can delete it at any time."),
            texts("-# For another claim: /touchstone keep, with the link of the message."),
        ]
        container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join(lines)))
        container.add_item(ui.ActionRow[Any](menu))
        await respond(interaction, layout(container))

    @app_commands.rename(
        link=locale_str(msgid("message")), claim=locale_str(msgid("claim")), makes=locale_str(msgid("makes_claim"))
    )
    @app_commands.describe(
        link=locale_str(msgid("The link of the message")),
        claim=locale_str(msgid("Part of the claim")),
        makes=locale_str(msgid("Whether the message makes the claim")),
    )
    async def keep(self, interaction: BotInteraction, link: str, claim: str, makes: bool) -> None:
        """Keep the message that a link names."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        actor = await require_moderator(interaction)
        place = _LINK.fullmatch(link.strip())
        if place is None or int(place[1]) != actor.server:
            texts = texts_for(interaction)
            await respond(interaction, texts("That is no link of a message of this server. Copy it from its menu."))
            return
        meant = await claim_meant(interaction, claim)
        message = await fetch_message(interaction, int(place[2]), int(place[3]))
        await keep_message(interaction, message, meant.id, makes=makes)

    async def _complete(self, interaction: BotInteraction, typed: str) -> list[app_commands.Choice[str]]:
        texts, titles = texts_for(interaction), await self.bot.browse.titles(interaction.guild_id)
        return [app_commands.Choice(name=title_of(each, texts), value=each.id) for each in titles.find(typed, _MOST)]


class DeleteExampleButton(
    Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:examples:delete:(?P<number>\d+):(?P<page>\d+)"
):
    """Deletes an example and shows the page again."""

    def __init__(self, number: int, page: int, label: str) -> None:
        custom_id = f"ts:examples:delete:{number}:{page}"
        super().__init__(ui.Button(label=label, custom_id=custom_id, style=discord.ButtonStyle.danger))
        self.number = number
        self.page = page

    @classmethod
    def of(cls, number: int, page: int, texts: Texts) -> Self:
        """Return the button for an example on a page in a language."""
        return cls(number, page, texts("Delete {number}", number=number))

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read number and page from the id of a button that was sent earlier."""
        return cls(int(match["number"]), int(match["page"]), label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Delete it."""
        await interaction.response.defer()
        await interaction.client.examples.delete(interaction, self.number, self.page)


class ExamplesPageButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:examples:page:(?P<page>-?\d+)"):
    """Turns to a page; pages count from 0."""

    def __init__(self, page: int, label: str, *, disabled: bool = False) -> None:
        super().__init__(ui.Button(label=label, custom_id=f"ts:examples:page:{page}", disabled=disabled))
        self.page = page

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the page from the id of a button that was sent earlier."""
        return cls(int(match["page"]), label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Show the page in place of the present one."""
        await interaction.response.defer()
        await interaction.client.examples.show(interaction, self.page)


class ExamplesFileButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:examples:file"):
    """Sends all examples as a file."""

    def __init__(self, label: str) -> None:
        super().__init__(ui.Button(label=label, custom_id="ts:examples:file", style=discord.ButtonStyle.primary))

    @classmethod
    def of(cls, texts: Texts) -> Self:
        """Return the button in a language."""
        return cls(texts("As a file"))

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:  # noqa: ARG003
        """Return the button of a message that was sent earlier."""
        return cls(label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Send the file."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.client.examples.send_file(interaction)


PER_PAGE = 4
# Markup that is escaped may double a text; four of them stay below the 4,000 characters of a card.
_LIST_VIEW_MOST_SHOWN = 300
_TITLE = 120


def draw_examples(
    examples: Sequence[ExampleRecord], page: int, server: int, claims: Mapping[str, ClaimRecord], texts: Texts
) -> ui.LayoutView:
    """Return a page, counted from 0; a page that is no longer there shows the last one."""
    if not examples:
        line = texts("No message is kept. “Keep as example” in the menu of a message keeps one.")
        return layout(ui.Container(ui.TextDisplay(line)))
    pages = -(-len(examples) // PER_PAGE)
    page = max(0, min(page, pages - 1))
    heading = texts.plural("{count} example", "{count} examples", len(examples))
    place = texts("Page {page} of {pages}", page=page + 1, pages=pages)
    container: ui.Container[Any] = ui.Container(ui.TextDisplay(f"### {heading}\n-# {place}"))
    for example in examples[page * PER_PAGE : (page + 1) * PER_PAGE]:
        button = DeleteExampleButton.of(example.id, page, texts)
        container.add_item(ui.Section[Any](_example_text(example, server, claims, texts), accessory=button))
    turns = [
        ExamplesPageButton(page - 1, texts("Back"), disabled=page == 0),
        ExamplesPageButton(page + 1, texts("Next"), disabled=page == pages - 1),
    ]
    return layout(container, [*turns, ExamplesFileButton.of(texts)])


def _example_text(example: ExampleRecord, server: int, claims: Mapping[str, ClaimRecord], texts: Texts) -> str:
    known = claims.get(example.claim)
    title = texts.pick(known.title_en, known.title_zh) if known else example.claim
    claim = escape(shorten(title, _TITLE))
    if not example.claim:
        label = texts("None of the known claims")
    elif example.makes_claim:
        label = texts("Makes it: {claim}", claim=claim)
    else:
        label = texts("Does not make it: {claim}", claim=claim)
    link = f"https://discord.com/channels/{server}/{example.channel}/{example.message}"
    return f"**{example.id}** {label}\n{quote(shorten(example.text, _LIST_VIEW_MOST_SHOWN))}\n-# {link}"


class ExamplesCommand(Joining):
    """Answers moderators privately."""

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot
        command: Subcommand = app_commands.Command(
            name=locale_str(msgid("examples")),
            description=locale_str(msgid("Look through the messages that moderators have kept to try me on")),
            callback=self.examples,
        )
        self.join(bot.manage, (command,))

    async def examples(self, interaction: BotInteraction) -> None:
        """Show the first page."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self.show(interaction, 0)

    async def show(self, interaction: BotInteraction, page: int) -> None:
        """Show a page in place of what a deferred interaction has shown; raises NotAllowedError."""
        actor, touchstone = actor_of(interaction), self.bot.touchstone
        examples = await asyncio.to_thread(touchstone.moderation.examples.examples, actor)
        ids = [example.claim for example in examples]
        claims = await asyncio.to_thread(claims_named, touchstone, actor.server, ids)
        view = draw_examples(examples, page, actor.server or 0, claims, texts_for(interaction))
        await interaction.edit_original_response(view=view)

    async def delete(self, interaction: BotInteraction, number: int, page: int) -> None:
        """Delete an example and show the page again; raises NotAllowedError and UnknownEntryError."""
        actor, examples = actor_of(interaction), self.bot.touchstone.moderation.examples
        await asyncio.to_thread(examples.delete, actor, number)
        await self.show(interaction, page)

    async def send_file(self, interaction: BotInteraction) -> None:
        """Answer a deferred button with all examples as JSON lines; raises NotAllowedError."""
        examples = await asyncio.to_thread(self.bot.touchstone.moderation.examples.examples, actor_of(interaction))
        file = discord.File(io.BytesIO(examples_file(examples).encode()), "examples.jsonl")
        texts = texts_for(interaction)
        line = texts("`touchstone evaluate messages examples.jsonl` measures me on them.")
        await interaction.followup.send(line, file=file, ephemeral=True)
