"""How members propose claims: `/claims propose`, and the message menu "Propose as claim"."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str

from bot.discord.bot import BotInteraction
from bot.discord.browse import title_of
from bot.discord.cards import draw_lines
from bot.discord.editor.screen import draw_desk, read_sight
from bot.discord.forms.form import LONGEST_FIELD, Form, FormField, FormName
from bot.discord.items import Joining, Subcommand
from bot.discord.markdown import escape
from bot.discord.person import actor_of, texts_for
from bot.discord.queue.deciding import Decision, claim_meant, read_message, words_of, write_decision
from bot.texts import Texts, msgid
from bot.wording import field_name, value_text
from claims.fields import LINE, language_of_wording
from claims.moderation.edits import KINDS, EditTexts
from claims.moderation.queue import Item
from config.errors import NotAllowedError, UnknownClaimError

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot


class ProposeForm:
    """About a claim, or about a channel and a message in it, or about nothing yet."""

    kind = "prop"

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    async def open(self, interaction: BotInteraction, about: tuple[str, ...]) -> Form:
        """Return the form; the text of a message stands in it whole, so that the member can shorten it."""
        texts = texts_for(interaction)
        if interaction.guild_id is None:
            raise NotAllowedError("This works in a server only.")
        words = await _words(interaction, about)
        hint = texts("One line of at most {most} characters.", most=LINE)
        fields = (
            FormField("text", texts("What is claimed"), words, hint, long=True, required=True),
            FormField("note", field_name("note", texts), "", texts("For the moderators, if you like."), most=LINE),
        )
        title = texts("Propose a wording") if len(about) == 1 and about[0] else texts("Propose a claim")
        return Form(FormName(self.kind, about), title, fields)

    async def submit(self, interaction: BotInteraction, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Put the proposal into the queue, and say that it waits."""
        actor, texts, about = actor_of(interaction), texts_for(interaction), name.about
        place = (int(about[0]), int(about[1])) if is_message(about) else None
        claim = None if place else about[0] or None
        propose = self.bot.touchstone.moderation.queue.propose
        is_new = await asyncio.to_thread(propose, actor, typed["text"], claim, place, typed["note"])
        told = (
            texts("Thank you. It waits for the moderators of this server.")
            if is_new
            else texts("The same proposal waits already, or the moderators have decided on it.")
        )
        return draw_lines([told], texts)


def is_message(about: tuple[str, ...]) -> bool:
    """Tell whether a proposal is about a message: channel and message."""
    return len(about) > 1


async def _words(interaction: BotInteraction, about: tuple[str, ...]) -> str:
    """Return the text of the message; Discord hands it over with the menu, later it is fetched."""
    if not is_message(about):
        return ""
    data: Any = interaction.data or {}
    handed = data.get("resolved", {}).get("messages", {}).get(about[1])
    if handed is not None:
        return str(handed.get("content") or "")[:LONGEST_FIELD]
    try:
        return (await read_message(interaction, int(about[0]), int(about[1])))[:LONGEST_FIELD]
    except discord.HTTPException:
        # Without the message the member can still type.
        return ""


