"""The screen of one claim in the editor: what it shows, and what one click on it does."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from typing import Any, Literal, cast

import discord
from discord import ui

from bot.backtest import written
from bot.discord.cards import ROOM, escape, fit, fit_fairly, layout, length, shorten, source_line, who_label
from bot.discord.forms import FormName, form_button
from bot.discord.history_command import OF_CLAIM
from bot.discord.routes import LONGEST_OPTION, Request, Route
from bot.reply import SourceList, display_date
from bot.service import Touchstone
from bot.texts import Texts, msgid
from bot.wording import field_name, value_text
from checks.model import KnownFigure
from claims.fields import SENTENCE
from claims.moderation.editor import ClaimSight, Origin
from claims.moderation.edits import LISTS, SetStatus, use_of
from claims.moderation.rights import Actor
from claims.record import CitationRecord, ClaimRecord, DocumentRecord, PointRecord
from config.errors import ConflictError
from config.languages import by_field


@dataclass(frozen=True, slots=True)
class ClaimScreen:
    """A claim as the editor shows it; `today` tells whether its review is due."""

    seen: ClaimSight
    documents: Mapping[str, DocumentRecord]
    passages: Mapping[CitationRecord, str | None]
    today: date

    @property
    def claim(self) -> ClaimRecord:
        """Return the claim as the server sees it."""
        return self.seen.claim

    def sources(self, texts: Texts) -> SourceList:
        """Return a numbering of sources, which is empty until it is asked for numbers."""
        return SourceList(self.documents, texts, self.passages.get)


async def read_screen(request: Request, claim_id: str) -> ClaimScreen:
    """Read a claim for a moderator; raises NotAllowedError and UnknownClaimError."""
    return await request.do(screen_of, request.touchstone, request.actor, claim_id)


def screen_of(touchstone: Touchstone, actor: Actor, claim_id: str) -> ClaimScreen:
    """Read a claim; synchronous."""
    seen = touchstone.moderation.claims.one(actor, claim_id)
    documents = {document.id: document for document in touchstone.base.documents(actor.server)}
    cited = {citation for point in seen.claim.points for citation in point.citations}
    passages = {citation: touchstone.base.passage(citation).text for citation in cited}
    return ClaimScreen(seen, documents, passages, touchstone.base.clock().date())


LONGEST_TITLE = 200
ORIGINS: Mapping[Origin, str] = {
    "shared": msgid("The shared claim. The first change here makes a version of this server's own."),
    "version": msgid("This server's own version of a shared claim."),
    "own": msgid("A claim of this server's own."),
}
USES: Mapping[str, str] = {
    "says": msgid("A way to say it"),
    "denies": msgid("How people dispute it"),
    "negative": msgid("Never to be matched"),
}
# Which lists of wordings there are, by the name that forms and faults use.
LIST_NAMES = tuple(name for name, _, _ in LISTS)


def list_of(claim: ClaimRecord, name: str) -> list[str]:
    """Return the texts of one of the lists of wordings; an unknown name gives the first one."""
    _, language, use = next((each for each in LISTS if each[0] == name), LISTS[0])
    return [wording.text for wording in claim.wordings if (wording.language, use_of(wording)) == (language, use)]


def title_line(claim: ClaimRecord, texts: Texts) -> str:
    """Return the claim's title as a heading."""
    return f"### {escape(shorten(texts.pick(claim.title), LONGEST_TITLE))}"


def field_line(field: str, value: str, texts: Texts) -> str:
    """Return a field and its value, which is escaped already, as a line."""
    return texts.named(field_name(field, texts), value)


def editor_words(claim: ClaimRecord, texts: Texts) -> str:
    """Say who has changed the claim last, where anybody has."""
    if not claim.edited_by:
        return texts("Nobody has changed it here.")
    return texts("Last changed by {who}.", who=who_label(claim.edited_by, texts))


def figure_words(figure: KnownFigure, texts: Texts) -> str:
    """Return a figure on one line; not escaped."""
    return value_text("figures", asdict(figure), texts)


