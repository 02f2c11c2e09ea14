"""How well the checks work on a pack and its labelled messages: for the floors, and for whoever asks."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from checks.checker import Checker
from checks.embedders.embedder import MeaningSource
from checks.evaluation import judge_findings
from checks.evaluation_files import read_labelled
from checks.model import KnownClaim
from tests.evaluation.packs import HERE, LONG, read_claims, weighed_length

UNSEEN = tuple(sorted((HERE / "unseen").glob("*.yaml")))


def figures(claims: Sequence[KnownClaim], messages: Path, source: MeaningSource) -> Mapping[str, float]:
    """Return the shares of one set; `long_denied` is that of the long assertions that are taken for disputes."""
    check = Checker(claims, meaning=source).check
    judged = [(row, check(row.text)) for row in read_labelled(messages)]
    long = [
        found.best is not None and found.best.stance == "denies"
        for row, found in judged
        if row.stance == "asserts" and weighed_length(row.text) > LONG
    ]
    return {**judge_findings(judged).figures, **({"long_denied": sum(long) / len(long)} if long else {})}


def mean(found: Sequence[Mapping[str, float]]) -> Mapping[str, float]:
    """Return the mean of each share over the sets that have it."""
    names = dict.fromkeys(name for each in found for name in each)
    held = {name: [each[name] for each in found if name in each] for name in names}
    return {name: sum(values) / len(values) for name, values in held.items()}


def in_the_other_language(packs: Sequence[Path], source: MeaningSource) -> float:
    """Return how often the right claim is on top for messages in Chinese, of claims with wordings in English alone."""
    right: list[bool] = []
    for pack in packs:
        check = Checker(read_claims(pack, ("en",)), meaning=source).check
        rows = [row for row in read_labelled(pack.with_suffix(".jsonl")) if row.said and row.language.startswith("zh")]
        found = [(row, check(row.text).best) for row in rows]
        right += [best is not None and best.claim in row.claims for row, best in found]
    return sum(right) / max(1, len(right))
