"""Whatever the settings, the paths, the streams and the input are: words, and never a traceback."""

import gc
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import Stop
from bot.service import whole_characters
from tests.quick import examples

ROOT = Path(__file__).parents[3]
PROGRAM = "from bot.terminal import main; main()"
DIGITS = "9" * 4_301


@pytest.fixture
def plain(base_address, tmp_path):
    """The environment of a process: the claim base, and nothing else that could matter."""
    path = os.pathsep.join([str(ROOT), *sys.path[1:]])
    base = {"TOUCHSTONE_DATABASE_URL": base_address, "LANG": "C.UTF-8"}
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": path} | base


@pytest.fixture
def run(plain, tmp_path):
    """Run `touchstone` as a process of its own; whatever it does, it does without a traceback."""

    def call(*arguments: str, environment=None, stdout=subprocess.PIPE):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, *arguments],
            env=plain | (environment or {}),
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            check=False,
        )
        assert b"Traceback" not in done.stderr, done.stderr.decode("utf-8", "replace")
        return done

    return call


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "gbk", "big5", "ascii"])
def test_signs_that_a_terminal_cannot_show_are_replaced(run, encoding):
    done = run("claims", "show", "silver-h100-1.2kg", environment={"PYTHONIOENCODING": encoding})
    assert done.returncode == 0
    assert "An NVIDIA H100 server holds 1.2 kg of silver" in done.stdout.decode(encoding)
    language = {"PYTHONIOENCODING": encoding, "LANG": "zh_TW"}
    assert run("claims", "show", "none", environment=language).returncode == 1
    assert run("--help", environment=language).returncode == 0


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("arguments", [["claims", "list"], ["claims", "list", "--json"], ["--help"]])
def test_a_full_disk_is_told(run, arguments):
    with Path("/dev/full").open("wb") as full:
        done = run(*arguments, stdout=full)
    assert done.returncode == 1
    assert b"No space left on device" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("closed", ["<&-", ">&-"])
def test_closed_streams_are_as_empty_ones(plain, closed, tmp_path):
    command = f'"{sys.executable}" -c "{PROGRAM}" check {closed}'
    done = subprocess.run(["sh", "-c", command], env=plain, cwd=tmp_path, input=b"hi", capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.05, 0.3, 0.8, 1.5, 3.0])
@pytest.mark.parametrize(("number", "language"), [("SIGINT", "C.UTF-8"), ("SIGTERM", "zh_TW.UTF-8")])
def test_what_stops_it_at_any_moment_is_told_in_a_sentence(plain, tmp_path, seconds, number, language):
    process = subprocess.Popen(
        # The interpreter's own start is not ours to keep quiet.
        [
            sys.executable,
            "-c",
            f"import sys; sys.stderr.write('on'); sys.stderr.flush(); {PROGRAM}",
            "check",
            "--jsonl",
        ],
        env=plain | {"LANG": language},
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stderr.read(2) == b"on"
    time.sleep(seconds)
    process.send_signal(signal.Signals[number])
    try:
        # Standard input stays open: the end of the messages is no reason to end.
        process.wait(timeout=60)
    finally:
        process.kill()
    said = process.stderr.read().decode()
    assert process.returncode == 128 + signal.Signals[number]
    assert said == ("touchstone: stopped.\n" if number == "SIGINT" else "touchstone: 已中止。\n")
    process.communicate()


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no terminals that are closed here")
def test_what_a_program_was_started_to_ignore_stays_ignored(plain, tmp_path):
    program = f"import signal, os; signal.signal(signal.SIGHUP, signal.SIG_IGN); {PROGRAM}"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "check", "--jsonl"],
        env=plain,
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    process.stdin.write(b'{"id": 1, "text": "hi"}\n')
    process.stdin.flush()
    assert b'"silent"' in process.stdout.readline()
    process.send_signal(signal.SIGHUP)
    rest, _ = process.communicate(b'{"id": 2, "text": "hi"}\n', timeout=60)
    assert b'"silent"' in rest
    assert process.returncode == 0


def test_a_library_is_imported_whole_before_a_stop_is_heeded():
    stop = Stop()
    stop.heed()
    heard = []

    def import_something():
        with stop.importing("no.such.module"):
            signal.raise_signal(signal.SIGINT)
            heard.append("the rest of it")

    with stop.listening(), pytest.raises(KeyboardInterrupt):
        import_something()
    assert heard == ["the rest of it"]
    assert stop.code == 130
    assert gc.isenabled()


def test_a_command_that_ends_in_its_own_way_hears_a_second_stop_as_well():
    stop = Stop()
    stop.heed()
    with stop.listening():
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGTERM)
            stop.answer()
    assert (stop.code, stop.is_told) == (143, True)


