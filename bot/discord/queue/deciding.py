"""What can be decided on an item of the queue, how it is named, and the one line that says what a decision did."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, Literal, cast, get_args

import discord
from babel.dates import format_timedelta

from bot.discord.card_buttons import REPORTS
from bot.discord.cards import escape, link, quote, shorten
from bot.discord.editor.screen import done
from bot.discord.errors import FAILED_REQUEST
from bot.discord.lookup import LONGEST, claims_named, title_in
from bot.discord.messages import fetch_message, may_see, read_message, said_in, unseen_among
from bot.discord.routes import Request, Route
from bot.reply import display_date
from bot.texts import Texts, msgid
from bot.wording import attitude_text, value_text
from claims.moderation.candidate_items import NO_ITEM
from claims.moderation.queue import Item, ItemKind
from claims.record import ClaimRecord
from claims.store.revisions import ChangeResult
from config.errors import ConflictError, NotAllowedError, UnknownEntryError
from config.languages import ByLanguage

Decision = Literal["word", "never", "drop", "resume"]

# The item that an id speaks of, and the kind of items that the moderator goes through.
_AT = "{number:number}:{kind:[a-z]+}"
DECIDE = Route("ts:q:{decision:word|never|drop|resume}:" + _AT, "queue.decide")
NEXT = Route("ts:q:next:" + _AT, "queue.see")
LIST = Route("ts:q:list:{page:page}:{kind:[a-z]+}", "queue.see")
# Menus: of kinds, of the items of a page, and of the claims that an item may be a wording of.
KIND_MENU = Route("ts:q:kind", "queue.see")
ITEM_MENU = Route("ts:q:open:{kind:[a-z]+}", "queue.see")
CLAIM_MENU = Route("ts:q:to:" + _AT, "queue.decide")

Step = Literal["word", "never", "claim", "point", "drop", "resume", "editor"]
ITEM_KINDS: tuple[ItemKind, ...] = get_args(ItemKind)
# Stands for all kinds where a kind is asked for.
ALL = "all"


async def unseen_channels(request: Request) -> frozenset[int]:
    """Return those channels of waiting items whose messages the person may not read."""
    return await unseen_among(request, await request.do(request.moderation.queue.channels, request.actor))


async def open_item(request: Request, number: int) -> Item:
    """Return an open item; one of a channel that the person cannot see is as good as none.

    Raises NotAllowedError, ConflictError where it is decided, and UnknownEntryError.
    """
    item = await request.do(request.moderation.decisions.item, request.actor, number)
    if item.channel is not None and not await may_see(request, item.channel):
        raise UnknownEntryError(NO_ITEM, number=number)
    return item


async def message_lines(request: Request, item: Item) -> list[str]:
    """Return the message that an item is about, quoted, or that it is gone; its words are fetched and kept nowhere."""
    if item.channel is None or item.message is None or proposed_words(item, request.texts):
        return []
    try:
        words = said_in(await fetch_message(request, item.channel, item.message))
    except discord.NotFound:
        return [request.texts("The message is gone.")]
    except (NotAllowedError, *FAILED_REQUEST):
        return []
    return [quote(shorten(words, _MOST_QUOTED))] if words else []


_MOST_QUOTED = 600


def proposed_words(item: Item, texts: Texts) -> str:
    """Return what a member or a document proposes; empty for items that only name a message."""
    text = str(item.payload.get("text") or "")
    return text or ByLanguage(item.payload.get("title")).first(texts.content)


async def words_of(request: Request, item: Item, texts: Texts) -> str:
    """Return the item's words; those of a message are fetched (see `read_message` for what that raises)."""
    proposed = proposed_words(item, texts)
    if proposed or item.channel is None or item.message is None:
        return proposed
    return await read_message(request, item.channel, item.message)


