"""A command line in bad surroundings: whatever files, folders, names, variables and streams are, words and a code."""

import json
import os
import random
import subprocess
import sys
from codecs import BOM_UTF8, BOM_UTF16_LE
from collections.abc import Iterator
from io import StringIO
from itertools import islice
from pathlib import Path
from threading import Timer

import pytest
from rich.text import Text

from bot.terminal.console import PlainConsole

ROOT = Path(__file__).parents[3]
DIGITS = "9" * 4_301
CLAIM = "every H100 server has 5 kg of silver inside"
SHEET = "id,title_en,wording,language\r\nbank-run,Banks run,the banks are running,en\r\n"
PACK = "pack: {id: mine, version: 1}\nclaims:\n- id: bank-run\n  title_en: Banks run\n"
TEXTS = (
    SHEET,
    PACK,
    '{"@type": "ClaimReview", "claimReviewed": "银行要倒了 \\ud83d", "datePublished": "' + DIGITS + '"}',
    '{"id": 1, "text": "\\udc00 AI is a bubble", "claim": "ai-bubble", "stance": "asserts", "lang": "en"}\n' * 3,
    '{"messages": [{"id": "1", "content": "AI is a bubble", "timestamp": "x"}], "guild": {}, "channel": {"id": '
    + DIGITS
    + "}}",
    f"<html><body><p>AI is a bubble, said {DIGITS} people.</p><script",
    "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nAI is a bubble\n",
    "%PDF-1.7\n1 0 obj <<",
    "PK\x03\x04 no archive",
    "銀價會漲，百分之九十九的人都錯了。\n" * 3,
    "[" * 9_000,
    "sep=;\na;b\n",
    "max_claims = 3\n",
    "",
)
CODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "gbk", "big5", "cp1252")
ENDINGS = (".csv", ".yaml", ".json", ".jsonl", ".html", ".md", ".txt", ".pdf", ".vtt", ".db", "", ".zip")
# What is in the way of names: queries and escapes of addresses, patterns of shells and formats, ends and beginnings.
NAMES = ("a?b", "a%20b", "50%", "{0}", "a#b", "[x]", "-x", "名字", "a b", "'", "a\nb")


def hostile_files(dice: random.Random) -> Iterator[tuple[bytes, str]]:
    """Yield contents and names: texts of any kind under any ending, in any coding, cut off or with bad bytes."""
    while True:
        raw = dice.choice(TEXTS).encode(dice.choice(CODINGS), "replace")
        odd = dice.choice([raw, raw, BOM_UTF8 + raw, BOM_UTF16_LE + raw, raw[:-1], raw + b"\xff\0", raw * 2])
        yield odd, dice.choice(("file", "file", *NAMES)) + dice.choice(ENDINGS)


ON_FILES = (
    ("claims", "import"),
    ("claims", "import", "--yes", "--partial"),
    ("documents", "add"),
    ("documents", "load"),
    ("documents", "candidates"),
    ("packs", "try"),
    ("packs", "add"),
    ("backtest",),
    ("evaluate", "messages"),
    ("evaluate", "retrieval"),
    ("evaluate", "chat"),
    ("calibrate", "--chat"),
    ("calibrate",),
    ("restore",),
    ("claims", "site"),
    ("check", "--jsonl"),
)
RUN = ("run",)
TOKEN = "a.loopback.token"
LOOKING = (
    ("check", CLAIM),
    ("check", "--json", CLAIM),
    ("claims", "list"),
    ("claims", "show", "silver-h100-1.2kg"),
    ("claims", "history"),
    ("documents", "list", "--json"),
    ("packs", "list"),
    ("trends",),
    ("doctor",),
    ("backup",),
    RUN,
)


def is_told(done) -> bool:
    """Tell whether a call ended with words: of what went wrong at most a few sentences, and nothing of our insides."""
    said = done.out + done.err
    insides = any(word in said for word in ("Traceback", "sqlalchemy", "sqlite3.", "pydantic", "<class", '.py"'))
    return done.code in {0, 1, 2, 3, 130} and not insides and bool(said.strip() or done.code == 0)


