"""Checks in bulk: by all processors of this machine or by a Dask cluster, in order, and kept file by file.

Whoever asks gets the findings in the order of the texts, whatever was computed where: no text is lost and none counts
twice, also where a process or a machine ends midway.
"""

import hashlib
import json
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from importlib import import_module
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar, cast

import numpy as np

from bot import starting_children
from bot.service import Touchstone, base_folder, whole_characters
from bot.texts import msgid
from checks.checker import Checker
from checks.embedders import open_safe_embedder
from checks.lexicon import Lexicon
from checks.model import Action, FigureFinding, Finding, KnownClaim, Match, Stance
from checks.tuning import Tuning
from claims.packs.shipped_vectors import ShippedVectors
from config.errors import BulkError, install_hint, version
from config.named_files import open_own
from config.settings import Settings

Row = TypeVar("Row")

# Few enough that a broken run loses seconds, many enough that handing them over costs nothing beside the checks.
_TEXTS_AT_ONCE = 200
# So many such portions wait for each processor: none is ever idle, and a file of any size takes the same memory.
_AHEAD = 3
_MOST_RESTARTS = 3
_UNSENT = ("discord_token", "hash_key", "extractor_key", "extractor_url", "factcheck_google_key")


@dataclass(frozen=True)
class Recipe:
    """All that a process needs to check as this one does; `folder`: where the encoder's weights may be kept."""

    claims: tuple[KnownClaim, ...] = field(repr=False)
    tuning: Tuning = field(repr=False)
    settings: Settings
    folder: Path | None = None

    @classmethod
    def of(cls, touchstone: Touchstone) -> "Recipe":
        """Return the recipe of an application; what its checks do without, such as the token, stays here."""
        own = touchstone.settings
        settings = own.model_copy(update=dict.fromkeys(_UNSENT) | {"database_url": "sqlite://"})
        known = tuple(claim.known for claim in touchstone.base.claims())
        return cls(known, Tuning.load(own.tuning_file), settings, base_folder(touchstone.base))

    def fingerprint(self, reading: str) -> str:
        """Return what stays the same only where every finding does; `reading` names how files are read."""
        own = self.settings
        embedder = (own.embedder, own.embedder_url, own.embedder_model, str(own.onnx_folder))
        parts = (version(), reading, repr(self.claims), self.tuning.as_json(), repr(embedder))
        return hashlib.sha256("\n".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:16]

    def checker(self) -> Checker:
        """Build the checker."""
        embedder = open_safe_embedder(self.settings, ShippedVectors(), self.folder)
        return Checker(self.claims, Lexicon.load(), self.tuning, embedder)


# The one thing that a process of its own must find again from portion to portion: what it checks with.
_held: list[Checker] = []


def hold(recipe: Recipe) -> None:
    """Build the checker of this process, which was started to check."""
    _held[:] = [recipe.checker()]


def _start(recipe: Recipe) -> None:
    # Ctrl-C goes to all processes of a terminal: the one that has started the others ends them.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    hold(recipe)


def check_held(texts: Sequence[str]) -> list[Finding]:
    """Check texts in a process that holds a checker; whoever asks has the texts, and gets them not again."""
    return [replace(found, text="") for found in _held[0].check_each(texts)]


class _Answer(Protocol):
    def result(self) -> list[Finding]: ...


class Workers(AbstractContextManager["Workers"]):
    """Where portions of texts are checked; `count` says by how many at once."""

    count: int

    def submit(self, texts: Sequence[str]) -> _Answer:
        """Have texts checked some time."""
        raise NotImplementedError

    def recover(self, error: Exception) -> None:
        """Mend what has ended midway; raises the error where that cannot be."""
        raise error

    def __exit__(self, *exception: object) -> None:
        """Let go of what is not done."""


