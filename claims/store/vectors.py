"""What was worked out of the claims, kept in the database: vectors of wordings for each embedder, and the index."""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy import delete, select
from sqlmodel import Field, col

from checks.embedders.embedder import Vector
from claims.store.database import Database, insert_into
from claims.store.tables import Table

# Well under the number of values that one statement may carry, in both databases.
_STEP = 500
_NUMBER = np.dtype("<f4")
# No embedder has such a name.
INDEX = "index of the claims"


class WordingVector(Table, table=True):
    """A text's vector as one embedder made it: 32-bit floats, lowest byte first; the text only as its hash.

    One row is the index of the shared claims: its `model` is `INDEX`, and its hash that of all that it comes of.
    """

    model: str = Field(primary_key=True)
    text_sha256: str = Field(primary_key=True)
    vector: bytes


class KeptVectors:
    """The `VectorStore` of `checks.embedders` over the claim base's database; both methods may raise DatabaseError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, model: str, texts: Sequence[str]) -> dict[str, Vector]:
        """Return the kept vectors of those of the texts that have one; all of them have the same length."""
        by_hash = {_digest(text): text for text in texts}
        hashes = list(by_hash)
        found: dict[str, Vector] = {}
        with self._database.reading() as session:
            for start in range(0, len(hashes), _STEP):
                query = select(col(WordingVector.text_sha256), col(WordingVector.vector)).where(
                    col(WordingVector.model) == model, col(WordingVector.text_sha256).in_(hashes[start : start + _STEP])
                )
                found |= {by_hash[digest]: _numbers(vector) for digest, vector in session.connection().execute(query)}
        # Vectors of different lengths come from different models under one name: none of them can be trusted.
        return found if len({len(vector) for vector in found.values()}) <= 1 else {}

    def save(self, model: str, vectors: Mapping[str, Vector]) -> None:
        """Keep the vectors, in place of earlier ones of the same texts; all or none."""
        rows = [
            {"model": model, "text_sha256": _digest(text), "vector": vector.astype(_NUMBER).tobytes()}
            for text, vector in vectors.items()
        ]
        with self._database.writing() as session:
            for start in range(0, len(rows), _STEP):
                insert = insert_into(session, WordingVector).values(rows[start : start + _STEP])
                replace = insert.on_conflict_do_update(
                    index_elements=["model", "text_sha256"], set_={"vector": insert.excluded.vector}
                )
                session.connection().execute(replace)


class KeptBytes:
    """The `IndexStore` of `checks.kept_index` over the claim base's database; both methods may raise DatabaseError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, digest: str) -> bytes | None:
        """Return what was kept under the digest, if anything was."""
        query = select(col(WordingVector.vector)).where(
            col(WordingVector.model) == INDEX, col(WordingVector.text_sha256) == digest
        )
        with self._database.reading() as session:
            return session.scalar(query)

    def save(self, digest: str, written: bytes) -> None:
        """Keep the bytes, in place of what was kept before; a base that can only be read stays as it is."""
        if self._database.is_read_only:
            return
        row = {"model": INDEX, "text_sha256": digest, "vector": written}
        with self._database.writing() as session:
            session.connection().execute(delete(WordingVector).where(col(WordingVector.model) == INDEX))
            session.connection().execute(insert_into(session, WordingVector).values(row).on_conflict_do_nothing())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _numbers(vector: bytes) -> Vector:
    whole = len(vector) // _NUMBER.itemsize * _NUMBER.itemsize
    return np.frombuffer(vector[:whole], dtype=_NUMBER).astype(np.float32)