class NewClaimForm:
    """About an item's number, and the kind of items that the moderator goes through."""

    kind = "qclaim"

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    async def open(self, interaction: BotInteraction, about: tuple[str, ...]) -> Form:
        """Return the form with what the item says, and today's date."""
        texts, moderation = texts_for(interaction), self.bot.touchstone.moderation
        item = await asyncio.to_thread(moderation.decisions.item, actor_of(interaction), int(about[0]))
        words = await words_of(interaction, item, texts)
        kinds = {kind: value_text("kind", kind, texts) for kind in KINDS}
        today = self.bot.touchstone.base.clock().date().isoformat()
        fields = (
            FormField("title_en", field_name("title_en", texts), _title(item, "en"), most=LINE),
            FormField("title_zh", field_name("title_zh", texts), _title(item, "zh"), most=LINE),
            FormField("kind", field_name("kind", texts), KINDS[0], options=kinds, required=True),
            FormField("as_of", field_name("as_of", texts), today, required=True, most=10),
            FormField("text", texts("First wording"), words, _hint(texts), long=True, required=True),
        )
        return Form(FormName(self.kind, about), texts("Open as new claim"), fields)

    async def submit(self, interaction: BotInteraction, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Begin the draft, and return its desk."""
        number = name.about[0]
        texts, decisions = texts_for(interaction), self.bot.touchstone.moderation.decisions
        new = EditTexts(typed["title_en"], typed["title_zh"], typed["kind"], typed["as_of"])
        open_claim, actor = decisions.open_claim, actor_of(interaction)
        claim, _ = await asyncio.to_thread(open_claim, actor, int(number), new, typed["text"])
        said = texts("The draft is there: {claim}", claim=escape(texts.pick(typed["title_en"], typed["title_zh"])))
        return draw_desk(await read_sight(interaction, claim), texts, [f"✓ {said}"])


def _title(item: Item, language: str) -> str:
    """Return the title that is proposed, else the proposed text where it is in the language."""
    title, text = (str(item.payload.get(name) or "") for name in (f"title_{language}", "text"))
    return title or (text if language_of_wording(text) == language else "")


def _hint(texts: Texts) -> str:
    return texts("One line of at most {most} characters.", most=LINE)


_TITLES = {"word": msgid("Accept as wording"), "never": msgid("Never match")}


class WordingForm:
    """About an item's number, what becomes of its words, and the kind of items that the moderator goes through."""

    kind = "qword"

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    async def open(self, interaction: BotInteraction, about: tuple[str, ...]) -> Form:
        """Return the form with the words as they are, so that they can be shortened."""
        number, deed, _ = about
        texts, item = texts_for(interaction), await self._item(interaction, number)
        words = await words_of(interaction, item, texts)
        hint = texts("One line of at most {most} characters.", most=LINE)
        fields = (
            FormField("text", field_name("text", texts), words, hint, long=True, required=True),
            FormField(
                "claim", field_name("claim", texts), item.claim or "", _claim_hint(texts), required=True, most=LINE
            ),
        )
        return Form(FormName(self.kind, about), texts(_TITLES[deed]), fields)

    async def submit(self, interaction: BotInteraction, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Decide, and return the next item."""
        number, deed, kind = name.about
        texts, item = texts_for(interaction), await self._item(interaction, number)
        claim = await claim_meant(interaction, typed["claim"])
        decision = cast("Decision", deed)
        done = await write_decision(interaction, decision, item, claim.id, texts, typed["text"])
        return await self.bot.queue.draw_next(interaction, item.id, kind, [done])

    async def _item(self, interaction: BotInteraction, number: str) -> Item:
        find = self.bot.touchstone.moderation.decisions.item
        return await asyncio.to_thread(find, actor_of(interaction), int(number))


def _claim_hint(texts: Texts) -> str:
    return texts("Its id, or words that only its title has.")


# Discord shows no more suggestions than this.
_MOST = 25


class Proposing(Joining):
    """Opens the form; what is handed in waits for the moderators."""

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot
        menu = app_commands.ContextMenu(name=locale_str(msgid("Propose as claim")), callback=self.propose_message)
        self.menu = app_commands.guild_only(menu)
        command: Subcommand = app_commands.Command(
            name=locale_str(msgid("propose")),
            description=locale_str(msgid("Propose a claim, or one more wording of a claim")),
            callback=self.propose,
        )
        self.join(bot.browse, (command,), (self.menu,))

    async def cog_load(self) -> None:
        """Add the forms of the queue too."""
        self.bot.forms.add(ProposeForm(self.bot), WordingForm(self.bot), NewClaimForm(self.bot))
        await super().cog_load()

    async def _complete(self, interaction: BotInteraction, typed: str) -> list[app_commands.Choice[str]]:
        texts, titles = texts_for(interaction), await self.bot.browse.titles(interaction.guild_id)
        return [app_commands.Choice(name=title_of(each, texts), value=each.id) for each in titles.find(typed, _MOST)]

    @app_commands.rename(claim=locale_str(msgid("claim")))
    @app_commands.describe(claim=locale_str(msgid("The claim that it is a wording of; without one, a new claim")))
    @app_commands.autocomplete(claim=_complete)
    async def propose(self, interaction: BotInteraction, claim: str | None = None) -> None:
        """Open the form, for a claim where one is named."""
        meant = await claim_meant(interaction, claim) if claim else None
        if meant is not None and meant.status != "published":
            raise UnknownClaimError(meant.id)
        await self.bot.forms.open(interaction, FormName(ProposeForm.kind, (meant.id if meant else "",)))

    async def propose_message(self, interaction: BotInteraction, message: discord.Message) -> None:
        """Open the form with the text of the message."""
        about = (str(message.channel.id), str(message.id))
        await self.bot.forms.open(interaction, FormName(ProposeForm.kind, about))