class ProcessWorkers(Workers):
    """Processes of this machine, each with a checker of its own; those that are killed are started anew."""

    def __init__(self, recipe: Recipe, count: int) -> None:
        self.count = count
        self._recipe = recipe
        self._restarts = 0
        self._pool = self._open()

    def _open(self) -> ProcessPoolExecutor:
        # Forked, they would share what threads of this process hold.
        return ProcessPoolExecutor(self.count, get_context("spawn"), _start, (self._recipe,))

    def submit(self, texts: Sequence[str]) -> _Answer:
        """Hand texts to whichever process is free."""
        with starting_children():
            return self._pool.submit(check_held, texts)

    def recover(self, error: Exception) -> None:
        """Start new processes, a few times."""
        if not isinstance(error, BrokenProcessPool):
            raise error
        self._restarts += 1
        if self._restarts > _MOST_RESTARTS:
            fault = msgid("The processes that check end again and again. Ask for fewer of them, as with --processes 1.")
            raise BulkError(fault) from error
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = self._open()

    def __exit__(self, *exception: object) -> None:
        """Stop the processes."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class ClusterWorkers(Workers):
    """The workers of a Dask cluster, also those that join later; what one has not finished, another one does."""

    def __init__(self, recipe: Recipe, scheduler: str) -> None:
        try:
            distributed: Any = import_module("distributed")
        except ImportError as error:
            raise BulkError(msgid("--scheduler needs Dask. {hint}"), hint=install_hint("cluster")) from error
        try:
            self._client = distributed.Client(scheduler, timeout=10, set_as_default=False)
        except (OSError, ValueError) as error:
            fault = msgid("No scheduler of Dask answers at {address}. Start one, or mend the address.")
            raise BulkError(fault, address=scheduler) from error
        self.count = max(1, sum(self._client.nthreads().values()))

        class Holding(distributed.WorkerPlugin):
            def setup(self, worker: object) -> None:  # noqa: ARG002  as Dask calls it
                hold(recipe)

        self._client.register_plugin(Holding(), name=recipe.fingerprint("cluster"))

    def submit(self, texts: Sequence[str]) -> _Answer:
        """Hand texts to the scheduler; equal ones are checked again, for each portion counts."""
        return cast("_Answer", self._client.submit(check_held, texts, pure=False))

    def recover(self, error: Exception) -> None:
        """Tell that the cluster has given up: it tries by itself what can be tried."""
        fault = msgid("The cluster has given up ({reason}). See what its workers say, and start it again.")
        raise BulkError(fault, reason=str(error) or type(error).__name__) from error

    def __exit__(self, *exception: object) -> None:
        """Leave the cluster, which gives up what is not done."""
        self._client.close()


@dataclass(slots=True)
class Part(Generic[Row]):
    """A file: its rows, which are read once and in order; `is_whole` turns false where reading it has failed midway."""

    path: Path
    rows: Iterable[Row]
    is_whole: bool = True


@dataclass(slots=True)
class _Portion(Generic[Row]):
    """Rows of one file with what becomes of them, which is known already or on its way; `last` of its file."""

    part: Part[Row]
    rows: Sequence[Row]
    known: Sequence[Finding] | None = None
    answer: _Answer | None = None
    last: bool = False


@dataclass
class Bulk(Generic[Row]):
    """Checks the rows of files. Without `workers` in this process and thread, row by row.

    `text_of` gives a row's text; `check` is used here, `workers` elsewhere; `kept` knows files that are done.
    """

    text_of: Callable[[Row], str]
    check: Callable[[str], Finding]
    workers: Workers | None = None
    kept: "KeptFindings | None" = None
    _waiting: "deque[_Portion[Row]]" = field(default_factory=deque, init=False)
    _noted: list[list[object]] = field(default_factory=list, init=False)
    _place: int = field(default=0, init=False)

    def checked(self, parts: Iterable[Part[Row]]) -> Iterator[tuple[Row, Finding]]:
        """Yield each row with its finding, in order; a file's findings are kept once its last row has been yielded.

        Broken off by Ctrl-C, or by whoever reads them, those of the file that is half done are kept, too.
        """
        size = 1 if self.workers is None else _TEXTS_AT_ONCE
        ahead = 0 if self.workers is None else _AHEAD * self.workers.count
        try:
            for part in parts:
                known = self.kept.of(part.path) if self.kept is not None else None
                rows, place, done = iter(part.rows), 0, 0 if known is None else known.rows
                while portion := list(islice(rows, min(size, done - place) if place < done else size)):
                    self._begin(part, portion, known if place < done else None, place)
                    place += len(portion)
                    while len(self._waiting) > ahead:
                        yield from self._finish()
                self._waiting.append(_Portion(part, (), known=(), last=known is None or not known.is_whole))
            while self._waiting:
                yield from self._finish()
        except (KeyboardInterrupt, GeneratorExit):
            if self.kept is not None and self._waiting and self._place:
                self.kept.keep(self._waiting[0].part.path, self._place, self._noted, is_whole=False)
            raise

    def _begin(self, part: Part[Row], rows: Sequence[Row], known: "Kept | None", place: int) -> None:
        portion = _Portion(part, rows)
        self._waiting.append(portion)
        if known is not None:
            none = Finding("", "en", "silent")
            portion.known = [known.found.get(place + number, none) for number in range(len(rows))]
        elif self.workers is None:
            portion.known = [self.check(self.text_of(row)) for row in rows]
        if portion.known is None and self.workers is not None:
            try:
                portion.answer = self.workers.submit(self._texts(rows))
            except Exception as error:  # noqa: BLE001  as in `_result`
                self._begin_again(self.workers, error)

    def _texts(self, rows: Sequence[Row]) -> list[str]:
        return [whole_characters(self.text_of(row)) for row in rows]

    def _finish(self) -> Iterator[tuple[Row, Finding]]:
        portion = self._waiting[0]
        found = portion.known if portion.known is not None else self._result(portion)
        for row, finding in zip(portion.rows, found, strict=True):
            if self.kept is not None and finding.best is not None:
                self._noted.append(_note(self._place, finding))
            self._place += 1
            yield row, finding if finding.text else replace(finding, text=self.text_of(row))
        if not portion.rows:
            if self.kept is not None and portion.last and portion.part.is_whole:
                self.kept.keep(portion.part.path, self._place, self._noted)
            self._noted, self._place = [], 0
        self._waiting.popleft()

    def _result(self, portion: _Portion[Row]) -> Sequence[Finding]:
        while True:
            assert self.workers is not None  # noqa: S101  nobody else has answers on the way
            assert portion.answer is not None  # noqa: S101
            try:
                return portion.answer.result()
            except Exception as error:  # noqa: BLE001  whoever computes knows which of them can be mended
                self._begin_again(self.workers, error)

    def _begin_again(self, workers: Workers, error: Exception) -> None:
        """Have whatever waits checked once more: nothing of it has been counted yet."""
        while True:
            workers.recover(error)
            try:
                for each in self._waiting:
                    if each.known is None:
                        each.answer = workers.submit(self._texts(each.rows))
            except Exception as another:  # noqa: BLE001
                error = another
            else:
                return


def _note(place: int, finding: Finding) -> list[object]:
    best = finding.matches[0]
    return [place, finding.action, best.claim, best.score, best.exact, best.stance, best.figures_differ]


def _read_note(note: Sequence[Any]) -> tuple[int, Finding]:
    place, action, claim, score, exact, stance, differs = note
    figures = (FigureFinding("", "", agrees=False),) if differs else ()
    done = cast("Action", action)
    match = Match(str(claim), float(score), cast("Stance", stance), "", figures, action=done, exact=exact)
    return int(place), Finding("", "en", done, (match,))


_NO_WORK = msgid("{file} cannot be read or written ({reason}). Name another file with --work.")


@contextmanager
def _work_file(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BulkError(_NO_WORK, file=path, reason=error.strerror or type(error).__name__) from error


@dataclass(frozen=True, slots=True)
class Kept:
    """What was found in the first rows of a file, by the number of the row; these are all, where it `is_whole`."""

    found: Mapping[int, Finding]
    rows: int
    is_whole: bool


class KeptFindings:
    """A file with what was found in each file that is done: numbers of rows, claims and scores, and no text.

    It counts as long as claims, weights and embedder are the same; what was written by halves is passed over.
    """

    def __init__(self, path: Path, fingerprint: str) -> None:
        """Read which files are done; one that is not there yet is made with the first that is. Raises BulkError."""
        self._path = path
        self._fingerprint = fingerprint
        self._digests: dict[Path, str] = {}
        self._lines: dict[str, int] = {}
        self._begun = False
        if path.exists():
            with _work_file(path), open_own(path, b'{"by": ') as file:
                place = 0
                for line in file:
                    row = _object(line)
                    if row.get("by") == fingerprint and isinstance(row.get("file"), str):
                        self._lines[row["file"]] = place
                    place += len(line)
                    self._begun = not line.endswith(b"\n")

    def of(self, path: Path) -> Kept | None:
        """Return the findings of a file that is done or was begun; None where all of it is to be checked."""
        with suppress(OSError):
            # Before the file is read: if somebody changes it meanwhile, it counts as another one.
            place = self._lines.get(self._digest(path)) if path.is_file() else None
            if place is not None:
                with self._path.open("rb") as file:
                    file.seek(place)
                    line = _object(file.readline())
                return Kept(dict(map(_read_note, line["found"])), line["rows"], line.get("whole", True))
        return None

    def keep(self, path: Path, rows: int, found: Sequence[Sequence[object]], *, is_whole: bool = True) -> None:
        """Note that so many rows of a file that was asked for are done; of what is no file, such as a pipe, nothing."""
        if path not in self._digests or (not is_whole and (known := self.of(path)) and known.rows >= rows):
            return
        done = {"by": self._fingerprint, "file": self._digests[path], "rows": rows, "whole": is_whole}
        with _work_file(self._path), self._path.open("ab") as file:
            file.write((b"\n" if self._begun else b"") + json.dumps(done | {"found": found}).encode() + b"\n")
        self._begun = False

    def _digest(self, path: Path) -> str:
        if path not in self._digests:
            with path.open("rb") as file:
                self._digests[path] = hashlib.file_digest(file, "sha256").hexdigest()
        return self._digests[path]


def _object(line: bytes) -> dict[str, Any]:
    with suppress(ValueError, RecursionError):
        if isinstance(row := cast("object", json.loads(line)), dict):
            return cast("dict[str, Any]", row)
    return {}


class Seen:
    """Remembers which keys have come, in eight bytes each."""

    _MOST_LOOSE = 50_000

    def __init__(self) -> None:
        self._sorted = np.zeros(0, dtype=np.uint64)
        self._loose: set[int] = set()

    def is_new(self, *key: str) -> bool:
        """Tell whether a key has not come before, and remember it."""
        written = "\0".join(key).encode("utf-8", "surrogatepass")
        mark = int.from_bytes(hashlib.blake2b(written, digest_size=8).digest(), "little")
        place = int(np.searchsorted(self._sorted, np.uint64(mark)))
        if mark in self._loose or (place < len(self._sorted) and int(self._sorted[place]) == mark):
            return False
        self._loose.add(mark)
        if len(self._loose) > self._MOST_LOOSE:
            more = np.fromiter(self._loose, dtype=np.uint64, count=len(self._loose))
            self._sorted, self._loose = np.sort(np.concatenate([self._sorted, more])), set()
        return True


# Below so many bytes of files, starting processes costs more than they save.
_WORTH_PROCESSES = 1 << 20


@dataclass(frozen=True, slots=True)
class BulkChoice:
    """How somebody wants it done; None leaves it to the sizes of the files and to this machine."""

    processes: int | None = None
    scheduler: str | None = None
    work: Path | None = None


class BulkRun(ExitStack):
    """Opens what a choice asks for, and closes it at the end of a `with`; `reading` names how files are read."""

    def __init__(self, choice: BulkChoice, reading: str) -> None:
        super().__init__()
        self._choice = choice
        self._reading = reading

    def bulk(self, touchstone: Touchstone, text_of: Callable[[Row], str], size: int) -> "Bulk[Row]":
        """Return what checks files of so many bytes in all. Raises BulkError."""
        choice = self._choice
        count = choice.processes or os.cpu_count() or 1
        is_spread = count > 1 and (choice.processes is not None or size >= _WORTH_PROCESSES)
        if not (choice.scheduler or choice.work or is_spread):
            return Bulk(text_of, touchstone.check)
        recipe = Recipe.of(touchstone)
        workers: Workers | None = None
        if choice.scheduler:
            workers = self.enter_context(ClusterWorkers(recipe, choice.scheduler))
        elif is_spread:
            workers = self.enter_context(ProcessWorkers(recipe, count))
        kept = KeptFindings(choice.work, recipe.fingerprint(self._reading)) if choice.work else None
        return Bulk(text_of, touchstone.check, workers, kept)
