"""Fit the decision and choose its cut-offs, judged by cross-validation: each text by weights that never saw it."""

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from checks.checker import Checker
from checks.decision import DecisionModel
from checks.evaluation_files import LabelledMessage, add_kept, read_kept
from checks.features import Evidence
from checks.index import Floats
from checks.kept_index import read_with
from checks.model import Match
from checks.tuning import CutOffs, MeaningTuning, Model
from config.errors import EvaluationError, msgid, worded

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


def fit_logistic(features: Floats, labels: Floats, ridge: float, row_weights: Floats) -> LogisticModel:
    """Fit weights that maximise the penalised likelihood of `labels` (0 or 1, one a row)."""
    scale = features.std(axis=0)
    scale[scale == 0] = 1.0
    centre = features.mean(axis=0)
    x = np.hstack([(features - centre) / scale, np.ones((len(features), 1))])
    penalty = np.full(x.shape[1], ridge)
    penalty[-1] = 1e-6
    w = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        gradient = x.T @ (row_weights * (labels - p)) - penalty * w
        curve = (x * (row_weights * p * (1 - p))[:, None]).T @ x + np.diag(penalty)
        step = np.linalg.solve(curve, gradient)
        w = w + step
        if float(np.abs(step).max()) < _ENOUGH:
            break
    raw = w[:-1] / scale
    return LogisticModel(raw, float(w[-1] - centre @ raw))


Wrap = Callable[[list[str]], Iterable[str]]

# Texts with a lower probability are far from every claim: whether they ask is not read.
_FAR = 0.005


@dataclass(frozen=True, slots=True)
class Sample:
    """One text: the claim on top with its measures (none where no claim is near), and its label.

    `right` tells whether the claim on top is right; `about_a_claim` whether any is; `chat` marks unlabelled chat.
    """

    features: dict[str, float] | None
    right: bool
    about_a_claim: bool
    answer_due: bool
    chat: bool


class Measurer:
    """Measures texts against a base, and remembers what it measured by the text's hash (never the text)."""

    def __init__(self, checker: Checker, work_file: Path) -> None:
        """Read what an earlier run measured on the same base with the same measures; other lines are left aside.

        Raises EvaluationError.
        """
        self._checker = checker
        self._file = work_file
        self._print = _fingerprint(checker)
        self._known: dict[str, tuple[str, dict[str, float]]] = {}
        bases = set(map(self._remember, read_kept(work_file, b'{"base": ')))
        # All that was measured before was measured on other claims, or by another way to read a text.
        self.begins_anew = bool(bases - {None}) and self._print not in bases

    def measure(self, texts: Iterable[str], wrap: Wrap) -> None:
        """Measure the texts that are not yet known, writing each result at once; `wrap` shows progress."""
        new = [text for text in dict.fromkeys(texts) if self._key(text) not in self._known]
        with add_kept(self._file) as file:
            for text in wrap(new):
                key = self._key(text)
                self._known[key] = claim, features = self._measure(text)
                entry = {"base": self._print, "text": key, "claim": claim, "features": features}
                file.write(json.dumps(entry).encode() + b"\n")

    def labelled(self, message: LabelledMessage) -> Sample:
        """Return a measured message with its label."""
        claim, features = self._known[self._key(message.text)]
        return Sample(features or None, claim in message.claims, bool(message.claims), message.said, chat=False)

    def chat(self, text: str) -> Sample:
        """Return a measured line of chat."""
        _, features = self._known[self._key(text)]
        return Sample(features or None, right=False, about_a_claim=False, answer_due=False, chat=True)

    def _measure(self, text: str) -> tuple[str, dict[str, float]]:
        if self._checker.encoder:
            return _score(self._checker.check(text).best)
        base = self._checker.base
        message = self._checker.heard(text, base)
        if base.scorer is None or not message.words:
            return "", {}
        found = base.scorer.candidates(message)
        if not found:
            return "", {}
        features = found[0].evidence.features()
        if base.scorer.model.probability(features) >= _FAR:
            best = self._checker.check(text).best
            features["question"] = float(best is not None and best.stance == "asks")
        return base.claim(found[0].claim).id, features

    def _key(self, text: str) -> str:
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def _remember(self, line: bytes) -> str | None:
        try:
            entry: dict[str, Any] = json.loads(line)
            if entry["base"] == self._print:
                self._known[entry["text"]] = (entry["claim"], entry["features"])
            return entry["base"]
        except (ValueError, KeyError, TypeError):
            return None  # the line that an interruption cut off: its text is measured again


