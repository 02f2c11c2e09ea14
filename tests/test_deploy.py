"""The files for running it for good fit the project: settings, paths, commands."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import yaml

from bot.terminal.app import build_app
from config.settings import Settings, load_settings

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
SAMPLE = (DEPLOY / "touchstone.toml").read_text("utf-8")
NAMED = {f"TOUCHSTONE_{name.upper()}" for name in Settings.model_fields}


def test_the_sample_shows_every_setting_with_what_it_is():
    shown = re.findall(r"^# (.+)\n#(\w+) = ", SAMPLE, re.MULTILINE)
    assert shown == [(field.description, name) for name, field in Settings.model_fields.items()]


def test_the_sample_changes_nothing_until_a_line_is_changed():
    assert tomllib.loads(SAMPLE) == {}


def test_the_sample_shows_the_defaults_and_taken_whole_it_can_be_used(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TOUCHSTONE_EMBEDDER", raising=False)
    defaults = load_settings()
    (tmp_path / "touchstone.toml").write_text(re.sub(r"^#(?=\w+ = )", "", SAMPLE, flags=re.MULTILINE), "utf-8")
    examples = {"database_url", "shard_count", "shard_ids", "packs", "tuning_file", "onnx_folder", "public_url"}
    examples |= {"extractor_url", "extractor_model"}
    taken = load_settings()
    assert {name for name, value in taken if value != getattr(defaults, name)} <= examples


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", "touchstone.service"])
def test_every_variable_is_one_of_a_setting(name):
    used = set(re.findall(r"\bTOUCHSTONE_[A-Z_]+", (DEPLOY / name).read_text("utf-8")))
    assert used
    assert used <= NAMED


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", "touchstone.service"])
def test_each_says_how_far_it_was_checked(name):
    assert "Checked: " in (DEPLOY / name).read_text("utf-8")


def test_what_the_container_copies_is_there_and_reaches_the_engine():
    sources = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", (DEPLOY / "Dockerfile").read_text("utf-8"), re.MULTILINE)
        for source in line.split()[:-1]
    ]
    let_in = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE)
    assert {source if source.startswith("docs/") else source.partition("/")[0] for source in sources} == set(let_in)
    assert all((ROOT / source).exists() for source in sources)


class Probed(BaseHTTPRequestHandler):
    """Answers as the bot does: well at /health alone."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()

    def log_message(self, *_given: object) -> None:
        pass


def probe(address: str | None) -> int:
    """Ask as the container does whether the bot is healthy; returns the exit code."""
    command = re.search(r"^    CMD (\[.+\])$", (DEPLOY / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    _, *arguments = json.loads(command[1])
    given = {} if address is None else {"TOUCHSTONE_HEALTH_ADDRESS": address}
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("TOUCHSTONE_", "http"))}
    return subprocess.run([sys.executable, *arguments], env=plain | given, capture_output=True, check=False).returncode


def test_the_container_asks_where_the_bot_answers():
    with ThreadingHTTPServer(("127.0.0.1", 0), Probed) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        assert [probe(f"{host}:{port}") for host in ("127.0.0.1", "0.0.0.0")] == [0, 0]  # noqa: S104  what operators set
        server.shutdown()
    assert probe(f"127.0.0.1:{port}") != 0
    assert probe("none") == 0
    assert load_settings().health_address in (DEPLOY / "Dockerfile").read_text("utf-8")


def test_the_container_holds_all_that_the_package_is_made_of():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    copied = re.findall(r"^COPY (\w+) \1$", (DEPLOY / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    assert [f"{each}*" for each in copied] == project["tool"]["setuptools"]["packages"]["find"]["include"]
    (driver,) = project["project"]["optional-dependencies"]["postgres"]
    assert f'"{driver}"' in (DEPLOY / "Dockerfile").read_text("utf-8")


def test_the_container_and_the_service_run_a_command_that_there_is():
    known = {command.callback.__name__ for command in build_app().registered_commands}
    assert 'CMD ["run"]' in (DEPLOY / "Dockerfile").read_text("utf-8")
    assert "/bin/touchstone run\n" in (DEPLOY / "touchstone.service").read_text("utf-8")
    assert "run" in known


def test_the_compose_file_names_the_container_file_and_a_database_that_can_be_read():
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    build = compose["services"]["bot"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).is_file()
    url = compose["services"]["bot"]["environment"]["TOUCHSTONE_DATABASE_URL"]
    assert url.startswith("postgresql://touchstone:")
    assert url.endswith("@database/touchstone")
    for service in compose["services"].values():
        assert {volume.partition(":")[0] for volume in service["volumes"]} <= compose["volumes"].keys()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here")
def test_systemd_understands_the_service(tmp_path):
    unit = (
        (DEPLOY / "touchstone.service").read_text("utf-8").replace("/opt/touchstone/.venv/bin/touchstone", "/bin/true")
    )
    (tmp_path / "touchstone.service").write_text(unit, "utf-8")
    command = ["systemd-analyze", "verify", "--man=no", str(tmp_path / "touchstone.service")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if "touchstone.service" in line] == []


def test_commands_by_hand_are_told_to_run_on_the_base_of_the_service_and_as_its_user():
    said, _, unit = (DEPLOY / "touchstone.service").read_text("utf-8").partition("[Unit]")
    (command,) = (line for line in said.splitlines() if "systemd-run" in line)
    for setting in re.findall(r"--property=(\S+)", command):
        assert f"\n{setting}\n" in unit
    assert "--uid=touchstone " in command
    (address,) = re.findall(r"--setenv=(\S+)", command)
    assert f"\nEnvironment={address}\n" in unit
    assert command.endswith("/opt/touchstone/.venv/bin/touchstone doctor")


def test_the_hooks_before_a_commit_call_the_tools_of_make_check():
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    called = {hook["entry"].removeprefix(".venv/bin/").partition(" --")[0] for hook in repository["hooks"]}
    assert called == {"ruff check", "ruff format", "pyright"}


def test_the_commands_of_the_notes_on_upgrading_are_there():
    known = {command.callback.__name__ for command in build_app().registered_commands}
    notes = (ROOT / "docs" / "upgrading.md").read_text("utf-8")
    assert set(re.findall(r"touchstone (backup|restore|doctor|run)\b", notes)) <= known


@pytest.mark.parametrize("name", ["runtime", "dev"])
def test_every_pin_has_its_hash(name):
    lock = (ROOT / "requirements" / f"{name}.lock").read_text("utf-8")
    pins = re.split(r"^(?=[a-z0-9])", lock.replace("\\\n", " "), flags=re.MULTILINE)[1:]
    assert len(pins) > 40
    assert [pin.split()[0] for pin in pins if "==" not in pin.split()[0] or "--hash=sha256:" not in pin] == []