@pytest.mark.slow
@pytest.mark.usefixtures("own_base")
@pytest.mark.parametrize("command", ON_FILES, ids=" ".join)
def test_any_file_is_read_or_refused_in_words(call, tmp_path, command):
    for raw, name in islice(hostile_files(random.Random(" ".join(command))), 40):
        path = tmp_path / name
        path.write_bytes(raw)
        assert is_told(call(*command, "--", str(path))), (raw[:80], name)
        path.unlink()


@pytest.fixture
def own_base(surroundings, templates, tmp_path):
    """A claim base of the test's own, which may be written to."""
    address = templates.copy("shipped", tmp_path / "own.db")
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", address)
    return address


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_base_may_be_called_anything(call, surroundings, templates, tmp_path, name):
    folder = tmp_path / f"{name}.d"
    folder.mkdir()
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", templates.copy("shipped", folder / f"{name}.db"))
    assert "The bot would reply" in call("check", CLAIM).out
    assert call("backup").code == 0
    assert sorted(each.name for each in folder.iterdir() if not each.name.endswith(("-wal", "-shm"))) == [f"{name}.db"]


@pytest.fixture
def read_only(tmp_path):
    """A folder in which nobody can write, the administrator neither; filled by what it is called with."""
    folder = tmp_path / "read-only"
    folder.mkdir()
    mounted = []

    def make(fill=lambda _folder: None) -> Path:
        if os.geteuid():
            fill(folder)
            folder.chmod(0o500)
            return folder
        if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True, check=False).returncode:
            pytest.skip("no file system can be mounted here")
        mounted.append(folder)
        fill(folder)
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True, capture_output=True)
        return folder

    yield make
    folder.chmod(0o700) if os.geteuid() else None
    for each in mounted:
        subprocess.run(["umount", "--lazy", each], check=True, capture_output=True)


@pytest.mark.skipif(sys.platform != "linux", reason="rights work otherwise here")
@pytest.mark.parametrize("command", LOOKING, ids=" ".join)
def test_a_home_that_cannot_be_written_to_is_told(call, surroundings, read_only, command):
    home = read_only()
    surroundings.delenv("TOUCHSTONE_DATABASE_URL")
    surroundings.delenv("XDG_DATA_HOME", raising=False)
    surroundings.setenv("HOME", str(home))
    if command == RUN:  # others would ask Discord whose it is
        surroundings.setenv("TOUCHSTONE_DISCORD_TOKEN", TOKEN)
    done = call(*command)
    assert is_told(done)
    assert done.code != 0
    assert str(home) in "".join((done.out + done.err).split())


@pytest.mark.skipif(sys.platform != "linux", reason="rights work otherwise here")
def test_a_base_that_can_only_be_read_is_read(call, surroundings, templates, read_only):
    folder = read_only(lambda folder: templates.copy("shipped", folder / "base.db"))
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", f"sqlite:///{folder}/base.db")
    for command in LOOKING:
        done = call(*command)
        assert is_told(done)
        if command[0] in {"check", "claims", "documents"}:
            assert done.code == 0, (command, done.err)
    surroundings.setenv("TOUCHSTONE_DISCORD_TOKEN", TOKEN)
    assert "can only be read" in call(*RUN).err
    for command in (("claims", "withdraw", "silver-h100-1.2kg"), ("claims", "undo", "1", "--yes")):
        done = call(*command)
        assert is_told(done)
        assert done.code != 0


@pytest.mark.parametrize("command", LOOKING, ids=" ".join)
def test_something_in_the_way_of_the_base_is_told(call, surroundings, tmp_path, command):
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "folder.db").mkdir()
    if command == RUN:
        surroundings.setenv("TOUCHSTONE_DISCORD_TOKEN", TOKEN)
    for place in ("file/base.db", "folder.db", "file"):
        surroundings.setenv("TOUCHSTONE_DATABASE_URL", f"sqlite:///{tmp_path}/{place}")
        done = call(*command)
        assert is_told(done)
        assert done.code != 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("command", ON_FILES, ids=" ".join)
