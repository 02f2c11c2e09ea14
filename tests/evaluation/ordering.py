"""Fit what puts claims in order: `python -m tests.evaluation.ordering FOLDER` does so for very many, and Chinese.

FOLDER holds claims.jsonl and messages (dev.jsonl), as `touchstone evaluate retrieval` reads them. Says first what each
half of the messages gets from weights of the other half, then fits to all and writes `likeness` of
config/lexicon/decision.json. The order of few claims is fitted with all else (`tests/evaluation/fit.py`).
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from checks.decision import STANDING
from checks.embedders.embedder import SafeEmbedder
from checks.embedders.semantic import SemanticEmbedder
from checks.evaluation import embed_claims, hold_claims
from checks.evaluation_files import read_claims, read_queries
from checks.lexicon import Lexicon, analyse
from checks.matching import topic_measures
from checks.text import is_han
from checks.tuning import Tuning
from tests.evaluation.weights import as_text, scaled, written

DECISION = Path(__file__).parents[2] / "config" / "lexicon" / "decision.json"
RIDGE = 1.0
SEED = 3
_BATCH = 16


@dataclass(frozen=True)
class Choices:
    """Claims that were measured for messages: a row each, those of one message (`of`) one after another."""

    values: np.ndarray
    right: np.ndarray
    of: np.ndarray

    def some(self, messages: np.ndarray) -> "Choices":
        """Return those of some messages, of which at least one claim is right and one is not."""
        count, right = np.bincount(self.of), np.bincount(self.of, self.right)
        told = np.isin(self.of, messages) & ((right > 0) & (right < count))[self.of]
        return Choices(self.values[told], self.right[told], np.unique(self.of[told], return_inverse=True)[1])


def conditional_logit(
    choices: Choices, ridge: float, counts: np.ndarray | float = 1.0, given: np.ndarray | None = None
) -> np.ndarray:
    """Return the weights that give the right claims of each message the greatest share.

    A message counts `counts` times. From `given` weights, times a factor of its own, the ridge lets them differ.
    """
    starts = np.flatnonzero(np.diff(choices.of, prepend=-1))
    values, right, of = choices.values, choices.right, choices.of
    before = np.zeros(len(values)) if given is None else values @ given

    def loss(fitted: np.ndarray) -> tuple[float, np.ndarray]:
        factor, weights = fitted[0], fitted[1:]
        scores = factor * before + values @ weights
        odds = np.exp(scores - np.maximum.reduceat(scores, starts)[of])
        whole, said = np.add.reduceat(odds, starts), np.add.reduceat(odds * right, starts)
        pull = (odds * right / said[of] - odds / whole[of]) * np.broadcast_to(counts, len(starts))[of]
        lost = ridge * weights @ weights - np.sum(counts * np.log(said / whole))
        return lost, np.append(-pull @ before, 2 * ridge * weights - pull @ values)

    found = minimize(loss, np.append(1.0, np.zeros(values.shape[1])), jac=True, method="L-BFGS-B").x
    return found[1:] if given is None else given + found[1:] / found[0]


def measure(folder: Path) -> tuple[list[str], Choices, int]:
    """Return what is measured of the claims that a check looks at, for each message in Chinese, and their number."""
    queries = [each for each in read_queries(folder / "dev.jsonl") if is_han(each.text)]
    checker = hold_claims(read_claims(folder), Lexicon.load(), Tuning.load(), SafeEmbedder(SemanticEmbedder()))
    embed_claims(checker)
    base, rows, right, of, names = checker.base, list[list[float]](), list[bool](), list[int](), list[str]()
    for start in range(0, len(queries), _BATCH):
        some = queries[start : start + _BATCH]
        messages = [analyse(each.text, checker.lexicon, base.spelling) for each in some]
        looked = checker._looked_at(messages, base)
        for number, (query, (_, nearness, looks)) in enumerate(zip(some, looked, strict=True), start):
            for look in looks if nearness is not None else ():
                measures = topic_measures(look, nearness)
                names = names or list(measures)
                rows.append([*measures.values()])
                right.append(base.claim(look.candidate.claim).id in query.right)
                of.append(number)
    return names, Choices(np.array(rows), np.array(right), np.array(of)), len(queries)


def found_first(choices: Choices, weights: np.ndarray, messages: np.ndarray) -> float:
    """Return the share of some messages for which a right claim comes first."""
    best = np.argsort(choices.values @ weights, kind="stable")
    first = dict(zip(choices.of[best].tolist(), choices.right[best].tolist(), strict=True))
    return float(np.mean([first.get(number, False) for number in messages.tolist()]))


def main() -> None:
    """Measure, judge by halves, fit, write."""
    names, raw, count = measure(Path(sys.argv[1]))
    centre, spread = raw.values.mean(axis=0), raw.values.std(axis=0)
    choices = Choices(scaled(raw.values, centre, spread), raw.right, raw.of)
    given = np.zeros(len(names))
    for name, weight in (("rank", 1.0), ("above_both", STANDING)):
        given[names.index(name)] = weight * spread[names.index(name)]
    halves = np.array_split(np.random.default_rng(SEED).permutation(count), 2)
    before = found_first(choices, given, np.concatenate(halves))
    crossed = [
        found_first(choices, conditional_logit(choices.some(seen), RIDGE, given=given), unseen)
        for seen, unseen in (halves, halves[::-1])
    ]
    sys.stdout.write(f"right claim first: {before:.4f} by likeness alone; each half by the other {crossed}\n")
    weights = conditional_logit(choices.some(np.arange(count)), RIDGE, given=given)
    data = json.loads(DECISION.read_text("utf-8"))
    data["likeness"] = written(names, centre, spread, weights)
    DECISION.write_text(as_text(data) + "\n", "utf-8")


if __name__ == "__main__":
    main()
