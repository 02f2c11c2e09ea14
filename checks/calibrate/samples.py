"""What the checks measure in each text, collected once and kept in a work file, so that a broken-off run goes on."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from checks.analysis import analyse
from checks.checker import Checker
from checks.evaluate.rows import LabelledMessage
from checks.evidence import Evidence

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
        """Read what an earlier run measured on the same base with the same measures; other lines are left aside."""
        self._checker = checker
        self._file = work_file
        self._print = _fingerprint(checker)
        self._known: dict[str, tuple[str, dict[str, float]]] = {}
        if work_file.exists():
            for line in work_file.read_text("utf-8").splitlines():
                self._remember(line)

    def measure(self, texts: Iterable[str], wrap: Wrap) -> None:
        """Measure the texts that are not yet known, writing each result at once; `wrap` shows progress."""
        new = [text for text in dict.fromkeys(texts) if self._key(text) not in self._known]
        with self._file.open("a", encoding="utf-8") as file:
            for text in wrap(new):
                key = self._key(text)
                self._known[key] = claim, features = self._measure(text)
                entry = {"base": self._print, "text": key, "claim": claim, "features": features}
                file.write(json.dumps(entry) + "\n")

    def labelled(self, message: LabelledMessage) -> Sample:
        """Return a measured message with its label."""
        claim, features = self._known[self._key(message.text)]
        return Sample(features or None, claim in message.claims, bool(message.claims), message.said, chat=False)

    def chat(self, text: str) -> Sample:
        """Return a measured line of chat."""
        _, features = self._known[self._key(text)]
        return Sample(features or None, right=False, about_a_claim=False, answer_due=False, chat=True)

    def _measure(self, text: str) -> tuple[str, dict[str, float]]:
        base = self._checker.base
        message = analyse(text, self._checker.lexicon)
        if base.scorer is None or not message.words:
            return "", {}
        found = base.scorer.candidates(message, 1)
        if not found:
            return "", {}
        features = found[0].evidence.features()
        if base.scorer.model.probability(features) >= _FAR:
            best = self._checker.check(text).best
            features["question"] = float(best is not None and best.stance == "asks")
        return base.claims[found[0].claim].claim.id, features

    def _key(self, text: str) -> str:
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def _remember(self, line: str) -> None:
        try:
            entry: dict[str, Any] = json.loads(line)
            if entry["base"] == self._print:
                self._known[entry["text"]] = (entry["claim"], entry["features"])
        except (ValueError, KeyError, TypeError):
            return  # the line that an interruption cut off: its text is measured again


def _fingerprint(checker: Checker) -> str:
    """Return a hash of the claims' wordings, of what orders the claims, and of the names of the measures."""
    parts = [field.name for field in fields(Evidence)]
    if checker.base.scorer is not None:
        model = checker.base.scorer.model
        parts.append(json.dumps([dict(model.ranking), dict(model.ranking_han), dict(model.gate)]))
    for read in checker.base.claims:
        parts.append(read.claim.id)
        parts += [wording.text for wording, _ in read.wordings]
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
