"""Claim bases for tests: SQLite, and, where a fixture says `any`, PostgreSQL as well."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from claims.base import ClaimBase
from claims.store.server_settings import ServerBook
from tests.claims.packs import pack_data, write_pack
from tests.templates import Templates

KEY = b"a key for tests"
BOTH = ["sqlite", pytest.param("postgresql", marks=[pytest.mark.slow, pytest.mark.postgresql])]


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 5, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **span: float) -> None:
        self.now += timedelta(**span)


def server_book(base: ClaimBase) -> ServerBook:
    """Return what tells the settings of servers, and what holds for a message."""
    return ServerBook(base.database, lambda: KEY, base.clock)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def base(tmp_path: Path, clock: Clock, templates: Templates) -> Iterator[ClaimBase]:
    with ClaimBase.open(templates.copy("empty", tmp_path / "touchstone.db"), clock) as opened:
        yield opened


@pytest.fixture(params=BOTH)
def any_url(request: pytest.FixtureRequest, tmp_path: Path, templates: Templates) -> str:
    """The address of a base of this version's tables, with nothing in them."""
    if request.param == "sqlite":
        return templates.copy("empty", tmp_path / "any.db")
    return request.getfixturevalue("postgres")("empty")


@pytest.fixture(params=BOTH)
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new.db'}"
    return request.getfixturevalue("postgres")("new")


@pytest.fixture
def any_base(any_url: str, clock: Clock) -> Iterator[ClaimBase]:
    with ClaimBase.open(any_url, clock) as opened:
        yield opened


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return write_pack(tmp_path, pack_data())
