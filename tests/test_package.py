"""The wheel, installed into a clean environment, gives a working command with everything that it reads."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = [pytest.mark.package, pytest.mark.slow, pytest.mark.xdist_group("package")]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built from a copy of the sources, so that nothing is left behind in the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--outdir", folder / "dist", copied_sources(folder / "sources"))
    (built,) = (folder / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The folder of commands of an environment that has the wheel, what it depends on, and nothing else."""
    folder = tmp_path_factory.mktemp("clean")
    run(sys.executable, "-m", "venv", folder)
    python = folder / "bin" / "python"
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, "--require-hashes", "--requirement", ROOT / "requirements" / "runtime.lock")
    run(*pip, "--no-deps", wheel)
    run(python, "-m", "pip", "check")
    return folder / "bin"


@pytest.fixture
def touchstone(installed, tmp_path):
    """Call the installed command in an empty folder with an empty home."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"}

    def call(*arguments: str, language: str = "C.UTF-8") -> str:
        environment["LANG"] = language
        return run(installed / "touchstone", *arguments, cwd=tmp_path, env=environment)

    return call


def test_the_wheel_holds_every_data_file_of_the_sources(wheel):
    held = set(zipfile.ZipFile(wheel).namelist())
    data = (path for folder in ("bot", "checks", "claims", "config") for path in (ROOT / folder).rglob("*.*"))
    wanted = {path.relative_to(ROOT).as_posix() for path in data if path.is_file() and path.suffix != ".pyc"}
    assert wanted - held == set()
    assert not any(name.startswith("tests/") for name in held)


def test_the_demonstration_runs(touchstone):
    assert "You wrote 5 kg" in touchstone("demo")
    assert "閒聊" in touchstone("demo", language="zh_TW.UTF-8")


def test_a_message_is_checked(touchstone):
    assert json.loads(touchstone("check", "--json", "hello there"))["action"] == "silent"


def test_the_claims_are_there(touchstone):
    assert len(json.loads(touchstone("claims", "list", "--json"))) >= 50


def test_the_doctor_finds_nothing_wrong(touchstone):
    assert "wrong" not in {line["state"] for line in json.loads(touchstone("doctor", "--json"))}


def copied_sources(target: Path) -> Path:
    names = run("git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=ROOT).splitlines()
    for name in names:
        if (ROOT / name).is_file() and not name.startswith("tests/"):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes((ROOT / name).read_bytes())
    return target


def run(*command: object, **more: object) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **more)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}"
    return done.stdout
