"""A throw-away PostgreSQL cluster: in a folder of its own, reached by a socket file only."""

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from claims.base import ClaimBase
from tests.templates import KINDS


def _programs() -> Path:
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not folders or not (folders[-1] / "initdb").exists():
        pytest.skip("PostgreSQL's initdb is not installed")
    return folders[-1]


class Cluster:
    """A server's folder and programs; `address` lacks the name of a database."""

    def __init__(self, folder: Path) -> None:
        self._programs, self._folder = _programs(), folder
        as_root = os.geteuid() == 0
        if as_root and not shutil.which("runuser"):
            pytest.skip("PostgreSQL does not run as root, and runuser is missing")
        self._prefix = ["runuser", "-u", "postgres", "--"] if as_root else []
        if as_root:
            shutil.chown(folder, "postgres")
        self.address = f"postgresql://postgres@/{{name}}?host={folder}"

    def make(self) -> None:
        data = ("-D", f"{self._folder}/data")
        self._run("initdb", *data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")

    def start(self) -> None:
        options = f"-c fsync=off -c listen_addresses='' -k {self._folder}"
        self._run("pg_ctl", "-D", f"{self._folder}/data", "-l", f"{self._folder}/log", "-o", options, "-w", "start")

    def stop(self) -> None:
        """Stop as a power cut would: connections are dropped, and the next start recovers."""
        self._run("pg_ctl", "-D", f"{self._folder}/data", "-m", "immediate", "-w", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._prefix, self._programs / program, *arguments]
        subprocess.run(command, check=True, cwd=self._folder, stdout=subprocess.DEVNULL)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Yield a running server; skips where none can be started."""
    folder = Path(tempfile.mkdtemp(prefix="touchstone-pg-"))
    try:
        made = Cluster(folder)
        made.make()
        made.start()
        try:
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Server:
    """Databases of a running cluster, copied from templates as SQLite files are; `new` is one without any table."""

    def __init__(self, cluster: Cluster, connection: Any) -> None:  # noqa: ANN401  the driver is optional
        self.cluster, self._address, self._connection = cluster, cluster.address, connection
        self._numbers = itertools.count()
        self._made: list[str] = []
        self._templates = {"new": "template1"}

    def __call__(self, kind: str) -> str:
        """Make another database; return its address."""
        if kind not in self._templates:
            template = f"template_{kind}"
            self._connection.execute(f"CREATE DATABASE {template}")
            with ClaimBase.open(self._address.format(name=template)) as base:
                KINDS[kind](base)
            self._templates[kind] = template
        name = f"base{next(self._numbers)}"
        self._connection.execute(f"CREATE DATABASE {name} TEMPLATE {self._templates[kind]}")
        self._made.append(name)
        return self._address.format(name=name)

    def copy(self, kind: str, _path: Path) -> str:
        """Stand in for the templates of SQLite files."""
        return self(kind)

    @contextmanager
    def dropping(self) -> Iterator[None]:
        """Drop in the end what is made meanwhile."""
        before = len(self._made)
        yield
        for name in self._made[before:]:
            self._connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        del self._made[before:]


@contextmanager
def server() -> Iterator[Server]:
    """Yield a server to make databases of; skips where none can be started."""
    psycopg = pytest.importorskip("psycopg", reason="PostgreSQL's driver is not installed")
    with cluster() as made, psycopg.connect(made.address.format(name="postgres"), autocommit=True) as connection:
        yield Server(made, connection)
