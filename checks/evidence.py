"""The evidence for one claim in one message: what the scorers measured, by name."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """Measures of likeness between a message and a claim; the best over the claim's wordings unless said otherwise.

    Attributes:
        dice: weighted Dice of the words (0–1).
        share: share of a wording's word weight that the message holds (0–1).
        concept_dice: the same Dice over concepts.
        concept_share: the same share over concepts.
        characters: cosine of the character n-grams (0–1).
        letters: weighted Dice of single Han characters and whole Latin words (0–1).
        token_set: rapidfuzz's token set ratio (0–1); never decides alone.
        token_sort: rapidfuzz's token sort ratio (0–1).
        profile: evidence of the words by the claim's profile (0 and up).
        concept_profile: the same of the concepts.
        bm25: BM25 of all the claim's wordings as one document (0–1).
        best: the best wording's combined overlap (0–2).
        best_three: mean of the three best wordings' combined overlap.
        negative: the best negative wording's combined overlap.
        rank: the ranking score that orders claims.
        margin: distance of the ranking score to the next claim's (0 and up; 0 for all but the first).
        words: number of different word terms in the message.
        concepts: number of different concepts in the message.
        question: 1 where the message asks, else 0.
        semantic: best cosine of an embedder's vectors; 0 without one.
    """

    dice: float
    share: float
    concept_dice: float
    concept_share: float
    characters: float
    letters: float
    token_set: float
    token_sort: float
    profile: float
    concept_profile: float
    bm25: float
    best: float
    best_three: float
    negative: float
    rank: float = 0.0
    margin: float = 0.0
    words: int = 0
    concepts: int = 0
    question: float = 0.0
    semantic: float = 0.0

    def features(self) -> dict[str, float]:
        """Return the measures as the decision model takes them: counts as logarithms, negatives as a distance."""
        values: dict[str, float] = {name: getattr(self, name) for name in self.__slots__}
        values["words"] = math.log1p(self.words)
        values["concepts"] = math.log1p(self.concepts)
        values["beside_negative"] = self.best - self.negative
        return values
