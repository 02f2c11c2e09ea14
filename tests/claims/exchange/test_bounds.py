"""No file of 8 MB takes up more than a bounded share of memory, whatever is in it."""

import subprocess
import sys

import pytest

from tests.claims.exchange.test_countries import sheet

HEAD = sheet().partition("\n")[0] + "\n"
FILES: dict[str, tuple[str, str, str]] = {
    "many columns": ("a.csv", "", "ab,"),
    "many columns in a row": ("a.csv", HEAD, "ab,"),
    "many short rows": ("a.csv", HEAD, "c,wording\n"),
    "lines within a cell": ("a.csv", HEAD, '"\n\na",'),
    "a quote that is not closed": ("a.csv", HEAD + '"', "ab\n"),
    "a string that is not closed": ("a.json", '["', "a"),
    "escapes that are not closed": ("a.json", '["', '\\"'),
    "empty objects": ("a.json", "[", "{},"),
    "small objects": ("a.json", "[", '{"a":[1]},'),
    "numbers": ("a.json", "[", "1,"),
    "lines of reviews": ("a.jsonl", "", '{"@type":"ClaimReview"}\n'),
    "scripts": ("a.html", "<html>", '<script type="application/ld+json">{"@type":"ClaimReview"}</script>'),
    "scripts that are not closed": ("a.html", "<html>", "<script "),
    "empty groups": ("a.yaml", "claims: [", "{},"),
    "items": ("a.yaml", "", "- a\n"),
    "comments": ("a.yaml", "", "#ab\n"),
    "a YAML text that is not closed": ("a.yaml", '"', "ab\n"),
}
# Measured in a process of its own, from behind the imports and the text itself: the most that was ever in use.
PROGRAM = """
import sys
from datetime import date
from claims.exchange.importing import read_import_bytes
from config.errors import ImportRefusedError
name, head, unit = sys.argv[1:]
for warm in ("x.csv", "x.yaml", "x.json"):
    try: read_import_bytes(warm, b"[]", date(2026, 2, 1))
    except ImportRefusedError: pass
raw = (head + unit * ((8 * 2**20 - len(head)) // len(unit))).encode()
def most():
    return next(int(line.split()[1]) // 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
open("/proc/self/clear_refs", "w").write("5")
before = most()
try: read_import_bytes(name, raw, date(2026, 2, 1))
except ImportRefusedError: pass
print(most() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured by /proc")
@pytest.mark.slow
@pytest.mark.parametrize("what", FILES)
def test_eight_megabytes_of_anything_take_little_memory(what: str) -> None:
    arguments = [sys.executable, "-c", PROGRAM, *FILES[what]]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert int(done.stdout) <= 150
