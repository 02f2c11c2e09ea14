"""No regular expression of the project can be made to run for ever: its steps are counted, never its time."""

import ast
import importlib
import re
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path

import pytest

from checks.figures import FigureReader
from checks.lexicon import Lexicon
from checks.stance import StanceReader
from claims.documents.candidates import CandidateReader
from claims.documents.cleaning import CleaningRules
from claims.documents.worthiness import CandidateCues
from claims.exchange import written_dates
from claims.exchange.json_text import OF_SCALE
from claims.exchange.reviews_in import Ratings
from tests.fuzz.patterns import growth
from tests.test_floors import FLOORS, ROOT, modules, name_of

# As the square of the length, counted from each place where a search may begin; what grows faster is refused.
MOST_GROWTH = 5.0
_CALLS = {"compile", "sub", "match", "fullmatch", "search", "findall", "finditer", "split"}


def _called(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr in _CALLS
        ):
            yield node


def written(path: Path) -> Iterator[tuple[str, re.Pattern]]:
    """Yield the expressions that stand in a file; those made of a function's own values are found by `held`."""
    known = vars(importlib.import_module(name_of(path)))
    for call in _called(path):
        flags = [*call.args[1:], *(each.value for each in call.keywords if each.arg == "flags")]
        given = [flag for flag in flags if "re." in ast.unparse(flag) and isinstance(flag, ast.Attribute | ast.BinOp)]
        try:
            values = [eval(ast.unparse(each), dict(known)) for each in (call.args[0], *given[:1])]  # noqa: S307
        except (NameError, AttributeError, KeyError, TypeError):
            continue
        if isinstance(values[0], str | bytes):
            yield f"{path.relative_to(ROOT)}:{call.lineno}", re.compile(*values)


def held(root: object, seen: set[int]) -> Iterator[re.Pattern]:
    """Yield the expressions that an object of ours holds, however deep."""
    if id(root) in seen:
        return
    seen.add(id(root))
    if isinstance(root, re.Pattern):
        yield root
    elif isinstance(root, Mapping):
        for each in (*root.keys(), *root.values()):
            yield from held(each, seen)
    elif isinstance(root, list | tuple | set | frozenset):
        for each in root:
            yield from held(each, seen)
    elif type(root).__module__.split(".")[0] in FLOORS:
        names = {*getattr(root, "__dict__", ()), *getattr(type(root), "__slots__", ())}
        names |= {name for name, each in vars(type(root)).items() if isinstance(each, cached_property)}
        for name in names:
            yield from held(getattr(root, name, None), seen)


@cache
def found() -> dict[str, re.Pattern]:
    """Return all expressions by where they stand; each once."""
    files = [path for path in modules(*FLOORS) if "migrations" not in path.parts]
    patterns = {where: each for path in files for where, each in written(path)}
    seen: set[int] = set()
    lexicon = Lexicon.load()
    cues = CandidateCues.load()
    rules = CleaningRules.load(cues.ends, lexicon.folder.fold)
    of_documents = (cues, rules, CandidateReader(lexicon), Ratings.load())
    readers = (lexicon, FigureReader.load(), StanceReader.load(lexicon.folder, lexicon.tokenizer), *of_documents)
    for reader in readers:
        for number, each in enumerate(held(reader, seen)):
            patterns[f"{type(reader).__name__} {number}"] = each
    return {where: each for each, where in {each: where for where, each in patterns.items()}.items()}


def test_expressions_are_found_in_every_room():
    rooms = {"/".join(where.split("/")[:2]) for where in found() if ".py:" in where}
    assert {"claims/documents", "claims/exchange", "bot/discord", "checks/stance"} <= rooms
    assert len(found()) > 200


@pytest.mark.slow
def test_no_expression_of_the_project_can_be_made_to_run_for_ever():
    grown = {where: growth(pattern) for where, pattern in found().items()}
    assert {where: seen for where, seen in grown.items() if seen[0] > MOST_GROWTH} == {}


@pytest.mark.parametrize("pattern", [written_dates._HAN_NUMERAL, OF_SCALE])
def test_what_looks_through_a_field_as_long_as_its_file_takes_time_in_proportion(pattern):
    assert growth(pattern)[0] <= 2.5


@pytest.mark.parametrize(
    ("pattern", "least"),
    [
        (r"(a+)+$", 100),
        (r"\s*\s*\s*x", 7),
        (r"(.*)(.*)(.*)z", 7),
        (r"(x+x+)+y", 100),
    ],
)
def test_what_runs_for_ever_is_seen(pattern, least):
    assert growth(re.compile(pattern))[0] >= least


@pytest.mark.parametrize(
    "pattern", [r"[a-z]+\d", r",?\sby [^,.;]{2,60}[.,]?$", r"(?:ab)*c", r"(?>a+)+b", r"a++b", r"^\w{1,20}$", r"(\d)\1"]
)
def test_what_is_tame_is_let_through(pattern):
    assert growth(re.compile(pattern))[0] <= MOST_GROWTH
