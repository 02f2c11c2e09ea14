"""Databases that are made once a run and copied for each test: making one takes a second or more, a copy no time."""

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.service import Touchstone
from claims.base import ClaimBase
from claims.exchange.importing import load_pack
from config.settings import Settings

# Both packs once more, with what a bot keeps of them from its first start on: index and vectors.
EMBEDDED = "embedded"
HARBOUR = Path(__file__).parent / "packs" / "harbour.yaml"
SHIPPED = Path(__file__).parents[1] / "claims" / "packs"


def load_shipped_packs(base: ClaimBase) -> None:
    """Load the packs that come with Touchstone."""
    for path in sorted(SHIPPED.glob("*.yaml")):
        load_pack(base, path)


def _nothing(_base: ClaimBase) -> None:
    pass


def _harbour(base: ClaimBase) -> None:
    load_pack(base, HARBOUR)


def _shipped(base: ClaimBase) -> None:
    load_shipped_packs(base)


def _both(base: ClaimBase) -> None:
    load_shipped_packs(base)
    load_pack(base, HARBOUR)


# Name → what is loaded into a base of this version's tables.
KINDS: dict[str, Callable[[ClaimBase], None]] = {
    "empty": _nothing,
    "harbour": _harbour,
    "shipped": _shipped,
    "both": _both,
    EMBEDDED: _both,
}


class Templates:
    """SQLite files to copy, one of each kind, made when the first test wants it.

    They live in the folder of one run and die with it: no later run can meet the tables or packs of an older one.
    The processes of pytest-xdist share them.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def copy(self, kind: str, path: Path) -> str:
        """Copy the template to `path`; return the address of the copy."""
        shutil.copyfile(self._made(kind), path)
        return f"sqlite:///{path}"

    def _made(self, kind: str) -> Path:
        made = self._folder / f"{kind}.db"
        if not made.exists():
            with self._alone():
                if not made.exists():
                    self._make(kind, made)
        return made

    def _make(self, kind: str, made: Path) -> None:
        # Under another name until it is whole: a process that does not wait for the lock never sees half of it.
        half = made.with_suffix(".half")
        with ClaimBase.open(f"sqlite:///{half}") as base:
            KINDS[kind](base)
        if kind == EMBEDDED:
            settings = Settings(database_url=f"sqlite:///{half}", hash_key="key of the tests", embedder="auto")
            with Touchstone.open(settings) as touchstone:
                touchstone.warm()
        half.rename(made)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
