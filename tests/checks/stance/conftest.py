"""One reader for all stance tests, and a way to read raw chat text as the checker does."""

from collections.abc import Callable

import pytest

from checks.stance import StanceReader, StanceReading
from checks.text import TextFolder, Tokenizer

Read = Callable[..., StanceReading]


@pytest.fixture(scope="session")
def folder() -> TextFolder:
    return TextFolder()


@pytest.fixture(scope="session")
def reader(folder: TextFolder) -> StanceReader:
    return StanceReader.load(folder, Tokenizer())


@pytest.fixture(scope="session")
def read(folder: TextFolder, reader: StanceReader) -> Read:
    """Return a reading of raw text against a wording, and the claim's other wordings."""

    def reading(raw: str, wording: str, *others: str) -> StanceReading:
        clean = folder.clean(raw)
        return reader.read(
            clean.text, (), folder.fold(wording), clean.quoted, tuple(folder.fold(other) for other in others)
        )

    return reading
