"""Write `config/lexicon/zh/script.tsv` from the dictionaries of the OpenCC that is installed.

`python -m tests.checks.script_tables`, after OpenCC has changed; a test tells when.
"""

import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import opencc

import config

TARGET = Path(config.__file__).parent / "lexicon" / "zh" / "script.tsv"
_FOLDER = Path(opencc.__file__).parent / "clib"
TOOL = _FOLDER / "bin" / "opencc_dict"
_HEAD = f"""\
# Simplified to Traditional characters, and these to the forms and words of Taiwan. Data of OpenCC {opencc.__version__}
# (Carbo Kuo and contributors, Apache License 2.0), put into this form by this project (tests/checks/script_tables.py).
# Four parts: characters; phrases, by which a text is cut, with their characters where these are not the usual ones;
# words of Taiwan; its forms of characters. Of what begins alike, the longest comes first.
"""


def dictionary(name: str) -> dict[str, str]:
    """Return a dictionary of OpenCC; of several values the first, which is the one that it takes."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made.txt"
        source = _FOLDER / "share" / "opencc" / f"{name}.ocd2"
        command = [TOOL, "-i", source, "-o", made, "-f", "ocd2", "-t", "text"]
        subprocess.run(command, check=True, capture_output=True)
        lines = (line.partition("\t") for line in made.read_text("utf-8").splitlines())
        return {key: values.split(" ")[0] for key, _, values in lines}


def _lines(entries: Mapping[str, str], usual: Mapping[int, str] | None = None) -> Iterator[str]:
    for key in sorted(entries, key=lambda each: (each[:2], -len(each), each)):
        value = entries[key]
        yield key if usual is not None and key.translate(usual) == value else f"{key}\t{value}"


def table() -> str:
    """Return the text of the file."""
    characters = dictionary("STCharacters")
    phrases = dictionary("STPhrases_GeneratedFromRegionalPhrases") | dictionary("STPhrases")
    parts = (
        _lines(characters),
        _lines(phrases, str.maketrans(characters)),
        _lines(dictionary("TWPhrases")),
        _lines(dictionary("TWVariantsPhrases") | dictionary("TWVariants")),
    )
    return "\n\n".join([_HEAD.rstrip(), *("\n".join(part) for part in parts)]) + "\n"


if __name__ == "__main__":
    TARGET.write_text(table(), "utf-8")