# What is measured where an embedder is asked: the score of the best match, and whether a rule keeps it silent anyway.
SCORE, BARRED = "score", "barred"


def _score(best: Match | None) -> tuple[str, dict[str, float]]:
    if best is None:
        return "", {}
    score = best.unrounded
    return best.claim, {SCORE: score, BARRED: float(best.bar == 0 or best.verbatim)}


def ticked(score: float, right: bool) -> Sample:
    """Return what a moderator has ticked as a sample: the score that the reply had, and whether it was right."""
    return Sample({SCORE: score}, right, about_a_claim=right, answer_due=right, chat=False)


def _fingerprint(checker: Checker) -> str:
    """Return a hash of the claims, of what orders them, of the names of the measures, and of what reads a text."""
    parts = [field.name for field in fields(Evidence)]
    if checker.base.scorer is not None:
        model = checker.base.scorer.model
        parts.append(json.dumps([dict(model.ranking), dict(model.ranking_han), dict(model.gate)]))
    if checker.encoder:
        parts += [checker.encoder, DecisionModel.load().provenance]
    # A score also follows figures, points, cut-offs, and the cues and units that a newer Touchstone brings.
    parts += map(repr, checker.base.claims())
    digest = hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass"))
    for part in read_with(messages=True):
        digest.update(part)
    return digest.hexdigest()[:16]


FOLDS = 10
_CHAT_WEIGHT = 0.2
_RIDGE = 1.0
_LEAST_ROWS = 30
_SEED = 7
# Offers disturb less than replies: so many times the budget. Of labelled messages without a claim at most these shares.
_OFFER_BUDGET = 5
_FALSE_REPLIES = Fraction("0.005")
_FALSE_OFFERS = Fraction("0.02")
_NEAR = 0.02
_EDGE = 1e-3


@dataclass(frozen=True, slots=True)
class AnswerShares:
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
    before: AnswerShares
    after: AnswerShares


def calibrate(samples: Sequence[Sample], model: Model, claims: int, budget: Fraction, provenance: str) -> Calibration:
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


# Labels from which on they say anything: in all, and of each kind. How far the shipped score is believed: the spread
# of what a fit may make of its slope and its offset, in log odds.
_LEAST_LABELS, _LEAST_OF_EACH = 20, 5
_SLOPE_SPREAD, _OFFSET_SPREAD = 0.35, 1.0
_LEAST_SLOPE = 0.25


@dataclass(frozen=True, slots=True)
class MeaningCalibration:
    """Cut-offs for the decision with an embedder, how many labels speak for them, and what they give."""

    cut_offs: CutOffs
    right: int
    wrong: int
    before: AnswerShares
    after: AnswerShares

    def tuning(self, provenance: str) -> MeaningTuning:
        """Return the cut-offs as a tuning file holds them."""
        return MeaningTuning(provenance, self.cut_offs.reply, self.cut_offs.offer)


