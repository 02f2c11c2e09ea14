"""An operator's model folder: complete or not, and how its model wants to be fed."""

from pathlib import Path

import pytest

from checks.embedders.onnx import Manners, read_folder
from config.errors import EmbedderSetupError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "model.onnx").write_bytes(b"weights")
    (tmp_path / "tokenizer.json").write_text("{}")
    return tmp_path


def test_a_folder_without_manners_gets_the_usual_ones(folder: Path):
    assert read_folder(folder).manners == Manners(prefix="", max_tokens=256, pooling="mean")


def test_manners_are_read_from_the_folder(folder: Path):
    (folder / "embedder.toml").write_text('prefix = "query: "\nmax_tokens = 64\npooling = "first"\n')
    assert read_folder(folder).manners == Manners(prefix="query: ", max_tokens=64, pooling="first")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("prefix = ", "is no TOML"),
        ("prefix = 3", "prefix"),
        ("max_tokens = 0", "max_tokens"),
        ('pooling = "last"', "pooling"),
        ('perfix = "query: "', "perfix"),
    ],
)
def test_wrong_manners_are_refused_by_file_and_line(folder: Path, text: str, fault: str):
    (folder / "embedder.toml").write_text(text)
    with pytest.raises(EmbedderSetupError, match=rf"embedder\.toml.*{fault}"):
        read_folder(folder)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_missing_file_is_named(folder: Path, name: str):
    (folder / name).unlink()
    with pytest.raises(EmbedderSetupError, match=rf"lacks {name}\. .*onnx_folder"):
        read_folder(folder)


def test_all_missing_files_are_named_at_once(tmp_path: Path):
    with pytest.raises(EmbedderSetupError, match=r"lacks model\.onnx and tokenizer\.json"):
        read_folder(tmp_path / "nowhere")


def test_no_folder_at_all_says_which_setting_is_wanted():
    with pytest.raises(EmbedderSetupError, match="needs onnx_folder"):
        read_folder(None)


@pytest.mark.parametrize("name", ["model.onnx", "model.onnx_data", "tokenizer.json", "embedder.toml"])
def test_the_digest_changes_with_all_that_shapes_a_vector(folder: Path, name: str):
    before = read_folder(folder).digest()
    (folder / "README.md").write_text("about")
    assert read_folder(folder).digest() == before
    (folder / name).write_text('prefix = "passage: "')
    assert read_folder(folder).digest() != before
