"""`touchstone chat`: one typed line after another."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
HOME, KILL = "\x01", "\x0b"


def test_each_line_is_answered_until_an_empty_one(call):
    done = call("chat", typed=b"anyone up for a raid?\nevery H100 server has 5 kg of silver inside\n\nnot read\n")
    assert done.code == 0
    assert done.out.count("The bot would") == 2
    assert "You wrote 5 kg" in done.out


def test_the_end_of_input_ends_it(call):
    assert call("chat", typed=b"").code == 0


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_line_can_be_edited_before_it_is_sent(base_address, tmp_path):
    import pty

    ours, theirs = pty.openpty()
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    environment |= {"TOUCHSTONE_DATABASE_URL": base_address, "TOUCHSTONE_EMBEDDER": "none", "LANG": "C.UTF-8"}
    program = [sys.executable, "-c", "from bot.terminal import main; main()", "chat"]
    process = subprocess.Popen(program, env=environment, cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    os.write(ours, f"AI is a bubble{HOME}{KILL}anyone up for a raid?\n\n".encode())
    said = b""
    with suppress(OSError):  # so a pseudo-terminal ends
        while part := os.read(ours, 4096):
            said += part
    assert process.wait() == 0, said.decode()
    os.close(ours)
    assert b"would stay silent" in said
    assert said.count(b"The bot would") == 1
