"""Claim bases by the dozen: each a copy of one empty database, so that a property can look at many."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date

import pytest

from claims.base import ClaimBase
from claims.exchange.formats import Format, Incoming
from claims.exchange.importing import export_claims, import_claims, plan_import, read_import_bytes
from claims.exchange.plan import ImportPlan, ImportReport
from claims.moderation.rights import Actor
from tests.templates import Templates

TODAY = date(2026, 2, 1)
NewBase = Callable[[], ClaimBase]


@pytest.fixture(scope="session")
def new_base(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewBase]:
    """A function that opens another empty base."""
    numbers, folder = itertools.count(), tmp_path_factory.mktemp("bases")
    with ExitStack() as opened:

        def make() -> ClaimBase:
            address = templates.copy("empty", folder / f"base-{next(numbers)}.db")
            return opened.enter_context(ClaimBase.open(address))

        yield make


def exported(base: ClaimBase, form: Format = "yaml", server: int | None = None) -> str:
    return "".join(export_claims(base, form, server))


def incoming(text: str, name: str = "claims.yaml") -> Incoming:
    return read_import_bytes(name, text.encode(), TODAY)


def plan(base: ClaimBase, text: str, name: str = "claims.yaml", server: int | None = None) -> ImportPlan:
    return plan_import(base, incoming(text, name), server)


def write(base: ClaimBase, text: str, name: str = "claims.yaml", actor: Actor | None = None) -> ImportReport:
    return import_claims(base, incoming(text, name), actor or Actor.operator())


def outcomes(made: ImportPlan) -> dict[str, str]:
    return {entry.claim: entry.outcome for entry in made.entries}


def moderator(server: int) -> Actor:
    return Actor(4711, server, can_manage_server=True)
