"""The walls of the house: four floors, arrows downward only, and each foreign library behind one door."""

import ast
from collections.abc import Iterator
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
}


def modules(*floors: str) -> Iterator[Path]:
    for floor in floors:
        yield from (ROOT / floor).rglob("*.py")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and full name of everything that a file imports, wherever in the file it does so."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}, line {node.lineno}: imports are written in full"
            yield node.lineno, node.module or ""


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


# Within the claims: each folder or file imports only itself and what stands before it.
CLAIMS = ("record", "fields", "packs", "store", "documents", "base", "answering", "moderation", "exchange")


@pytest.mark.parametrize("floor", CLAIMS)
def test_a_floor_of_the_claims_imports_only_those_before_it(floor):
    above = CLAIMS[CLAIMS.index(floor) + 1 :]
    files = [path for path in modules("claims") if path.relative_to(ROOT / "claims").parts[0] in (floor, f"{floor}.py")]
    upward = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in files
        for line, name in imports(path)
        if name.split(".")[0] == "claims" and name.split(".")[1] in above
    ]
    assert files
    assert upward == []
