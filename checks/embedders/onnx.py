"""Vectors from an operator's own model in a folder, run in this process."""

import hashlib
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from checks.embedders.embedder import Vectors, bounded, import_extra, unit_rows
from config.errors import EmbedderError, EmbedderSetupError, msgid, worded

MODEL, TOKENIZER, MANNERS = "model.onnx", "tokenizer.json", "embedder.toml"


class Manners(BaseModel):
    """How the model wants to be fed: `embedder.toml` in the folder, each line optional."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prefix: str = Field(default="", description='Put before each text; E5 models want "query: ".')
    max_tokens: int = Field(default=256, ge=4, le=8192, description="Longer texts are cut.")
    pooling: Literal["mean", "first"] = Field(default="mean", description="Mean of the tokens, or the first (BGE).")


@dataclass(frozen=True, slots=True)
class OnnxFolder:
    """A complete model folder."""

    path: Path
    manners: Manners

    @property
    def model(self) -> Path:
        """Return the file of the model."""
        return self.path / MODEL

    @property
    def tokenizer(self) -> Path:
        """Return the file of the tokeniser."""
        return self.path / TOKENIZER

    def digest(self) -> str:
        """Return a hash over all that shapes a vector: weights (also those beside the model), tokeniser, manners."""
        whole = hashlib.sha256(self.manners.model_dump_json().encode())
        for file in sorted([*self.path.glob(f"{MODEL}*"), self.tokenizer]):
            with file.open("rb") as content:
                whole.update(f"{file.name}:{hashlib.file_digest(content, 'sha256').hexdigest()};".encode())
        return whole.hexdigest()[:16]


def read_folder(path: Path | None) -> OnnxFolder:
    """Return the folder's contents; raises EmbedderSetupError naming the file or the line that is missing or wrong."""
    if path is None:
        text = msgid("The embedder 'onnx' needs onnx_folder: a folder with {model} and {tokenizer}.")
        raise EmbedderSetupError(worded(text, model=MODEL, tokenizer=TOKENIZER))
    missing = [name for name in (MODEL, TOKENIZER) if not (path / name).is_file()]
    if missing:
        text = msgid("The model folder {folder} lacks {files}. Put it there, or name another folder in onnx_folder.")
        both = worded("{one} and {other}", one=MODEL, other=TOKENIZER)
        files = both if len(missing) > 1 else missing[0]
        raise EmbedderSetupError(worded(text, folder=path, files=files))
    return OnnxFolder(path, _read_manners(path / MANNERS))


def _read_manners(file: Path) -> Manners:
    if not file.is_file():
        return Manners()
    try:
        return Manners.model_validate(tomllib.loads(file.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise EmbedderSetupError(worded("{file} is no TOML: {reason}.", file=file, reason=str(error))) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        fault = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        text = msgid("{file}, {fault}. It may hold prefix, max_tokens and pooling.")
        raise EmbedderSetupError(worded(text, file=file, fault=fault)) from error


BATCH = 32
_INPUTS = frozenset({"input_ids", "attention_mask", "token_type_ids"})
_TOKEN_OUTPUTS = ("last_hidden_state", "token_embeddings")
_PADDING_TOKENS = ("[PAD]", "<pad>")
_MATRIX, _TOKENS = 2, 3

Ids = npt.NDArray[np.int64]


class OnnxEmbedder:
    """Tokenises, runs the model, and pools its token vectors over the attention mask."""

    def __init__(self, folder: OnnxFolder) -> None:
        """Load tokeniser and model; raises EmbedderSetupError where the extra is missing or a file cannot be used."""
        runtime, tokenizers = import_extra("onnxruntime", "onnx"), import_extra("tokenizers", "onnx")
        self._manners = folder.manners
        self._tokenizer: Any = _load(folder.tokenizer, tokenizers.Tokenizer.from_file)
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_length=folder.manners.max_tokens)
        self._session: Any = _load(folder.model, lambda file: _open_session(runtime, file))
        self._inputs = frozenset(each.name for each in self._session.get_inputs())
        unknown = self._inputs - _INPUTS
        if unknown:
            names = ", ".join(sorted(unknown))
            text = msgid("{file} wants inputs that Touchstone does not make: {names}. Export it anew.")
            raise EmbedderSetupError(worded(text, file=folder.model, names=names))
        outputs = [each.name for each in self._session.get_outputs()]
        self._output = next((name for name in _TOKEN_OUTPUTS if name in outputs), outputs[0])
        self._padding = next((i for i in map(self._tokenizer.token_to_id, _PADDING_TOKENS) if i is not None), 0)
        self._name = f"onnx:{folder.path.name}:{folder.digest()}"
        self._dimension: int | None = None

    @property
    def name(self) -> str:
        """Return the folder's name with a hash of its contents."""
        return self._name

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one row of unit length for each text; raises EmbedderError for an output without usable shape."""
        if not texts:
            return np.zeros((0, self._dimension or 0), dtype=np.float32)
        parts = [self._embed_batch(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]
        vectors = np.concatenate(parts)
        self._dimension = vectors.shape[1]
        return vectors

    def close(self) -> None:
        """Do nothing: there is no connection."""

    def _embed_batch(self, texts: Sequence[str]) -> Vectors:
        encodings = self._tokenizer.encode_batch([self._manners.prefix + bounded(text) for text in texts])
        ids, mask = _padded([encoding.ids for encoding in encodings], self._padding)
        feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        raw = self._session.run([self._output], {name: feeds[name] for name in self._inputs})[0]
        return unit_rows(self._pooled(np.asarray(raw), mask), len(texts))

    def _pooled(self, raw: npt.NDArray[Any], mask: Ids) -> npt.NDArray[Any]:
        if raw.ndim == _MATRIX:
            return raw
        if raw.ndim != _TOKENS:
            said = msgid(
                "The model's output {output!r} has {axes} axes; wanted are texts × tokens × numbers. Export it anew."
            )
            raise EmbedderError(worded(said, output=self._output, axes=raw.ndim))
        if self._manners.pooling == "first":
            return raw[:, 0]
        weights = mask[:, :, None].astype(np.float32)
        return (raw * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1.0)


def _open_session(runtime: Any, file: Path) -> object:  # noqa: ANN401  an optional package, unknown to the type checker
    options = runtime.SessionOptions()
    # Threads that spin while they wait would eat the time of the bot between two messages.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return runtime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def _load(file: Path, opening: Callable[[Any], object]) -> object:
    try:
        return opening(str(file))
    except Exception as error:  # both runtimes raise bare Exceptions
        text = msgid("{file} cannot be loaded: {reason}. Export or copy it again.")
        raise EmbedderSetupError(worded(text, file=file, reason=str(error))) from error


def _padded(rows: Sequence[Sequence[int]], padding: int) -> tuple[Ids, Ids]:
    # A text without any token still needs one place in the model.
    longest = max(1, *(len(row) for row in rows))
    ids = np.full((len(rows), longest), padding, dtype=np.int64)
    mask = np.zeros((len(rows), longest), dtype=np.int64)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = row
        mask[number, : len(row)] = 1
    return ids, mask