@pytest.mark.usefixtures("own_base")
def test_a_pipe_in_the_place_of_a_file_is_refused_and_not_waited_for(call, tmp_path, command):
    os.mkfifo(tmp_path / "pipe")
    done = call(*command, str(tmp_path / "pipe"))
    assert is_told(done)
    assert done.code != 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.usefixtures("own_base")
def test_what_comes_through_a_pipe_is_measured_like_a_file(call, tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    number = os.open(tmp_path / "pipe.txt", os.O_RDWR)
    os.write(number, f"{CLAIM}\nlunch, anyone?\n".encode())
    closing = Timer(0.5, os.close, [number])
    closing.start()
    done = call("evaluate", "chat", str(tmp_path / "pipe.txt"))
    closing.join()
    assert done.code == 0, done.err
    assert "2 messages" in done.out


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_in_the_place_of_fitted_weights_is_refused(call, surroundings, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    surroundings.setenv("TOUCHSTONE_TUNING_FILE", str(tmp_path / "pipe"))
    done = call("check", CLAIM)
    assert is_told(done)
    assert done.code != 0


BAD = (
    "",
    " ",
    '"x"',
    "inf",
    "nan",
    "-1",
    DIGITS,
    "1e999",
    "a\nb",
    "名",
    "\udc80",
    "%s",
    "?",
    "/dev/null",
    "null",
    "[]",
)


@pytest.mark.slow
@pytest.mark.usefixtures("own_base")
@pytest.mark.parametrize("value", BAD)
def test_any_value_of_any_variable_is_taken_or_named(call, surroundings, value):
    for name in ("COOLDOWN_HOURS", "LOG_LEVEL", "LANGUAGE", "PACKS", "TUNING_FILE", "SHARD_IDS", "HEALTH_ADDRESS"):
        surroundings.setenv(f"TOUCHSTONE_{name}", value)
        done = call("doctor")
        assert is_told(done), name
        surroundings.delenv(f"TOUCHSTONE_{name}")


@pytest.mark.parametrize("quoted", [f'"{TOKEN}"', f"'{TOKEN}'", f"{TOKEN}\n", "a.loop\nback.token"])
def test_a_token_in_quotes_or_with_a_line_break_goes_nowhere(call, surroundings, quoted):
    went = []
    surroundings.setattr("bot.discord.supervise.asyncio.run", lambda what: (what.close(), went.append(what)))
    surroundings.setenv("TOUCHSTONE_DISCORD_TOKEN", quoted)
    done = call("run")
    assert is_told(done)
    assert "loop" not in done.err
    assert bool(went) == (done.code == 0)


COMMAND = "\x1b]0;owned\x07\x9b31m"


def test_no_text_of_somebody_else_commands_the_terminal(call, tmp_path):
    message = {"id": "1", "type": "Default", "content": f"AI is a bubble {COMMAND}"}
    message |= {"timestamp": "2026-01-01T00:00:00Z", "author": {"id": "5", "name": "x", "isBot": False}}
    data = {"guild": {"id": "1"}, "channel": {"id": "2"}, "messages": [message]}
    (tmp_path / "export.json").write_text(json.dumps(data), "utf-8")
    named = tmp_path / f"claims{COMMAND}.yaml"
    named.write_text("nonsense: [", "utf-8")
    for done in (call("backtest", "export.json"), call("claims", "import", str(named)), call("check", COMMAND)):
        assert "\x1b" not in done.out + done.err
        assert "\x9b" not in done.out + done.err


@pytest.mark.parametrize("address", [f"https://a.example/{COMMAND}", "https://a.example/paper"])
def test_an_address_leads_somewhere_and_commands_nothing(address):
    out = StringIO()
    console = PlainConsole(file=out, force_terminal=True, width=80, legacy_windows=False)
    console.print(Text("the paper", style=f"bold link {address}"))
    assert "the paper" in out.getvalue()
    assert COMMAND[:4] not in out.getvalue()
    assert ("\x1b]8;" in out.getvalue()) == (address == "https://a.example/paper")
