"""The packs that an operator has chosen: found by name or path, loaded, and brought into force or left out."""

import hashlib
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from sqlalchemy import func, select
from sqlmodel import col

from claims.base import ClaimBase
from claims.record import PackRecord
from claims.store.changes import Change, write_changes
from claims.store.claim_rows import pack_record, packs_in_force
from claims.store.revisions import AuditEntry
from claims.store.server_settings import PACK_IN_FORCE
from claims.store.tables import Claim, Pack
from config.errors import UnknownPackError
from config.named_files import encoding_of, open_named

if TYPE_CHECKING:
    from claims.exchange.plan import ImportReport

SUFFIX = ".yaml"
_SUFFIXES = (SUFFIX, ".yml")


@dataclass(frozen=True, slots=True)
class PackState:
    """A pack that is loaded, shipped or in the operator's folder; `record` is None where it is not loaded."""

    id: str
    record: PackRecord | None
    claims: int
    in_force: bool


class PackShelf:
    """Finds packs by name: those that come with Touchstone, and those in the operator's folder.

    A name is that of the file without its ending, which for shipped packs is their id. Safe from any thread.
    """

    def __init__(self, folder: Path) -> None:
        """`folder` is the operator's; it need not exist."""
        self._folder = folder

    @contextmanager
    def file(self, name: str, loaded: Collection[str] = ()) -> Generator[Path]:
        """Yield the file of a pack; the operator's folder goes before what is shipped.

        Raises UnknownPackError, which names packs that are `loaded` from elsewhere, too.
        """
        given = Path(name)
        own = [given] if given.suffix.lower() in _SUFFIXES or len(given.parts) > 1 else []
        own += [self._folder / given] if given.suffix else []
        # What follows a dot may be part of the name, as in `my.pack.yaml`.
        own += [self._folder / f"{name}{suffix}" for suffix in _SUFFIXES]
        found = next((path.expanduser() for path in own if path.expanduser().is_file()), None)
        if found is not None:
            yield found
            return
        if name not in self.shipped():
            raise UnknownPackError(name, tuple(sorted({*self.names(), *loaded})), str(self._folder))
        with resources.as_file(resources.files("claims") / "packs" / f"{name}{SUFFIX}") as path:
            yield path

    def shipped(self) -> tuple[str, ...]:
        """Return the names of the packs that come with Touchstone."""
        files = (file.name for file in (resources.files("claims") / "packs").iterdir())
        return tuple(sorted(name.removesuffix(SUFFIX) for name in files if name.endswith(SUFFIX)))

    def own(self) -> tuple[Path, ...]:
        """Return the files of the packs in the operator's folder."""
        files = self._folder.iterdir() if self._folder.is_dir() else ()
        return tuple(sorted(file for file in files if file.suffix.lower() in _SUFFIXES))

    def names(self) -> tuple[str, ...]:
        """Return all names, each once."""
        return tuple(sorted({*self.shipped(), *(file.stem for file in self.own())}))


def open_packs(base: ClaimBase, shelf: PackShelf, chosen: Sequence[str] | None) -> ClaimBase:
    """Load the packs that are in force, and return the base in which only these are.

    `chosen` are names and files, as the setting has them: nothing of it is written into the base, which answers by it
    while this process runs. None: the shipped packs, and those that were added by command, but for the ones that were
    left out by command; files that are named as their packs are loaded again where they have changed. Raises
    UnknownPackError and ImportRefusedError.
    """
    with base.database.reading() as session:
        loaded = {row.id: row.in_force for row in session.scalars(select(Pack))}
    if chosen is not None:
        # A pack that was added by its path has no file here that could be newer.
        kept = frozenset(loaded).difference(shelf.names())
        return base.limited(frozenset(name if name in kept else _load(base, shelf, name) for name in chosen))
    files = {name: name for name in shelf.shipped()}
    for file in shelf.own():
        # A file of another name than its pack's id may be anybody's draft: a command alone loads it.
        if loaded.get(file.stem) and _written_id(file) in (file.stem, None):
            files.setdefault(file.stem, str(file))
    for pack, name in sorted(files.items()):
        if loaded.get(pack, True):
            _load(base, shelf, name)
    return base


def _written_id(file: Path) -> str | None:
    """Return the id of the pack in a file that may be half written, without reading its claims."""
    try:
        with open_named(file) as opened:
            head = opened.read(_HEAD)
    except OSError:
        return None
    with suppress(yaml.YAMLError):
        return next((text for keys, text in _texts(head.decode(encoding_of(head), "replace")) if keys == _ID), None)
    return None