def point_words(point: PointRecord, texts: Texts) -> str:
    """Return role and text of a point, as options of menus show it; not escaped."""
    role, text = value_text("role", point.role, texts), texts.pick(point.text)
    return shorten(f"{role} · {text}", LONGEST_OPTION)


def done_line(*, changed: bool, texts: Texts) -> str:
    """Say that something was written, or that it was so already."""
    return done(texts("Written.") if changed else texts("Nothing has changed: it was so already."))


def done(sentence: str) -> str:
    """Mark a sentence about what was done."""
    return f"✓ {sentence}"


def faster_line(texts: Texts) -> str:
    """Say that a click came too late."""
    return texts("Somebody else has changed this meanwhile, so I did nothing. This is how it stands now.")


Part = Literal["card", "words", "points", "figs", "heard"]
Step = Literal["publish", "withdraw", "draft", "mute", "unmute", "resume", "shared"]
# What an id ends with: the version tag of the claim, and its id.
AT = r"{version_tag:\d+o?}:{claim:some}"

# Opens the editor in a message of its own, from wherever a claim is shown to moderators.
OPEN_EDITOR = Route("ts:desk:open:{claim:some}", "claim.edit", "below")
PART = Route("ts:desk:go:{part:card|words|points|figs|heard}:{claim:some}", "claim.edit")
# Does something to the claim with one click, where it still is as the card shows it.
STEP = Route("ts:desk:act:{step:publish|withdraw|draft|mute|unmute|resume|shared}:" + AT, "claim.edit")
ASK_SHARED = Route("ts:desk:back:{claim:some}", "claim.edit")


_FIRST = 3
_LONGEST_WORDING = 120
_LONGEST_TITLE = 300


@dataclass(frozen=True, slots=True)
class Section:
    """A list on the card: its title, the entries that may be shown, and how many it has in all."""

    title: str
    entries: Sequence[str]
    count: int


def head_lines(screen: ClaimScreen, texts: Texts) -> Iterator[str]:
    """Yield what the claim is, escaped."""
    claim = screen.claim
    yield title_line(claim, texts)
    for code, field in by_field("title", claim.title.plain).items():
        yield field_line(field, escape(shorten(claim.title[code], _LONGEST_TITLE)), texts)
    facts = [field_line(field, value_text(field, getattr(claim, field), texts), texts) for field in ("kind", "status")]
    yield " · ".join([*facts, field_line("version", str(claim.version), texts)])
    dates = [field_line("as_of", display_date(claim.as_of.isoformat(), texts), texts)]
    if claim.review_by:
        dates.append(field_line("review_by", display_date(claim.review_by.isoformat(), texts), texts))
    yield " · ".join(dates)
    between = " " if texts.spaced else ""
    yield f"-# {texts(ORIGINS[screen.seen.origin])}{between}{editor_words(claim, texts)}"
    yield f"-# {field_line('id', escape(claim.id), texts)}"
    yield from (f"**{line}**" for line in _marks(screen, texts))


def _marks(screen: ClaimScreen, texts: Texts) -> Iterator[str]:
    """Yield what keeps the claim from being answered as others are."""
    claim, cut_off = screen.claim, screen.seen.cut_off
    if claim.status == "draft":
        yield texts("A draft is not answered. To be published it needs a wording, and a point with its source.")
    if claim.review_by and claim.review_by < screen.today:
        yield texts("Its review is due: see whether it still holds.")
    if claim.muted:
        yield texts("Muted: it is found, but never answered.")
    if claim.paused:
        yield texts("Paused after reports of members: not answered until a moderator resumes it.")
    if claim.raised_to:
        score = written(claim.raised_to)
        yield texts("After a report, messages up to {score} are answered more carefully.", score=score)
    if cut_off is not None:
        yield texts("Answered from {score} on; other claims have the server's cut-off.", score=written(cut_off))
    if not screen.seen.is_used:
        yield texts("This server does not use its pack {pack}, so it is not answered.", pack=escape(claim.pack))


