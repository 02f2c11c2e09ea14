"""Vectors from an OpenAI-compatible server: Ollama, llama.cpp, vLLM, or a hosted service."""

import json
import math
import time
from collections.abc import Callable, Sequence
from typing import Annotated

import httpx
import numpy as np
from pydantic import AllowInfNan, BaseModel, SecretStr, ValidationError

from checks.embedders.embedder import PROBE, Vectors, bounded, unit_rows
from config.errors import EmbedderError, EmbedderSetupError, msgid, worded

_EXAMPLE = worded("Write for example http://localhost:11434/v1.")


def read_base(base: str) -> str:
    """Return the base address without a closing slash; raises EmbedderSetupError where it is no plain http(s) one."""
    try:
        url = httpx.URL(base.strip())
    except httpx.InvalidURL as error:
        raise EmbedderSetupError(worded("embedder_url is no address. {mend}", mend=_EXAMPLE)) from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise EmbedderSetupError(worded("embedder_url is no http or https address. {mend}", mend=_EXAMPLE))
    if url.userinfo or url.query or url.fragment:
        raise EmbedderSetupError(
            worded("embedder_url is logged: it may hold no password or query. Put the key into embedder_key.")
        )
    return str(url).rstrip("/")


def read_key(key: SecretStr | None) -> str:
    """Return the key, empty for none; raises EmbedderSetupError where no header can carry it."""
    plain = key.get_secret_value().strip() if key is not None else ""
    if not (plain.isascii() and plain.isprintable()):
        raise EmbedderSetupError(
            worded("embedder_key holds a character that no header may carry. Copy it again, in one line.")
        )
    return plain


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
        said = msgid("no embeddings as OpenAI's interface has them: {fault}")
        raise EmbedderError(worded(said, fault=_fault(error))) from error
    if sorted(row.index for row in answer.data) != list(range(rows)):
        said = msgid("{vectors} vectors for {texts} texts, or wrongly numbered")
        raise EmbedderError(worded(said, vectors=len(answer.data), texts=rows))
    return unit_rows([row.embedding for row in sorted(answer.data, key=lambda row: row.index)], rows)


def _fault(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return worded("no JSON")
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(map(str, first["loc"])) or worded("the answer")
    return worded("{field}: {value}", field=place, value=first["msg"])


BATCH = 32
# A message is one text; the wordings of a base come in batches, which get the timeout once for every so many texts.
TEXTS_PER_TIMEOUT = 8
MOST_BYTES = 32 * 1024 * 1024
_EXCERPT = 160
_OK = 200


class HttpEmbedder:
    """Asks `POST {base}/embeddings`; the key goes out as Bearer, and into no error text and no log line."""

    def __init__(
        self,
        client: httpx.Client,
        base: str,
        model: str,
        *,
        key: SecretStr | None = None,
        timeout: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take over `client`; `timeout` is in seconds for up to eight texts.

        Raises EmbedderSetupError for an address or a key that cannot be used.
        """
        self._client = client
        self._address = read_base(base) + "/embeddings"
        self._model, self._timeout, self._clock = model, timeout, clock
        self._key = read_key(key)
        self._dimension: int | None = None

    @property
    def name(self) -> str:
        """Return the model's name with the server's address: servers hold the same model in different precision."""
        return f"http:{self._model}@{self._address}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one row of unit length for each text; raises EmbedderError where the answer cannot be used."""
        if not texts:
            return np.zeros((0, self._dimension or 0), dtype=np.float32)
        starts = range(0, len(texts), BATCH)
        return np.concatenate([self._embed_batch(texts[start : start + BATCH]) for start in starts])

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _embed_batch(self, texts: Sequence[str]) -> Vectors:
        content = self._post([bounded(text) for text in texts])
        try:
            vectors = read_answer(content, len(texts))
        except EmbedderError as error:
            said = msgid("The embeddings server {address} gave no usable answer: {reason}")
            raise self._error(said, reason=error.args[0]) from error
        if self._dimension not in {None, vectors.shape[1]}:
            said = msgid(
                "The embeddings server {address} gave vectors of {now} numbers, before {before}. "
                "Was its model changed? Restart Touchstone."
            )
            raise self._error(said, now=vectors.shape[1], before=self._dimension)
        self._dimension = vectors.shape[1]
        return vectors

    def _post(self, texts: list[str]) -> bytes:
        allowed = self._timeout * math.ceil(len(texts) / TEXTS_PER_TIMEOUT)
        deadline = self._clock() + allowed
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        body = {"model": self._model, "input": texts}
        try:
            with self._client.stream("POST", self._address, json=body, headers=headers, timeout=allowed) as answer:
                status, content = answer.status_code, self._body(answer, deadline)
        except httpx.TimeoutException as error:
            raise self._late() from error
        except httpx.HTTPError as error:
            said = msgid(
                "The embeddings server {address} cannot be reached ({reason}). Check that it runs, and embedder_url."
            )
            raise self._error(said, reason=type(error).__name__) from error
        if status != _OK and texts != [PROBE]:
            # A server may answer with what it was sent, and the fault goes into the log.
            said = msgid(
                "The embeddings server {address} answered {status}. "
                "Check embedder_url, embedder_model and embedder_key; `touchstone doctor` tells what else it says."
            )
            raise self._error(said, status=status)
        if status != _OK:
            said = msgid(
                "The embeddings server {address} answered {status}: {excerpt}. "
                "Check embedder_url, embedder_model and embedder_key."
            )
            raise self._error(said, status=status, excerpt=self._excerpt(content))
        return content

    def _body(self, answer: httpx.Response, deadline: float) -> bytes:
        """Read the whole body: httpx's timeout starts anew with every piece, so the whole is timed here."""
        content = bytearray()
        for piece in answer.iter_bytes():
            content += piece
            if self._clock() > deadline:
                raise self._late()
            if len(content) > MOST_BYTES:
                said = msgid("The embeddings server {address} sent more than {most} bytes. Check embedder_url.")
                raise self._error(said, most=MOST_BYTES)
        return bytes(content)

    def _excerpt(self, content: bytes) -> str:
        words = " ".join(content[: 8 * _EXCERPT].decode("utf-8", "replace").split())
        return (words.replace(self._key, "***") if self._key else words)[:_EXCERPT] or worded("nothing")

    def _late(self) -> EmbedderError:
        said = msgid(
            "The embeddings server {address} did not answer in time ({seconds:g} s for up to {texts} texts). "
            "Check that it runs, or raise embedder_timeout."
        )
        return self._error(said, seconds=self._timeout, texts=TEXTS_PER_TIMEOUT)

    def _error(self, said: str, **values: object) -> EmbedderError:
        return EmbedderError(worded(said, address=self._address, **values))
