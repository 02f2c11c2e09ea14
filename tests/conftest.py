"""What all tests share."""

import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings as hypothesis_settings

from tests.once import read_once
from tests.quick import ALL, QuickRun
from tests.templates import Templates


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the whole run be asked for."""
    parser.addoption(ALL, action="store_true", help="run the slow tests as well, and properties with all examples")


def pytest_configure(config: pytest.Config) -> None:
    """Choose between the quick run and the whole one."""
    # Most tests are about what surrounds the matching: they do without the encoder, and those about it ask for it.
    os.environ.setdefault("TOUCHSTONE_EMBEDDER", "none")
    is_whole = config.getoption(ALL)
    hypothesis_settings.load_profile("all" if is_whole else "quick")
    if not is_whole:
        config.pluginmanager.register(QuickRun(config), "quick-run")


@pytest.fixture(scope="session", autouse=True)
def shipped_files_read_once() -> Iterator[None]:
    """Read lexicon and catalogues once a process."""
    with read_once():
        yield


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    """The databases that tests copy; shared by all processes of a run."""
    own = tmp_path_factory.getbasetemp()
    return Templates((own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "templates")


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
