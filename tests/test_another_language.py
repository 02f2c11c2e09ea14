"""One more language costs a line in the table, a catalogue and a lexicon: they are put beside a copy of the house."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HOUSE = ("bot", "checks", "claims", "config", "tests", "pyproject.toml")

LINE = """    ContentLanguage(
        "qkw",
        "Kelwesh",
        "qkw",
        letters="ƛʔ",
        weight=20,
        shown=(ShownLanguage("qkw", "Kelwesh", "hu_HU", clients=("hu",)),),
    ),
"""
FILES = {
    "bot/locale/qkw/LC_MESSAGES/touchstone.po": """
msgid "Against it"
msgstr "ʔuƛ harno"

msgid "The documents dispute this."
msgstr "ʔuƛneʔ harka."

msgid "Edit"
msgstr "ƛint"
""",
    "config/lexicon/qkw/stance.yaml": "debunk: [harno]\nask: [hvaƛ]\n",
    "config/lexicon/qkw/wordings.yaml": """
hearsay: ʔuda {title}
figure: '{subject} {value} {unit}'
reason: ' ne '
least: 9
""",
    "config/lexicon/qkw/concepts.yaml": "kelwesh: [kelwe, ʔargentum]\n",
}


@pytest.mark.slow
def test_a_language_is_a_line_of_the_table_a_catalogue_and_a_lexicon(tmp_path):
    for name in HOUSE:
        source, copy = ROOT / name, tmp_path / name
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, copy)
    table = tmp_path / "config" / "languages.py"
    before, end, after = table.read_text("utf-8").partition("\n)\nCODES = ")
    table.write_text(f"{before}\n{LINE.rstrip()}{end}{after}", "utf-8")
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    surroundings = {**os.environ, "PYTHONPATH": str(tmp_path)}
    surroundings.pop("PYTEST_XDIST_WORKER", None)
    walk = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/bot/discord/another_language.py"]
    done = subprocess.run(walk, cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
