"""An operator's model folder: which files it needs, how its model wants to be fed, and the id of its contents."""

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.errors import EmbedderSetupError

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
        raise EmbedderSetupError(f"The embedder 'onnx' needs onnx_folder: a folder with {MODEL} and {TOKENIZER}.")
    missing = [name for name in (MODEL, TOKENIZER) if not (path / name).is_file()]
    if missing:
        mend = "Put it there, or name another folder in onnx_folder."
        raise EmbedderSetupError(f"The model folder {path} lacks {' and '.join(missing)}. {mend}")
    return OnnxFolder(path, _read_manners(path / MANNERS))


def _read_manners(file: Path) -> Manners:
    if not file.is_file():
        return Manners()
    try:
        return Manners.model_validate(tomllib.loads(file.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise EmbedderSetupError(f"{file} is no TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        fault = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise EmbedderSetupError(f"{file}, {fault}. It may hold prefix, max_tokens and pooling.") from error
