"""Deciding on a foreign base: how many messages are answered when ordinary chat may raise so many false alarms."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from checks.analysis import analyse
from checks.base import IndexedBase
from checks.evaluate.rows import ClaimText, Query
from checks.lexicon import Lexicon

# Shorter claims and shorter chat say too little to be taken for anything.
_LEAST_WORDS = 5
LEAST_CHAT_WORDS = 4
_SEED = 2022


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a threshold gives that so many lines of chat pass: shares of the queries answered rightly and wrongly."""

    alarms: int
    lines: int
    score: float
    answered: float
    wrong: float


def choose_claims(claims: Sequence[ClaimText], queries: Sequence[Query], count: int) -> list[ClaimText]:
    """Return all claims that the queries are about, and others of at least five words by chance, `count` in all."""
    right = {claim for query in queries for claim in query.right}
    others = [claim for claim in claims if claim.id not in right and len(claim.text.split()) >= _LEAST_WORDS]
    random.Random(_SEED).shuffle(others)  # noqa: S311  a sample, no secret
    needed = [claim for claim in claims if claim.id in right]
    return [*needed, *others[: max(0, count - len(needed))]]


def decide_retrieval(
    base: IndexedBase, queries: Sequence[Query], chat: Iterable[str], lexicon: Lexicon, budget: float
) -> Threshold:
    """Set the threshold so that at most a share of `budget` of the chat passes, and count what then is answered."""
    scores = sorted((_best(base, text, lexicon)[1] for text in chat), reverse=True)
    alarms = int(budget * len(scores))
    threshold = scores[alarms] if alarms < len(scores) else 0.0
    best = [(query, *_best(base, query.text, lexicon)) for query in queries]
    passed = [(query, claim) for query, claim, score in best if score > threshold]
    right = sum(claim in query.right for query, claim in passed)
    count = max(1, len(queries))
    return Threshold(alarms, len(scores), threshold, right / count, (len(passed) - right) / count)


def _best(base: IndexedBase, text: str, lexicon: Lexicon) -> tuple[str, float]:
    """Return the claim on top as an unasked check sees it, with its probability; ("", 0) where none comes near."""
    message = analyse(text, lexicon)
    if base.scorer is None or not message.words:
        return "", 0.0
    found = base.scorer.candidates(message)
    if not found:
        return "", 0.0
    probability = base.scorer.model.probability(found[0].evidence.features())
    return base.claims[found[0].claim].claim.id, probability