def calibrate_meaning(samples: Sequence[Sample], shipped: CutOffs, budget: Fraction) -> MeaningCalibration:
    """Choose cut-offs at which an answer is as likely right, by these labels, as the shipped ones promise.

    The log odds of being right are a line over those of the score; the shipped score is what the line is before the
    first label, and few labels move it little. `budget` is the share of the chat among the samples that may be
    answered; without chat, labels alone count. Scores stay on their scale, so that cut-offs of servers keep their
    meaning. Raises EvaluationError where the samples cannot bear a fit.
    """
    heard = [s for s in samples if s.features and not s.features.get(BARRED)]
    labelled = [s for s in heard if not s.chat]
    right = sum(s.right and s.answer_due for s in labelled)
    _check_labels(right, len(labelled) - right, sum(s.chat for s in samples), budget)
    folds = np.random.default_rng(_SEED).integers(0, FOLDS, len(samples))
    heard_of = np.array([bool(s.features) and not (s.features or {}).get(BARRED) for s in samples])
    scores = np.array([(s.features or {}).get(SCORE, 0.0) for s in samples]) * heard_of
    levels = np.zeros(len(samples))
    for part in range(FOLDS):
        seen = [s for s, fold in zip(samples, folds, strict=True) if fold != part]
        cut_offs = _chosen_by_labels(seen, shipped, budget)
        levels[folds == part] = _levels(scores[folds == part], cut_offs)
    return MeaningCalibration(
        cut_offs=_chosen_by_labels(samples, shipped, budget),
        right=right,
        wrong=len(labelled) - right,
        before=_outcome(samples, _levels(scores, shipped), _LEVELS),
        after=_outcome(samples, levels, _LEVELS),
    )


_LEVELS = CutOffs(reply=0.75, offer=0.25, near=0.0)


def _levels(scores: Floats, cut_offs: CutOffs) -> Floats:
    """Return 1 where a score is answered, 0.5 where it is offered, else 0."""
    return np.where(scores >= cut_offs.reply, 1.0, np.where(scores >= cut_offs.offer, 0.5, 0.0))


def _check_labels(right: int, wrong: int, chat: int, budget: Fraction) -> None:
    if right + wrong < _LEAST_LABELS or min(right, wrong) < _LEAST_OF_EACH:
        text = msgid(
            "Too few labels: {right} right and {wrong} wrong matches that could be answered. Give at least "
            "{least}, {each} of each, with --messages or by moderators' ticks and --labels."
        )
        raise EvaluationError(worded(text, right=right, wrong=wrong, least=_LEAST_LABELS, each=_LEAST_OF_EACH))
    if chat and chat * budget < 1:
        raise _too_little_chat(chat, budget)


def _chosen_by_labels(samples: Sequence[Sample], shipped: CutOffs, budget: Fraction) -> CutOffs:
    heard = [s for s in samples if not s.chat and s.features and not s.features.get(BARRED)]
    odds = np.array([_odds((s.features or {})[SCORE]) for s in heard])
    slope, offset = _line(odds, np.array([float(s.right and s.answer_due) for s in heard]))

    def same_promise(cut_off: float) -> float:
        return 1 / (1 + math.exp(-(_odds(cut_off) - offset) / slope))

    chat = np.sort([0.0 if f.get(BARRED) else f.get(SCORE, 0.0) for f in (s.features or {} for s in samples if s.chat)])
    chat = chat[::-1]
    reply = max(same_promise(shipped.reply), _bar(chat, budget), _NEAR)
    offer = max(same_promise(shipped.offer), _bar(chat, budget * _OFFER_BUDGET), _NEAR)
    return replace(shipped, reply=round(min(reply, 1 - _EDGE), 4), offer=round(min(offer, reply, 1 - _EDGE), 4))


def _line(odds: Floats, labels: Floats) -> tuple[float, float]:
    """Fit slope and offset of the log odds of `labels`, which are 1 and 0 before any label."""
    before = np.array([1.0, 0.0])
    belief = np.array([_SLOPE_SPREAD**-2, _OFFSET_SPREAD**-2])
    x, w = np.column_stack([odds, np.ones(len(odds))]), before.copy()
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        gradient = x.T @ (labels - p) - belief * (w - before)
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + np.diag(belief), gradient)
        w = w + step
        if float(np.abs(step).max()) < _ENOUGH:
            break
    return max(_LEAST_SLOPE, float(w[0])), float(w[1])