def test_a_file_stands_as_it_was_where_writing_is_broken_off(call, surroundings, tmp_path):
    (tmp_path / "out.yaml").write_text("mine")
    (tmp_path / "out.yaml").chmod(0o640)

    def pieces(*_: object, **__: object):
        yield "half"
        raise KeyboardInterrupt

    surroundings.setattr("claims.exchange.importing.export_claims", pieces)
    done = call("claims", "export", "--out", "out.yaml")
    assert (done.code, done.err) == (130, "touchstone: stopped.\n")
    assert [each.name for each in tmp_path.iterdir()] == ["out.yaml"]
    assert (tmp_path / "out.yaml").read_text() == "mine"
    surroundings.setattr("claims.exchange.importing.export_claims", lambda *_, **__: iter(["whole"]))
    assert call("claims", "export", "--out", "out.yaml").code == 0
    assert (tmp_path / "out.yaml").read_text() == "whole"
    assert (tmp_path / "out.yaml").stat().st_mode & 0o777 == 0o640


def test_a_line_of_a_stream_that_is_no_message_is_told_in_the_readers_language(call, surroundings):
    surroundings.setenv("LANG", "zh_TW.UTF-8")
    done = call("check", "--jsonl", typed=b'nonsense\n{"id": 1}\n\xff\n')
    assert "第1行：這不是 JSON（" in done.err
    assert "第2行：鍵 `text` 缺少，或不是字串。" in done.err
    assert "第3行：這不是 UTF-8。請把檔案另存為 UTF-8。" in done.err


@pytest.mark.parametrize(
    "settings",
    [
        b"\xef\xbb\xbfmax_claims = 2\r\n",
        "# 设置\n".encode("gbk"),
        b'[touchstone]\nlanguage = "en"\n',
        f"max_claims = {DIGITS}\n".encode(),
        b"max_claims = 1\n\xff",
        b"\0\0\0",
    ],
)
def test_a_file_of_settings_is_taken_or_named(call, tmp_path, settings):
    (tmp_path / "touchstone.toml").write_bytes(settings)
    for command in (["check", "hi"], ["doctor"], ["run"]):
        done = call(*command)
        assert done.code in (0, 1, 2)
        assert settings.startswith(b"\xef") or "touchstone.toml" in done.err + done.out


def test_a_slip_in_the_path_of_the_base_makes_no_folder(call, surroundings, tmp_path):
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", f"sqlite:///{tmp_path}/slip/touchstone.db")
    done = call("check", "hi")
    assert done.code == 1
    assert "There is no folder" in done.err
    assert "mkdir -p" in done.err
    assert "There is no folder" in " ".join(call("doctor").out.split())
    surroundings.setenv("TOUCHSTONE_DISCORD_TOKEN", "a.loopback.token")
    assert "There is no folder" in call("run").err
    assert not (tmp_path / "slip").exists()


@pytest.mark.parametrize(("answer", "is_made"), [(b"y\n", True), (b"n\n", False)])
def test_somebody_who_is_there_is_asked_before_a_folder_is_made(call, surroundings, tmp_path, answer, is_made):
    surroundings.setattr("bot.terminal.console.is_somebody_there", lambda: True)
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", f"sqlite:///{tmp_path}/slip/touchstone.db")
    done = call("documents", "list", typed=answer)
    assert "Make it, with a new claim base in it?" in done.err
    assert (tmp_path / "slip").exists() is is_made


@pytest.mark.parametrize("token", ["abc", "x" * 70, "a.b", "Bot a.b.c", "a b.c.d", "ä.b.c"])
def test_what_is_no_token_does_not_go_online(call, surroundings, token):
    surroundings.setenv("TOUCHSTONE_DISCORD_TOKEN", token)
    done = call("run")
    assert done.code == 2
    assert "is no token" in done.err
    assert token not in done.err.replace("a bot's token", "") or len(token) < 4
    assert "is no token" in " ".join(call("doctor").out.split())


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://me:hu@hush@host/base",
        "postgresql://me@127.0.0.1:1/base?password=hush",
        "postgresql://u:hush@h:x/b",
    ],
)
def test_doctor_and_errors_never_show_the_password_of_the_database(call, surroundings, address):
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", address)
    for done in (call("doctor"), call("doctor", "--json"), call("check", "hi"), call("backup")):
        assert done.code == 1
        assert "hush" not in done.out + done.err


def test_one_line_s_fault_does_not_end_a_stream(call):
    lines = [
        '{"id": 1, "text": "\\ud83d 銀 \\udc00"}',
        f'{{"id": {DIGITS}, "text": "x"}}',
        f'{{"id": 2, "text": "{DIGITS}"}}',
    ]
    done = call("check", "--jsonl", typed="\n".join(lines).encode())
    assert [line[:8] for line in done.out.splitlines()] == ['{"id": 1', '{"id": 2']
    assert "line 2: this is no JSON (a number has too many digits)" in done.err
    assert done.code == 2


@pytest.mark.parametrize(
    "text", ["\ud83d", "銀\udc80價", "\ud83d\ude00 \ude00", DIGITS, f"{DIGITS} kg", "\0", "\ufeff"]
)
def test_any_message_is_checked(call, text):
    assert call("check", text).code == 0
    assert call("check", "--json", text).code == 0


