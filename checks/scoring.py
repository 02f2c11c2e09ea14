"""Score the claims for a message: all wordings cheaply, the best few closely."""

import math
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from checks.features import CharacterVectors, Evidence, Parts, Reader, likeness
from checks.index import (
    Floats,
    IndexedWording,
    Overlap,
    Postings,
    Rows,
    Shares,
    TermWeights,
    WordingIndex,
    claim_documents,
    count_holders,
)
from checks.lexicon import Analysis, Lexicon
from checks.text import count_han
from checks.tuning import Gates, Model, Tuning

_K1 = 1.5
_B = 0.75


class ClaimDocuments:
    """Saturated term counts of every claim, ready to be weighted and summed."""

    def __init__(self, counts: Sequence[Counter[str]], weight: TermWeights) -> None:
        """Take the term counts of each claim's document."""
        self._weight = weight
        lengths = np.array([max(1, count.total()) for count in counts], dtype=np.float64)
        damping: list[float] = (_K1 * (1 - _B + _B * lengths / lengths.mean())).tolist()
        self._postings = Postings(
            {term: times / (times + damp) for term, times in count.items()}
            for count, damp in zip(counts, damping, strict=True)
        )

    def evidence(self, terms: Collection[str]) -> Floats:
        """Return, for every claim, the BM25 score as a share of the most that these terms could score (0–1)."""
        query = {term: self._weight(term) for term in terms}
        most = sum(query.values())
        return self._postings.sums(query) / (most or 1.0)


# Half a wording is added to every count, so that one stray word does not decide.
_SMOOTHING = 0.5
_BACKGROUND_SHARE = 0.5
_FULL_WEIGHT = 6.0


class ClaimProfiles:
    """For every term, how much more often the wordings of a claim hold it than all others and ordinary writing do.

    The weight is the logarithm of that ratio (pointwise mutual information), at least 0, scaled down for terms that say
    little anywhere.
    """

    def __init__(self, holders: Sequence[Counter[str]], sizes: Sequence[int], weight: TermWeights) -> None:
        """Take, for every claim, in how many of its wordings each term stands, and how many wordings it has."""
        self._postings = Postings(_weights(holders, sizes, weight))

    def evidence(self, terms: Collection[str]) -> Floats:
        """Return, for every claim, the summed weight of the terms that speak for it, per root of their number."""
        return self._postings.sums(dict.fromkeys(terms, 1.0)) / math.sqrt(len(terms) + 3)


def _weights(holders: Sequence[Counter[str]], sizes: Sequence[int], weight: TermWeights) -> Iterator[dict[str, float]]:
    total: Counter[str] = Counter()
    for count in holders:
        total.update(count)
    everything = sum(sizes)
    for count, size in zip(holders, sizes, strict=True):
        speaking: dict[str, float] = {}
        for term, times in count.items():
            elsewhere = (total[term] - times + _SMOOTHING) / (everything - size + 1)
            usual = elsewhere + _BACKGROUND_SHARE * weight.background(term)
            speaks = math.log((0.9 * times / max(1, size) + 0.1 * usual) / usual)
            if speaks > 0:
                speaking[term] = speaks * min(1.0, weight(term) / _FULL_WEIGHT)
        yield speaking


# How many claims are looked at closely, and how many wordings of each.
_CLAIMS_CLOSELY = 10
_WORDINGS_CLOSELY = 3
# None is looked at closely where so many of the first are far by words and concepts alone; where one is near, these are
# looked at, and of the others those that are near themselves.
_CLAIMS_FIRST = 3
# Where an embedder proposes claims too, so many are looked at that words propose.
_CLAIMS_BY_WORDS = 8


@dataclass(frozen=True, slots=True)
class Candidate:
    """A claim (by number) with its evidence and the row of the wording that comes nearest."""

    claim: int
    row: int
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class _Glance:
    """What one message shares with all claims by their profiles and documents, which costs the least."""

    words: Floats
    concepts: Floats
    bm25: Floats

    @property
    def total(self) -> Floats:
        """Return the three together."""
        return 0.25 * (self.words + self.concepts) + 12 * self.bm25


@dataclass(frozen=True, slots=True)
class _Sighting:
    """What one message shares with all claims and wordings, before any is looked at closely."""

    words: Floats
    concepts: Floats
    bm25: Floats
    overlap: Overlap
    combined: Shares
    han: bool


# Half of ordinary chat scores less by profiles and BM25, and one in a hundred messages about a claim. The best of more
# claims scores higher by chance: each tenfold of a small base raises the gate.
_HOPELESS, _HOPELESS_TENFOLD, _SMALL_BASE = 1.2, 0.26, 50


