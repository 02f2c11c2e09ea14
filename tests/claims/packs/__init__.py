"""Small packs for tests, and changes that stand for those of moderators."""

import hashlib
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from sqlmodel import Session

from claims.base import ClaimBase
from claims.exchange.formats import IncomingClaim, read_file
from claims.exchange.importing import read_pack
from claims.exchange.plan import ImportReport
from claims.record import ClaimRecord, claim_state
from claims.store.changes import note_changes
from claims.store.claim_rows import ClaimRows, ClaimToWrite, read_rows
from claims.store.revisions import AuditEntry, ChangeRecord
from claims.store.tables import Claim
from config.languages import ByLanguage, typed_texts

DOCUMENT = "第一句话说的是白银。\nThe second line speaks of 1.2 kg of silver.\n"
START, END = 12, 45


def span_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def claim_data(claim: str = "silver-server", **changes: object) -> dict[str, Any]:
    data: dict[str, Any] = {
        "id": claim,
        "kind": "contested",
        "title": {"en": f"About {claim}", "zh": f"关于{claim}"},
        "as_of": "2026-01-23",
        "wordings": {
            "en": [f"english wording {n} of {claim}" for n in range(6)],
            "zh": [f"{claim}的中文说法{n}" for n in range(6)],
        },
        "not_wordings": {"en": [f"never match this for {claim}"]},
        "figures": [{"value": 1.2, "unit": "kg", "bound": "exactly", "subject": {"en": "silver", "zh": "白银"}}],
        "points": [
            {
                "role": "refutes",
                "speaker": {"en": "A columnist", "zh": "一位作者"},
                "date": "2026-01",
                "text": {"en": "It is said of a whole server.", "zh": "这说的是整台服务器。"},
                "numbers": ["1.2 kg"],
                "citations": [
                    {"document": "doc", "start": START, "end": END, "sha256": span_hash(DOCUMENT[START:END])}
                ],
            }
        ],
    }
    return data | deepcopy(changes)


def pack_data(*claims: dict[str, Any], version: int = 1, pack: str = "tiny") -> dict[str, Any]:
    document = {
        "id": "doc",
        "title": "A document",
        "author": "Somebody",
        "publisher": "A paper",
        "published": "2026-01",
        "language": "zh-Hans",
        "address": None,
        "sha256": span_hash(DOCUMENT),
    }
    title = {"en": "A tiny pack", "zh": "一个小包"}
    head = {"id": pack, "version": version, "title": title, "licence": "CC0-1.0", "as_of": "2026-01-31"}
    return {"pack": head, "documents": [document], "claims": list(claims) or [claim_data()]}


def write_pack(folder: Path, data: object, name: str = "pack.yaml") -> Path:
    path = folder / name
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=1000), encoding="utf-8")
    return path


def pack_claims(path: Path) -> tuple[ClaimRecord, ...]:
    """Read a pack as a start does; raises ImportRefusedError."""
    [pack] = read_pack(read_file(path)).packs
    return tuple(claim.record for claim in pack.claims if isinstance(claim, IncomingClaim))


def outcomes(report: ImportReport | None) -> dict[str, tuple[str, ...]]:
    """Return the ids of the claims of a loaded pack by what became of them; empty where nothing was loaded."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in report.plan.entries if report else ():
        withdrawn = any(field.theirs == "withdrawn" for field in entry.fields)
        name = "withdrawn" if withdrawn and entry.outcome == "changed" else entry.outcome
        found[name] = (*found.get(name, ()), entry.claim)
    return found


def _changed(claim: ClaimRecord, changes: dict[str, Any]) -> dict[str, Any]:
    """Return the changes to a claim; its title may be given in one language (`title_en`)."""
    title = ByLanguage({**claim.title, **typed_texts(changes, "title")})
    return {name: value for name, value in changes.items() if not name.startswith("title_")} | {"title": title}


def write_claim(session: Session, row: Claim | None, claim: ClaimRecord, position: int, at: datetime) -> None:
    """Write one claim over its row, or as a new row (None) at a position; its version grows by one.

    The caller writes the revision in the same transaction.
    """
    claim = replace(claim, version=(row.version if row else 0) + 1)
    new = (
        ClaimToWrite(claim, row.key, row.position, row.loaded_digest) if row else ClaimToWrite(claim, position=position)
    )
    ClaimRows(session, [new], (), at).ahead(session)(session)


def edit_claim(base: ClaimBase, claim: str, **changes: object) -> None:
    """Change a shared claim as a moderator would: with a revision, and without touching what its pack gave it."""
    with base.database.changing() as session:
        [(row, before)] = read_rows(session, None, claim)
        after = replace(before, **_changed(before, changes), edited_by="4711")
        write_claim(session, row, after, row.position, base.clock())
        change = ChangeRecord("claim", claim, claim_state(before), claim_state(after))
        note_changes(session, AuditEntry(4711, "claim.edit"), [change], base.clock())


def add_own(base: ClaimBase, server: int, claim: str, **changes: object) -> None:
    """Give a server its own version of a claim."""
    with base.database.changing() as session:
        [(_, shared)] = read_rows(session, None, claim)
        row: Claim | None = None
        write_claim(session, row, replace(shared, server=server, pack="", **_changed(shared, changes)), 0, base.clock())
