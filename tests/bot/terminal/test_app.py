"""The command as a whole: help, version, failures, and what it does not import."""

import os
import re
import subprocess
import sys

import pytest


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


@pytest.mark.parametrize("width", ["0", "1", "-5", "100000000000", "wide"])
def test_a_width_that_no_terminal_has_counts_as_none(call, surroundings, width):
    surroundings.setenv("COLUMNS", width)
    done = call("claims", "show", "silver-h100-1.2kg")
    assert done.code == 0
    assert "1.2 kg of silver" in " ".join(done.out.split())
    done = call("claims", "-h")
    assert done.code == 0
    assert "import" in done.out


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (["backtest"], "SHARE"),
        (["calibrate"], "SHARE"),
        (["documents", "add"], "TITLE"),
        (["trends"], "DAYS [1 to 366]"),
        (["claims", "history"], "MOST [1 to 1000]"),
    ],
)
def test_the_help_names_each_value_and_no_type_of_the_program(call, command, shown):
    told = call(*command, "--help").out
    assert shown in told
    assert not re.search(r"<(str|int|float|path|.* range)>|<=x|x>=", told)


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


@pytest.mark.parametrize("words", ["claims list", "claims export", "check --jsonl", "doctor", "--help"])
def test_a_reader_of_the_output_that_went_away_is_no_failure(base_address, tmp_path, words):
    program = f"from bot.terminal.app import main; main({words.split()!r})"
    environment = {"TOUCHSTONE_DATABASE_URL": base_address, "PYTHONPATH": ":".join(filter(None, sys.path))}
    theirs, ours = os.pipe()
    os.close(theirs)
    typed = '{"id": 1, "text": "hi"}\n' * 2
    command = [sys.executable, "-c", program]
    try:
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=environment,
            input=typed,
            stdout=ours,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        os.close(ours)
    assert (done.returncode, done.stderr) == (0, "")


# A command line that cannot be used, what is said of it, and what of that is said in Chinese, too.
UNUSABLE = [
    (["chek", "hi"], "There is no command chek. Did you mean check?", "check"),
    (["check", "--bogus"], "There is no option --bogus.", "--bogus"),
    (["claims", "list", "--serve", "1"], "There is no option --serve. Did you mean --server?", "--server"),
    (["claims", "show"], "ID is missing.", "ID"),
    (["claims", "show", "a", "b"], "That is more than this takes: b", "b"),
    (["claims", "export", "--out"], "--out needs a value.", "--out"),
    (["claims", "export", "--bom=1"], "--bom takes no value.", "--bom"),
    (["claims", "list", "--status", "x"], "--status: x is none of published, draft, withdrawn, all.", "withdrawn"),
    (["claims", "list", "--server", "x"], "--server: This has to be a whole number.", "--server"),
    (["claims", "list", "--server", "9" * 4301], "--server: This number is too large.", "--server"),
    (["trends", "--days", "0"], "--days: This has to be 1 or more.", "1"),
    (["trends", "--days", "999"], "--days: This has to be 366 or less.", "366"),
    (["trends", "--out", "."], "--out: . is a folder.", "--out"),
    (["backtest", "nowhere.json"], "EXPORT.json: nowhere.json cannot be read (", "nowhere.json"),
    (["check", "--full", "hi"], "--full belongs to --card.", "--card"),
]


@pytest.mark.parametrize(("arguments", "said", "kept"), UNUSABLE)
def test_a_command_line_that_cannot_be_used_is_told_in_the_language_of_the_terminal(
    call, surroundings, arguments, said, kept
):
    done = call(*arguments)
    assert done.code == 2
    assert said in " ".join(done.err.replace("│", "").split())
    for language, heading in (("zh_CN", "─ 错误 ─"), ("zh_TW", "─ 錯誤 ─")):
        surroundings.setenv("LANG", f"{language}.UTF-8")
        told = call(*arguments)
        assert (told.code, told.out) == (2, "")
        assert heading in told.err
        assert kept in told.err
        # Beside the names of commands, options and values no English is left.
        panel = told.err.partition("─ ")[2]
        assert not {"Error", "There", "This", "has", "is", "needs", "takes", "Did"} & set(panel.split()), panel


def test_help_in_chinese_has_chinese_headings_and_switches_show_no_type(call, surroundings):
    assert "<bool>" not in call("check", "--help").out
    surroundings.setenv("LANG", "zh_TW.UTF-8")
    told = call("claims", "export", "--help").out
    assert {"Usage:", "Options", "[OPTIONS]", "<bool>"} & set(told.split()) == set()
    assert "用法：" in told
    assert "[預設：yaml]" in told


@pytest.mark.parametrize(
    ("command", "usage"),
    [
        (["documents", "show"], "documents show [OPTIONS] ID"),
        (["documents", "review"], "documents review [OPTIONS] [ID]"),
        (["documents", "candidates"], "documents candidates [OPTIONS] [ID|FILE...]"),
        (["check"], "check [OPTIONS] [TEXT...]"),
    ],
)
def test_usage_names_each_argument_once(call, command, usage):
    assert f"touchstone {usage}" in [
        line.strip().removeprefix("Usage: ") for line in call(*command, "-h").out.splitlines()
    ]


def test_what_fails_is_told_in_the_language_of_the_terminal(call, surroundings, tmp_path):
    (tmp_path / "broken.json").write_text("{")
    surroundings.setenv("LANG", "zh_TW.UTF-8")
    assert "已拒絕，沒有寫入任何內容" in call("claims", "import", "broken.json").err
    assert "沒有文件 nope" in call("documents", "show", "nope").err
    assert "沒有說法 'nope'" in call("claims", "show", "nope").err
    assert "沒有 Discord 權杖" in call("run").err
    (tmp_path / "notes.db").write_bytes(b"no database" * 1_000)
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", f"sqlite:///{tmp_path}/notes.db")
    told = call("claims", "list").err
    assert "無法讀取說法庫" in told
    assert "。檔案已損毀，或不是說法庫：" in told
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", f"sqlite:///{tmp_path}/nowhere/a.db")
    assert "沒有用來存放說法庫的資料夾" in call("claims", "list").err