def sections(screen: ClaimScreen, texts: Texts) -> list[Section]:
    """Return the lists of the claim, escaped; sources are numbered in the order of the points."""
    claim, sources = screen.claim, screen.sources(texts)
    points = [f"{n}. {point_line(point, sources, texts, _LONGEST_POINT)}" for n, point in enumerate(claim.points, 1)]
    figures = [f"- {escape(figure_words(figure, texts))}" for figure in claim.figures]
    cited = [source_line(source, source.number) for source in sources.lines]
    made = [Section(_title("points", len(points), texts), points, len(points))]
    made += [_wordings(screen, name, texts) for name in LIST_NAMES if list_of(claim, name)]
    made += [Section(_title("figures", len(figures), texts), figures, len(figures))] if figures else []
    made += [Section(_title("citations", len(cited), texts), cited, len(cited))] if cited else []
    return made


def point_line(point: PointRecord, sources: SourceList, texts: Texts, most: int = SENTENCE) -> str:
    """Return a point with its role, and small below who says it, when, and the marks of its sources; escaped."""
    role, text = value_text("role", point.role, texts), texts.pick(point.text)
    marks = "".join(rf"\[{sources.number(citation)}\]" for citation in point.citations)
    speaker = escape(texts.pick(point.speaker))
    date = escape(display_date(point.date, texts)) if point.date else ""
    origin = " · ".join(part for part in (speaker, date, marks) if part)
    origin = origin or texts("No source yet.")
    return f"**{role}** {escape(shorten(text, most))}\n-# {origin}"


def _wordings(screen: ClaimScreen, name: str, texts: Texts) -> Section:
    wordings = list_of(screen.claim, name)
    first = [f"- {escape(shorten(text, _LONGEST_WORDING))}" for text in wordings[:_FIRST]]
    return Section(_title(name, len(wordings), texts), first, len(wordings))


def _title(field: str, count: int, texts: Texts) -> str:
    named = texts.named(field_name(field, texts), count)
    return f"**{named}**"


# For the lines that count what was left out, one for each section.
_COUNTING = 300
# With the head and the buttons above, two screens of a phone.
_ROOM_OF_LISTS = 1200
_LONGEST_POINT = 200
# What may become of a claim that has a status.
_NEXT: Mapping[str, tuple[Step, ...]] = {"draft": ("publish",), "published": ("withdraw", "draft")}
_OTHERWISE: tuple[Step, ...] = ("publish", "draft")
_STEPS: Mapping[Step, str] = {
    "publish": msgid("Publish"),
    "withdraw": msgid("Withdraw"),
    "draft": msgid("Make a draft"),
    "mute": msgid("Mute"),
    "unmute": msgid("Unmute"),
    "resume": msgid("Resume"),
}


def draw_claim(screen: ClaimScreen, texts: Texts, remarks: Sequence[str] = ()) -> ui.LayoutView:
    """Return the card, with some lines above it, escaped already: head and buttons first, lists below, as they fit."""
    heads, _ = fit([*remarks, *head_lines(screen, texts)], ROOM - _COUNTING)
    room = min(ROOM - _COUNTING - sum(length(line) + 1 for line in heads), _ROOM_OF_LISTS)
    found = sections(screen, texts)
    columns, _ = fit_fairly([[section.title, *section.entries] for section in found], room)
    container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join(heads)))
    for row in _rows(screen, texts):
        container.add_item(ui.ActionRow(*row))
    container.add_item(ui.Separator())
    for section, column in zip(found, columns, strict=True):
        if column:
            container.add_item(ui.TextDisplay("\n".join(_counted(section, column, texts))))
    return layout(container)


