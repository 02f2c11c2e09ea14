"""The vectors that come with the shipped packs: all of them, near enough, and nothing else in their place."""

import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from bot.service import Touchstone
from checks.embedders.semantic import SemanticEmbedder
from claims.base import ClaimBase
from claims.packs.shipped_vectors import ShippedVectors, read_vectors, shipped_file
from config.settings import Settings
from tests.checks.embedders.known_vectors import DictStore
from tests.claims.packs.embedding import shipped_texts, written_vectors

MEND = "The shipped vectors are not those of the packs: run `make vectors`."
MOST_BYTES = 6_000_000
# By so much a cosine with a shipped vector may differ from that with the vector it comes of.
MOST_OFF = 0.002
EACH = 40


@pytest.fixture(scope="module")
def texts(templates, tmp_path_factory) -> list[str]:
    """All texts of the shipped packs that are embedded."""
    address = templates.copy("shipped", tmp_path_factory.mktemp("base") / "touchstone.db")
    with ClaimBase.open(address) as base:
        return shipped_texts(base)


@pytest.fixture(scope="module")
def encoder() -> SemanticEmbedder:
    return SemanticEmbedder()


def file_of(path: Path, **vectors: list[float]) -> Path:
    path.write_bytes(written_vectors("m", {text: vector(*numbers) for text, numbers in vectors.items()}))
    return path


def vector(*numbers: float) -> np.ndarray:
    return np.array(numbers, dtype=np.float32) / np.linalg.norm(numbers)


def test_every_text_of_the_shipped_packs_has_its_vector(texts: list[str], encoder: SemanticEmbedder):
    found = ShippedVectors().load(encoder.name, texts)
    assert found.keys() == set(texts), MEND
    with shipped_file().open("rb") as opened:
        assert len(read_vectors(opened).rows) == len(texts), MEND


def test_a_shipped_vector_is_as_near_to_others_as_a_fresh_one(texts: list[str], encoder: SemanticEmbedder):
    sample = texts[::EACH]
    fresh = encoder.embed(sample)
    found = ShippedVectors().load(encoder.name, sample)
    shipped = np.stack([found[text] for text in sample])
    assert np.allclose(np.linalg.norm(shipped, axis=1), 1, atol=1e-6)
    assert np.abs(shipped @ fresh.T - fresh @ fresh.T).max() < MOST_OFF, MEND


def test_the_file_stays_small():
    assert len(shipped_file().read_bytes()) < MOST_BYTES


@pytest.mark.slow
def test_a_first_start_embeds_no_shipped_text(templates, tmp_path: Path, monkeypatch, texts: list[str]):
    asked: list[str] = []
    embed = SemanticEmbedder.embed

    def noting(self, wanted):
        asked.extend(wanted)
        return embed(self, wanted)

    monkeypatch.setattr(SemanticEmbedder, "embed", noting)
    address = templates.copy("shipped", tmp_path / "touchstone.db")
    with Touchstone.open(Settings(database_url=address, embedder="semantic")) as touchstone:
        touchstone.check("Silver is needed for every data centre.")
        kept = touchstone.base.database.file
    # The first and the last are embedded anew, to see whether the encoder is still the same.
    assert len(set(asked) & set(texts)) <= 2
    assert kept.stat().st_size < 10_000_000


def test_what_is_not_shipped_is_asked_and_kept_elsewhere(tmp_path: Path):
    beside = DictStore()
    store = ShippedVectors(beside, file_of(tmp_path / "v.npz", silver=[1, 2], gold=[-2, 1]))
    assert store.load("m", ["copper", "silver"]).keys() == {"silver"}
    store.save("m", {"copper": vector(3, 4)})
    found = store.load("m", ["silver", "copper", "tin", "gold"])
    assert found.keys() == {"silver", "gold", "copper"}
    assert np.allclose(found["silver"], vector(1, 2), atol=0.005)
    assert np.array_equal(found["copper"], vector(3, 4))
    assert beside.kept.keys() == {("m", "copper")}


def test_the_vectors_of_another_encoder_are_left_alone(tmp_path: Path):
    beside = DictStore()
    beside.save("n", {"silver": vector(3, 4, 5)})
    store = ShippedVectors(beside, file_of(tmp_path / "v.npz", silver=[1, 2]))
    assert np.array_equal(store.load("n", ["silver"])["silver"], vector(3, 4, 5))


def test_a_kept_vector_of_another_length_is_not_put_beside_shipped_ones(tmp_path: Path):
    beside = DictStore()
    beside.save("m", {"copper": vector(3, 4, 5)})
    store = ShippedVectors(beside, file_of(tmp_path / "v.npz", silver=[1, 2]))
    assert store.load("m", ["silver", "copper"]).keys() == {"silver"}
    assert store.load("m", ["copper"]).keys() == {"copper"}


def test_a_text_in_which_the_encoder_saw_nothing_has_a_vector_of_zeros(tmp_path: Path):
    path = tmp_path / "v.npz"
    path.write_bytes(written_vectors("m", {"": np.zeros(2, dtype=np.float32), "a": vector(1, 1)}))
    assert not ShippedVectors(file=path).load("m", [""])[""].any()


def test_without_another_store_nothing_is_kept(tmp_path: Path):
    store = ShippedVectors(file=file_of(tmp_path / "v.npz", silver=[1, 2]))
    store.save("m", {"copper": vector(3, 4)})
    assert store.load("m", ["copper", "silver"]).keys() == {"silver"}
    assert store.load("m", []) == {}


def test_the_same_vectors_make_the_same_file_in_any_order():
    one, two = {"a": vector(1, 2), "b": vector(3, 4)}, {"b": vector(3, 4), "a": vector(1, 2)}
    assert written_vectors("m", one) == written_vectors("m", two)


@pytest.mark.parametrize("harm", ["gone", "empty", "cut", "other", "short"])
def test_a_damaged_file_is_told_and_passed_over(tmp_path: Path, caplog, harm: str):
    path = file_of(tmp_path / "v.npz", silver=[1, 2], gold=[2, 1])
    whole = path.read_bytes()
    match harm:
        case "gone":
            path.unlink()
        case "empty":
            path.write_bytes(b"")
        case "cut":
            path.write_bytes(whole[: len(whole) // 2])
        case "other":
            with zipfile.ZipFile(path, "w") as file:
                file.writestr("what.txt", "else")
        case "short":
            parts = dict(np.load(BytesIO(whole)))
            parts["numbers"] = parts["numbers"][:1]
            np.savez(path, **parts)
    beside = DictStore()
    beside.save("m", {"silver": vector(3, 4)})
    store = ShippedVectors(beside, path)
    assert np.array_equal(store.load("m", ["silver", "gold"])["silver"], vector(3, 4))
    assert store.load("m", ["gold"]) == {}
    assert caplog.text.count("cannot be read; their texts are embedded") == 1
