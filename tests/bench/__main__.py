"""Processor time a message: the whole check against a plain search with rapidfuzz over the same wordings, in turns."""

import gc
import statistics
import time
from collections.abc import Callable, Sequence

from rapidfuzz import fuzz, process
from rich.console import Console
from rich.progress import track
from rich.table import Table

from checks.checker import Checker
from checks.lexicon import Lexicon
from checks.tuning import Tuning
from tests.bench.making import Words, make_chat, make_claims

_BASES = ((50, 12), (1_000, 12), (10_000, 12))
_ROUNDS = 3
_MESSAGES = {50: 400, 1_000: 200, 10_000: 60}


def _seconds(work: Callable[[str], object], chat: Sequence[str]) -> float:
    start = time.process_time()
    for message in chat:
        work(message)
    return (time.process_time() - start) / len(chat)


def _row(size: int, wordings: int, lexicon: Lexicon, tuning: Tuning) -> tuple[str, ...]:
    words = Words.of(lexicon)
    claims = make_claims(words, size, wordings)
    checker = Checker(claims, lexicon, tuning)
    texts = [lexicon.folder.fold(w.text) for claim in claims for w in claim.wordings]
    chat = make_chat(words, claims, _MESSAGES[size])

    def plain(message: str) -> object:
        return process.extract(message.casefold(), texts, scorer=fuzz.token_set_ratio, limit=10)

    _seconds(checker.check, chat)
    gc.collect()
    pairs = [(_seconds(checker.check, chat), _seconds(plain, chat)) for _ in range(_ROUNDS)]
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(their / our for our, their in pairs)
    return f"{size:,}", str(wordings), f"{ours * 1e3:.2f}", f"{theirs * 1e3:.2f}", f"{ratio:.0f}×"


def main() -> None:
    """Print one row for each size of base; the ratio is the median of the rounds' ratios."""
    console = Console()
    lexicon, tuning = Lexicon.load(), Tuning.load()
    table = Table("claims", "wordings each", "check, ms", "rapidfuzz, ms", "ratio", title="Processor time a message")
    for size, wordings in track(_BASES, description="Measuring", console=console, transient=True):
        table.add_row(*_row(size, wordings, lexicon, tuning))
    console.print(table)


if __name__ == "__main__":
    main()
