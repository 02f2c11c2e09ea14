"""Fit logistic models: standardised features, a ridge penalty, Newton's method."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from checks.postings import Floats

_STEPS = 60
_ENOUGH = 1e-8


@dataclass(frozen=True, slots=True)
class LogisticModel:
    """Weights on the raw features, and a bias."""

    weights: Floats
    bias: float

    def scores(self, features: Floats) -> Floats:
        """Return the log odds of each row."""
        return features @ self.weights + self.bias


def fit_logistic(
    features: Floats, labels: Floats, ridge: float = 1.0, row_weights: Floats | None = None, *, intercept: bool = True
) -> LogisticModel:
    """Fit weights that maximise the penalised likelihood of `labels` (0 or 1, one a row)."""
    scale = features.std(axis=0)
    scale[scale == 0] = 1.0
    centre = features.mean(axis=0) if intercept else np.zeros(features.shape[1])
    x = (features - centre) / scale
    if intercept:
        x = np.hstack([x, np.ones((len(x), 1))])
    penalty = np.full(x.shape[1], ridge)
    if intercept:
        penalty[-1] = 1e-6
    rows = np.ones(len(x)) if row_weights is None else row_weights
    w = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        gradient = x.T @ (rows * (labels - p)) - penalty * w
        curve = (x * (rows * p * (1 - p))[:, None]).T @ x + np.diag(penalty)
        step = np.linalg.solve(curve, gradient)
        w = w + step
        if float(np.abs(step).max()) < _ENOUGH:
            break
    raw = (w[:-1] if intercept else w) / scale
    return LogisticModel(raw, float(w[-1] - centre @ raw) if intercept else 0.0)


def fit_order(groups: Sequence[tuple[Floats, Floats]], ridge: float = 1.0) -> Floats:
    """Fit weights under which right candidates outrank wrong ones; each group is one message's (features, labels)."""
    differences = [
        good - bad for features, labels in groups for good in features[labels > 0] for bad in features[labels == 0]
    ]
    if not differences:
        raise ValueError("no message has both a right and a wrong candidate")
    x = np.array(differences)
    both = np.vstack([x, -x])
    return fit_logistic(both, np.concatenate([np.ones(len(x)), np.zeros(len(x))]), ridge, intercept=False).weights
