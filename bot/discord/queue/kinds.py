"""The words for what waits in the queue, and which decisions make sense for it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal, cast, get_args

from babel.dates import format_timedelta

from bot.texts import Texts, msgid
from claims.queue_items import Item, ItemKind

Deed = Literal["word", "never", "claim", "drop", "resume", "desk"]
ITEM_KINDS: tuple[ItemKind, ...] = get_args(ItemKind)
# Stands for all kinds where a kind is asked for.
ALL = "all"

KINDS: Mapping[str, str] = {
    "proposal": msgid("Proposal"),
    "candidate": msgid("Candidate from a document"),
    "feedback": msgid("Report"),
    "paused": msgid("Paused claim"),
    "stale": msgid("Claim past its review day"),
    "offer": msgid("Offer that nobody took"),
    "near": msgid("Near miss"),
}
REPORTS: Mapping[str, str] = {
    "not-said": msgid("Not what I said"),
    "wrong-claim": msgid("Wrong claim"),
    "out-of-date": msgid("Out of date"),
}
_DEEDS: Mapping[ItemKind, tuple[Deed, ...]] = {
    "proposal": ("word", "never", "claim", "drop"),
    "candidate": ("word", "claim", "drop"),
    "feedback": ("never", "desk", "drop"),
    "paused": ("resume", "desk"),
    "stale": ("desk", "drop"),
    "offer": ("word", "never", "claim", "drop"),
    "near": ("word", "never", "claim", "drop"),
}


def kind_of(written: str) -> ItemKind | None:
    """Return the kind that an id or a choice names; None for all kinds."""
    return cast("ItemKind", written) if written in ITEM_KINDS else None


def deeds_of(item: Item) -> tuple[Deed, ...]:
    """Return the decisions that make sense for an item, the likeliest first."""
    has_words = bool(item.payload.get("text")) or item.message is not None
    lacking = {"resume", "desk"} if item.claim is None else set[str]()
    # A claim that is out of date was found rightly.
    if item.claim is None or not has_words or item.payload.get("kind") == "out-of-date":
        lacking.add("never")
    return tuple(deed for deed in _DEEDS[item.kind] if deed not in lacking)


def kind_text(item: Item, texts: Texts) -> str:
    """Return what an item is; a report with what members report."""
    kind = texts(KINDS[item.kind])
    if item.kind != "feedback":
        return kind
    report = str(item.payload.get("kind", ""))
    return texts("{kind}: {what}", kind=kind, what=texts(REPORTS[report]) if report in REPORTS else report)


def counts_text(counts: Mapping[Any, int], texts: Texts) -> str:
    """Return how many wait of each kind, in the order of the kinds."""
    known = [kind for kind in ITEM_KINDS if counts.get(kind)]
    return " · ".join(texts("{kind}: {count}", kind=texts(KINDS[kind]), count=counts[kind]) for kind in known)


def age_text(age: timedelta, texts: Texts) -> str:
    """Return an age in one unit, such as `3 days`."""
    return format_timedelta(max(age, timedelta(minutes=1)), granularity="minute", locale=texts.locale)
