"""Bringing a pack into the base: adds and updates, and leaves alone what moderators have changed."""

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from sqlmodel import Session

from claims.packs.file import PackFile
from claims.record import ClaimRecord, PackRecord, claim_digest, claim_state
from claims.store.changes import write_documents
from claims.store.claim_rows import read_rows, write_claim
from claims.store.revisions import ChangeRecord, Deed, write_revision
from claims.store.tables import Claim, Pack
from config.errors import PackError, PackProblem

Outcome = Literal["loaded", "updated", "unchanged", "older"]


@dataclass(frozen=True, slots=True)
class PackReport:
    """What loading a pack did: `outcome`, and the ids of the claims by what became of them.

    `loaded`: the pack is new here; `updated`: it replaced version `previous`; `unchanged`: this very file is loaded;
    `older`: the base holds the newer version `previous`, nothing was done. `kept` claims were changed here and stay so.
    """

    path: Path
    pack: str
    version: int
    previous: int | None
    outcome: Outcome
    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()


@dataclass(slots=True)
class _Loading:
    """The state of one loading: where it writes, and what it has done so far."""

    session: Session
    at: datetime
    changes: list[ChangeRecord] = field(default_factory=list[ChangeRecord])
    done: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in DONE})


DONE = ("added", "updated", "kept", "unchanged", "withdrawn")


def load_pack(session: Session, file: PackFile, at: datetime) -> PackReport:
    """Load a valid pack within the caller's transaction; raises PackError where it clashes with what the base holds."""
    row = session.get(Pack, file.pack.id)
    previous = row.version if row else None
    if row is not None and row.sha256 == file.sha256:
        return PackReport(file.path, file.pack.id, file.pack.version, previous, "unchanged")
    if previous is not None and file.pack.version < previous:
        return PackReport(file.path, file.pack.id, file.pack.version, previous, "older")
    loading = _Loading(session, at)
    _write_head(loading, file, row)
    loading.changes += write_documents(session, file)
    _write_claims(loading, file)
    deed = Deed("touchstone", "pack.load", f"{file.pack.id} version {file.pack.version}")
    write_revision(session, deed, loading.changes, at)
    done = {name: tuple(ids) for name, ids in loading.done.items()}
    return PackReport(
        file.path, file.pack.id, file.pack.version, previous, "updated" if row is not None else "loaded", **done
    )


def _write_head(loading: _Loading, file: PackFile, row: Pack | None) -> None:
    before = _head(row) if row else None
    values: dict[str, Any] = asdict(file.pack) | {"sha256": file.sha256, "loaded_at": loading.at}
    if row is None:
        row = Pack(**values)
    else:
        row.sqlmodel_update(values)
    loading.session.add(row)
    loading.session.flush()
    loading.changes.append(ChangeRecord("pack", file.pack.id, before, _head(row)))


def _head(row: Pack) -> dict[str, Any]:
    head = PackRecord(row.id, row.version, row.title_en, row.title_zh, row.licence, row.as_of)
    return asdict(head) | {"as_of": row.as_of.isoformat(), "sha256": row.sha256}


def _write_claims(loading: _Loading, file: PackFile) -> None:
    known = {row.id: (row, record) for row, record in read_rows(loading.session, None)}
    for position, claim in enumerate(file.claims):
        row, record = known.get(claim.id, (None, None))
        if row is not None and row.pack != file.pack.id:
            fault = f"the claim {claim.id!r} already belongs to {row.pack or 'this base itself'}"
            field_name = f"claims[{position}].id"
            raise PackError(file.path, (PackProblem(0, field_name, fault, "Give it another id."),))
        loading.done[_write_one(loading, row, record, claim, position)].append(claim.id)
    present = {claim.id for claim in file.claims}
    for row, record in known.values():
        if row.pack == file.pack.id and row.id not in present and record.status != "withdrawn":
            withdrawn = replace(record, status="withdrawn")
            change = _write_one(loading, row, record, withdrawn, row.position)
            loading.done["withdrawn" if change == "updated" else "kept"].append(row.id)


def _write_one(
    loading: _Loading, row: Claim | None, record: ClaimRecord | None, claim: ClaimRecord, position: int
) -> str:
    """Write a claim unless moderators have changed it; say under which heading it belongs."""
    digest = claim_digest(claim)
    if row is not None and record is not None:
        current = claim_digest(record)
        if current == digest:
            row.loaded_digest, row.position = digest, position
            return "unchanged"
        if current != row.loaded_digest:
            return "kept"
    written = write_claim(loading.session, row, claim, position, loading.at)
    written.loaded_digest = digest
    before = claim_state(record) if record else None
    loading.changes.append(ChangeRecord("claim", claim.id, before, claim_state(claim)))
    return "updated" if record else "added"