def _texts(written: str) -> Iterator[tuple[tuple[str | None, ...], str]]:
    """Yield the texts of a YAML file behind the keys that lead to each, as far as it can be read.

    Raises YAMLError where it ends amid something.
    """
    keys: list[str | None] = []
    for event in yaml.parse(written, yaml.CSafeLoader):
        match event:
            case yaml.MappingStartEvent():
                keys.append(None)
                continue
            case yaml.SequenceStartEvent():
                keys.append(_ITEM)
                continue
            case yaml.ScalarEvent() if keys and keys[-1] is None:
                keys[-1] = event.value
                continue
            case yaml.ScalarEvent():
                yield (*keys,), event.value
            case yaml.CollectionEndEvent():
                keys.pop()
            case _:
                pass
        # The value of a key is over.
        if keys and keys[-1] != _ITEM:
            keys[-1] = None


_ID = ("pack", "id")
_ITEM = ""
_HEAD = 1 << 16


def _load(base: ClaimBase, shelf: PackShelf, name: str) -> str:
    with shelf.file(name) as path:
        return _loaded_as(base, path) or _read(base, path)


def _loaded_as(base: ClaimBase, path: Path) -> str | None:
    """Return the id under which the base holds this very file; None where it does not, or the file cannot be read."""
    try:
        with open_named(path) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
    with base.database.reading() as session:
        return session.scalar(select(col(Pack.id)).where(col(Pack.sha256) == digest))


def _read(base: ClaimBase, path: Path, on_load: "Callable[[ImportReport], object] | None" = None) -> str:
    # All that reads and compares packs: a start with known ones does without.
    from claims.exchange.importing import load_pack, pack_id  # noqa: PLC0415

    report = None if base.database.is_read_only else load_pack(base, path)
    if report is not None and on_load is not None:
        on_load(report)
    return pack_id(base, path)


def pack_states(base: ClaimBase, shelf: PackShelf) -> tuple[PackState, ...]:
    """Return every pack that is loaded, shipped or in the operator's folder, and how many published claims it has."""
    with base.database.reading() as session:
        used = packs_in_force(session)
        rows = {row.id: pack_record(row) for row in session.scalars(select(Pack))}
        published = (col(Claim.server).is_(None), col(Claim.status) == "published")
        counted = select(col(Claim.pack), func.count()).where(*published).group_by(col(Claim.pack))
        counts = {pack: count for pack, count in session.connection().execute(counted) if pack}
    # A file that is loaded as it stands is that pack; another one is added by its own name.
    own = {file.stem for file in shelf.own() if _loaded_as(base, file) is None}
    names = sorted({*rows, *shelf.shipped(), *own})
    return tuple(PackState(name, rows.get(name), counts.get(name, 0), name in used and name in rows) for name in names)


def add_pack(
    base: ClaimBase, shelf: PackShelf, name: str, on_load: "Callable[[ImportReport], object] | None" = None
) -> str:
    """Load a pack by name or file and bring it into force; return its id.

    A loaded pack without a file, such as one that was added by path, is brought into force as it is. `on_load` is told
    what was written. Raises UnknownPackError and ImportRefusedError; then nothing has changed.
    """
    with base.database.reading() as session:
        loaded = session.scalars(select(col(Pack.id))).all()
    if name in loaded and name not in shelf.names():
        _put(base, name, in_force=True)
        return name
    with shelf.file(name, loaded) as path:
        found = _loaded_as(base, path) or _read(base, path, on_load)
    _put(base, found, in_force=True)
    return found


def leave_out_pack(base: ClaimBase, name: str) -> str:
    """Leave a loaded pack out; return its id. Its claims stay as they are, and come back with `add_pack`.

    Raises UnknownPackError.
    """
    with base.database.reading() as session:
        known = tuple(session.scalars(select(col(Pack.id)).order_by(col(Pack.id))))
    if name not in known:
        raise UnknownPackError(name, known, "")
    _put(base, name, in_force=False)
    return name


def _put(base: ClaimBase, name: str, *, in_force: bool) -> None:
    entry = AuditEntry("operator", "pack.add" if in_force else "pack.remove", name)
    with base.database.changing() as session:
        write_changes(session, entry, [Change(PACK_IN_FORCE, name, {"in_force": in_force})], base.clock())
