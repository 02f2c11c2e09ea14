"""Fit of the reader of questions: which sentence of a message asks whether something is so?

Only whole messages are labelled. So a model is fitted to the sentences that look most like the question of each message
that asks, against all sentences of the others; by the model those are chosen anew, some times over.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AnySet
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from checks.embedders.embedder import Vectors
from checks.embedders.semantic import SemanticEmbedder
from checks.lexicon import Lexicon, analyse
from checks.stance import StanceReader
from checks.stance.cues import turns_in
from checks.stance.reader import FURTHEST, VECTOR_SCALE
from checks.text import stretches_of

_ROUNDS, _BATCH = 4, 512
# The inverse of the ridge, in the fit with a column for each turn of phrase.
_STRENGTH = 0.1
# A turn of phrase must be seen in so many messages about so many claims; one that weighs less is not written.
_LEAST_SEEN, _LEAST_WEIGHT = 4, 0.06
# Before there is a model, the questions by their form are taken.
_FIRST_GUESS = ("asked_any", "cue_ask")


@dataclass(frozen=True)
class Sentences:
    """The sentences of some texts: the signs of a question in each, its turns of phrase, and its vector."""

    texts: tuple[str, ...]
    starts: np.ndarray
    signs: np.ndarray
    names: tuple[str, ...]
    turns: tuple[AnySet[str], ...]
    vectors: Vectors

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Sentences":
        """Read and embed the sentences of the texts."""
        lexicon = Lexicon.load()
        stances, embedder = StanceReader.load(lexicon.folder, lexicon.tokenizer), SemanticEmbedder()
        spoken: list[str] = []
        signs: list[Mapping[str, float]] = []
        starts = [0]
        for raw in texts:
            text = analyse(raw, lexicon).text
            scan, spans = stances.scan(text), stretches_of(text).sentences
            spoken += [text[slice(*span)] for span in spans]
            signs += [
                scan.asking(span, first=number == 0, last=number == len(spans) - 1) for number, span in enumerate(spans)
            ]
            starts.append(len(spoken))
        names = tuple(signs[0])
        vectors = [embedder.embed(spoken[i : i + _BATCH]) for i in range(0, len(spoken), _BATCH)]
        table = np.array([[each[name] for name in names] for each in signs])
        turns = tuple(map(turns_in, spoken))
        return cls(tuple(texts), np.array(starts), table, names, turns, np.vstack(vectors))

    def common_turns(self, abouts: Sequence[AnySet[str]], used: np.ndarray) -> list[str]:
        """Return the turns of phrase that recur in the texts numbered by `used`, by their claims."""
        seen: dict[str, set[int]] = defaultdict(set)
        for text in used:
            for number in range(self.starts[text], self.starts[text + 1]):
                for turn in self.turns[number]:
                    seen[turn].add(int(text))
        own = [frozenset(about) or frozenset([text]) for about, text in zip(abouts, self.texts, strict=True)]
        return sorted(
            turn
            for turn, texts in seen.items()
            if len(texts) >= _LEAST_SEEN and len({about for text in texts for about in own[text]}) >= _LEAST_SEEN
        )

    def table(self, turns: Sequence[str], *, with_vectors: bool) -> sparse.csr_matrix:
        """Return signs and turns of phrase, and vectors where they are wanted, as one table."""
        numbers = {turn: number for number, turn in enumerate(turns)}
        rows = [[numbers[turn] for turn in sorted(each) if turn in numbers] for each in self.turns]
        starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
        columns = np.concatenate([np.array(row, dtype=int) for row in rows])
        said = sparse.csr_matrix((np.ones(len(columns)), columns, starts), shape=(len(rows), len(turns)))
        parts = [sparse.csr_matrix(self.signs), said]
        if with_vectors:
            parts.append(sparse.csr_matrix(self.vectors * VECTOR_SCALE))
        return sparse.hstack(parts).tocsr()

    def most(self, odds: np.ndarray) -> np.ndarray:
        """Return the highest log odds of each text's sentences."""
        ends = zip(self.starts[:-1], self.starts[1:], strict=True)
        return np.clip(
            [odds[start:end].max() if end > start else -FURTHEST for start, end in ends], -FURTHEST, FURTHEST
        )

    def fit(self, table: sparse.csr_matrix, used: np.ndarray, asks: np.ndarray) -> LogisticRegression:
        """Fit to the texts numbered by `used`; `asks` says of each text whether it asks."""
        odds = self.signs[:, [self.names.index(name) for name in _FIRST_GUESS]].sum(axis=1)
        for _ in range(_ROUNDS):
            questions: list[int] = []
            others: list[int] = []
            for text in used:
                start, end = self.starts[text], self.starts[text + 1]
                if asks[text] and end > start:
                    questions.append(start + int(np.argmax(odds[start:end])))
                elif not asks[text]:
                    others += range(start, end)
            labels = np.repeat([1, 0], [len(questions), len(others)])
            model = LogisticRegression(C=_STRENGTH, max_iter=300, class_weight="balanced")
            odds = model.fit(table[questions + others], labels).decision_function(table)
        return model


def crossed(
    sentences: Sentences, abouts: Sequence[AnySet[str]], fold: np.ndarray, asks: np.ndarray, fitted: np.ndarray
) -> dict[str, float]:
    """Return how surely each text asks, by a model that has not seen its fold; `fitted`: the texts to fit to."""
    table = sentences.table(sentences.common_turns(abouts, np.flatnonzero(fitted)), with_vectors=True)
    found = np.zeros(len(fold))
    for part in np.unique(fold):
        held = fold == part
        model = sentences.fit(table, np.flatnonzero(fitted & ~held), asks)
        found[held] = sentences.most(model.decision_function(table))[held]
    return dict(zip(sentences.texts, found.tolist(), strict=True))


def write(
    sentences: Sentences, abouts: Sequence[AnySet[str]], asks: np.ndarray, fitted: np.ndarray, file: Path
) -> None:
    """Fit to all texts, with the vectors and without them, and write the weights."""
    used = np.flatnonzero(fitted)
    turns = sentences.common_turns(abouts, used)
    whole, alone = (sentences.fit(sentences.table(turns, with_vectors=each), used, asks) for each in (True, False))
    provenance = (
        f"Logistic regressions on the sentences of {len(used)} messages, {int(asks[used].sum())} of which ask whether "
        "something is so (tests/evaluation/asking.py)."
    )
    count = len(sentences.names) + len(turns)
    data = {
        "provenance": provenance,
        "encoder": "semantic:",
        "whole": _written(whole, sentences.names, turns) | {"vector": np.round(whole.coef_[0, count:], 3).tolist()},
        "alone": _written(alone, sentences.names, turns),
    }
    file.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _written(model: LogisticRegression, names: Sequence[str], turns: Sequence[str]) -> dict[str, object]:
    weights = np.round(model.coef_[0], 4).tolist()
    said = dict(zip(turns, weights[len(names) : len(names) + len(turns)], strict=True))
    return {
        "bias": round(float(model.intercept_[0]), 4),
        "cues": dict(zip(names, weights[: len(names)], strict=True)),
        "turns": {turn: round(weight, 2) for turn, weight in said.items() if abs(weight) >= _LEAST_WEIGHT},
    }