async def passage_lines(request: Request, item: Item) -> list[str]:
    """Return lines about the item's source, escaped; none for an item that names no source."""
    source, texts = str(item.payload.get("source") or ""), request.texts
    if not source:
        return []
    start, end = item.payload.get("start"), item.payload.get("end")
    if not isinstance(start, int) or not isinstance(end, int):
        return [texts("Source: {source}", source=escape(source))]
    documents = await request.do(request.touchstone.base.documents, request.server)
    title = next((document.title for document in documents if document.id == source), source)
    named = texts(
        "Source: {title}, characters {start}–{end}",
        title=escape(shorten(texts.quoted(title), LONGEST)),
        start=start,
        end=end,
    )
    # Written as the field for citations takes it.
    return [named, texts("A point cites it as: {citation}", citation=escape(f"{source} {start}-{end}"))]


def near_claims(item: Item) -> list[str]:
    """Return the ids of the claims that come near a document's sentence, best first."""
    near = [str(claim) for claim, _ in item.payload.get("near") or ()]
    return near or ([item.claim] if item.claim else [])


def candidate_lines(item: Item, texts: Texts) -> list[str]:
    """Say what a document does with its sentence, who says it there, and what stands against it; escaped."""
    payload = item.payload
    facts = [str(payload.get("speaker") or ""), attitude_text(str(payload.get("attitude") or ""), texts)]
    if payload.get("model"):
        facts.append(texts("found by a language model: {model}", model=str(payload["model"])))
    lines = [" · ".join(escape(each) for each in facts if each)]
    match payload.get("counter"):
        case [_, _, str(text)]:
            lines.append(texts("against it: {text}", text=escape(text)))
        case _:
            pass
    return [each for each in lines if each]


_SOURCES: Mapping[str, str] = {
    "dead": msgid("Its page has been gone since {date}."),
    "moved": msgid("Its page has moved, as was seen on {date}."),
    "changed": msgid("Its page has said something else since {date}."),
    "silent": msgid("Its site has not answered since {date}."),
}


def source_lines(item: Item, texts: Texts) -> list[str]:
    """Say what has become of the page of a document that a claim cites, escaped; what it said, and what it says now."""
    payload = item.payload
    state = str(payload.get("state"))
    lines = [texts("Source: {source}", source=escape(str(payload.get("document"))))]
    if state in _SOURCES:
        lines.append(texts(_SOURCES[state], date=display_date(str(payload.get("since")), texts)))
    address = str(payload.get("address") or "")
    lines.append(link(shorten(address, LONGEST), address))
    if state == "moved" and (found := str(payload.get("found_at") or "")):
        lines.append(texts("Now at: {address}", address=link(shorten(found, LONGEST), found)))
    for was, now in payload.get("passages") or ():
        lines.append(texts("It said: {text}", text=escape(shorten(str(was), LONGEST_PASSAGE))))
        gone = texts("The words are gone.")
        there = texts("Now: {text}", text=escape(shorten(str(now), LONGEST_PASSAGE)))
        lines.append(there if now else gone)
    if more := payload.get("more"):
        lines.append(texts.plural("{count} more", "{count} more", more))
    return lines


LONGEST_PASSAGE = 300
KINDS: Mapping[str, str] = {
    "proposal": msgid("Proposal"),
    "candidate": msgid("Candidate from a document"),
    "feedback": msgid("Report"),
    "paused": msgid("Paused claim"),
    "stale": msgid("Claim past its review day"),
    "source": msgid("Source to look at"),
    "offer": msgid("Offer that nobody took"),
    "near": msgid("Near miss"),
}
_STEPS: Mapping[ItemKind, tuple[Step, ...]] = {
    "proposal": ("word", "never", "claim", "drop"),
    "candidate": ("word", "claim", "point", "drop"),
    "feedback": ("never", "editor", "drop"),
    "paused": ("resume", "editor"),
    "stale": ("editor", "drop"),
    "source": ("editor", "drop"),
    "offer": ("word", "never", "claim", "drop"),
    "near": ("word", "never", "claim", "drop"),
}


def kind_of(written: str) -> ItemKind | None:
    """Return the kind that an id or a choice names; None for all kinds."""
    return cast("ItemKind", written) if written in ITEM_KINDS else None


