"""What was worked out of the claims, kept in the database: vectors of wordings for each embedder, and the index."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, delete, select
from sqlmodel import Field, col

from checks.embedders.embedder import Vector, bounded
from claims.store.database import Database, insert_into, rows_written
from claims.store.tables import Claim, Point, Table, Wording

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

    def let_go(self, model: str) -> int:
        """Drop what other models have made, and what was made of texts that no claim has any more; return how many.

        In portions, so that nobody waits long for the database. What is wanted again, as by who goes back to an earlier
        model, is made again.
        """
        gone, last, used = 0, "", None
        while more := self._drop(col(WordingVector.model).not_in((model, INDEX))):
            gone += more
        while kept := self._after(model, last):
            used = np.unique(_marks(map(_digest, self._embedded()))) if used is None else used
            marks = _marks(kept)
            is_used = np.searchsorted(used, marks, "left") < np.searchsorted(used, marks, "right")
            unused = [digest for digest, still in zip(kept, is_used, strict=True) if not still]
            if unused:
                gone += self._drop(col(WordingVector.model) == model, col(WordingVector.text_sha256).in_(unused))
            last = kept[-1]
        return gone

    def _drop(self, *which: ColumnElement[bool]) -> int:
        """Drop at most a step of those rows; return how many there were."""
        first = select(col(WordingVector.text_sha256)).where(*which).limit(_STEP)
        with self._database.writing() as session:
            rows = delete(WordingVector).where(*which, col(WordingVector.text_sha256).in_(first))
            return rows_written(session, rows)

    def _after(self, model: str, last: str) -> list[str]:
        digest = col(WordingVector.text_sha256)
        query = select(digest).where(col(WordingVector.model) == model, digest > last).order_by(digest).limit(_STEP)
        with self._database.reading() as session:
            return list(session.scalars(query))

    def _embedded(self) -> Iterator[str]:
        """Yield whatever the checks may ask to embed of all claims, of whatever status and server."""
        # Reads the tables of both scripts, which nobody needs who only keeps vectors.
        from checks.text import ClaimTexts, TextFolder  # noqa: PLC0415

        folder = TextFolder()
        for said in self._said():
            clean = [each.text for each in folder.clean_each(said)]
            yield from map(bounded, ClaimTexts.of((), (), clean).points)

    def _said(self) -> Iterator[list[str]]:
        """Yield titles, wordings and points of all claims, some at a time."""
        for key, text in ((Claim.key, Claim.title), (Wording.key, Wording.text), (Point.key, Point.text)):
            last = 0
            while True:
                query = select(col(key), col(text)).where(col(key) > last).order_by(col(key)).limit(_STEP)
                with self._database.reading() as session:
                    rows: Sequence[Any] = session.connection().execute(query).all()
                if not rows:
                    break
                last = rows[-1][0]
                yield [one for row in rows for one in ((row[1],) if isinstance(row[1], str) else row[1].values())]


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


def _marks(digests: Iterable[str]) -> npt.NDArray[np.uint64]:
    """Return what is enough of each digest to tell it from the others: a million of them are eight megabytes."""
    return np.fromiter((int(digest[:16], 16) for digest in digests), dtype=np.uint64)


def _numbers(vector: bytes) -> Vector:
    whole = len(vector) // _NUMBER.itemsize * _NUMBER.itemsize
    return np.frombuffer(vector[:whole], dtype=_NUMBER).astype(np.float32)
