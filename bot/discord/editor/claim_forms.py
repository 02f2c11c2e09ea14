"""The forms of a claim as a whole: its texts, a new one, its cut-off; and of a new source that points can cite."""

from collections.abc import Iterator, Mapping, Sequence

from discord import ui

from bot.backtest import written
from bot.discord.cards import draw_lines, escape, shorten
from bot.discord.editor.screen import done, done_line, draw_claim, read_screen
from bot.discord.forms import Form, FormField, FormName, choice, line, long
from bot.discord.lookup import ClaimLookup
from bot.discord.routes import Request
from bot.service import Touchstone
from bot.texts import Texts, msgid
from checks.text import language_of
from claims.exchange.plan import NEAR_FROM
from claims.moderation.editor import NewClaim
from claims.moderation.edits import KINDS, EditTexts
from claims.moderation.rights import Act
from claims.moderation.sources import NewSource
from claims.record import ClaimRecord, fingerprint_of
from config.errors import FieldFault, InvalidEditError
from config.languages import CODES, ByLanguage, typed_texts

# Each text takes some milliseconds; whoever adds hundreds at once looks through them before.
_MOST_TEXTS = 40
_MOST_LINES = 5
_LONGEST = 120


async def similar_lines(request: Request, claim_id: str, new: Sequence[str]) -> list[str]:
    """Return a warning for each new text that comes close to another claim, whatever its status; escaped."""
    touchstone, server, texts = request.touchstone, request.server, request.texts
    found = await request.do(lambda: list(_similar(touchstone, server, claim_id, new[:_MOST_TEXTS])))
    return [
        texts(
            "⚠ “{text}” comes close to another claim: {claim}.",
            text=escape(shorten(text, _LONGEST)),
            claim=escape(shorten(texts.pick(title), _LONGEST)),
        )
        for text, title in found[:_MOST_LINES]
    ]


def _similar(
    touchstone: Touchstone, server: int | None, claim_id: str, new: Sequence[str]
) -> Iterator[tuple[str, ByLanguage]]:
    same, published = touchstone.base.saying(new, claim_id, server), touchstone.claims(server)
    for text in new:
        # The checks know published claims only: of others, the very same text is found.
        if text in same:
            yield text, same[text]
            continue
        matches = touchstone.check(text, server).matches
        others = (each for each in matches if each.claim != claim_id and each.is_on_topic)
        near = next((each for each in others if each.score >= NEAR_FROM), None)
        if near is not None and near.claim in published:
            yield text, published[near.claim].title


