"""Processor time a message, by words alone and by words and meaning, in turns with two searches: rapidfuzz and FTS5.

`python -m tests.bench [--json FILE] [--tantivy]`. With the last one (`pip install tantivy`) also in turns with that
engine, and over a base of a million wordings. And what a first check takes in a process of its own, with everything to
load, and what bases of some sizes take in memory.
"""

import argparse
import gc
import json
import os
import platform
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process
from rich.console import Console
from rich.progress import track
from rich.table import Table

from checks.checker import Checker
from checks.embedders.embedder import SafeEmbedder
from checks.embedders.semantic import SemanticEmbedder
from checks.features import likeness
from checks.lexicon import Lexicon
from checks.tuning import Tuning
from tests.bench import memory as bases_in_memory
from tests.bench.making import CHAT_SEED, CLAIMS_SEED, Words, make_chat, make_claims

_BASES = ((50, 12), (1_000, 12), (10_000, 12))
_ROUNDS = 3
_MESSAGES = {50: 400, 1_000: 200, 10_000: 60, 100_000: 30}
# A million wordings, beside the engine alone: the other two searches would take minutes there.
_LARGE = (100_000, 10)
# To embed all wordings of a larger made-up base takes minutes.
_MOST_EMBEDDED = 1_000
_COLD = "silver will explode to five hundred dollars, everybody knows that"

Figures = dict[str, float]


def _seconds(work: Callable[[str], object], chat: Sequence[str]) -> float:
    start = time.process_time()
    for message in chat:
        work(message)
    return (time.process_time() - start) / len(chat)


class FullText:
    """SQLite's FTS5 over the same wordings, cut as the checks cut: the ten best that hold any word of a message."""

    def __init__(self, texts: Sequence[str], lexicon: Lexicon) -> None:
        """Write folded texts into a table in memory."""
        self._lexicon = lexicon
        self._base = sqlite3.connect(":memory:")
        self._base.execute("CREATE VIRTUAL TABLE wordings USING fts5(words)")
        rows = ((" ".join(lexicon.tokenizer.forms(text)),) for text in texts)
        self._base.executemany("INSERT INTO wordings VALUES (?)", rows)

    def search(self, message: str) -> list[int]:
        """Return the numbers of the wordings, the best first."""
        words = dict.fromkeys(self._lexicon.tokenizer.forms(self._lexicon.folder.fold(message)))
        asked = " OR ".join(f'"{word}"' for word in words)
        query = "SELECT rowid - 1 FROM wordings WHERE wordings MATCH ? ORDER BY rank LIMIT 10"
        return [row for (row,) in self._base.execute(query, (asked,))] if asked else []


class Engine:
    """Tantivy over the same wordings, cut as the checks cut: its ten best, looked at as closely as the checks look."""

    def __init__(self, texts: Sequence[str], checker: Checker) -> None:
        """Write folded texts into an index in memory, with one thread."""
        assert checker.base.scorer is not None
        self._tantivy: Any = import_module("tantivy")
        self._texts, self._lexicon, self._reader = texts, checker.lexicon, checker.base.scorer.reader
        shape = self._tantivy.SchemaBuilder()
        shape.add_text_field("words", stored=False, tokenizer_name="whitespace")
        shape.add_unsigned_field("row", stored=True)
        self._schema = shape.build()
        index = self._tantivy.Index(self._schema)
        writer = index.writer(200_000_000, 1)
        for row, text in enumerate(texts):
            writer.add_document(self._tantivy.Document(words=" ".join(self._lexicon.tokenizer.forms(text)), row=row))
        writer.commit()
        index.reload()
        self._searcher = index.searcher()

    def search(self, message: str) -> tuple[str, list[int]]:
        """Return the message, folded, and the numbers of the ten best wordings."""
        engine, text = self._tantivy, self._lexicon.folder.clean(message).text
        terms = dict.fromkeys(self._lexicon.tokenizer.forms(text))
        wanted = [(engine.Occur.Should, engine.Query.term_query(self._schema, "words", term)) for term in terms]
        hits = self._searcher.search(engine.Query.boolean_query(wanted), 10, count=False).hits
        return text, [self._searcher.doc(place)["row"][0] for _, place in hits]

    def look(self, message: str) -> list[dict[str, float]]:
        """Return the close measures of the ten best wordings, of every message: the checks spare most of them that."""
        text, rows = self.search(message)
        said, *found = self._reader.taken_apart([text, *(self._texts[row] for row in rows)], self._lexicon)
        return likeness(said, [[each] for each in found], self._reader.weight)


def _beside_engine(size: int, wordings: int, lexicon: Lexicon, tuning: Tuning) -> Figures:
    """Return milliseconds a message, and how often the check by words fits into the engine's time."""
    words = Words.of(lexicon)
    claims = make_claims(words, size, wordings)
    chat = make_chat(words, claims, _MESSAGES[size])
    checker = Checker(claims, lexicon, tuning)
    texts = [lexicon.folder.fold(wording.text) for claim in claims for wording in claim.wordings]
    engine = Engine(texts, checker)
    all_: dict[str, Callable[[str], object]] = {"words": checker.check, "search": engine.search, "tantivy": engine.look}
    for work in all_.values():
        _seconds(work, chat)
    gc.collect()
    rounds = [{name: _seconds(work, chat) for name, work in all_.items()} for _ in range(_ROUNDS)]
    found = {name: 1e3 * statistics.median(each[name] for each in rounds) for name in all_}
    ratios = {"search_ratio": "search", "tantivy_ratio": "tantivy"}
    return found | {
        name: statistics.median(each[work] / each["words"] for each in rounds) for name, work in ratios.items()
    }


