"""The smallest form there can be: the two titles of a claim."""

import asyncio

from discord import app_commands

from bot.discord.cards import draw_lines
from bot.discord.forms.form import Form, FormField, FormName
from bot.discord.forms.forms import OpenFormButton
from bot.discord.person import actor_of, respond, texts_for
from claims.moderation.edits import EditTexts

KIND = "title"


class TitleForm:
    """Writes through the editor, as all forms do."""

    kind = KIND

    def __init__(self, bot) -> None:
        self.bot = bot

    async def open(self, interaction, about) -> Form:
        claim = await asyncio.to_thread(self.bot.touchstone.base.claim, about[0], interaction.guild_id)
        fields = (FormField("title_en", "Title", claim.title_en), FormField("title_zh", "标题", claim.title_zh))
        return Form(FormName(KIND, about, claim.version_tag), "Titles", fields)

    async def submit(self, interaction, name, typed):
        editor = self.bot.touchstone.moderation.editor
        edit = EditTexts(**typed)
        done = await asyncio.to_thread(editor.edit, actor_of(interaction), name.about[0], name.edition or None, edit)
        return draw_lines([f"Written: {done.claim.title_en}"], texts_for(interaction))


def with_title_form(bot):
    """Give a bot the form, and a command that shows its button."""

    async def title(interaction, claim: str) -> None:
        button = OpenFormButton.of(FormName(KIND, (claim,)), "Open")
        await respond(interaction, draw_lines(["Here:"], texts_for(interaction), [button]))

    bot.forms.add(TitleForm(bot))
    bot.tree.add_command(app_commands.Command(name="title", description="Open the form", callback=title))
    return bot
