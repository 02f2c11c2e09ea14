"""What would be heard of a claim: its strength, wordings to take with a click, and sentences to try."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import discord
from discord import ui

from bot.discord.cards import ROOM, draw_lines, escape, fit, layout, length, shorten
from bot.discord.editor.screen import done, part_button, read_screen, title_line
from bot.discord.forms import LONGEST_FIELD, Form, FormName, form_button, long
from bot.discord.lookup import title_of
from bot.discord.routes import LONGEST_OPTION, Request, Route
from bot.explain import HELD_BACK, silence_lines
from bot.service import Touchstone
from bot.texts import Texts
from bot.wording import LEVELS, field_name
from checks.model import Finding
from claims.moderation.rights import Act
from claims.moderation.strength import Strength, suggestions
from claims.record import ClaimRecord, fingerprint_of

# A menu of wordings that the program suggests; those that are chosen become wordings.
SUGGESTED_MENU = Route("ts:desk:take:{claim:some}", "claim.edit")
# Asks the language model that is set up for wordings; what it gives goes into forms, and nowhere else.
ASK_MODEL = Route("ts:desk:model:{claim:some}", "claim.edit")

_MOST_SHOWN = 5
_LONGEST, _LONGEST_TRIED = 120, 300


async def read_strength(request: Request, claim_id: str) -> tuple[ClaimRecord, Strength, Sequence[str]]:
    """Return a claim, how strong it is, and the titles of those that it may be taken for."""
    claim = (await read_screen(request, claim_id)).claim
    return await request.do(_strength, request.touchstone, claim, request.actor.server, request.texts)


async def strength_line(request: Request, claim_id: str) -> str:
    """Say in a line how strong a claim is, for whoever has just changed its wordings."""
    _, strength, _ = await read_strength(request, claim_id)
    return f"-# {request.texts(LEVELS[strength.level])}"


def _strength(
    touchstone: Touchstone, claim: ClaimRecord, server: int | None, texts: Texts
) -> tuple[ClaimRecord, Strength, Sequence[str]]:
    strength, seen = touchstone.strength(claim, server)
    titles = [texts.pick(seen[name].title) for name in strength.near if name in seen]
    return claim, strength, titles


async def draw_heard(request: Request, claim_id: str, remarks: Sequence[str] = ()) -> ui.LayoutView:
    """Return the screen with the strength of a claim and a menu of suggested wordings."""
    asks_model = request.moderation.extraction.is_set_up
    return _draw(*await read_strength(request, claim_id), request.texts, remarks, asks_model=asks_model)


async def draw_asked(request: Request, claim_id: str, turn: asyncio.Semaphore) -> ui.LayoutView:
    """Ask the language model for wordings and denials, and return them with a form for each use.

    What it suggests is kept as what was typed into these forms. `turn` is held until the model has answered.
    """
    texts, moderation, actor = request.texts, request.moderation, request.actor
    claim = (await read_screen(request, claim_id)).claim
    async with turn:
        said = await request.do(moderation.extraction.wordings, actor, claim)
    buttons: list[ui.Item[Any]] = []
    lines = [
        title_line(claim, texts),
        texts("A language model suggests this, and may be wrong. Nothing is written yet."),
    ]
    for listed, use, label, found in (
        ("en", "says", texts("Add wordings"), said[0]),
        ("denials_en", "denies", texts("Add ways to dispute it"), said[1]),
    ):
        if found:
            name = FormName("wadd", (claim.id, listed))
            draft = await request.do(moderation.drafts.find, actor, name.draft) or {}
            # What was typed and is not written yet stays, above; of another use it stays alone.
            if draft.get("use", use) == use:
                draft |= {"texts": _below(draft.get("texts", ""), found), "use": use}
                await request.do(moderation.drafts.keep, actor, name.draft, draft)
            lines += [f"**{label}**", *(f"- {escape(text)}" for text in found)]
            buttons.append(form_button(name, label))
    if not buttons:
        lines.append(texts("It has found nothing new."))
    return draw_lines(lines, texts, [*buttons, part_button("heard", claim.id, texts("What is heard"))])


def _below(typed: str, found: Sequence[str]) -> str:
    """Return what was typed with further lines below it, as many as a field has room for."""
    kept, lines = typed.rstrip(), typed.splitlines()
    new, _ = fit([each for each in found if each not in lines], LONGEST_FIELD - length(kept) - 1)
    return "\n".join([kept, *new] if kept else new)


def _draw(
    claim: ClaimRecord,
    strength: Strength,
    near: Sequence[str],
    texts: Texts,
    remarks: Sequence[str],
    *,
    asks_model: bool,
) -> ui.LayoutView:
    lines, _ = fit([*remarks, title_line(claim, texts), *_lines(strength, near, texts)], ROOM)
    container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join(lines)))
    if strength.suggested:
        options = [
            discord.SelectOption(label=shorten(text, LONGEST_OPTION), value=fingerprint_of(text))
            for text in strength.suggested
        ]
        menu = SUGGESTED_MENU.menu(options, texts("Take suggested wordings"), most=len(options), claim=claim.id)
        container.add_item(ui.ActionRow[Any](menu))
    buttons = [
        form_button(FormName(TryForm.kind, (claim.id,)), texts("Try a sentence")),
        part_button("words", claim.id, texts("Wordings")),
        *([ASK_MODEL.button(texts("Ask the language model"), claim=claim.id)] if asks_model else []),
        part_button("card", claim.id, texts("To the claim")),
    ]
    return layout(container, buttons)


def _lines(strength: Strength, near: Sequence[str], texts: Texts) -> list[str]:
    lines = [f"**{texts(LEVELS[strength.level])}**"]
    lines += [texts.named(field_name(language, texts), count) for language, count in strength.counts]
    share = f"{strength.likeness:.0%}"
    lines.append(texts("Two of its wordings share {share} of their words on average; less is better.", share=share))
    lines += [
        texts("⚠ “{text}” is not answered, said word for word.", text=escape(shorten(text, _LONGEST)))
        for text in strength.unheard[:_MOST_SHOWN]
    ]
    lines += [
        texts("⚠ May be confused with: {claim}", claim=escape(shorten(title, _LONGEST))) for title in near[:_MOST_SHOWN]
    ]
    return lines


def chosen_suggestions(claim: ClaimRecord, fingerprints: Sequence[str]) -> list[str]:
    """Return the suggested wordings that were chosen, as far as they would be suggested still."""
    return [text for text in suggestions(claim) if fingerprint_of(text) in fingerprints]


class TryForm:
    """About a claim's id, a draft's too. Nothing is written."""

    kind = "try"
    act: Act = "claim.edit"
    about = r"[^|]+"

    async def open(self, request: Request, about: tuple[str, ...]) -> Form:
        """Return the form, empty."""
        texts = request.texts
        await read_screen(request, about[0])
        hint = texts("One message a line, as somebody might write it.")
        return Form(
            FormName(self.kind, about), texts("Try a sentence"), (long("text", "", texts, hint, required=True),)
        )

    async def submit(self, request: Request, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Check the messages against the claim beside all others, and say what would come of each, and why."""
        texts, claim = request.texts, (await read_screen(request, name.about[0])).claim
        messages, left = _to_try(typed["text"], texts)
        tried = await request.do(_try, request.touchstone, claim, request.actor.server, messages, texts)
        lines, _ = fit([title_line(claim, texts), *left, *tried], ROOM)
        buttons = [
            form_button(name, texts("Try another sentence")),
            part_button("heard", claim.id, texts("What is heard")),
            part_button("card", claim.id, texts("To the claim")),
        ]
        return layout(ui.Container(ui.TextDisplay("\n".join(lines))), buttons)


