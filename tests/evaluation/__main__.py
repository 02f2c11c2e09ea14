"""Print how well the checks work on the labelled sets of this folder: `python -m tests.evaluation [PACK:MESSAGES ...]`.

`PACK:MESSAGES` adds a set of your own: a pack of claims, and a file of labelled messages about it.
"""

import argparse
import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from checks.embedders.embedder import SafeEmbedder
from checks.embedders.semantic import SemanticEmbedder
from tests.evaluation.judging import PLAIN, UNSEEN, figures, in_the_other_language, mean
from tests.evaluation.packs import HERE, SHIPPED, read_claims

DECISION = HERE.parents[1] / "config" / "lexicon" / "decision.json"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("also", nargs="*", metavar="PACK:MESSAGES")
    also = [tuple(map(Path, each.split(":"))) for each in parser.parse_args().also]
    source, console = SafeEmbedder(SemanticEmbedder()), Console()
    with console.status("Measuring"):
        shipped = read_claims(SHIPPED)
        columns = {
            "other fields, unseen": mean([figures(read_claims(p), p.with_suffix(".jsonl"), source) for p in UNSEEN]),
            "beside the shipped": mean(
                [figures([*read_claims(p), *shipped], p.with_suffix(".jsonl"), source) for p in UNSEEN]
            ),
            "other fields, plain": mean([figures(read_claims(p), PLAIN / f"{p.stem}.jsonl", source) for p in UNSEEN]),
            "shipped, plain": figures(shipped, PLAIN / f"{SHIPPED.stem}.jsonl", source),
            "shipped, unseen": figures(shipped, HERE / "unseen_shipped.jsonl", source),
            "shipped, held out": figures(shipped, HERE / "held_out.jsonl", source),
            "shipped, seen": figures(shipped, HERE / "messages.jsonl", source),
            **{rows.stem: figures(read_claims(pack), rows, source) for pack, rows in also},
        }
        crossed = in_the_other_language(UNSEEN, source)
    table = Table("", *columns)
    for name in dict.fromkeys(name for each in columns.values() for name in each):
        table.add_row(name, *(f"{each[name]:.3f}" if name in each else "–" for each in columns.values()))
    console.print(table)
    console.print(f"English wordings only, Chinese messages (unseen fields): right claim on top {crossed:.3f}")
    console.print(json.loads(DECISION.read_text("utf-8"))["provenance"], markup=False)


if __name__ == "__main__":
    main()
