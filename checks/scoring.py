"""Score the claims for a message: all wordings cheaply, the best few closely."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz

from checks.analysis import Analysis
from checks.bm25 import ClaimDocuments
from checks.characters import CharacterVectors, cosine, dice
from checks.evidence import Evidence
from checks.index import Floats, IndexedWording, Overlap, WordingIndex
from checks.lexicon import Lexicon
from checks.profiles import ClaimProfiles
from checks.tuning import Tuning

# How many claims are looked at closely, and how many wordings of each.
_CLAIMS_CLOSELY = 10
_WORDINGS_CLOSELY = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A claim (by number) with its evidence and the row of the wording that comes nearest."""

    claim: int
    row: int
    evidence: Evidence


class Scorer:
    """Holds the indexes over one set of wordings and scores messages against them."""

    def __init__(self, wordings: Sequence[IndexedWording], claims: int, lexicon: Lexicon, tuning: Tuning) -> None:
        """Build the indexes; `wordings` must be ordered by claim number."""
        self.index = WordingIndex(wordings, claims, lexicon)
        self._profiles = ClaimProfiles(wordings, claims, self.index.weight)
        self._documents = ClaimDocuments(wordings, claims, self.index.weight)
        self._characters = CharacterVectors(w.reading.text for w in wordings)
        self._tuning = tuning

    def candidates(
        self, message: Analysis, most: int = _CLAIMS_CLOSELY, semantic: Floats | None = None
    ) -> list[Candidate]:
        """Return up to `most` candidates, best first; none where the message shares nothing with any wording.

        `semantic` holds a cosine per row where an embedder is at work.
        """
        overlap = self.index.overlap(message)
        combined = overlap.dice + 0.7 * overlap.concept_dice + 0.3 * overlap.share
        words = self._profiles.evidence(message.words)
        concepts = self._profiles.evidence(message.concepts)
        bm25 = self._documents.evidence(message.words)
        rough = self.index.best_by_claim(combined) + 0.25 * (words + concepts) + 12 * bm25
        if semantic is not None:
            rough = rough + self.index.best_by_claim(np.maximum(semantic, 0.0))
        chosen = np.argsort(-rough)[:most] if len(rough) <= most * 4 else _largest(rough, most)
        vector = self._characters.vector(message.text)
        found = [
            self._closely(
                message,
                int(claim),
                overlap,
                combined,
                (float(words[claim]), float(concepts[claim]), float(bm25[claim])),
                vector,
                semantic,
            )
            for claim in chosen
            if rough[claim] > 0
        ]
        found.sort(key=lambda candidate: -candidate.evidence.rank)
        return _with_margin(found)

    def _closely(
        self,
        message: Analysis,
        claim: int,
        overlap: Overlap,
        combined: Floats,
        profile: tuple[float, float, float],
        vector: Mapping[str, float],
        semantic: Floats | None,
    ) -> Candidate:
        span = self.index.rows_of(claim)
        rows = np.arange(span.start, span.stop)
        negative = self.index.negative[span.start : span.stop]
        positive, against = rows[~negative], rows[negative]
        order = positive[np.argsort(-combined[positive], kind="stable")]
        near = [int(row) for row in order[:_WORDINGS_CLOSELY]]
        letters = self._characters.letters(message.text)
        texts = [self.index.wordings[row].reading.text for row in near]
        evidence = Evidence(
            dice=float(overlap.dice[positive].max()),
            share=float(overlap.share[order[:8]].max()),
            concept_dice=float(overlap.concept_dice[positive].max()),
            concept_share=float(overlap.concept_share[order[:8]].max()),
            characters=max(cosine(vector, self._characters.vector(text, keep=True)) for text in texts),
            letters=max(dice(letters, self._characters.letters(text)) for text in texts),
            token_set=max(fuzz.token_set_ratio(message.text, text) for text in texts) / 100,
            token_sort=max(fuzz.token_sort_ratio(message.text, text) for text in texts) / 100,
            profile=profile[0],
            concept_profile=profile[1],
            bm25=profile[2],
            best=float(combined[order[0]]),
            best_three=float(combined[order[:3]].mean()),
            negative=float(combined[against].max()) if len(against) else 0.0,
            words=len(message.words),
            concepts=len(message.concepts),
            semantic=float(semantic[positive].max()) if semantic is not None else 0.0,
        )
        return Candidate(claim, near[0], replace(evidence, rank=self._tuning.rank(evidence.features())))


def _largest(values: Floats, most: int) -> npt.NDArray[np.int64]:
    part = np.argpartition(-values, most)[:most]
    return part[np.argsort(-values[part], kind="stable")]


def _with_margin(found: list[Candidate]) -> list[Candidate]:
    if not found:
        return found
    second = found[1].evidence.rank if len(found) > 1 else 0.0
    first = replace(found[0], evidence=replace(found[0].evidence, margin=found[0].evidence.rank - second))
    return [first, *found[1:]]
