"""The application under threads, cold: what eight threads find in five hundred texts is what one finds.

What threads share below `Touchstone` is frozen, or behind a lock (views, the stemmer, the encoder and its caches), or a
cache of a pure function, which two threads may fill with the same.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.templates import Templates

ROOT = Path(__file__).parents[2]
TEXTS = 500
# In a process of its own: in this one, other tests have read lexicon and catalogues already.
PROGRAM = """
import json, random, sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from bot.service import Touchstone
from config.settings import Settings

address, embedder, threads, texts = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
lines = open("tests/evaluation/messages.jsonl", encoding="utf-8").read().splitlines()
said = [json.loads(line)["text"] for line in lines]
random.Random(9).shuffle(said)
said, start = said[:texts], Barrier(threads)
settings = Settings(database_url=address, embedder=embedder)
with Touchstone.open(settings) as touchstone, ThreadPoolExecutor(threads) as pool:
    def part(number):
        start.wait()
        made = []
        for text in said[number::threads]:
            finding = touchstone.check(text)
            made.append(repr((finding, touchstone.compose(finding, requested=True))))
        return made
    parts = list(pool.map(part, range(threads)))
for at in range(len(said)):
    print(json.dumps(parts[at % threads][at // threads]))
"""


def found(address: str, embedder: str, threads: int) -> list[str]:
    """Return what so many threads find, in the order of the texts."""
    arguments = [sys.executable, "-c", PROGRAM, address, embedder, str(threads), str(TEXTS)]
    environment = os.environ | {"PYTHONHASHSEED": "0", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(arguments, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.splitlines()


@pytest.mark.slow
@pytest.mark.parametrize("embedder", ["none", "auto"])
def test_eight_threads_find_what_one_finds(embedder: str, templates: Templates, tmp_path: Path) -> None:
    address = templates.copy("shipped", tmp_path / "touchstone.db")
    alone = found(address, embedder, 1)
    assert len(alone) == TEXTS
    assert found(address, embedder, 8) == alone
