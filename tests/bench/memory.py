"""What bases of some sizes take in memory over bare Python: `python -m tests.bench.memory [CLAIMS WORDINGS]`, as JSON.

Each figure is that of a process of its own, which reads the claims from a file and starts as the bot does, without its
libraries for tables, settings and Discord: once with all wordings to read, and once with the index that was kept.
"""

import gc
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checks.model import KnownClaim

BASES = ((50, 12), (10_000, 12), (100_000, 2))
_MESSAGES = 200
_BARE = "print(open('/proc/self/status').read())"
_CHECKS = "import sys; from tests.bench.memory import check; check(*sys.argv[1:])"

Figures = dict[str, float]


def _held(status: str) -> tuple[float, float]:
    """Return the memory that a process takes and the most that it took, in MB, by what the system says of it."""
    lines = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return int(lines["VmRSS"].split()[0]) / 1024, int(lines["VmHWM"].split()[0]) / 1024


def _now() -> tuple[float, float]:
    gc.collect()
    return _held(Path("/proc/self/status").read_text("utf-8"))


def measured(claims: int, wordings: int) -> Figures:
    """Return the megabytes over bare Python of a base that is read anew, and of one whose index was kept.

    `most` is what the process took for a moment; `later` what it takes after 200 messages.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "claims.jsonl"
        _write_claims(file, claims, wordings)
        bare = _held(_output(_BARE))[0]
        both = {name: json.loads(_output(_CHECKS, str(file))) for name in ("anew", "kept")}
    return {f"{name}_{which}_mb": round(mb - bare, 1) for name, each in both.items() for which, mb in each.items()}


def _output(*program: str) -> str:
    done = subprocess.run([sys.executable, "-c", *program], check=True, stdout=subprocess.PIPE, encoding="utf-8")
    return done.stdout


def _write_claims(file: Path, claims: int, wordings: int) -> None:
    """Write made-up claims into a file, and chat to hold against them into one beside it."""
    from checks.lexicon import Lexicon
    from tests.bench.making import Words, make_chat, make_claims

    words = Words.of(Lexicon.load())
    made = make_claims(words, claims, wordings)
    with file.open("w", encoding="utf-8") as lines:
        for claim in made:
            said = [(wording.text, wording.language) for wording in claim.wordings]
            lines.write(json.dumps([claim.id, claim.title.plain, said]) + "\n")
    file.with_suffix(".chat").write_text(json.dumps(make_chat(words, made, _MESSAGES)), "utf-8")


def check(name: str) -> None:
    """Print what this process takes once it has read the claims of a file and kept the index beside it, and later."""
    from checks.checker import Checker
    from checks.kept_index import KeptIndex
    from checks.lexicon import Lexicon
    from checks.tuning import Tuning

    file = Path(name)

    class InFiles:
        def load(self, digest: str) -> bytes | None:
            kept = file.with_suffix(f".{digest}")
            return kept.read_bytes() if kept.exists() else None

        def save(self, digest: str, written: bytes) -> None:
            file.with_suffix(f".{digest}").write_bytes(written)

    lexicon, tuning = Lexicon.load(), Tuning.load()
    kept = KeptIndex(lexicon, tuning, InFiles())
    checker = Checker((), lexicon, tuning, base=kept.open(_read(file)))
    checker.check("silver")
    kept.keep()
    first, most = _now()
    for message in json.loads(file.with_suffix(".chat").read_text("utf-8")):
        checker.check(message)
    sys.stdout.write(json.dumps({"first": first, "most": most, "later": _now()[0]}))


def _read(file: Path) -> "Iterator[KnownClaim]":
    from checks.model import KnownClaim, KnownWording, WordingList
    from config.languages import ByLanguage

    with file.open(encoding="utf-8") as lines:
        for line in lines:
            name, title, said = json.loads(line)
            wordings = WordingList(KnownWording(*each) for each in said)
            yield KnownClaim(name, "contested", ByLanguage(title), wordings)


def main() -> None:
    """Measure the bases, or one of a size that is given."""
    given = [int(each) for each in sys.argv[1:3]]
    for claims, wordings in [(given[0], given[1])] if given else BASES:
        figures = {"claims": claims, "wordings": wordings, **measured(claims, wordings)}
        sys.stdout.write(f"{json.dumps(figures, indent=2)}\n")


if __name__ == "__main__":
    main()
