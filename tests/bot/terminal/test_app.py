"""The command as a whole: help, version, failures, and what it does not import."""

import subprocess
import sys


def test_the_version_is_told(call):
    done = call("--version")
    assert done.out.startswith("touchstone ")
    assert done.code == 0


def test_without_a_command_the_help_is_shown(call):
    assert "check" in call().out


def test_the_help_speaks_the_language_of_the_terminal(call, surroundings):
    surroundings.setenv("LANG", "zh_CN.UTF-8")
    done = call("check", "--help")
    assert "检查一条消息" in done.out
    assert "显示这段说明并退出。" in done.out
    assert call("check", "-h").out == done.out


def test_no_help_in_chinese_is_cut_off(call, surroundings):
    surroundings.setenv("LANG", "zh_TW.UTF-8")
    surroundings.setenv("COLUMNS", "80")
    assert "…" not in call("check", "--help").out


def test_a_setting_that_cannot_be_used_is_told_with_its_mend(call, surroundings):
    surroundings.setenv("TOUCHSTONE_MAX_CLAIMS", "9")
    done = call("check", "hello")
    assert done.code == 1
    assert done.err.startswith("touchstone: TOUCHSTONE_MAX_CLAIMS: ")


def test_the_bot_does_not_start_without_a_token(call):
    done = call("run")
    assert done.code != 0
    assert "TOUCHSTONE_DISCORD_TOKEN" in done.err


def test_checking_imports_nothing_that_only_other_commands_need(base_address, tmp_path):
    program = (
        "import sys; from bot.terminal.app import main\n"
        "try: main(['check', '--jsonl'])\n"
        "except SystemExit: print(*sys.modules, file=sys.stderr)"
    )
    environment = {"TOUCHSTONE_DATABASE_URL": base_address, "PYTHONPATH": ":".join(filter(None, sys.path))}
    typed = '{"id": 1, "text": "hi"}\n'
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, input=typed, capture_output=True, text=True, check=True
    )
    imported = set(done.stderr.split())
    assert "bot.service" in imported
    assert imported & {"discord", "typer.testing", "bot.discord", "onnxruntime"} == set()