def draw_shared_question(screen: ClaimScreen, texts: Texts) -> ui.LayoutView:
    """Return the question whether the server's own version is to go."""
    claim = screen.claim
    lines = [
        title_line(claim, texts),
        texts("Give up this server's own version, and follow the shared claim again? The history keeps it."),
    ]
    buttons = [
        _step_button("shared", claim, texts("Yes, use the shared version")),
        part_button("card", claim.id, texts("No")),
    ]
    return layout(ui.Container(ui.TextDisplay("\n".join(lines))), buttons)


def _counted(section: Section, column: Sequence[str], texts: Texts) -> Iterator[str]:
    yield from column
    left_out = section.count - (len(column) - 1)
    if left_out:
        yield texts.plural("-# {count} more", "-# {count} more", left_out)


def _rows(screen: ClaimScreen, texts: Texts) -> Iterator[Sequence[ui.Item[Any]]]:
    claim = screen.claim
    yield [
        form_button(FormName("texts", (claim.id,)), texts("Edit")),
        part_button("words", claim.id, texts("Wordings")),
        part_button("points", claim.id, texts("Points")),
        part_button("figs", claim.id, texts("Figures")),
        OF_CLAIM.button(texts("History"), claim=claim.id),
    ]
    switch: Step = "unmute" if claim.muted else "mute"
    steps: list[Step] = [*_NEXT.get(claim.status, _OTHERWISE), switch]
    if claim.paused or claim.raised_to:
        steps.append("resume")
    buttons = [_step_button(step, claim, texts(_STEPS[step])) for step in steps]
    yield [*buttons, form_button(FormName("cutoff", (claim.id,)), texts("Cut-off"))]
    yield [
        part_button("heard", claim.id, texts("What is heard")),
        form_button(FormName("try", (claim.id,)), texts("Try a sentence")),
    ]
    if screen.seen.origin == "version":
        yield [ASK_SHARED.button(texts("Use the shared version again"), claim=claim.id)]


def part_button(part: Part, claim_id: str, label: str) -> ui.Button[Any]:
    """Return the button that goes to a part of the editor, in the place of what stands there."""
    return PART.button(label, part=part, claim=claim_id)


def _step_button(step: Step, claim: ClaimRecord, label: str) -> ui.Button[Any]:
    style = discord.ButtonStyle.primary if step in {"publish", "resume"} else discord.ButtonStyle.secondary
    style = discord.ButtonStyle.danger if step == "shared" else style
    return STEP.button(label, style, step=step, version_tag=claim.version_tag, claim=claim.id)


_STATUSES = {"publish": "published", "withdraw": "withdrawn", "draft": "draft"}
_DONE: dict[Step, str] = {
    "publish": msgid("Published."),
    "withdraw": msgid("Withdrawn: it is no longer answered, and cards of the last days say so."),
    "draft": msgid("Now a draft: it is no longer answered."),
    "mute": msgid("Muted."),
    "unmute": msgid("No longer muted."),
    "resume": msgid("Resumed: earlier reports count no more."),
    "shared": msgid("This server follows the shared claim again."),
}


async def take_step(request: Request, step: str, claim_id: str, version_tag: str) -> str:
    """Do it and return a line about it; raises ConflictError where the claim has another version by now."""
    actor, moderation = request.actor, request.moderation
    write: Callable[[], object]
    if step in _STATUSES:
        write = partial(moderation.editor.edit, actor, claim_id, version_tag, SetStatus(_STATUSES[step]))
    elif step == "shared":
        write = partial(moderation.editor.follow_shared, actor, claim_id, version_tag)
    else:
        # What is set on a claim has no version: nothing of somebody else's is lost, but whoever clicks has to see
        # what the claim says now.
        screen = await request.do(moderation.claims.one, actor, claim_id)
        if screen.claim.version_tag != version_tag:
            raise ConflictError(claim_id, (), current=screen.claim.version_tag)
        setting = moderation.claim_settings
        chosen = {"mute": setting.mute, "unmute": setting.unmute}.get(step, setting.resume)
        write = partial(chosen, actor, claim_id)
    await request.do(write)
    return done(request.texts(_DONE[cast("Step", step)]))
