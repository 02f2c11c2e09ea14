"""Sources of a server's own: documents that no pack brings, cited as a whole."""

from sqlalchemy import select
from sqlmodel import Session, col

from claims.claim_state import State
from claims.keepers.keeper import Scene
from claims.tables import Citation, Document
from config.errors import NotUndoableError

SOURCE = "source"
FACTS = ("title", "author", "publisher", "published", "language", "address")


class SourceKeeper:
    """Keeps a server's own sources, by their id."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:
        """Return what is known of the source."""
        row = session.get(Document, subject)
        return None if row is None or row.server != server else {name: getattr(row, name) for name in FACTS}

    def write(self, scene: Scene, subject: str, state: State | None) -> None:
        """Write the source; a source that a point still cites cannot be taken away (NotUndoableError)."""
        row = scene.session.get(Document, subject)
        if state is None:
            if scene.session.scalar(select(col(Citation.key)).where(col(Citation.document) == subject).limit(1)):
                raise NotUndoableError(
                    "The source {source} is still cited. Change the points that cite it first.", source=subject
                )
            scene.session.delete(row)
        elif row is None:
            scene.session.add(Document(id=subject, sha256="", server=scene.server, **state))
        else:
            scene.session.add(row.sqlmodel_update(state))
        scene.session.flush()
