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
        letters_cosine: cosine of the same (0–1).
        partial: rapidfuzz's partial ratio (0–1); never decides alone.
        whole_partial: the same against the fullest of the nearest wordings, as are the next seven.
        whole_characters: cosine of the character n-grams (0–1).
        whole_dice: weighted Dice of the words (0–1).
        whole_cosine: cosine of the words (0–1).
        sentence: weighted Dice of the message's best sentence (0–1).
        phrases: weight of the neighbouring word pairs that both hold, as a logarithm (0 and up).
        numbers_missing: how many numbers the wording holds that the message lacks.
        length: weight of the wording's words, as a logarithm.
        length_gap: difference in length of message and wording, as a share of the longer (0–1); the least.
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
    """

    dice: float
    share: float
    concept_dice: float
    concept_share: float
    characters: float
    letters: float
    letters_cosine: float
    partial: float
    whole_partial: float
    whole_characters: float
    whole_dice: float
    whole_cosine: float
    sentence: float
    phrases: float
    numbers_missing: float
    length: float
    length_gap: float
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

    def features(self) -> dict[str, float]:
        """Return the measures as the decision model takes them: counts as logarithms, negatives as a distance."""
        values: dict[str, float] = {name: getattr(self, name) for name in self.__slots__}
        values["words"] = math.log1p(self.words)
        values["concepts"] = math.log1p(self.concepts)
        values["beside_negative"] = self.best - self.negative
        return values
