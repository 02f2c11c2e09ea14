"""The vectors of the shipped packs; run as a program it writes the file of them anew."""

from tempfile import TemporaryDirectory

from checks.base import IndexedBase
from checks.embedders.embedder import bounded
from checks.embedders.semantic import SemanticEmbedder
from checks.lexicon import Lexicon
from checks.tuning import Tuning
from claims.base import ClaimBase
from claims.packs.shipped_vectors import shipped_file, written_vectors
from tests.templates import SHIPPED, load_shipped_packs


def shipped_texts(base: ClaimBase) -> list[str]:
    """Return all texts that checks of these claims embed, each once, cut as embedders have them."""
    known = [claim.known for claim in base.claims()]
    indexed = IndexedBase.of(known, Lexicon.load(), Tuning.load())
    each = (texts for part in indexed.parts for texts in indexed.texts_of(part.segment))
    sides = (side for texts in each for side in (texts.says, texts.denies, texts.points))
    return list(dict.fromkeys(bounded(text) for side in sides for text in side))


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
