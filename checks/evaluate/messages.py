"""Labelled messages: how often the right claim is found and answered, and how often a reply is wrong."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from checks.evaluate.rows import LabelledMessage
from checks.finding import Finding, Match

Judged = tuple[LabelledMessage, Finding]


@dataclass(frozen=True, slots=True)
class WorstRow:
    """A row that went wrong: what was wrong with it (a key), and what the check answered."""

    message: LabelledMessage
    fault: str
    action: str
    claim: str | None
    score: float


@dataclass(frozen=True, slots=True)
class MessageReport:
    """The outcome: shares (0–1) by name, for all and by language; worst rows; pairs of confused claims.

    Attributes:
        rows: number of messages.
        figures: `top1`, `replied`, `replied_or_offered`, `wrong`, `false`, `false_offer`, `lectured`, `denies_seen`,
            `asks_seen`, `conflict_seen`, `conflict_false`.
        by_language: the same for each language.
        worst: rows that went wrong, false replies first.
        confusion: (right claim, claim on top) with how often.
    """

    rows: int
    figures: Mapping[str, float]
    by_language: Mapping[str, Mapping[str, float]]
    worst: Sequence[WorstRow]
    confusion: Sequence[tuple[str, str, int]]


def judge_messages(check: Callable[[str], Finding], rows: Iterable[LabelledMessage]) -> MessageReport:
    """Check every message and hold the findings against the labels."""
    judged = [(row, check(row.text)) for row in rows]
    languages = sorted({row.language for row, _ in judged})
    return MessageReport(
        rows=len(judged),
        figures=message_figures(judged),
        by_language={one: message_figures([pair for pair in judged if pair[0].language == one]) for one in languages},
        worst=_worst(judged),
        confusion=_confusion(judged),
    )


def message_figures(judged: Sequence[Judged]) -> dict[str, float]:
    """Return the shares by name; a share of no rows is left out."""
    said = [pair for pair in judged if pair[0].said]
    other = [pair for pair in judged if not pair[0].claims]
    denying = [pair for pair in judged if pair[0].stance == "denies"]
    asking = [pair for pair in judged if pair[0].stance == "asks"]
    conflicting = [pair for pair in judged if pair[0].numbers == "conflict" and pair[0].stance == "asserts"]
    agreeing = [pair for pair in said if pair[0].numbers != "conflict"]
    shares = {
        "top1": _share(said, _is_right),
        "replied": _share(said, lambda pair: _acts(pair, "reply") and _is_right(pair)),
        "replied_or_offered": _share(said, lambda pair: _acts(pair, "reply", "offer") and _is_right(pair)),
        "wrong": _share(said, lambda pair: _acts(pair, "reply") and not _is_right(pair)),
        "false": _share(other, lambda pair: _acts(pair, "reply")),
        "false_offer": _share(other, lambda pair: _acts(pair, "reply", "offer")),
        "lectured": _share(denying, lambda pair: _acts(pair, "reply")),
        "denies_seen": _share(denying, lambda pair: _is_right(pair) and _best(pair).stance == "denies"),
        "asks_seen": _share(asking, lambda pair: _is_right(pair) and _best(pair).stance == "asks"),
        "conflict_seen": _share(conflicting, lambda pair: _is_right(pair) and _best(pair).figures_differ),
        "conflict_false": _share(agreeing, lambda pair: _is_right(pair) and _best(pair).figures_differ),
    }
    return {name: share for name, share in shares.items() if share is not None}


def _share(pairs: Sequence[Judged], good: Callable[[Judged], bool]) -> float | None:
    return sum(map(good, pairs)) / len(pairs) if pairs else None


def _is_right(pair: Judged) -> bool:
    row, finding = pair
    return finding.best is not None and finding.best.claim in row.claims


def _best(pair: Judged) -> Match:
    best = pair[1].best
    assert best is not None  # noqa: S101  asked only after the match was found right
    return best


def _acts(pair: Judged, *actions: str) -> bool:
    return pair[1].action in actions


def _fault(pair: Judged) -> tuple[int, str] | None:
    """Return what is wrong, worst first by its number; None where nothing is."""
    row, finding = pair
    faults = (
        (not row.claims and finding.action == "reply", "false reply"),
        (row.said and finding.action == "reply" and not _is_right(pair), "wrong reply"),
        (row.stance == "denies" and finding.action == "reply", "lectured"),
        (not row.claims and finding.action == "offer", "false offer"),
        (row.said and not _is_right(pair), "another claim on top" if finding.matches else "nothing found"),
        (row.said and finding.action == "silent", "left unanswered"),
    )
    return next(((order, fault) for order, (holds, fault) in enumerate(faults) if holds), None)


def _worst(judged: Sequence[Judged]) -> list[WorstRow]:
    found: list[tuple[tuple[int, float], WorstRow]] = []
    for row, finding in judged:
        fault = _fault((row, finding))
        if fault is not None:
            claim, score = (finding.best.claim, finding.best.score) if finding.best else (None, 0.0)
            found.append(((fault[0], -score), WorstRow(row, fault[1], finding.action, claim, score)))
    return [row for _, row in sorted(found, key=lambda each: each[0])]


def _confusion(judged: Sequence[Judged]) -> list[tuple[str, str, int]]:
    pairs = Counter(
        (right, pair[1].best.claim)
        for pair in judged
        if pair[0].said and pair[1].best is not None and not _is_right(pair)
        for right in sorted(pair[0].claims)[:1]
    )
    return [(right, found, count) for (right, found), count in pairs.most_common()]
