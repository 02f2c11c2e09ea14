"""The digest as a card: counts, ages, who changed things, what is paused; no words of members."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from discord import ui
from discord.utils import format_dt

from bot.discord.cards import draw_lines
from bot.discord.escape import escape
from bot.discord.queue.kinds import REPORTS, age_text, counts_text
from bot.discord.queue.known import title_in
from bot.texts import Texts, msgid
from claims.digest import Digest
from claims.record import ClaimRecord

_MOST_NAMED = 20
_OTHERS: Mapping[str, str] = {"operator": msgid("the operator"), "touchstone": msgid("Touchstone itself")}


def draw_digest(digest: Digest, claims: Mapping[str, ClaimRecord], until: datetime, texts: Texts) -> ui.LayoutView:
    """Return the card; `claims` are those that the digest names."""
    heading = texts("Digest of the claims in this server")
    span = f"{format_dt(digest.since, 'd')} – {format_dt(until, 'd')}"
    lines = [f"### {heading}", f"-# {span}", *_waiting(digest, texts), *_happened(digest, texts)]
    lines += _changed(digest, texts)
    if digest.paused:
        lines.append(texts("Paused after reports by members:"))
        lines += [f"- {escape(title_in(claims, claim, texts))}" for claim in digest.paused]
    return draw_lines(lines, texts)


def _waiting(digest: Digest, texts: Texts) -> list[str]:
    if digest.oldest is None:
        return [texts("Nothing waits for a decision.")]
    count = texts.plural("{count} item waits.", "{count} items wait.", sum(digest.waiting.values()))
    oldest = texts("The oldest has waited for {age}.", age=age_text(digest.oldest, texts))
    return [count, oldest, f"-# {counts_text(digest.waiting, texts)}", texts("/queue shows them.")]


def _happened(digest: Digest, texts: Texts) -> list[str]:
    counts: dict[str, Any] = {"replies": digest.replies, "offers": digest.offers, "decided": digest.decided}
    lines = [texts("Replies: {replies}. Offers: {offers}. Decided: {decided}.", **counts)]
    if digest.reports:
        told = [
            texts("{kind}: {count}", kind=texts(REPORTS[kind]) if kind in REPORTS else kind, count=count)
            for kind, count in digest.reports.items()
        ]
        lines.append(texts("Reports by members: {kinds}", kinds=" · ".join(told)))
    return lines


def _changed(digest: Digest, texts: Texts) -> list[str]:
    if not digest.changes:
        return [texts("Nothing was changed.")]
    named = [_name(actor, texts) for actor in digest.actors]
    more = len(named) - _MOST_NAMED
    if more > 0:
        named = [*named[:_MOST_NAMED], texts.plural("{count} more", "{count} more", more)]
    return [
        texts.plural("{count} change, by {who}.", "{count} changes, by {who}.", digest.changes, who=", ".join(named))
    ]


def _name(actor: str, texts: Texts) -> str:
    if actor.isdigit():
        return f"<@{actor}>"
    return texts(_OTHERS[actor]) if actor in _OTHERS else escape(actor)
