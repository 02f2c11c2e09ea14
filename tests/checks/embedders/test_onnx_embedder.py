"""Vectors from a model folder, through the real runtime and tokeniser."""

from pathlib import Path

import numpy as np
import pytest

from checks.embedders.onnx import OnnxEmbedder, read_folder
from config.errors import EmbedderSetupError
from tests.checks.embedders.tiny_model import TABLE, WORDS, write_model, write_tokenizer


def open_folder(folder: Path) -> OnnxEmbedder:
    return OnnxEmbedder(read_folder(folder))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_model(tmp_path)
    write_tokenizer(tmp_path)
    return tmp_path


def mean_of(*words: str) -> np.ndarray:
    mean = TABLE[[WORDS.index(word) for word in ("[CLS]", *words, "[SEP]")]].mean(axis=0)
    return mean / np.linalg.norm(mean)


def test_a_text_is_the_mean_of_its_tokens_at_unit_length(folder: Path):
    assert np.allclose(open_folder(folder).embed(["silver gold"]), [mean_of("silver", "gold")], atol=1e-6)


def test_padding_changes_no_vector(folder: Path):
    embedder = open_folder(folder)
    together = embedder.embed(["silver", "gold " * 40, "白银"])
    assert np.allclose(together[0], mean_of("silver"), atol=1e-6)
    assert np.allclose(together[2], embedder.embed(["白银"])[0], atol=1e-6)


def test_more_texts_than_a_batch_keep_their_order(folder: Path):
    embedder = open_folder(folder)
    texts = ["silver", "gold", "白"] * 30
    assert np.allclose(embedder.embed(texts), [mean_of(text) for text in texts], atol=1e-6)


def test_the_dimension_is_known_after_the_first_call(folder: Path):
    embedder = open_folder(folder)
    assert len(embedder.embed([])) == 0
    embedder.embed(["silver"])


@pytest.mark.parametrize("text", ["", " ", "\ud800", "\x00", "e\u0301" * 2000, "x" * 5000])
def test_odd_texts_get_a_vector_too(folder: Path, text: str):
    vector = open_folder(folder).embed([text])[0]
    assert np.isclose(np.linalg.norm(vector), 1.0)


def test_a_model_that_wants_token_types_gets_them(folder: Path):
    write_model(folder, ("input_ids", "attention_mask", "token_type_ids"))
    assert np.allclose(open_folder(folder).embed(["silver"]), [mean_of("silver")], atol=1e-6)


def test_a_model_that_wants_only_tokens_gets_only_them(folder: Path):
    write_model(folder, ("input_ids",))
    assert np.allclose(open_folder(folder).embed(["silver"]), [mean_of("silver")], atol=1e-6)


def test_a_model_that_pools_by_itself_is_taken_at_its_word(folder: Path):
    write_model(folder, pooled=True)
    assert np.allclose(open_folder(folder).embed(["silver"]), [mean_of("silver")], atol=1e-6)


def test_a_prefix_is_put_before_each_text(folder: Path):
    (folder / "embedder.toml").write_text('prefix = "query "')
    assert np.allclose(open_folder(folder).embed(["silver"]), [mean_of("query", "silver")], atol=1e-6)


def test_the_first_token_may_stand_for_the_text(folder: Path):
    (folder / "embedder.toml").write_text('pooling = "first"')
    first = TABLE[WORDS.index("[CLS]")]
    assert np.allclose(open_folder(folder).embed(["silver"]), [first / np.linalg.norm(first)], atol=1e-6)


def test_long_texts_are_cut_at_the_most_tokens(folder: Path):
    (folder / "embedder.toml").write_text("max_tokens = 4")
    embedder = open_folder(folder)
    assert np.allclose(embedder.embed(["silver gold 白 银"]), embedder.embed(["silver gold"]))


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_file_that_cannot_be_read_is_named(folder: Path, name: str):
    (folder / name).write_bytes(b"\x00 not what it should be")
    with pytest.raises(EmbedderSetupError, match=rf"{name} cannot be loaded"):
        open_folder(folder)


def test_an_input_that_nobody_makes_is_named(folder: Path):
    write_model(folder, ("input_ids", "attention_mask", "pixel_values"))
    with pytest.raises(EmbedderSetupError, match="pixel_values"):
        open_folder(folder)


def test_the_name_follows_the_contents_not_the_place(folder: Path, tmp_path_factory: pytest.TempPathFactory):
    before = open_folder(folder).name
    copy = tmp_path_factory.mktemp("other") / folder.name
    folder.rename(copy)
    assert open_folder(copy).name == before
    (copy / "embedder.toml").write_text('prefix = "query: "')
    assert open_folder(copy).name != before