class TextsForm:
    """About a claim's id."""

    kind = "texts"
    act: Act = "claim.edit"
    about = r"[^|]+"

    async def open(self, request: Request, about: tuple[str, ...]) -> Form:
        """Return the form with what the claim says now."""
        texts, claim = request.texts, (await read_screen(request, about[0])).claim
        review_by = claim.review_by.isoformat() if claim.review_by else ""
        as_typed = EditTexts(claim.title, claim.kind, claim.as_of.isoformat(), review_by)
        return Form(FormName(self.kind, about, claim.version_tag), texts("Edit the claim"), _fields(as_typed, texts))

    async def submit(self, request: Request, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Write it, and return the card."""
        texts, before = request.texts, (await read_screen(request, name.about[0])).claim
        edit = request.moderation.editor.edit
        new = _edit(typed)
        edited = await request.do(edit, request.actor, before.id, name.version_tag or None, new)
        remarks = [done_line(changed=edited.changed, texts=texts)]
        remarks += await similar_lines(request, before.id, _new_titles(before, edited.claim))
        return draw_claim(await read_screen(request, before.id), texts, remarks)


class NewForm:
    """About nothing: a claim of the server's own, with all that it needs to be answered."""

    kind = "new"
    act: Act = "claim.edit"
    about = ""

    async def open(self, request: Request, about: tuple[str, ...]) -> Form:
        """Return the form, empty."""
        texts = request.texts
        fields = (
            line("title", "", texts, texts("The claim, in one sentence."), required=True),
            long("wordings", "", texts, texts("How people say it, one a line, in any language; empty: as the title.")),
            long("point", "", texts, texts("What is documented against it, in one or two sentences.")),
            line("source", "", texts, texts("An address, or the name of a source; a new one is made of it.")),
            choice("publish", "yes", tuple(_PUBLISH), texts, _PUBLISH),
        )
        return Form(FormName(self.kind, about), texts("New claim"), fields)

    async def submit(self, request: Request, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:  # noqa: ARG002
        """Write it with its source, published or as a draft, and return its card."""
        texts, begin = request.texts, request.moderation.editor.begin
        said = {field: typed.get(field, "") for field in ("title", "wordings", "point", "source")}
        new = NewClaim(**said, publish=typed.get("publish") == "yes")
        begun = (await request.do(begin, request.actor, new)).claim
        if begun is None:
            raise RuntimeError("a claim that was begun is gone")
        published = texts("Published: I answer it from now on. “Try a sentence” shows what is heard.")
        drafted = texts("The draft is there. It is answered once it is published.")
        remarks = [done(published if new.publish else drafted)]
        remarks += await similar_lines(request, begun.id, _new_titles(None, begun))
        return draw_claim(await read_screen(request, begun.id), texts, remarks)


_PUBLISH = {"yes": msgid("Publish it now"), "no": msgid("Keep it as a draft")}


class CutOffForm:
    """About a claim's id; its version is that of the cut-off, because what a server sets is no part of a claim."""

    kind = "cutoff"
    act: Act = "claim.set"
    about = r"[^|]+"

    async def open(self, request: Request, about: tuple[str, ...]) -> Form:
        """Return the form with the claim's own cut-off."""
        texts, now = request.texts, (await read_screen(request, about[0])).seen.cut_off
        hint = texts("A probability from 0 to 1; empty: as for all claims.")
        field = line("cut_off", "" if now is None else written(now), texts, hint)
        return Form(FormName(self.kind, about, fingerprint_of(now)), texts("Cut-off of this claim"), (field,))

    async def submit(self, request: Request, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Set it, and return the card."""
        texts, claim_id, wanted = request.texts, name.about[0], _cut_off(typed["cut_off"])
        set_cut_off = request.moderation.claim_settings.set_cut_off
        made = await request.do(set_cut_off, request.actor, claim_id, wanted, name.version_tag)
        remarks = [done_line(changed=bool(made.changes), texts=texts)]
        return draw_claim(await read_screen(request, claim_id), texts, remarks)


def languages_of(texts: Texts, most: int) -> tuple[str, ...]:
    """Return the languages of claims for which a form has fields: all, else the reader's and the first of the table."""
    chosen = sorted(CODES, key=lambda code: code != texts.content)[:most]
    return tuple(code for code in CODES if code in chosen)


def text_lines(stem: str, now: Mapping[str, str], texts: Texts, most: int = 2) -> tuple[FormField, ...]:
    """Return a line a language for a text of a claim."""
    return tuple(line(f"{stem}_{code}", now.get(code, ""), texts) for code in languages_of(texts, most))


def _edit(typed: Mapping[str, str]) -> EditTexts:
    return EditTexts(typed_texts(typed, "title"), typed.get("kind"), typed.get("as_of"), typed.get("review_by"))


def _fields(typed: EditTexts, texts: Texts) -> tuple[FormField, ...]:
    day = texts("Write it as 2026-01-23.")
    return (
        *text_lines("title", typed.title, texts),
        choice("kind", typed.kind or KINDS[0], KINDS, texts),
        line("as_of", typed.as_of or "", texts, day, required=True),
        line("review_by", typed.review_by or "", texts, day),
    )


def _new_titles(before: ClaimRecord | None, after: ClaimRecord | None) -> list[str]:
    """Return the titles that the claim did not have before, each once."""
    if after is None:
        return []
    old: Mapping[str, str] = before.title if before else {}
    return list(dict.fromkeys(title for code, title in after.title.items() if title != old.get(code)))


def _cut_off(typed: str) -> float | None:
    text = typed.strip()
    try:
        return float(text) if text else None
    except ValueError:
        fault = FieldFault("cut_off", "{value} is no figure.", "Give a probability from 0 to 1.", {"value": text[:60]})
        raise InvalidEditError((fault,)) from None


class SourceForm:
    """About nothing; the source's language is that of its title."""

    kind = "source"
    act: Act = "source.add"
    about = ""

    def __init__(self, lookup: ClaimLookup) -> None:
        self._lookup = lookup

    async def open(self, request: Request, about: tuple[str, ...]) -> Form:
        """Return the form, empty."""
        texts = request.texts
        fields = (
            line("title", "", texts, required=True),
            line("author", "", texts),
            line("publisher", "", texts, required=True),
            line("published", "", texts, texts("Write it as 2026-01-23, 2026-01 or 2026."), required=True),
            line("address", "", texts, texts("Write it as https://…")),
        )
        return Form(FormName(self.kind, about), texts("New source"), fields)

    async def submit(self, request: Request, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:  # noqa: ARG002
        """Add it, and say by which name points cite it."""
        texts, add = request.texts, request.moderation.sources.add
        facts = {each: typed.get(each, "") for each in ("title", "publisher", "published", "address", "author")}
        source = NewSource(**facts, language=language_of(facts["title"], self._lookup.folder))
        known = await request.do(add, request.actor, source)
        lines = [
            done(texts("The source is there: {title}", title=escape(source.title))),
            texts("Points cite it as {name}.", name=f"`{known}`"),
        ]
        return draw_lines(lines, texts)