class Scorer:
    """Holds the indexes over one set of wordings and scores messages against them."""

    def __init__(self, wordings: Sequence[IndexedWording], claims: int, lexicon: Lexicon, tuning: Tuning) -> None:
        """Build the indexes; `wordings` must be ordered by claim number."""
        weight = count_holders(wordings, lexicon)
        documents = claim_documents(wordings, claims)
        self.index = WordingIndex(wordings, claims, weight)
        mean = sum(each.size for each in documents) / claims
        self.model: Model = tuning.model_for(mean)
        self._wordings_a_claim = mean
        self._profiles = ClaimProfiles([each.holders for each in documents], [each.size for each in documents], weight)
        self._documents = ClaimDocuments([each.counts for each in documents], weight)
        self._gate = _HOPELESS + _HOPELESS_TENFOLD * math.log10(max(claims, _SMALL_BASE) / _SMALL_BASE)
        self._reader = Reader(weight, CharacterVectors(w.reading.text for w in wordings))

    def candidates(self, message: Analysis, most: int | None = None) -> list[Candidate]:
        """Return up to `most` candidates, best first; none where the message comes near no claim."""
        quick = self._glance(message)
        if float(quick.total.max()) < self._gate:
            return []
        seen = self._sight(message, quick)
        rough = self._rough(quick, seen)
        chosen = self._worth_a_look(message, _largest(rough, _CLAIMS_CLOSELY), seen)
        said = Parts(message, self._reader)
        found = [self._closely(said, int(claim), seen) for claim in chosen if rough[claim] > 0]
        found.sort(key=lambda candidate: -candidate.evidence.rank)
        return _with_margin(found)[:most]

    def is_far(self, message: Analysis, gates: Gates) -> bool:
        """Tell by words and concepts alone whether a message is far from every claim."""
        return float(self._glance(message).total.max()) < (
            gates.many if self._wordings_a_claim >= gates.many_from else gates.few
        )

    def close_look(self, message: Analysis, also: Sequence[int]) -> list[Candidate]:
        """Return the claims that come near by words and those in `also`, all looked at closely; best first."""
        quick = self._glance(message)
        seen = self._sight(message, quick)
        said = Parts(message, self._reader)
        chosen = dict.fromkeys([*map(int, _largest(self._rough(quick, seen), _CLAIMS_BY_WORDS)), *also])
        found = [self._closely(said, claim, seen) for claim in chosen]
        found.sort(key=lambda candidate: -candidate.evidence.rank)
        return _with_margin(found)

    def _glance(self, message: Analysis) -> "_Glance":
        words = self._profiles.evidence(message.words)
        concepts = self._profiles.evidence(message.concepts)
        return _Glance(words, concepts, self._documents.evidence(message.words))

    def _sight(self, message: Analysis, quick: "_Glance") -> "_Sighting":
        overlap = self.index.overlap(message)
        combined = overlap.dice + np.float32(0.7) * overlap.concept_dice + np.float32(0.3) * overlap.share
        return _Sighting(quick.words, quick.concepts, quick.bm25, overlap, combined, is_han(message.text))

    def _rough(self, quick: "_Glance", seen: "_Sighting") -> Floats:
        """Return the likeness of every claim by which some are chosen for a close look."""
        return quick.total + self.index.best_by_claim(seen.combined)

    def _worth_a_look(self, message: Analysis, chosen: Rows, seen: _Sighting) -> Rows:
        """Return the chosen claims that are near, beside the first ones; none where none of the first is near."""
        first, others = chosen[:_CLAIMS_FIRST], chosen[_CLAIMS_FIRST:]
        if not any(self._is_near(message, int(claim), seen) for claim in first):
            return first[:0]
        near = [claim for claim in others if self._is_near(message, int(claim), seen)]
        return np.array([*first, *near], dtype=np.int64)

    def _is_near(self, message: Analysis, claim: int, seen: _Sighting) -> bool:
        """Tell by words and concepts whether the claim is worth a close look; most chat is not, and is spared it."""
        rows = self.index.rows_of(claim)
        span = slice(rows.start, rows.stop)
        measures = {
            "share": float(seen.overlap.share[span].max()),
            "dice": float(seen.overlap.dice[span].max()),
            "concept_dice": float(seen.overlap.concept_dice[span].max()),
            "bm25": float(seen.bm25[claim]),
            "profile": float(seen.words[claim]),
            "words": math.log1p(len(message.words)),
        }
        return self.model.is_near(measures)

    def _closely(self, said: Parts, claim: int, seen: _Sighting) -> Candidate:
        span = self.index.rows_of(claim)
        rows = np.arange(span.start, span.stop)
        negative = self.index.negative[span.start : span.stop]
        positive, against = rows[~negative], rows[negative]
        order = positive[np.argsort(-seen.combined[positive], kind="stable")]
        near = [int(row) for row in order[:_WORDINGS_CLOSELY]]
        parts = [self._reader.wording(row, self.index.wordings[row].reading) for row in near]
        overlap = seen.overlap
        evidence = Evidence(
            **likeness(said, parts),
            dice=float(overlap.dice[positive].max()),
            share=float(overlap.share[order[:8]].max()),
            concept_dice=float(overlap.concept_dice[positive].max()),
            concept_share=float(overlap.concept_share[order[:8]].max()),
            profile=float(seen.words[claim]),
            concept_profile=float(seen.concepts[claim]),
            bm25=float(seen.bm25[claim]),
            best=float(seen.combined[order[0]]),
            best_three=float(seen.combined[order[:3]].mean()),
            negative=float(seen.combined[against].max()) if len(against) else 0.0,
            words=len(said.reading.words),
            concepts=len(said.reading.concepts),
        )
        return Candidate(claim, near[0], replace(evidence, rank=self.model.rank(evidence.features(), han=seen.han)))


def is_han(folded: str) -> bool:
    """Tell whether a text is in Chinese: at least one Han character in four."""
    return count_han(folded) * 4 >= len(folded)


def _largest(values: Floats, most: int) -> Rows:
    part = np.argpartition(-values, most)[:most] if len(values) > most * 4 else np.arange(len(values))
    return part[np.argsort(-values[part], kind="stable")][:most]


def _with_margin(found: list[Candidate]) -> list[Candidate]:
    if not found:
        return found
    second = found[1].evidence.rank if len(found) > 1 else 0.0
    first = replace(found[0], evidence=replace(found[0].evidence, margin=found[0].evidence.rank - second))
    return [first, *found[1:]]
