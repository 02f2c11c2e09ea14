"""What goes out comes back in: the same claims, and the same file again."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from claims.base import ClaimBase
from claims.exchange.formats import Format
from claims.exchange.importing import load_pack
from claims.moderation.editor import Editor
from claims.moderation.edits import EditFigure, EditPoint
from tests.claims.exchange.conftest import NewBase, exported, moderator, outcomes, plan, write
from tests.claims.exchange.generated import packs, write_made
from tests.claims.packs import add_own, claim_data, edit_claim, pack_claims, pack_data, write_pack
from tests.claims.packs import outcomes as made
from tests.quick import examples

SHIPPED = Path(__file__).parents[3] / "claims" / "packs" / "ai-economy.yaml"
MANY = settings(max_examples=examples(25), deadline=None, suppress_health_check=list(HealthCheck))
NAMES: dict[Format, str] = {"yaml": "claims.yaml", "csv": "claims.csv", "claimreview": "claims.json"}


def states(base: ClaimBase) -> list[Any]:
    return [
        (c.id, c.title["en"], c.title["zh"], c.wordings, c.figures, c.points, c.status, c.pack) for c in base.claims()
    ]


@MANY
@given(data=packs())
def test_an_export_into_an_empty_base_gives_the_same_claims_and_the_same_export(
    new_base: NewBase, tmp_path_factory: pytest.TempPathFactory, data: dict[str, Any]
) -> None:
    first, second = new_base(), new_base()
    load_pack(first, write_made(tmp_path_factory.mktemp("pack"), data))
    text = exported(first)
    assert set(outcomes(write(second, text).plan).values()) == {"new"}
    assert states(second) == states(first)
    assert second.packs() == first.packs()
    assert second.documents() == first.documents()
    assert exported(second) == text


@MANY
@given(data=packs())
def test_a_sheet_holds_every_claim_as_it_is(
    new_base: NewBase, tmp_path_factory: pytest.TempPathFactory, data: dict[str, Any]
) -> None:
    base = new_base()
    load_pack(base, write_made(tmp_path_factory.mktemp("pack"), data))
    assert set(outcomes(plan(base, exported(base, "csv"), "claims.csv")).values()) == {"unchanged"}


def test_an_export_of_one_pack_as_it_was_loaded_is_a_pack_file(base: ClaimBase, tmp_path: Path) -> None:
    load_pack(base, SHIPPED)
    path = tmp_path / "again.yaml"
    path.write_text(exported(base), "utf-8")
    assert pack_claims(path) == pack_claims(SHIPPED)


def test_several_packs_drafts_withdrawn_claims_and_changed_ones_come_back(new_base: NewBase, tmp_path: Path) -> None:
    first, second = new_base(), new_base()
    load_pack(first, write_pack(tmp_path, pack_data(claim_data("one"), claim_data("two"), pack="a")))
    load_pack(first, write_pack(tmp_path, pack_data(claim_data("three"), pack="b")))
    edit_claim(first, "one", title_en="As moderators have it")
    edit_claim(first, "two", status="withdrawn")
    write(first, '[{"@type": "ClaimReview", "claimReviewed": "Silver cures colds"}]', "feed.json")
    text = exported(first)
    write(second, text)
    assert exported(second) == text
    assert second.claim("two").status == "withdrawn"
    assert [pack.id for pack in second.packs()] == ["a", "b"]


def test_a_claim_that_was_changed_here_stays_one_in_the_other_base(new_base: NewBase, tmp_path: Path) -> None:
    first, second = new_base(), new_base()
    pack = write_pack(tmp_path, pack_data(claim_data("one")))
    load_pack(first, pack)
    edit_claim(first, "one", title_en="As moderators have it")
    write(second, exported(first))
    assert made(load_pack(second, pack)) == {"conflicting": ("one",)}


@pytest.mark.parametrize("form", ["yaml", "csv"])
def test_the_same_file_again_changes_nothing(base: ClaimBase, tiny: Path, form: Format) -> None:
    load_pack(base, tiny)
    edit_claim(base, "silver-server", title_en="As moderators have it")
    before = base.revision
    report = write(base, exported(base, form), NAMES[form])
    assert (report.revision, base.revision) == (None, before)


def test_what_a_server_sees_can_be_exported_without_what_others_have(base: ClaimBase, tiny: Path) -> None:
    load_pack(base, tiny)
    add_own(base, 7, "silver-server", title_en="Ours")
    assert "Ours" in exported(base, server=7)
    assert "Ours" not in exported(base) + exported(base, server=8)


@pytest.mark.parametrize("form", ["yaml", "csv"])
def test_a_server_brings_its_own_view_back_unchanged(base: ClaimBase, tiny: Path, form: Format) -> None:
    load_pack(base, tiny)
    add_own(base, 7, "silver-server", title_en="Ours")
    write(base, exported(base, "csv").replace("silver-server,", "only-here,"), "claims.csv", moderator(7))
    before, text = base.claims(7), exported(base, form, 7)
    assert {claim.id for claim in before} >= {"silver-server", "only-here"}
    report = write(base, text, NAMES[form], moderator(7))
    assert (report.revision, set(outcomes(report.plan).values())) == (None, {"unchanged"})
    changed = write(base, text.replace("Ours", "Ours anew"), NAMES[form], moderator(7))
    assert outcomes(changed.plan)["silver-server"] == "changed"
    back = write(base, exported(base, form, 7).replace("Ours anew", "Ours"), NAMES[form], moderator(7))
    assert outcomes(back.plan)["silver-server"] == "changed"
    assert exported(base, form, 7) == text


@pytest.mark.parametrize("form", ["yaml", "csv"])
def test_whatever_forms_take_comes_back(base: ClaimBase, tiny: Path, form: Format) -> None:
    load_pack(base, tiny)
    editor, person = Editor(base), moderator(7)
    unit = "|".join(f"{n:02}{'x' * 38}" for n in range(12))
    cited = "\n".join(["doc"] * 20)
    for edit in (
        EditFigure("40", unit, subject={"en": "fish"}),
        EditPoint(0, citations=cited, numbers=";".join(map(str, range(40)))),
    ):
        editor.edit(person, "silver-server", None, edit)
    report = write(base, exported(base, form, 7), NAMES[form], person)
    assert set(outcomes(report.plan).values()) == {"unchanged"}


def test_there_is_no_cap_on_rows(base: ClaimBase, tmp_path: Path) -> None:
    wordings = {"en": [f"wording {n}" for n in range(500)], "zh": [f"说法{n}" for n in range(500)]}
    load_pack(base, write_pack(tmp_path, pack_data(*(claim_data(f"c{n}", wordings=wordings) for n in range(12)))))
    assert exported(base, "csv").count("\r\n") > 12_000