def check_input(rows: Sequence[LabelledMessage], chat: int, ticks: int, budget: Fraction, *, by_meaning: bool) -> None:
    """Raise EvaluationError where labels and lines of chat are too few whatever is measured, before it takes long."""
    if not by_meaning:
        best = [Sample(None, bool(row.claims), bool(row.claims), answer_due=False, chat=False) for row in rows]
        silent = Sample(None, right=False, about_a_claim=False, answer_due=False, chat=True)
        _check_enough([*best, *[silent] * chat], budget)
    else:
        # Half of them right and half of them wrong would be the best.
        labels = len(rows) + ticks
        _check_labels((labels + 1) // 2, labels // 2, chat, budget)


def _check_enough(samples: Sequence[Sample], budget: Fraction) -> None:
    right = sum(s.right for s in samples)
    other = sum(not s.about_a_claim and not s.chat for s in samples)
    chat = sum(s.chat for s in samples)
    if right < _LEAST_ROWS or other < _LEAST_ROWS:
        text = msgid(
            "Too few labelled messages: {right} about a claim that was found, {other} about none. "
            "Give at least {least} of each with --messages."
        )
        raise EvaluationError(worded(text, right=right, other=other, least=_LEAST_ROWS))
    if chat * budget < 1:
        raise _too_little_chat(chat, budget)


def _too_little_chat(chat: int, budget: Fraction) -> EvaluationError:
    text = msgid(
        "{chat} lines of chat cannot show a false alarm in {wanted:.0f}. Give at least {least} with --chat, or a "
        "larger --budget."
    )
    return EvaluationError(worded(text, chat=chat, wanted=float(1 / budget), least=math.ceil(1 / budget)))


def _cross_validate(features: Floats, labels: Floats, weights: Floats) -> Floats:
    fold = np.random.default_rng(_SEED).integers(0, FOLDS, len(labels))
    odds = np.zeros(len(labels))
    for part in range(FOLDS):
        held, used = fold == part, fold != part
        odds[held] = fit_logistic(features[used], labels[used], _RIDGE, weights[used]).scores(features[held])
    return 1 / (1 + np.exp(-np.clip(odds, -40, 40)))


def _choose(samples: Sequence[Sample], scores: Floats, budget: Fraction) -> CutOffs:
    chat = np.sort(scores[[s.chat for s in samples]])[::-1]
    other = np.sort(scores[[not s.chat and not s.about_a_claim for s in samples]])[::-1]
    reply = max(_bar(chat, budget), _bar(other, _FALSE_REPLIES), _NEAR)
    offer = max(_bar(chat, budget * _OFFER_BUDGET), _bar(other, _FALSE_OFFERS), _NEAR)
    return CutOffs(round(reply, 4), round(min(offer, reply), 4), _NEAR)


def _bar(falling: Floats, share: Fraction) -> float:
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


def _outcome(samples: Sequence[Sample], scores: Floats, cut_offs: CutOffs) -> AnswerShares:
    due = np.array([s.answer_due for s in samples])
    right = np.array([s.right for s in samples])
    chat = np.array([s.chat for s in samples])
    other = np.array([not s.about_a_claim and not s.chat for s in samples])
    replied, offered = scores >= cut_offs.reply, scores >= cut_offs.offer

    def share(
        part: np.ndarray[tuple[int], np.dtype[np.bool_]], of: np.ndarray[tuple[int], np.dtype[np.bool_]]
    ) -> float:
        return float((part & of).sum()) / max(1, int(of.sum()))

    return AnswerShares(
        replied=share(replied & right, due),
        replied_or_offered=share(offered & right, due),
        wrong=share(replied & ~right, due),
        false=share(replied, other),
        false_offer=share(offered, other),
        chat_replies=share(replied, chat),
        chat_offers=share(offered, chat),
    )
