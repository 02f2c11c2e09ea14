"""The wheel, installed into a clean environment, gives a working command with everything that it reads.

What it says of itself leads to the repository that it was built from.
"""

import email
import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.message import Message
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
HOME = "https://github.com/me/touchstone"
LACKS = "has no address of its project"

pytestmark = [pytest.mark.package, pytest.mark.slow, pytest.mark.xdist_group("package")]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built from a copy of the sources, so that nothing is left behind in the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--outdir", folder / "dist", copied_sources(folder / "sources"))
    (built,) = (folder / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def released(tmp_path_factory) -> Path:
    """A folder with sdist and wheel of a repository that has an origin and a tag for the version."""
    folder = tmp_path_factory.mktemp("released")
    sources = copied_sources(folder / "sources")
    git = ("git", "-C", sources, "-c", "user.name=me", "-c", "user.email=me@example.org")
    run(*git, "init", "--quiet")
    run(*git, "add", ".")
    run(*git, "commit", "--quiet", "--message", "all")
    run(*git, "remote", "add", "origin", "git@github.com:me/touchstone.git")
    run(*git, "tag", f"v{VERSION}")
    # The wheel is built from the sdist, where there is no git.
    assert LACKS not in told_by(sys.executable, "-m", "build", "--outdir", folder / "dist", sources)
    return folder / "dist"


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


def test_a_release_has_its_addresses_in_wheel_and_sdist_alike(released):
    made = metadata_of(next(released.glob("*.whl")))
    assert f"Homepage, {HOME}" in made.get_all("Project-URL")
    assert f"Issues, {HOME}/issues" in made.get_all("Project-URL")
    assert f"Changelog, {HOME}/blob/HEAD/CHANGELOG.md" in made.get_all("Project-URL")
    assert made.as_string() == metadata_of(next(released.glob("*.tar.gz"))).as_string()


def test_a_package_page_shows_the_picture_and_every_link_of_it_leads_somewhere(released):
    markdown = pytest.importorskip("readme_renderer.markdown")
    page = markdown.render(metadata_of(next(released.glob("*.whl"))).get_payload())
    (picture,) = re.findall(r'<img src="([^"]+)"', page)
    assert picture == f"{HOME}/raw/v{VERSION}/docs/card-light.png"
    targets = re.findall(r'<a href="([^"]+)"', page)
    inside = [target for target in targets if target.startswith("#")]
    assert inside
    assert [target for target in inside if f'id="{target[1:]}"' not in page] == []
    assert [target for target in targets if not target.startswith(("https://", "#"))] == []
    here = [target.removeprefix(f"{HOME}/blob/v{VERSION}/") for target in targets if target.startswith(f"{HOME}/")]
    assert here
    assert [name for name in here if not (ROOT / name.partition("#")[0]).is_file()] == []


def test_an_sdist_keeps_its_addresses_wherever_it_is_built(released, tmp_path):
    with tarfile.open(next(released.glob("*.tar.gz"))) as packed:
        packed.extractall(tmp_path, filter="data")
    (sources,) = tmp_path.iterdir()
    # As a distributor keeps it.
    run("git", "-C", sources, "init", "--quiet")
    run("git", "-C", sources, "remote", "add", "origin", "https://gitlab.com/somebody/else")
    run(sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path / "dist", sources)
    assert f"Homepage, {HOME}" in metadata_of(next((tmp_path / "dist").iterdir())).get_all("Project-URL")


def test_without_a_repository_it_is_built_all_the_same_and_says_what_is_missing(tmp_path):
    sources = copied_sources(tmp_path / "sources")
    command = (sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path / "dist", sources)
    assert len(re.findall(f"{LACKS}.*TOUCHSTONE_ADDRESS=https://host/owner/name", told_by(*command))) == 1
    assert metadata_of(next((tmp_path / "dist").iterdir())).get_all("Project-URL") is None
    run(*command, env=os.environ | {"TOUCHSTONE_ADDRESS": HOME})
    made = metadata_of(next((tmp_path / "dist").iterdir()))
    assert f"Homepage, {HOME}" in made.get_all("Project-URL")
    assert f"]({HOME}/blob/HEAD/README.zh.md)" in made.get_payload()


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


def told_by(*command: object) -> str:
    """Run a command; return all that it prints, wherever."""
    return run("sh", "-c", '"$@" 2>&1', "sh", *command)


def metadata_of(package: Path) -> Message:
    """Return what a wheel or an sdist says of itself."""
    if package.suffix == ".whl":
        with zipfile.ZipFile(package) as wheel:
            (name,) = (each for each in wheel.namelist() if each.endswith(".dist-info/METADATA"))
            return email.message_from_string(wheel.read(name).decode())
    with tarfile.open(package) as sdist:
        (name,) = (each for each in sdist.getnames() if re.fullmatch("[^/]+/PKG-INFO", each))
        return email.message_from_string(sdist.extractfile(name).read().decode())
