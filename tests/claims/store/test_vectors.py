"""Vectors of wordings in a real database."""

import numpy as np
import pytest
from sqlalchemy import func, select, text

from checks.checker import Checker
from checks.embedders.embedder import CachingEmbedder, SafeEmbedder
from claims.base import ClaimBase
from claims.exchange.importing import load_pack
from claims.moderation.editor import Editor
from claims.moderation.edits import AddWording, RemoveWordings, SetStatus
from claims.moderation.rights import Actor
from claims.store import vectors as vectors_module
from claims.store.vectors import KeptBytes, KeptVectors, WordingVector
from config.errors import DatabaseError
from tests.checks.embedders.known_vectors import KnownEmbedder
from tests.templates import HARBOUR


@pytest.fixture
def kept(any_base: ClaimBase) -> KeptVectors:
    return KeptVectors(any_base.database)


def vectors(*numbers: float) -> np.ndarray:
    return np.array(numbers, dtype=np.float32)


def test_a_vector_comes_back_bit_for_bit(kept: KeptVectors):
    kept.save("m", {"silver": vectors(0.1, -0.2, 3e-20), "白銀": vectors(1, 2, 3)})
    found = kept.load("m", ["白銀", "unknown", "silver"])
    assert set(found) == {"silver", "白銀"}
    assert found["silver"].dtype == np.float32
    assert np.array_equal(found["silver"], vectors(0.1, -0.2, 3e-20))


def test_models_are_kept_apart(kept: KeptVectors):
    kept.save("m", {"silver": vectors(1, 2)})
    kept.save("n", {"silver": vectors(3, 4, 5)})
    assert np.array_equal(kept.load("m", ["silver"])["silver"], vectors(1, 2))
    assert kept.load("o", ["silver"]) == {}


def test_saving_again_replaces(kept: KeptVectors):
    kept.save("m", {"silver": vectors(1, 2)})
    kept.save("m", {"silver": vectors(3, 4), "gold": vectors(5, 6)})
    assert np.array_equal(kept.load("m", ["silver"])["silver"], vectors(3, 4))


def test_thousands_go_in_and_out(kept: KeptVectors):
    many = {f"wording {i}": vectors(i, 1) for i in range(2100)}
    kept.save("m", many)
    found = kept.load("m", [*many, *many])
    assert len(found) == 2100
    assert np.array_equal(found["wording 2099"], vectors(2099, 1))


def test_nothing_is_kept_and_asked_without_complaint(kept: KeptVectors):
    kept.save("m", {})
    assert kept.load("m", []) == {}


def test_vectors_of_different_lengths_under_one_name_are_not_trusted(kept: KeptVectors):
    kept.save("m", {"silver": vectors(1, 2)})
    kept.save("m", {"gold": vectors(1, 2, 3)})
    assert kept.load("m", ["silver", "gold"]) == {}
    assert set(kept.load("m", ["silver"])) == {"silver"}


def test_the_text_itself_is_not_kept(any_base: ClaimBase, kept: KeptVectors):
    kept.save("m", {"silver": vectors(1, 2)})
    with any_base.database.reading() as session:
        rows = session.connection().execute(text("SELECT model, text_sha256, vector FROM wording_vector")).all()
    assert len(rows) == 1
    assert "silver" not in str(rows)


def test_a_database_without_the_table_is_an_error_with_a_mend(any_base: ClaimBase, kept: KeptVectors):
    with any_base.database.writing() as session:
        session.connection().execute(text("DROP TABLE wording_vector"))
    with pytest.raises(DatabaseError, match="could not be read"):
        kept.load("m", ["silver"])
    with pytest.raises(DatabaseError, match="could not be written"):
        kept.save("m", {"silver": vectors(1, 2)})


def test_an_embedder_finds_its_wordings_after_a_restart(any_url: str):
    texts = [f"wording {i}" for i in range(40)]
    with ClaimBase.open(any_url) as base:
        before = CachingEmbedder(KnownEmbedder(), KeptVectors(base.database)).embed_wordings(texts)
    inner = KnownEmbedder()
    with ClaimBase.open(any_url) as base:
        after = CachingEmbedder(inner, KeptVectors(base.database)).embed_wordings(texts)
    assert np.array_equal(after, before)
    assert inner.asked == [["wording 0", "wording 39"]]


def test_one_index_is_kept_under_its_digest(any_base: ClaimBase):
    kept = KeptBytes(any_base.database)
    assert kept.load("a") is None
    kept.save("a", b"one\0")
    assert kept.load("a") == b"one\0"
    kept.save("b", b"other")
    assert kept.load("a") is None
    kept.save("b", b"again")
    assert kept.load("b") == b"again"


def rows_of(base: ClaimBase) -> int:
    with base.database.reading() as session:
        return session.scalar(select(func.count()).select_from(WordingVector)) or 0


def test_what_no_claim_says_any_more_and_what_another_model_made_is_let_go(any_base: ClaimBase, monkeypatch):
    monkeypatch.setattr(vectors_module, "_STEP", 7)
    load_pack(any_base, HARBOUR)
    kept, inner = KeptVectors(any_base.database), KnownEmbedder()
    operator, name, gone = Actor.operator(), any_base.claims()[0].id, "At midnight the crane sings"
    Editor(any_base).edit(operator, name, None, AddWording(gone))
    known = [claim.known for claim in any_base.claims()]
    Checker(known, meaning=SafeEmbedder(inner, kept)).check(gone)
    used = rows_of(any_base)
    assert used > 50
    KeptBytes(any_base.database).save("index", b"kept")
    assert kept.let_go("known") == 0

    kept.save("older", {f"wording {number}": vectors(1, 2) for number in range(20)})
    kept.save("known", {f"wording {number}": vectors(1, 2) for number in range(20)})
    assert kept.let_go("known") == 40
    assert KeptBytes(any_base.database).load("index") == b"kept"
    assert rows_of(any_base) == used + 1

    # A draft's texts are kept: it may be published again.
    Editor(any_base).edit(operator, name, None, SetStatus("withdrawn"))
    assert kept.let_go("known") == 0
    Editor(any_base).edit(operator, name, None, RemoveWordings((gone,)))
    assert kept.let_go("known") == 1