def _measured(size: int, wordings: int, lexicon: Lexicon, tuning: Tuning, source: SafeEmbedder) -> Figures:
    """Return milliseconds a message, and how often the check by words fits into each search (median of rounds)."""
    words = Words.of(lexicon)
    claims = make_claims(words, size, wordings)
    texts = [lexicon.folder.fold(w.text) for claim in claims for w in claim.wordings]
    chat = make_chat(words, claims, _MESSAGES[size])

    def plain(message: str) -> object:
        return process.extract(message.casefold(), texts, scorer=fuzz.token_set_ratio, limit=10)

    full_text = FullText(texts, lexicon).search
    checks = {"words": Checker(claims, lexicon, tuning).check}
    if size <= _MOST_EMBEDDED:
        # Vectors of messages are remembered: an embedder of its own for each round, with the wordings kept between.
        checks["meaning"] = Checker(claims, lexicon, tuning, _Forgetful(source)).check
    for check in checks.values():
        _seconds(check, chat)
    gc.collect()
    all_ = {**checks, "plain": plain, "fts5": full_text}
    rounds = [{name: _seconds(work, chat) for name, work in all_.items()} for _ in range(_ROUNDS)]
    found = {name: 1e3 * statistics.median(each[name] for each in rounds) for name in all_}
    ratios = {"ratio": "plain", "fts5_ratio": "fts5"}
    return found | {
        name: statistics.median(each[search] / each["words"] for each in rounds) for name, search in ratios.items()
    }


class _Forgetful:
    """Asks the encoder for every message anew, as chat does, in which hardly a text comes twice."""

    def __init__(self, source: SafeEmbedder) -> None:
        self.name, self._source, self._encoder = source.name, source, SemanticEmbedder()
        self.wordings_or_none, self.embed_or_none = source.wordings_or_none, self._encoder.embed


def _cold(embedder: str) -> Figures:
    """Return processor seconds of a first check in a new process; and of one that finds the vectors kept."""
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{Path(folder) / 'claims.db'}"
        environment = {**os.environ, "TOUCHSTONE_EMBEDDER": embedder, "TOUCHSTONE_DATABASE_URL": database}
        return {name: _process_seconds(environment) for name in ("first", "later")}


def _process_seconds(environment: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", "from bot.terminal import main; main()"]
    subprocess.run([*command, "check", "--json", _COLD], env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print one row for each size of base, and the cold starts; write all of it where a file is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--tantivy", action="store_true")
    given = parser.parse_args()
    file: Path | None = given.json
    console = Console()
    lexicon, tuning, source = Lexicon.load(), Tuning.load(), SafeEmbedder(SemanticEmbedder())
    searches = ("rapidfuzz, ms", "FTS5, ms", "words : rapidfuzz", "words : FTS5")
    table = Table("claims", "wordings each", "words, ms", "words and meaning, ms", *searches)
    table.title = "Processor time a message"
    written: dict[str, Figures] = {}
    for size, wordings in track(_BASES, description="Measuring", console=console, transient=True):
        found = written[str(size)] = _measured(size, wordings, lexicon, tuning, source)
        both = f"{found['meaning']:.2f}" if "meaning" in found else "–"
        times = f"{found['plain']:.2f}", f"{found['fts5']:.2f}"
        ratios = f"{found['ratio']:.0f}×", f"{found['fts5_ratio']:.0f}×"
        table.add_row(f"{size:,}", str(wordings), f"{found['words']:.2f}", both, *times, *ratios)
    console.print(table)
    engine: dict[str, Figures] = {}
    for size, wordings in (*_BASES, _LARGE) if given.tantivy else ():
        found = engine[str(size)] = _beside_engine(size, wordings, lexicon, tuning)
        told = ", ".join(f"{name} {found[name]:.2f} ms" for name in ("words", "search", "tantivy"))
        console.print(f"Beside tantivy, {size:,} × {wordings}: {told} (its search alone, and with a close look)")
    cold = {embedder: _cold(embedder) for embedder in ("none", "auto")}
    for embedder, seconds in cold.items():
        told = ", ".join(f"{name} {each:.2f} s" for name, each in seconds.items())
        console.print(f"Processor time of `touchstone check` from nothing, embedder {embedder}: {told}")
    memory = {"{} × {}".format(*base): bases_in_memory.measured(*base) for base in bases_in_memory.BASES}
    for base, found in memory.items():
        told = ", ".join(f"{name.removesuffix('_mb').replace('_', ' ')} {mb:.0f} MB" for name, mb in found.items())
        console.print(f"Memory over bare Python, {base}: {told}")
    if file is not None:
        versions = {"rapidfuzz": version("rapidfuzz"), "numpy": version("numpy"), "sqlite": sqlite3.sqlite_version}
        machine = {"machine": platform.machine(), "python": platform.python_version(), "processors": os.cpu_count()}
        if engine:
            versions["tantivy"] = version("tantivy")
        machine |= {"versions": versions, "seeds": [CLAIMS_SEED, CHAT_SEED]}
        figures: dict[str, object] = {"on": machine, "a message": written}
        file.write_text(
            json.dumps(figures | {"beside tantivy": engine, "cold": cold, "memory": memory}, indent=2) + "\n", "utf-8"
        )


if __name__ == "__main__":
    main()
