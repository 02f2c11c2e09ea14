"""Read what an embeddings server answered, believing nothing of it unchecked."""

import json
from typing import Annotated

from pydantic import AllowInfNan, BaseModel, ValidationError

from checks.embedders.embedder import Vectors, unit_rows
from config.errors import EmbedderError


class _Row(BaseModel):
    index: int
    embedding: list[Annotated[float, AllowInfNan(False)]]


class _Answer(BaseModel):
    data: list[_Row]


def read_answer(content: bytes, rows: int) -> Vectors:
    """Return the vectors in the order of the texts; raises EmbedderError saying what is wrong with the answer."""
    try:
        answer = _Answer.model_validate(json.loads(content), strict=True)
    except (ValidationError, ValueError, RecursionError) as error:
        raise EmbedderError(f"no embeddings as OpenAI's interface has them: {_fault(error)}") from error
    if sorted(row.index for row in answer.data) != list(range(rows)):
        raise EmbedderError(f"{len(answer.data)} vectors for {rows} texts, or wrongly numbered")
    return unit_rows([row.embedding for row in sorted(answer.data, key=lambda row: row.index)], rows)


def _fault(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return "no JSON"
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'the answer'}: {first['msg']}"