@given(st.text(st.characters(codec=None)))
@settings(max_examples=examples(200))
def test_half_characters_become_one_sign_and_all_others_stay(text):
    whole = whole_characters(text)
    assert whole.encode()[:0] == b""
    if not any("\ud800" <= each <= "\udfff" for each in text):
        assert whole == text


def test_a_half_character_leaves_the_places_of_all_others():
    assert whole_characters("銀\ud83d價\udc80.") == "銀\ufffd價\ufffd."


def test_h_is_help_and_v_the_version(call):
    assert call("check", "-h").out == call("check", "--help").out
    assert call("-V").out == call("--version").out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_completion_is_printed_for_a_shell(call, shell):
    assert "_TOUCHSTONE_COMPLETE" in call("completion", shell).out


@pytest.mark.slow
def test_the_script_of_bash_gets_the_commands(run):
    asked = {"_TOUCHSTONE_COMPLETE": "complete_bash", "COMP_WORDS": "touchstone do", "COMP_CWORD": "1"}
    assert sorted(run(environment=asked).stdout.split()) == [b"doctor", b"documents"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_text_is_read_in_the_encoding_that_it_is_marked_with(call, tmp_path, encoding):
    said = "every H100 server has 5 kg of silver inside"
    assert call("check", "-", typed=said.encode(encoding)).out == call("check", said).out
    row = f'{{"id": 1, "text": "{said}", "claims": ["silver-h100-1.2kg"], "stance": "asserts"}}\n'
    (tmp_path / "labelled.jsonl").write_bytes(row.encode(encoding))
    assert call("evaluate", "messages", "labelled.jsonl").code == 0


@pytest.mark.slow
def test_a_stream_in_utf_16_is_answered_line_by_line(plain, tmp_path):
    lines = '{"id": 1, "text": "銀"}\r\n{"id": 2, "text": "hi"}\r\n'.encode("utf-16")
    command = [sys.executable, "-c", PROGRAM, "check", "--jsonl"]
    done = subprocess.run(command, env=plain, cwd=tmp_path, input=lines, capture_output=True, check=True)
    assert [line[:8] for line in done.stdout.splitlines()] == [b'{"id": 1', b'{"id": 2']


@pytest.mark.parametrize("command", [["evaluate", "messages"], ["evaluate", "chat"], ["calibrate", "--chat"]])
def test_what_cannot_be_read_is_told_in_words_and_not_as_python_shows_it(call, tmp_path, command):
    (tmp_path / "gbk.txt").write_bytes("白银会涨\n".encode("gbk"))
    for name, said in (("gbk.txt", "not UTF-8"), ("none.txt", "cannot be read (No such file or directory).")):
        done = call(*command, name)
        assert said in done.err
        assert "Errno" not in done.err
        assert "codec" not in done.err


@pytest.mark.parametrize(
    "command",
    [
        ["claims", "list", "--server"],
        ["claims", "undo"],
        ["documents", "list", "--server"],
        ["claims", "history", "--server"],
    ],
)
def test_a_number_for_which_no_table_has_room_is_told(call, command):
    done = call(*command, str(1 << 64))
    assert done.code == 2
    assert "too large" in done.err


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="no /dev/stdout here")
def test_a_pipe_that_is_named_is_written_into(run):
    done = run("claims", "export", "silver-h100-1.2kg", "--out", "/dev/stdout")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == run("claims", "export", "silver-h100-1.2kg").stdout


@pytest.mark.parametrize("option", ["--publisher", "--url"])
def test_half_a_character_in_what_is_published_is_replaced(call, option):
    review = ("claims", "export", "silver-h100-1.2kg", "--format", "claimreview")
    done = call(*review, option, "https://harbour.example/\udcff")
    assert done.code == 0
    assert json.loads(done.out)
    assert "\udcff" not in done.out


@pytest.mark.parametrize(
    ("line", "says", "says_in_taipei"),
    [
        ("embedder_model = 3", "this has to be a text, in quotes.", "應為加引號的文字。"),
        ("tuning_file = 3", "this has to be a text, in quotes.", "應為加引號的文字。"),
        ("max_claims = 1.5", "this has to be a whole number.", "應為整數。"),
        ("cooldown_hours = [1]", "this has to be a number.", "應為數字。"),
        ("check_sources = [1]", "this has to be true or false.", "應為 true 或 false。"),
        ("packs = 3", "this has to be a list, in square brackets.", "應為方括號裡的清單。"),
    ],
)
def test_a_setting_of_another_kind_is_told_in_the_readers_words(
    call, surroundings, tmp_path, line, says, says_in_taipei
):
    (tmp_path / "touchstone.toml").write_text(f"{line}\n")
    assert says in call("check", "hi").err
    surroundings.setenv("LANG", "zh_TW.UTF-8")
    assert says_in_taipei in call("check", "hi").err
