"""Fit of the reader of questions: which sentence of a message asks whether something is so?

Only whole messages are labelled. So a model is fitted to the sentences that look most like the question of each message
that asks, against all sentences of the others; by the model those are chosen anew, some times over.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from checks.embedders.embedder import SemanticEmbedder, Vectors
from checks.lexicon import Lexicon, analyse
from checks.stance import StanceReader
from checks.stance.reader import FURTHEST, VECTOR_SCALE
from checks.text import stretches_of

_ROUNDS, _BATCH = 4, 512
# Before there is a model, the questions by their form are taken.
_FIRST_GUESS = ("asked_any", "cue_ask")


@dataclass(frozen=True)
class Sentences:
    """The sentences of some texts: the signs of a question in each, and its vector."""

    texts: tuple[str, ...]
    starts: np.ndarray
    signs: np.ndarray
    names: tuple[str, ...]
    vectors: Vectors

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Sentences":
        """Read and embed the sentences of the texts."""
        lexicon = Lexicon.load()
        stances, embedder = StanceReader.load(lexicon.folder), SemanticEmbedder()
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
        return cls(tuple(texts), np.array(starts), table, names, np.vstack(vectors))

    def whole(self) -> np.ndarray:
        """Return signs and vectors as one table."""
        return np.hstack([self.signs, self.vectors * VECTOR_SCALE])

    def most(self, odds: np.ndarray) -> np.ndarray:
        """Return the highest log odds of each text's sentences."""
        ends = zip(self.starts[:-1], self.starts[1:], strict=True)
        return np.clip(
            [odds[start:end].max() if end > start else -FURTHEST for start, end in ends], -FURTHEST, FURTHEST
        )

    def fit(self, table: np.ndarray, used: np.ndarray, asks: np.ndarray) -> LogisticRegression:
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
            model = LogisticRegression(C=1.0, max_iter=300, class_weight="balanced")
            odds = model.fit(table[questions + others], labels).decision_function(table)
        return model


def crossed(sentences: Sentences, fold: np.ndarray, asks: np.ndarray, fitted: np.ndarray) -> dict[str, float]:
    """Return how surely each text asks, by a model that has not seen its fold; `fitted`: the texts to fit to."""
    table = sentences.whole()
    found = np.zeros(len(fold))
    for part in np.unique(fold):
        held = fold == part
        model = sentences.fit(table, np.flatnonzero(fitted & ~held), asks)
        found[held] = sentences.most(model.decision_function(table))[held]
    return dict(zip(sentences.texts, found.tolist(), strict=True))


def write(sentences: Sentences, asks: np.ndarray, fitted: np.ndarray, file: Path) -> None:
    """Fit to all texts, with the vectors and without them, and write the weights."""
    used, count = np.flatnonzero(fitted), len(sentences.names)
    whole, alone = (sentences.fit(table, used, asks) for table in (sentences.whole(), sentences.signs))
    provenance = (
        f"Logistic regressions on the sentences of {len(used)} messages, {int(asks[used].sum())} of which ask whether "
        "something is so (tests/evaluation/asking.py)."
    )
    data = {
        "provenance": provenance,
        "encoder": "semantic:",
        "whole": _written(whole, sentences.names) | {"vector": np.round(whole.coef_[0, count:], 3).tolist()},
        "alone": _written(alone, sentences.names),
    }
    file.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _written(model: LogisticRegression, names: Sequence[str]) -> dict[str, object]:
    weights = np.round(model.coef_[0, : len(names)], 4).tolist()
    return {"bias": round(float(model.intercept_[0]), 4), "cues": dict(zip(names, weights, strict=True))}