class TrySetupForm:
    """About nothing: sentences, to see what would come of each in this server. Nothing is written."""

    kind = "tryall"
    act: Act = "queue.see"
    about = ""

    async def open(self, request: Request, about: tuple[str, ...]) -> Form:
        """Return the form, empty."""
        texts = request.texts
        field = long("text", "", texts, texts("One message a line, as somebody might write it."), required=True)
        return Form(FormName(self.kind, about), texts("Try a sentence"), (field,))

    async def submit(self, request: Request, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Say of each message what I would do, and why."""
        texts, touchstone, server = request.texts, request.touchstone, request.server
        claims = await request.do(touchstone.claims, server)
        messages, lines = _to_try(typed["text"], texts)
        for message in messages:
            finding = await request.do(touchstone.check, message, server)
            found = await request.do(silence_lines, finding, claims, texts, escape)
            titles = [title_of(claims[each.claim], texts) for each in finding.matches[:1] if each.claim in claims]
            lines += [f"> {escape(shorten(message, _LONGEST_TRIED))}", *(f"**{escape(each)}**" for each in titles)]
            lines += [f"-# {line}" for line in found]
        return draw_lines(lines, texts, [form_button(name, texts("Try another sentence"))])


def _to_try(typed: str, texts: Texts) -> tuple[list[str], list[str]]:
    """Return the messages that are tried, one a line, and what to say of those that are too many."""
    messages = [line for line in typed.splitlines() if line.strip()]
    more = len(messages) - _MOST_SHOWN
    left = texts.plural("-# {count} more line was not tried.", "-# {count} more lines were not tried.", more)
    return messages[:_MOST_SHOWN], [left] if more > 0 else []


def _try(
    touchstone: Touchstone, claim: ClaimRecord, server: int | None, messages: Sequence[str], texts: Texts
) -> list[str]:
    trial = touchstone.trial([claim], server)
    lines: list[str] = []
    for message in messages:
        finding = trial.checker.check(message)
        lines.append(f"> {escape(shorten(message, _LONGEST))}")
        lines.append(f"**{outcome_line(finding, claim, texts)}**")
        lines += [f"-# {line}" for line in touchstone.why(finding, trial.claims, texts, escape)]
    return lines


def outcome_line(finding: Finding, claim: ClaimRecord, texts: Texts) -> str:
    """Say what would come of a message for this claim; where it is silence, why."""
    own = next((match for match in finding.matches if match.claim == claim.id), None)
    if own is None:
        return texts("Silent: this claim is not found in it.")
    if finding.action == "reply" and own.action == "reply":
        return texts("Reply: this claim would be answered.")
    if own.action != "silent":
        return texts("Offer: only a small reaction, and the card for whoever clicks it.")
    if claim.muted or claim.paused:
        return texts("Silent: the claim is muted or paused.")
    if own.stance == "denies":
        return texts("Silent: the message itself disputes the claim.")
    if own.bar > own.unrounded:
        return texts("Silent: {score} is below the cut-off {bar}.", score=f"{own.score:.2f}", bar=f"{own.bar:.2f}")
    if own.bar and claim.raised_to > own.unrounded:
        return texts("Silent: after reports by members I am more careful about the claim.")
    stopped = next((guard for guard in own.guards if not guard.passed and guard.name in HELD_BACK), None)
    if stopped is None:
        return texts("Silent: another claim comes nearer, and takes the same words.")
    rule = texts(HELD_BACK[stopped.name], seen=escape(texts.reworded(stopped.seen)))
    return texts("Silent. {reason}", reason=rule)


def taken_line(count: int, texts: Texts) -> str:
    """Say how many suggestions became wordings."""
    return done(texts.plural("{count} wording taken.", "{count} wordings taken.", count))
