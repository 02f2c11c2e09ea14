"""Fitted weights and cut-offs: data with a line on where they come from."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

from config.errors import TuningError

_SHIPPED = "tuning.json"


@dataclass(frozen=True, slots=True)
class CutOffs:
    """Probabilities from which a match is answered, offered, and named at all (as a near miss)."""

    reply: float
    offer: float
    near: float


@dataclass(frozen=True, slots=True)
class Tuning:
    """Weights of the ranking and the decision, and the cut-offs by size of the base (number of claims)."""

    provenance: str
    ranking: Mapping[str, float]
    decision: Mapping[str, float]
    bias: float
    cut_offs: Mapping[int, CutOffs]

    def rank(self, values: Mapping[str, float]) -> float:
        """Return the ranking score of named measures."""
        return sum(weight * values[name] for name, weight in self.ranking.items())

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

    def as_json(self) -> str:
        """Return the tuning as the text of a tuning file."""
        data = {
            "provenance": self.provenance,
            "ranking": dict(self.ranking),
            "decision": dict(self.decision),
            "bias": self.bias,
            "cut_offs": {
                str(size): {"reply": c.reply, "offer": c.offer, "near": c.near} for size, c in self.cut_offs.items()
            },
        }
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def load(cls, path: Path | None = None) -> "Tuning":
        """Read a tuning file; the shipped one where `path` is None. Raises TuningError for a file that is not one."""
        if path is None:
            return _parse((resources.files("config") / "lexicon" / _SHIPPED).read_text("utf-8"), _SHIPPED)
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise TuningError(
                f"{path}: cannot be read ({error}). Write it anew with `touchstone calibrate`."
            ) from error
        return _parse(text, str(path))


def _between(one: CutOffs, other: CutOffs, part: float) -> CutOffs:
    def mix(a: float, b: float) -> float:
        return a + (b - a) * part

    return CutOffs(mix(one.reply, other.reply), mix(one.offer, other.offer), mix(one.near, other.near))


def _parse(text: str, where: str) -> Tuning:
    try:
        data: dict[str, Any] = json.loads(text)
        cut_offs = {int(size): CutOffs(**values) for size, values in data["cut_offs"].items()}
        min(cut_offs)  # a tuning without any cut-off is none
        return Tuning(data["provenance"], data["ranking"], data["decision"], float(data["bias"]), cut_offs)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TuningError(
            f"{where}: not a tuning file ({error}). Write it anew with `touchstone calibrate`."
        ) from error
