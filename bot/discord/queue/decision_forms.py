"""The forms that decide on an item of the queue: a new claim, a wording or a point, filled in with what it proposes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from discord import ui

from bot.discord.cards import escape, shorten
from bot.discord.editor.claim_forms import languages_of, similar_lines
from bot.discord.editor.entries import date_line
from bot.discord.editor.heard import read_strength
from bot.discord.editor.screen import done, draw_claim, read_screen
from bot.discord.forms import LONGEST_FIELD, Form, FormField, FormName, choice, line, long
from bot.discord.lookup import ClaimLookup
from bot.discord.queue.command import QueueCommand
from bot.discord.queue.deciding import Decision, near_claims, open_item, words_of, write_decision
from bot.discord.routes import Request
from bot.texts import Texts, msgid
from bot.wording import field_name, value_text
from claims.fields import LINE
from claims.moderation.edits import KINDS, ROLES, EditPoint, EditTexts
from claims.moderation.first_draft import FirstDraft
from claims.moderation.queue import Item
from claims.moderation.rights import Act
from config.languages import ByLanguage, by_field, typed_texts, written_language

# A number of the queue, and the kind of items that the moderator goes through.
_ITEM = r"\d{1,19}\|[a-z]+"
_LONGEST = 120
_MOST_TOLD = 3


class NewClaimForm:
    """About an item's number, and the kind of items that the moderator goes through."""

    kind = "qclaim"
    act: Act = "queue.decide"
    about = _ITEM

    async def open(self, request: Request, about: tuple[str, ...]) -> Form:
        """Return the form with what the item says, and today's date."""
        texts, item = request.texts, await open_item(request, int(about[0]))
        words = (await words_of(request, item, texts))[:LONGEST_FIELD]
        kinds = {kind: value_text("kind", kind, texts) for kind in KINDS}
        today = request.touchstone.base.clock().date().isoformat()
        fields = (
            *(
                FormField(name, field_name(name, texts), _title(item, code), most=LINE)
                for code, name in by_field("title", languages_of(texts, 2)).items()
            ),
            FormField("kind", field_name("kind", texts), KINDS[0], options=kinds, required=True),
            FormField("as_of", field_name("as_of", texts), today, required=True, most=10),
            FormField("text", texts("First wording"), words, one_line(texts), long=True, required=True),
        )
        return Form(FormName(self.kind, about), texts("Open as new claim"), fields)

    async def submit(self, request: Request, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Begin the draft, and return its screen."""
        texts, item = request.texts, await open_item(request, int(name.about[0]))
        title = typed_texts(typed, "title")
        new = EditTexts(title, typed["kind"], typed["as_of"])
        open_claim, actor = request.moderation.decisions.open_claim, request.actor
        claim, _ = await request.do(open_claim, actor, item.id, new, typed["text"])
        said = texts("The draft is there: {claim}", claim=escape(texts.pick(ByLanguage(title))))
        return draw_claim(await read_screen(request, claim), texts, [done(said)])


def _title(item: Item, language: str) -> str:
    """Return the title that is proposed, else the proposed text where it is in the language."""
    text = str(item.payload.get("text") or "")
    return ByLanguage(item.payload.get("title"))[language] or (text if written_language(text) == language else "")


_TITLES = {"word": msgid("Accept as wording"), "never": msgid("Never match")}


class WordingForm:
    """About an item's number, what becomes of its words, and the kind of items that the moderator goes through."""

    kind = "qword"
    act: Act = "queue.decide"
    about = r"\d{1,19}\|(word|never)\|[a-z]+"

    def __init__(self, lookup: ClaimLookup, queue: QueueCommand) -> None:
        self._lookup = lookup
        self._queue = queue

    async def open(self, request: Request, about: tuple[str, ...]) -> Form:
        """Return the form with the words as they are, so that they can be shortened."""
        number, decision, _ = about
        texts, item = request.texts, await open_item(request, int(number))
        words = (await words_of(request, item, texts))[:LONGEST_FIELD]
        hint = texts("Its id, or words that only its title has.")
        fields = (
            FormField("text", field_name("text", texts), words, one_line(texts), long=True, required=True),
            FormField("claim", field_name("claim", texts), item.claim or "", hint, required=True, most=LINE),
        )
        return Form(FormName(self.kind, about), texts(_TITLES[decision]), fields)

    async def submit(self, request: Request, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Decide, and return the next item."""
        number, decision, kind = name.about
        texts, item = request.texts, await open_item(request, int(number))
        claim = await self._lookup.meant(request, typed["claim"])
        said = await write_decision(request, cast("Decision", decision), item, claim.id, texts, typed["text"])
        return await self._queue.draw_next(request, item.id, kind, [said])


class CandidateForm:
    """About an item's number, and the kind of items that the moderator goes through."""

    kind = "qcand"
    act: Act = "queue.decide"
    about = _ITEM

    async def open(self, request: Request, about: tuple[str, ...]) -> Form:
        """Return the form with all that the document gives; where it has no date, the date is asked for."""
        texts, draft = request.texts, await _draft(request, await open_item(request, int(about[0])))
        fields = (
            line("title", ByLanguage(draft.texts.title).first(), texts, required=True),
            choice("kind", draft.texts.kind or KINDS[0], KINDS, texts) if draft.point.date else date_line("", texts),
            long("texts", draft.wordings, texts, texts("One text a line, in any language."), required=True),
            _text(draft.point, texts),
            _citations(draft.point.citations or "", texts),
        )
        return Form(FormName(self.kind, about), texts("Open as new claim"), fields)

    async def submit(self, request: Request, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Begin the draft with all of it, and return its screen, which says what is heard and has the button."""
        texts, number = request.texts, int(name.about[0])
        moderation, actor = request.moderation, request.actor
        draft = _filled(await _draft(request, await open_item(request, number)), typed)
        draft = await request.do(moderation.first_drafts.with_figures, draft)
        claim, _ = await request.do(moderation.decisions.open_claim, actor, number, draft)
        remarks = [done(texts("The draft is there: {claim}", claim=escape(typed["title"])))]
        remarks += await _heard_lines(request, claim)
        remarks += await similar_lines(request, claim, [typed["title"]])
        return draw_claim(await read_screen(request, claim), texts, remarks)


class FurtherPointForm:
    """About an item's number, and the kind of items that the moderator goes through."""

    kind = "qpoint"
    act: Act = "queue.decide"
    about = _ITEM

    def __init__(self, lookup: ClaimLookup, queue: QueueCommand) -> None:
        self._lookup = lookup
        self._queue = queue

    async def open(self, request: Request, about: tuple[str, ...]) -> Form:
        """Return the form with the sentence and its place, for the claim that comes nearest."""
        texts, item = request.texts, await open_item(request, int(about[0]))
        point = (await _draft(request, item)).point
        near = next(iter(near_claims(item)), item.claim or "")
        fields = (
            line("claim", near, texts, texts("Its id, or words that only its title has."), required=True),
            choice("role", point.role or "context", ROLES, texts),
            _text(point, texts),
            date_line(point.date or "", texts),
            _citations(point.citations or "", texts),
        )
        return Form(FormName(self.kind, about), texts("New point"), fields)

    async def submit(self, request: Request, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Add it, and return the next item."""
        number, kind = name.about
        texts, item = request.texts, await open_item(request, int(number))
        claim = await self._lookup.meant(request, typed["claim"])
        point = _pointed((await _draft(request, item)).point, typed)
        accept = request.moderation.decisions.accept_point
        await request.do(accept, request.actor, item.id, claim.id, replace(point, role=typed["role"]))
        said = done(texts("Taken as a point of: {claim}", claim=escape(shorten(texts.pick(claim.title), _LONGEST))))
        return await self._queue.draw_next(request, item.id, kind, [said])


def one_line(texts: Texts) -> str:
    """Return the hint of a field that becomes a wording."""
    return texts("One line of at most {most} characters.", most=LINE)


async def _draft(request: Request, item: Item) -> FirstDraft:
    return await request.do(request.moderation.first_drafts.of, request.actor, item)


def _filled(draft: FirstDraft, typed: Mapping[str, str]) -> FirstDraft:
    """Return the draft with what was typed; what the form does not show stays as the document gives it."""
    title = {**draft.texts.title, written_language(typed["title"]): typed["title"]}
    texts = replace(draft.texts, title=title, kind=typed.get("kind", draft.texts.kind))
    return replace(draft, texts=texts, wordings=typed["texts"], point=_pointed(draft.point, typed))


def _pointed(point: EditPoint, typed: Mapping[str, str]) -> EditPoint:
    text = {written_language(typed["text"]): typed["text"]}
    return replace(point, text=text, citations=typed["citations"], date=typed.get("date", point.date))


async def _heard_lines(request: Request, claim_id: str) -> list[str]:
    """Say whether each wording is answered, said word for word."""
    texts, (_, strength, _) = request.texts, await read_strength(request, claim_id)
    if not strength.unheard:
        return [done(texts("Heard: each of its wordings is answered, said word for word. One click publishes it."))]
    return [
        texts("⚠ “{text}” is not answered, said word for word.", text=escape(shorten(text, _LONGEST)))
        for text in strength.unheard[:_MOST_TOLD]
    ]


def _text(point: EditPoint, texts: Texts) -> FormField:
    words = ByLanguage(point.text).first()
    return long("text", words, texts, texts("What is documented for or against it."), required=True)


def _citations(value: str, texts: Texts) -> FormField:
    hint = texts("One a line: a source, and some words of the sentence that is meant.")
    return long("citations", value, texts, hint)
