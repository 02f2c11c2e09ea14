"""One reader for all tests of figures: it holds compiled tables only."""

import pytest

from checks.figures import FigureComparer, FigureReader


@pytest.fixture(scope="session")
def reader() -> FigureReader:
    return FigureReader.load()


@pytest.fixture(scope="session")
def comparer(reader: FigureReader) -> FigureComparer:
    return FigureComparer(reader)
