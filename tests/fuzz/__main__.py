"""`python -m tests.fuzz [KIND]`: a million hostile inputs, or as many as are asked for; 1 where one fails."""

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.fuzz.masses import SHARES, Finding, opened, shared_out, shown

MILLION = 1_000_000
_PIECE = 5_000


def throw(kind: str, numbers: range) -> list[Finding]:
    """Throw inputs of one kind, in a process of its own."""
    with opened() as masses:
        return list(masses.run(kind, numbers))


def main() -> int:
    """Run, and print each finding with the way to see it again."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("kind", nargs="?", choices=SHARES)
    parser.add_argument("--count", type=int, default=MILLION)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    given = parser.parse_args()
    os.environ.setdefault("TOUCHSTONE_EMBEDDER", "none")
    shares = {given.kind: given.count} if given.kind else shared_out(given.count)
    tasks = [
        (kind, range(start, min(start + _PIECE, given.first + count)))
        for kind, count in shares.items()
        for start in range(given.first, given.first + count, _PIECE)
    ]
    failed = 0
    with ProcessPoolExecutor(given.processes, get_context("spawn")) as pool:
        for (kind, numbers), findings in zip(tasks, pool.map(throw, *zip(*tasks, strict=True)), strict=True):
            failed += len(findings)
            print(f"{kind} {numbers.start}–{numbers.stop - 1}: {len(findings)} findings", flush=True)  # noqa: T201
            for finding in findings:
                print(shown(finding), flush=True)  # noqa: T201
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
