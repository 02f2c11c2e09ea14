"""What is missing is installed into the environment that runs."""

import shlex
import sys
from importlib import metadata, util

import pytest

from config.errors import install_hint, version

EXTRAS = ["postgres", "semantic", "onnx"]


@pytest.mark.parametrize("extra", EXTRAS)
def test_the_command_names_this_python_and_the_packages_of_the_extra(extra):
    command = shlex.split(install_hint(extra).removeprefix("Install it with: "))
    assert command[:4] == [sys.executable, "-m", "pip", "install"]
    wanted = [each for each in metadata.requires("touchstone-bot") or [] if f'extra == "{extra}"' in each]
    assert command[4:] == [each.partition(";")[0].strip() for each in wanted]
    assert "touchstone" not in " ".join(command[4:])


def test_where_there_is_no_pip_uv_installs_into_this_environment(monkeypatch):
    monkeypatch.setattr(util, "find_spec", lambda _name: None)
    assert install_hint("postgres").startswith(f"Install it with: uv pip install --python {sys.executable} 'psycopg")


def test_run_from_its_folder_it_still_names_the_extra(monkeypatch):
    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", missing)
    monkeypatch.setattr(metadata, "version", missing)
    assert install_hint("postgres") == "Install the extra 'postgres' of touchstone-bot."
    assert version() == "unknown"
