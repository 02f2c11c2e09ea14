"""The walls of the house: floors and rooms, arrows one way, one door a library, and files that can be read."""

import ast
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import metadata
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = ("config", "checks", "claims", "bot")

# Library → the folders that may import it.
DOORS = {
    "discord": ("bot/discord",),
    "sqlmodel": ("claims",),
    "sqlalchemy": ("claims",),
    "alembic": ("claims",),
    "httpx": ("claims/documents", "checks/embedders"),
    "typer": ("bot/terminal",),
    "rich": ("bot/terminal",),
    "pydantic": ("config", "claims", "checks/embedders"),
}


# The rooms of `claims`, from the ground up: each may import those before it and none behind it.
ROOMS = ("ground", "packs", "store", "documents", "base", "answering", "moderation", "exchange")
# What stands beside the rooms in `claims` itself.
LOOSE = {"record": "ground", "fields": "ground", "base": "base"}

MOST_LINES = 450
MOST_FILES = 205
MOST_DOUBLED = 8
UNNAMED = {"__init__", "command"}


def modules(*floors: str) -> Iterator[Path]:
    for floor in floors:
        yield from (ROOT / floor).rglob("*.py")


@cache
def statements(path: Path) -> tuple[tuple[int, str, tuple[str, ...]], ...]:
    """Return line, module and names of every import of a file, wherever it stands; `import x` has no names."""
    found: list[tuple[int, str, tuple[str, ...]]] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name, ()) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}, line {node.lineno}: imports are written in full"
            found.append((node.lineno, node.module or "", tuple(alias.name for alias in node.names)))
    return tuple(found)


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and full name of every module that a file imports."""
    return ((line, module) for line, module, _ in statements(path))


def name_of(path: Path) -> str:
    """Return the name under which a file is imported."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def arrows() -> dict[str, set[str]]:
    """Return for each file of the product those that it imports, in functions and for types only as well."""
    known = {name_of(path): path for path in modules(*FLOORS)}
    found: dict[str, set[str]] = {}
    for name, path in known.items():
        wanted = {
            part if (part := f"{module}.{each}") in known else module
            for _, module, names in statements(path)
            for each in names or ("",)
        }
        found[name] = (wanted & known.keys()) - {name}
    return found


def circles(arrows: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Return the groups of files each of which reaches all others of its group."""
    reach = {name: _reached(name, arrows) for name in arrows}
    groups = {frozenset(each for each in reach[name] if name in reach[each]) for name in arrows if name in reach[name]}
    return sorted(sorted(group) for group in groups)


def _reached(start: str, arrows: Mapping[str, Iterable[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = list(arrows[start])
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += arrows[name]
    return seen


def room_of(name: str) -> str | None:
    """Return the room of `claims` that a module belongs to; None for migrations, the package itself and others."""
    parts = name.split(".")
    if parts[0] != "claims" or len(parts) == 1:
        return None
    return LOOSE.get(parts[1], parts[1] if parts[1] in ROOMS else None)


@pytest.mark.parametrize("floor", FLOORS)
def test_a_floor_imports_only_itself_and_the_floors_below(floor):
    above = FLOORS[FLOORS.index(floor) + 1 :]
    upward = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules(floor)
        for line, name in imports(path)
        if name.split(".")[0] in above
    ]
    assert upward == []


@pytest.mark.parametrize("library", DOORS)
def test_a_library_comes_in_through_its_own_door_only(library):
    elsewhere = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in modules(*FLOORS)
        for line, name in imports(path)
        if name.split(".")[0] == library and not any(path.is_relative_to(ROOT / door) for door in DOORS[library])
    ]
    assert elsewhere == []


def test_the_product_does_not_know_its_tests():
    assert [path for path in modules(*FLOORS) for _, name in imports(path) if name.split(".")[0] == "tests"] == []


def test_every_folder_says_what_lives_there():
    silent = [
        folder.relative_to(ROOT)
        for folder in {path.parent for path in modules(*FLOORS)}
        if not ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8")))
    ]
    assert silent == []


@pytest.mark.parametrize("name", ["util", "utils", "helper", "helpers", "manager", "misc", "common"])
def test_no_file_is_named_after_nothing(name):
    assert [path for path in modules(*FLOORS) if path.stem == name] == []


def test_no_files_import_each_other_in_a_circle():
    assert circles(arrows()) == []


def test_the_rooms_of_the_claims_import_only_the_rooms_before_them():
    upward = [
        f"{name} imports {other}"
        for name, others in arrows().items()
        for other in sorted(others)
        if (room := room_of(name)) and (above := room_of(other)) and ROOMS.index(above) > ROOMS.index(room)
    ]
    assert upward == []


def test_everything_in_the_claims_has_its_room():
    assert {
        name for name in arrows() if name.startswith("claims.") and not room_of(name) and ".migrations" not in name
    } == set()


def test_no_file_is_longer_than_can_be_read_at_one_go():
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in modules(*FLOORS)}
    assert {name_of(path): lines for path, lines in lengths.items() if lines > MOST_LINES} == {}


def test_every_library_that_is_imported_is_asked_for():
    """A library that another one happens to bring may be gone in the next installation."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    asked = {re.split(r"[^\w.-]", each, maxsplit=1)[0].lower().replace("_", "-") for each in wanted}
    brought = metadata.packages_distributions()
    imported = {module.partition(".")[0] for path in modules(*FLOORS) for _, module in imports(path)}
    libraries = imported - sys.stdlib_module_names - {*FLOORS}
    named = {name: {each.lower().replace("_", "-") for each in brought.get(name, [name])} for name in libraries}
    assert [name for name, of in sorted(named.items()) if not of & asked] == []


def test_there_are_not_more_files_than_ideas():
    assert len([*modules(*FLOORS, "docs"), *ROOT.glob("*.py")]) <= MOST_FILES


def test_few_names_of_files_stand_in_more_than_one_folder():
    folders: dict[str, set[str]] = defaultdict(set)
    for path in (*modules(*FLOORS, "docs"), *ROOT.glob("*.py")):
        folders[path.stem].add(path.parent.relative_to(ROOT).as_posix())
    doubled = {name: sorted(where) for name, where in folders.items() if len(where) > 1 and name not in UNNAMED}
    assert len(doubled) <= MOST_DOUBLED, doubled
