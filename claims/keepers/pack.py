"""Heads of packs, and the documents that packs bring: both shared, and changed by the operator only."""

from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from claims.claim_state import State
from claims.keepers.keeper import Scene
from claims.pack_documents import FACTS
from claims.record import PackRecord
from claims.tables import Citation, Claim, Document, Pack
from config.errors import NotUndoableError

PACK = "pack"
DOCUMENT = "document"


class PackKeeper:
    """Keeps the heads of packs, by id."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:  # noqa: ARG002
        """Return the head, with the SHA-256 of the file that it was last loaded from."""
        row = session.get(Pack, subject)
        if row is None:
            return None
        head = PackRecord(row.id, row.version, row.title_en, row.title_zh, row.licence, row.as_of)
        return asdict(head) | {"as_of": row.as_of.isoformat(), "sha256": row.sha256}

    def write(self, scene: Scene, subject: str, state: State | None) -> None:
        """Write the head; a pack that still has claims cannot be taken away (NotUndoableError)."""
        row = scene.session.get(Pack, subject)
        if state is None:
            if scene.session.scalar(select(col(Claim.key)).where(col(Claim.pack) == subject).limit(1)):
                raise NotUndoableError(
                    "The pack {pack} still has claims. Undo later changes to them first.", pack=subject
                )
            scene.session.delete(row)
        else:
            values: dict[str, Any] = state | {"as_of": date.fromisoformat(state["as_of"]), "loaded_at": scene.at}
            scene.session.add(row.sqlmodel_update(values) if row else Pack(**values))
        scene.session.flush()


class DocumentKeeper:
    """Keeps shared documents, by id; their texts are no part of them."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:  # noqa: ARG002
        """Return what is known of the document."""
        row = session.get(Document, subject)
        return None if row is None or row.server is not None else {fact: getattr(row, fact) for fact in FACTS}

    def write(self, scene: Scene, subject: str, state: State | None) -> None:
        """Write the facts; a document that a point still cites cannot be taken away (NotUndoableError)."""
        row = scene.session.get(Document, subject)
        if state is None:
            if scene.session.scalar(select(col(Citation.key)).where(col(Citation.document) == subject).limit(1)):
                raise NotUndoableError(
                    "The document {document} is still cited. Undo later changes that cite it first.", document=subject
                )
            scene.session.delete(row)
        else:
            scene.session.add(row.sqlmodel_update(state) if row else Document(**state))
        scene.session.flush()
