"""What all tests share."""

import logging
import os
import signal
from collections.abc import Generator, Iterator
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from tests.claims.postgres import Server, server
from tests.once import read_once
from tests.quick import ALL, QuickRun
from tests.templates import Templates

ON_SERVER = "--postgresql"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the whole run be asked for, and PostgreSQL in place of SQLite."""
    parser.addoption(ON_SERVER, action="store_true", help="copy the databases of all tests in PostgreSQL")
    parser.addoption(ALL, action="store_true", help="run the slow tests as well, and properties with all examples")


def pytest_configure(config: pytest.Config) -> None:
    """Choose between the quick run and the whole one; undo what a shell may have set."""
    # Most tests are about what surrounds the matching: they do without the encoder, and those about it ask for it.
    os.environ.setdefault("TOUCHSTONE_EMBEDDER", "none")
    # A shell tells what it starts in the background to ignore Ctrl-C; tests send it, to themselves and to others.
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    is_whole = config.getoption(ALL)
    hypothesis_settings.load_profile("all" if is_whole else "quick")
    if not is_whole:
        config.pluginmanager.register(QuickRun(config), "quick-run")


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, Any, Any]:
    """Let a failure that shows half a character be told by one process to another; it would end the whole run."""
    return _written((yield))


def _written(value: Any) -> Any:  # noqa: ANN401  a report is any plain data
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {_written(key): _written(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_written(each) for each in value)
    return value


@pytest.fixture(scope="session", autouse=True)
def shipped_files_read_once() -> Iterator[None]:
    """Read lexicon and catalogues once a process."""
    with read_once():
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Make PostgreSQL databases; skips where it is not installed."""
    with server() as started:
        yield started


@pytest.fixture(scope="session")
def templates(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Templates | Server:
    """The databases that tests copy; files are shared by all processes of a run."""
    if request.config.getoption(ON_SERVER):
        return request.getfixturevalue("postgres")
    own = tmp_path_factory.getbasetemp()
    return Templates((own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "templates")


@pytest.fixture(autouse=True)
def only_what_a_server_can_do(request: pytest.FixtureRequest) -> Iterator[None]:
    """Leave out what is about SQLite files where PostgreSQL is asked for, and keep the server's disk free."""
    if not request.config.getoption(ON_SERVER):
        yield
        return
    if request.node.get_closest_marker("sqlite"):
        pytest.skip("is about a SQLite file")
    with request.getfixturevalue("postgres").dropping():
        yield


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """Take away what a test has hung on the root logger: its stream is closed when the next test writes."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    for handler in list(root.handlers):
        if handler not in before and not type(handler).__module__.startswith("_pytest"):
            root.removeHandler(handler)
    root.setLevel(level)
