"""Fit the decision and choose its cut-offs, judged by cross-validation: each text by weights that never saw it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from checks.calibrate.samples import Sample
from checks.fit import LogisticModel, fit_logistic
from checks.postings import Floats
from checks.tuning import CutOffs, Model
from config.errors import EvaluationError

FOLDS = 10
_CHAT_WEIGHT = 0.2
_RIDGE = 1.0
_LEAST_ROWS = 30
_SEED = 7
# Offers disturb less than replies: so many times the budget. Of labelled messages without a claim at most these shares.
_OFFER_BUDGET = 5.0
_FALSE_REPLIES = 0.005
_FALSE_OFFERS = 0.02
_NEAR = 0.02
_EDGE = 1e-3


@dataclass(frozen=True, slots=True)
class Outcome:
    """Shares (0–1) at the cut-offs, before any guard: of messages that call for an answer, of others, and of chat."""

    replied: float
    replied_or_offered: float
    wrong: float
    false: float
    false_offer: float
    chat_replies: float
    chat_offers: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """The fitted model, and what it gives beside the present one."""

    model: Model
    cut_offs: CutOffs
    before: Outcome
    after: Outcome


def calibrate(samples: Sequence[Sample], model: Model, claims: int, budget: float, provenance: str) -> Calibration:
    """Fit weights for the measures of `model` and cut-offs for a base of `claims` claims.

    `budget` is the share of chat that may be answered. Raises EvaluationError where the samples cannot bear a fit.
    """
    _check_enough(samples, budget)
    names = list(model.decision)
    features = np.array([[(s.features or {}).get(name, 0.0) for name in names] for s in samples])
    labels = np.array([float(s.right) for s in samples])
    weights = np.array([_CHAT_WEIGHT if s.chat else 1.0 for s in samples])
    near = np.array([s.features is not None for s in samples])
    unseen = _cross_validate(features[near], labels[near], weights[near])
    scores = np.zeros(len(samples))
    scores[near] = unseen
    fitted = fit_logistic(features[near], labels[near], _RIDGE, weights[near])
    cut_offs = _choose(samples, scores, budget)
    present = np.array([model.probability(s.features) if s.features else 0.0 for s in samples])
    return Calibration(
        model=_with(model, names, fitted, cut_offs, claims, provenance),
        cut_offs=cut_offs,
        before=_outcome(samples, present, model.cut_offs_for(claims)),
        after=_outcome(samples, scores, cut_offs),
    )


def _check_enough(samples: Sequence[Sample], budget: float) -> None:
    right = sum(s.right for s in samples)
    other = sum(not s.about_a_claim and not s.chat for s in samples)
    chat = sum(s.chat for s in samples)
    if right < _LEAST_ROWS or other < _LEAST_ROWS:
        raise EvaluationError(
            f"Too few labelled messages: {right} about a claim that was found, {other} about none. "
            f"Give at least {_LEAST_ROWS} of each with --messages."
        )
    if chat * budget < 1:
        raise EvaluationError(
            f"{chat} lines of chat cannot show a false alarm in {1 / budget:.0f}. Give at least "
            f"{math.ceil(1 / budget)} with --chat, or a larger --budget."
        )


def _cross_validate(features: Floats, labels: Floats, weights: Floats) -> Floats:
    fold = np.random.default_rng(_SEED).integers(0, FOLDS, len(labels))
    odds = np.zeros(len(labels))
    for part in range(FOLDS):
        held, used = fold == part, fold != part
        odds[held] = fit_logistic(features[used], labels[used], _RIDGE, weights[used]).scores(features[held])
    return 1 / (1 + np.exp(-np.clip(odds, -40, 40)))


def _choose(samples: Sequence[Sample], scores: Floats, budget: float) -> CutOffs:
    chat = np.sort(scores[[s.chat for s in samples]])[::-1]
    other = np.sort(scores[[not s.chat and not s.about_a_claim for s in samples]])[::-1]
    reply = max(_bar(chat, budget), _bar(other, _FALSE_REPLIES), _NEAR)
    offer = max(_bar(chat, budget * _OFFER_BUDGET), _bar(other, _FALSE_OFFERS), _NEAR)
    return CutOffs(round(reply, 4), round(min(offer, reply), 4), _NEAR)


def _bar(falling: Floats, share: float) -> float:
    """Return the least bar that at most this share of the scores reaches."""
    allowed = int(share * len(falling))
    return min(1 - _EDGE, float(falling[allowed]) + _EDGE) if allowed < len(falling) else 0.0


def _with(
    model: Model, names: Sequence[str], fitted: LogisticModel, cut_offs: CutOffs, claims: int, provenance: str
) -> Model:
    """Return the model with new weights; cut-offs of other sizes move by as much as those of this size did."""
    old = model.cut_offs_for(claims)
    moved = {
        size: CutOffs(
            _moved(each.reply, old.reply, cut_offs.reply), _moved(each.offer, old.offer, cut_offs.offer), _NEAR
        )
        for size, each in model.cut_offs.items()
    }
    decision: Mapping[str, float] = {
        name: round(float(weight), 4) for name, weight in zip(names, fitted.weights, strict=True)
    }
    return replace(
        model,
        provenance=provenance,
        decision=decision,
        bias=round(fitted.bias, 4),
        cut_offs={**moved, claims: cut_offs},
    )


def _moved(value: float, old: float, new: float) -> float:
    odds = _odds(value) + _odds(new) - _odds(old)
    return round(1 / (1 + math.exp(-odds)), 4)


def _odds(probability: float) -> float:
    kept = min(1 - _EDGE, max(_EDGE, probability))
    return math.log(kept / (1 - kept))


def _outcome(samples: Sequence[Sample], scores: Floats, cut_offs: CutOffs) -> Outcome:
    due = np.array([s.answer_due for s in samples])
    right = np.array([s.right for s in samples])
    chat = np.array([s.chat for s in samples])
    other = np.array([not s.about_a_claim and not s.chat for s in samples])
    replied, offered = scores >= cut_offs.reply, scores >= cut_offs.offer

    def share(
        part: np.ndarray[tuple[int], np.dtype[np.bool_]], of: np.ndarray[tuple[int], np.dtype[np.bool_]]
    ) -> float:
        return float((part & of).sum()) / max(1, int(of.sum()))

    return Outcome(
        replied=share(replied & right, due),
        replied_or_offered=share(offered & right, due),
        wrong=share(replied & ~right, due),
        false=share(replied, other),
        false_offer=share(offered, other),
        chat_replies=share(replied, chat),
        chat_offers=share(offered, chat),
    )
