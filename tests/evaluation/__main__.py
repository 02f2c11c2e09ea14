"""Print how well the checks work on the labelled sets of this folder: `python -m tests.evaluation [PACK:MESSAGES ...]`.

`PACK:MESSAGES` adds a set of your own: a pack of claims, and a file of labelled messages about it.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from checks.checker import Checker
from checks.embedders.embedder import SafeEmbedder
from checks.embedders.opening import SemanticEmbedder
from checks.evaluate.files import read_labelled
from checks.evaluate.measures import judge_messages
from checks.model import KnownClaim
from tests.evaluation.packs import HERE, read_claims

SHIPPED = HERE.parents[1] / "claims" / "packs" / "ai-economy.yaml"
DECISION = HERE.parents[1] / "config" / "lexicon" / "decision.json"


def figures(claims: Sequence[KnownClaim], messages: Path, source: SafeEmbedder) -> Mapping[str, float]:
    """Return the shares of one set."""
    return judge_messages(Checker(claims, meaning=source).check, read_labelled(messages)).figures


def mean(found: Sequence[Mapping[str, float]]) -> Mapping[str, float]:
    """Return the mean of each share over the sets that have it."""
    names = dict.fromkeys(name for each in found for name in each)
    held = {name: [each[name] for each in found if name in each] for name in names}
    return {name: sum(values) / len(values) for name, values in held.items()}


def in_the_other_language(pack: Path, source: SafeEmbedder) -> float:
    """Return how often the right claim is on top for messages in Chinese, of claims with wordings in English alone."""
    check = Checker(read_claims(pack, ("en",)), meaning=source).check
    rows = [row for row in read_labelled(pack.with_suffix(".jsonl")) if row.said and row.language.startswith("zh")]
    best = [(row, check(row.text).best) for row in rows]
    return sum(found is not None and found.claim in row.claims for row, found in best) / max(1, len(rows))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("also", nargs="*", metavar="PACK:MESSAGES")
    also = [tuple(map(Path, each.split(":"))) for each in parser.parse_args().also]
    source, console = SafeEmbedder(SemanticEmbedder()), Console()
    packs = sorted((HERE / "unseen").glob("*.yaml"))
    with console.status("Measuring"):
        columns = {
            "three fields, unseen": mean([figures(read_claims(p), p.with_suffix(".jsonl"), source) for p in packs]),
            "shipped, held out": figures(read_claims(SHIPPED), HERE / "held_out.jsonl", source),
            "shipped, seen": figures(read_claims(SHIPPED), HERE / "messages.jsonl", source),
            **{rows.stem: figures(read_claims(pack), rows, source) for pack, rows in also},
        }
        crossed = sum(in_the_other_language(pack, source) for pack in packs) / len(packs)
    table = Table("", *columns)
    for name in dict.fromkeys(name for each in columns.values() for name in each):
        table.add_row(name, *(f"{each[name]:.3f}" if name in each else "–" for each in columns.values()))
    console.print(table)
    console.print(f"English wordings only, Chinese messages (unseen fields): right claim on top {crossed:.3f}")
    console.print(json.loads(DECISION.read_text("utf-8"))["provenance"], markup=False)


if __name__ == "__main__":
    main()