def steps_of(item: Item) -> tuple[Step, ...]:
    """Return the ways on that make sense for an item, the likeliest first."""
    has_words = bool(item.payload.get("text")) or item.message is not None
    lacking = {"resume", "editor"} if item.claim is None else set[str]()
    # A claim that is out of date was found rightly.
    if item.claim is None or not has_words or item.payload.get("kind") == "out-of-date":
        lacking.add("never")
    if not near_claims(item):
        lacking.add("point")
    return tuple(step for step in _STEPS[item.kind] if step not in lacking)


def kind_text(item: Item, texts: Texts) -> str:
    """Return what an item is; a report with what members report."""
    kind = texts(KINDS[item.kind])
    if item.kind != "feedback":
        return kind
    report = str(item.payload.get("kind", ""))
    return texts.named(kind, texts(REPORTS[report]) if report in REPORTS else report)


def waiting_lines(counts: Mapping[Any, int], oldest: timedelta | None, texts: Texts) -> list[str]:
    """Say how many items wait, for how long at most, and how many of each kind."""
    if oldest is None:
        return [texts("Nothing waits for a decision.")]
    known = (kind for kind in ITEM_KINDS if counts.get(kind))
    kinds = " · ".join(texts.named(texts(KINDS[kind]), counts[kind]) for kind in known)
    return [
        texts.plural("{count} item waits.", "{count} items wait.", sum(counts.values())),
        texts("The oldest has waited for {age}.", age=age_text(oldest, texts)),
        f"-# {kinds}",
    ]


def age_text(age: timedelta, texts: Texts) -> str:
    """Return an age in one unit, such as `3 days`."""
    said = format_timedelta(max(age, timedelta(minutes=1)), granularity="minute", locale=texts.locale)
    # The library has a blank in Traditional Chinese, and none in Simplified.
    return said if texts.spaced else said.replace(" ", "")


_DONE: dict[Decision, str] = {
    "word": msgid("Taken as a wording of: {claim}"),
    "never": msgid("Taken as never to be matched with: {claim}"),
    "drop": msgid("Dismissed."),
    "resume": msgid("Answered again: {claim}"),
}


async def write_decision(
    request: Request, decision: Decision, item: Item, claim: str | None, texts: Texts, text: str = ""
) -> str:
    """Write a decision and return a line about it; a claim and a text given count in place of the item's own.

    Raises what `QueueDecisions` and `read_message` raise.
    """
    moderation, actor = request.moderation, request.actor
    decisions, target = moderation.decisions, claim or item.claim
    write: Callable[[], ChangeResult]
    if decision == "drop":
        write = partial(decisions.dismiss, actor, item.id)
    elif decision == "resume":
        write = partial(moderation.claim_settings.resume, actor, item.claim or "")
    else:
        words = text or await words_of(request, item, texts)
        add = decisions.accept_wording if decision == "word" else decisions.accept_negative
        write = partial(add, actor, item.id, target, words)
    await request.do(write)
    return await _done_line(request, decision, target, texts)


async def nearest_claims(request: Request, item: Item, texts: Texts) -> list[ClaimRecord]:
    """Return the claims that come nearest to the item's words, best first."""
    touchstone, server = request.touchstone, request.server
    words = await words_of(request, item, texts)
    finding = await request.do(touchstone.check, words, server)
    near = [match.claim for match in finding.matches]
    found = await request.do(claims_named, touchstone, server, near)
    return [found[claim] for claim in near if claim in found]


async def _done_line(request: Request, decision: Decision, claim: str | None, texts: Texts) -> str:
    """Return what was done, with the title of the claim."""
    found = await request.do(claims_named, request.touchstone, request.server, [claim])
    return done(texts(_DONE[decision], claim=escape(title_in(found, claim or "", texts))))


def faster_line(error: ConflictError, texts: Texts) -> str:
    """Say who has decided the item meanwhile, and how."""
    told = {each.field: each.theirs for each in error.fields}
    who = str(told.get("decided_by") or "")
    named = f"<@{who}>" if who.isdigit() else texts("somebody else")
    decision = value_text("decision", told.get("decision"), texts)
    return texts("{who} was faster: {decision}.", who=named, decision=decision)
