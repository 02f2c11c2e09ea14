"""Sets of known claims: how high the right claim ranks, by the thorough search that requests get."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from checks.analysis import analyse
from checks.base import IndexedBase
from checks.evaluate.rows import ClaimText, Query
from checks.known import KnownClaim, KnownWording
from checks.lexicon import Lexicon
from checks.text import count_han
from checks.tuning import Tuning

_AT = 5


@dataclass(frozen=True, slots=True)
class Ranked:
    """A query with the claims found for it, best first."""

    query: Query
    found: Sequence[str]

    @property
    def average_precision(self) -> float:
        """Return the average precision at 5 (0–1)."""
        hits, total = 0, 0.0
        for place, claim in enumerate(self.found[:_AT], 1):
            if claim in self.query.right:
                hits += 1
                total += hits / place
        return total / min(_AT, max(1, len(self.query.right)))


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """The outcome on one file of queries; all shares 0–1, the time in milliseconds of processor time a query."""

    claims: int
    ranked: Sequence[Ranked]
    milliseconds: float

    @property
    def figures(self) -> dict[str, float]:
        """Return MAP@5, precision at 1, and the share with a right claim among the first five."""
        count = max(1, len(self.ranked))
        return {
            "map@5": sum(each.average_precision for each in self.ranked) / count,
            "p@1": sum(bool(set(each.found[:1]) & each.query.right) for each in self.ranked) / count,
            "s@5": sum(bool(set(each.found[:_AT]) & each.query.right) for each in self.ranked) / count,
        }

    @property
    def missed(self) -> list[Ranked]:
        """Return the queries with no right claim among the first five."""
        return [each for each in self.ranked if not set(each.found[:_AT]) & each.query.right]


def known_claim(claim: ClaimText) -> KnownClaim:
    """Return a claim of a retrieval set as the checks know claims: its text, and the title together with the text."""
    language = "zh" if count_han(claim.text) else "en"
    texts = [claim.text, f"{claim.title}. {claim.text}"] if claim.title else [claim.text]
    wordings = tuple(KnownWording(text, language) for text in texts)
    return KnownClaim(claim.id, "context", claim.title, "", wordings)


def index_claims(claims: Iterable[ClaimText], lexicon: Lexicon, tuning: Tuning) -> IndexedBase:
    """Index the claims of a retrieval set."""
    return IndexedBase.of(map(known_claim, claims), lexicon, tuning)


def judge_retrieval(base: IndexedBase, queries: Iterable[Query], lexicon: Lexicon) -> RetrievalReport:
    """Rank the claims of the base for every query."""
    ids = [read.claim.id for read in base.claims]
    ranked: list[Ranked] = []
    if base.scorer is not None:
        base.scorer.candidates(analyse("the first search builds its index", lexicon), thorough=True)
    start = time.process_time()
    for query in queries:
        message = analyse(query.text, lexicon)
        found = base.scorer.candidates(message, thorough=True) if base.scorer is not None else []
        ranked.append(Ranked(query, [ids[candidate.claim] for candidate in found]))
    spent = time.process_time() - start
    return RetrievalReport(len(ids), ranked, 1000 * spent / max(1, len(ranked)))
