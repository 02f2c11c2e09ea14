"""The smallest form there can be: the two titles of a claim."""

from discord import app_commands

from bot.discord.cards import draw_lines
from bot.discord.forms import Form, FormField, FormName, Forms, form_button
from bot.discord.routes import Request
from claims.moderation.edits import EditTexts
from config.languages import typed_texts

KIND = "title"


class TitleForm:
    """Writes through the editor, as all forms do."""

    kind = KIND
    act = "claim.edit"
    about = r"[^|]+"

    async def open(self, request, about) -> Form:
        claim = await request.do(request.touchstone.base.claim, about[0], request.server)
        fields = (FormField("title_en", "Title", claim.title["en"]), FormField("title_zh", "标题", claim.title["zh"]))
        return Form(FormName(KIND, about, claim.version_tag), "Titles", fields)

    async def submit(self, request, name, typed):
        editor = request.moderation.editor
        edit = EditTexts(typed_texts(typed, "title"))
        done = await request.do(editor.edit, request.actor, name.about[0], name.version_tag or None, edit)
        return draw_lines([f"Written: {done.claim.title['en']}"], request.texts)


def with_title_form(bot):
    """Give a bot the form, and a command that shows its button."""

    async def title(interaction, claim: str) -> None:
        request, button = Request(interaction), form_button(FormName(KIND, (claim,)), "Open")
        await request.respond(draw_lines(["Here:"], request.texts, [button]))

    next(part for part in bot.parts if isinstance(part, Forms)).add(TitleForm())
    bot.tree.add_command(app_commands.Command(name="title", description="Open the form", callback=title))
    return bot
