"""Claim bases for tests: SQLite, and, where a fixture says `any`, PostgreSQL as well."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from claims.base import ClaimBase
from tests.claims.packs import pack_data, write_pack
from tests.claims.postgres import cluster

KEY = b"a key for tests"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 5, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def base(tmp_path: Path, clock: Clock) -> Iterator[ClaimBase]:
    with ClaimBase.open(f"sqlite:///{tmp_path / 'touchstone.db'}", clock) as opened:
        yield opened


@pytest.fixture(scope="session")
def postgres() -> Iterator[Iterator[str]]:
    """Addresses of empty PostgreSQL databases, one after the other."""
    psycopg = pytest.importorskip("psycopg")
    with cluster() as address:

        def fresh() -> Iterator[str]:
            for number in itertools.count():
                with psycopg.connect(address.format(name="postgres"), autocommit=True) as connection:
                    connection.execute(f"CREATE DATABASE base{number}")
                yield address.format(name=f"base{number}")

        yield fresh()


@pytest.fixture(params=["sqlite", "postgresql"])
def any_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'any.db'}"
    return next(request.getfixturevalue("postgres"))


@pytest.fixture
def any_base(any_url: str, clock: Clock) -> Iterator[ClaimBase]:
    with ClaimBase.open(any_url, clock) as opened:
        yield opened


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return write_pack(tmp_path, pack_data())
