"""Fitted weights and cut-offs: data with a line on where they come from."""

import json
import math
from collections.abc import Mapping, Set
from dataclasses import asdict, dataclass
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

from checks.features import MEASURES
from config.errors import TuningError, worded
from config.named_files import encoding_of, open_named

_SHIPPED = "tuning.json"
# What is measured of a claim before it is looked at closely.
_AT_A_GLANCE = frozenset(("share", "dice", "concept_dice", "bm25", "profile", "words"))
# While the setting names a file that is none, nothing starts, `calibrate` neither.
_ANEW = worded("Take the setting tuning_file out, and write it anew with `touchstone calibrate`.")


@dataclass(frozen=True, slots=True)
class CutOffs:
    """Probabilities from which a match is answered, offered, and named at all (as a near miss).

    `about`: log odds of the topic below which it is offered at most, unless the share of the assertion reaches `sure`.
    """

    reply: float
    offer: float
    near: float
    about: float = -math.inf
    sure: float = math.inf


@dataclass(frozen=True, slots=True)
class Gates:
    """Likeness by words below which a message is far from a claim that has few wordings, and from one that has many.

    `many_from` is the number of wordings from which a claim has many.
    """

    few: float
    many: float
    many_from: float


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of the ranking and the decision, and the cut-offs by size of the base (number of claims).

    Attributes:
        provenance: what the weights were fitted on, and how that was checked.
        ranking: weights that order the claims for a message.
        ranking_han: the same for a message in Chinese.
        decision: weights of the log odds, beside `bias`.
        gate: weights of the log odds by words and concepts alone, beside `gate_bias`; a message for which they are
            below 0 is not looked at closely.
        cut_offs: for each fitted size of base.
    """

    provenance: str
    ranking: Mapping[str, float]
    ranking_han: Mapping[str, float]
    decision: Mapping[str, float]
    bias: float
    gate: Mapping[str, float]
    gate_bias: float
    cut_offs: Mapping[int, CutOffs]

    def rank(self, values: Mapping[str, float], *, han: bool) -> float:
        """Return the ranking score of named measures; `han`: the message is in Chinese."""
        return sum(weight * values[name] for name, weight in (self.ranking_han if han else self.ranking).items())

    def is_near(self, values: Mapping[str, float]) -> bool:
        """Tell whether a message with these measures of words and concepts is worth a close look."""
        return self.gate_bias + sum(weight * values[name] for name, weight in self.gate.items()) >= 0

    def probability(self, values: Mapping[str, float]) -> float:
        """Return the probability (0–1) that a message with these measures makes the claim."""
        sum_ = self.bias + sum(weight * values[name] for name, weight in self.decision.items())
        return 1 / (1 + math.exp(-max(-40.0, min(40.0, sum_))))

    def cut_offs_for(self, claims: int) -> CutOffs:
        """Return the cut-offs for a base of `claims` claims, interpolated between fitted sizes (logarithmic scale)."""
        sizes = sorted(self.cut_offs)
        if claims <= sizes[0]:
            return self.cut_offs[sizes[0]]
        for smaller, larger in pairwise(sizes):
            if claims <= larger:
                part = math.log(claims / smaller) / math.log(larger / smaller)
                return _between(self.cut_offs[smaller], self.cut_offs[larger], part)
        return self.cut_offs[sizes[-1]]


@dataclass(frozen=True, slots=True)
class MeaningTuning:
    """Cut-offs for the decision by words and meaning, in place of the shipped ones, and what they were fitted to."""

    provenance: str
    reply: float
    offer: float


@dataclass(frozen=True, slots=True)
class Tuning:
    """Two models: for claims with few wordings (as moderators write them) and with many (as in the shipped pack).

    `many_from` is the mean number of wordings of a claim from which a base counts as one with many. `meaning` holds
    what an operator has fitted for the decision with an embedder.
    """

    few: Model
    many: Model
    many_from: float
    meaning: MeaningTuning | None = None

    @property
    def provenance(self) -> str:
        """Return where the weights come from."""
        return self.many.provenance

    def model_for(self, wordings: float) -> Model:
        """Return the model for a base whose claims have so many wordings in the mean."""
        return self.many if wordings >= self.many_from else self.few

    def as_json(self) -> str:
        """Return the tuning as the text of a tuning file."""
        data = {"many_from": self.many_from, "few": _as_data(self.few), "many": _as_data(self.many)}
        data |= {} if self.meaning is None else {"meaning": asdict(self.meaning)}
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def load(cls, path: Path | None = None) -> "Tuning":
        """Read a tuning file; the shipped one where `path` is None. Raises TuningError for a file that is not one."""
        if path is None:
            return _parse((resources.files("config") / "lexicon" / _SHIPPED).read_text("utf-8"), _SHIPPED)
        try:
            with open_named(path) as file:
                data = file.read()
            text = data.decode(encoding_of(data))
        except OSError as error:
            reason = error.strerror or type(error).__name__
            said = worded("{file}: cannot be read ({reason}). {mend}", file=path, reason=reason, mend=_ANEW)
            raise TuningError(said) from error
        except UnicodeError as error:
            raise TuningError(worded("{file}: this is no text in UTF-8. {mend}", file=path, mend=_ANEW)) from error
        return _parse(text, str(path))


def _between(one: CutOffs, other: CutOffs, part: float) -> CutOffs:
    def mix(a: float, b: float) -> float:
        return a + (b - a) * part

    return CutOffs(mix(one.reply, other.reply), mix(one.offer, other.offer), mix(one.near, other.near))


def _as_data(model: Model) -> dict[str, Any]:
    cut_offs = {str(size): {"reply": c.reply, "offer": c.offer, "near": c.near} for size, c in model.cut_offs.items()}
    return {
        "provenance": model.provenance,
        "ranking": dict(model.ranking),
        "ranking_han": dict(model.ranking_han),
        "decision": dict(model.decision),
        "bias": model.bias,
        "gate": dict(model.gate),
        "gate_bias": model.gate_bias,
        "cut_offs": cut_offs,
    }


def _parse(text: str, where: str) -> Tuning:
    try:
        data: dict[str, Any] = json.loads(text)
        return Tuning(
            few=_model(data["few"]),
            many=_model(data["many"]),
            many_from=_number(data["many_from"]),
            meaning=_meaning(data["meaning"]) if "meaning" in data else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        said = worded("{file}: not a tuning file ({reason}). {mend}", file=where, reason=str(error), mend=_ANEW)
        raise TuningError(said) from error


def _model(data: dict[str, Any]) -> Model:
    cut_offs = {
        int(size): CutOffs(**{name: _number(value) for name, value in values.items()})
        for size, values in data["cut_offs"].items()
    }
    # Of no cut-off at all there is no least size either.
    if min(cut_offs) < 1:
        raise ValueError(min(cut_offs))
    return Model(
        provenance=str(data["provenance"]),
        ranking=_weights(data["ranking"], MEASURES),
        ranking_han=_weights(data["ranking_han"], MEASURES),
        decision=_weights(data["decision"], MEASURES),
        bias=_number(data["bias"]),
        gate=_weights(data["gate"], _AT_A_GLANCE),
        gate_bias=_number(data["gate_bias"]),
        cut_offs=cut_offs,
    )


def _meaning(data: dict[str, Any]) -> MeaningTuning:
    return MeaningTuning(str(data["provenance"]), _number(data["reply"]), _number(data["offer"]))


def _weights(data: dict[str, Any], measured: Set[str]) -> dict[str, float]:
    if not data.keys() <= measured:
        raise ValueError(", ".join(sorted(data.keys() - measured)))
    return {name: _number(weight) for name, weight in data.items()}


def _number(value: Any) -> float:  # noqa: ANN401  whatever stands in the file
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    return number
