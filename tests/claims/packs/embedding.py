"""The vectors of the shipped packs; run as a program it writes the file of them anew."""

from collections.abc import Mapping
from io import BytesIO
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.base import IndexedBase
from checks.embedders.embedder import Vector, bounded
from checks.embedders.semantic import SemanticEmbedder
from checks.lexicon import Lexicon
from checks.tuning import Tuning
from claims.base import ClaimBase
from claims.packs.shipped_vectors import LARGEST, hash_of, shipped_file
from tests.templates import SHIPPED, load_shipped_packs


def shipped_texts(base: ClaimBase) -> list[str]:
    """Return all texts that checks of these claims embed, each once, cut as embedders have them."""
    known = [claim.known for claim in base.claims()]
    indexed = IndexedBase.of(known, Lexicon.load(), Tuning.load())
    each = (texts for part in indexed.parts for texts in indexed.texts_of(part.segment))
    sides = (side for texts in each for side in (texts.says, texts.denies, texts.points))
    return list(dict.fromkeys(bounded(text) for side in sides for text in side))


def written_vectors(encoder: str, vectors: Mapping[str, Vector]) -> bytes:
    """Return vectors as the bytes of such a file (npz, nothing that is run when it is read), the same for the same."""
    texts = sorted(vectors, key=hash_of)
    exact = np.array([vectors[text] for text in texts], dtype=np.float32)
    largest = np.abs(exact).max(axis=1)
    rounded = np.rint(exact * (LARGEST / np.where(largest > 0, largest, np.float32(1)))[:, None])
    arrays: dict[str, npt.NDArray[Any]] = {
        "encoder": np.frombuffer(encoder.encode(), dtype=np.uint8),
        "hashes": np.frombuffer(b"".join(map(hash_of, texts)), dtype=np.uint8),
        "numbers": rounded.astype(np.int8),
        "largest": largest.astype("<f4"),
    }
    # Not compressed, though a wheel is: of a new version a repository keeps only what differs.
    file = BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


def main() -> None:
    """Write the file."""
    with TemporaryDirectory() as folder, ClaimBase.open(f"sqlite:///{folder}/shipped.db") as base:
        load_shipped_packs(base)
        texts = shipped_texts(base)
    embedder = SemanticEmbedder()
    vectors = embedder.embed(texts)
    written = written_vectors(embedder.name, dict(zip(texts, vectors, strict=True)))
    path = SHIPPED / shipped_file().name
    path.write_bytes(written)
    print(f"{len(texts)} vectors, {len(written) / 1e6:.1f} MB in {path.name}.")  # noqa: T201


if __name__ == "__main__":
    main()
