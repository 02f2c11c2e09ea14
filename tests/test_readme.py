"""What the README shows runs as it is shown."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import discord
import pytest
from PIL import Image, ImageChops, ImageStat

from bot.discord.setup_command import RIGHTS
from bot.terminal.app import build_app
from config.settings import Settings
from tests.bot.discord.picture import painted

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
CHINESE = (ROOT / "README.zh.md").read_text("utf-8")
BOTH = pytest.mark.parametrize("text", [README, CHINESE], ids=["English", "Chinese"])
ANYTHING = "..."


def consoles() -> Iterator[tuple[str, str]]:
    """Yield each command of the console blocks with what is shown below it."""
    for block in re.findall(r"^```console\n(.*?)^```", README + CHINESE, re.DOTALL | re.MULTILINE):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            yield command, shown


SHOWN = [(command, shown) for command, shown in consoles() if "touchstone" in command]
MADE = [shlex.split(command)[1] for command, _ in consoles() if command.startswith("make ")]


def run(command: str, home: Path) -> str:
    """Run a line of the shell in a home; return what it prints."""
    (home / "touchstone").write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -c "from bot.terminal.app import main; main()" "$@"\n'
    )
    (home / "touchstone").chmod(0o755)
    environment = {
        "PATH": f"{home}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "COLUMNS": "100",
    }
    done = subprocess.run(["sh", "-c", command], cwd=home, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture(scope="module")
def used_home(tmp_path_factory) -> Path:
    """A home in which a claim was found before: its wordings are embedded, which takes a while."""
    home = tmp_path_factory.mktemp("home")
    run(SHOWN[0][0], home)
    return home


@pytest.mark.slow
@pytest.mark.readme
@pytest.mark.xdist_group("readme")
@pytest.mark.parametrize(("command", "shown"), SHOWN)
def test_a_command_prints_what_is_shown(command, shown, used_home, tmp_path):
    shutil.copytree(used_home, tmp_path, dirs_exist_ok=True)
    printed = run(command, tmp_path)
    pattern = ".*?".join(re.escape(part.strip()) for part in shown.split(ANYTHING))
    assert re.fullmatch(pattern, printed.strip(), re.DOTALL), printed


@pytest.mark.parametrize("target", MADE)
def test_a_target_of_make_is_there(target):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


def test_every_command_of_the_table_is_there():
    app = build_app()
    known = {command.callback.__name__ for command in app.registered_commands}
    groups = {group.name for group in app.registered_groups}
    rows = re.findall(r"^\| (`touchstone .*?) \|", README, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`touchstone ([a-z]+)", row)}
    assert known | groups == named | {"demo"}
    rows = re.findall(r"^\| (`touchstone .*?) \|", CHINESE, re.MULTILINE)
    shown = {name for row in rows for name in re.findall(r"`touchstone ([a-z]+)", row)}
    assert shown <= named
    assert len(shown) > len(named) // 2


def test_what_is_named_in_discord_is_there():
    named = set(re.findall(r"`(/[a-z-]+(?: [a-z]+)?)[` ]", CHINESE)) - {"/health", "/metrics"}
    assert {name for name in named if name not in README} == set()


def test_the_table_of_settings_is_the_one_of_the_settings(monkeypatch):
    monkeypatch.delenv("TOUCHSTONE_EMBEDDER", raising=False)
    (table,) = re.findall(r"\| setting \|.*?\n\|---.*?\n(.*?)\n\n", README, re.DOTALL)
    assert table.splitlines() == list(settings_rows())


@BOTH
def test_the_invitation_asks_for_the_least_that_the_bot_needs(text):
    (link,) = re.findall(r"`(https://discord\.com/oauth2/authorize\?[^`]+)`", text)
    wanted = parse_qs(urlsplit(link).query)
    needed = discord.Permissions(**dict.fromkeys([*RIGHTS, "send_messages_in_threads"], True))
    assert int(wanted["permissions"][0]) == needed.value
    assert set(wanted["scope"][0].split()) == {"bot", "applications.commands"}


@BOTH
def test_every_file_that_is_linked_is_there(text):
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", text)
    assert [link for link in links if "://" not in link and not (ROOT / link).is_file()] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_picture_is_a_picture_and_fetches_nothing(theme):
    assert f"docs/card-{theme}.svg" in README
    picture = (ROOT / "docs" / f"card-{theme}.svg").read_text("utf-8")
    assert ElementTree.fromstring(picture).tag.endswith("svg")  # noqa: S314  our own file
    assert "@import" not in picture
    assert "url(http" not in picture
    # A line that is squeezed into a width is garbled by every font that is not the drawer's.
    assert "textLength" not in picture
    assert re.search("[\u4e00-\u9fff]", picture)


def test_the_picture_for_package_pages_shows_the_same():
    drawn = painted((ROOT / "docs" / "card-light.svg").read_text("utf-8"), "#ffffff").convert("RGB")
    with Image.open(ROOT / "docs" / "card-light.png") as shown:
        assert shown.size == drawn.size
        # Another version of the library draws letters a little otherwise.
        assert max(ImageStat.Stat(ImageChops.difference(drawn, shown.convert("RGB"))).mean) < 1


def settings_rows() -> Iterator[str]:
    """Yield the rows of the settings table as the README must have them."""
    shipped = Settings(database_url="")
    for name, field in Settings.model_fields.items():
        value = getattr(shipped, name)
        default = "a file in your data folder" if name == "database_url" else "" if value is None else f"`{value}`"
        yield f"| `{name}` | {default} | {field.description} |"
