"""The claim base gives back what was put in, to each server what it may see."""

from pathlib import Path
from sys import intern

import pytest

from claims.base import ClaimBase
from claims.exchange.chosen_packs import leave_out_pack
from claims.exchange.importing import load_pack
from claims.moderation.editor import Editor
from claims.moderation.edits import AddWordings, EditTexts
from claims.moderation.server_setup import ServerSetup
from claims.store.tables import ClaimOverride
from config.errors import DatabaseError, UnknownClaimError
from tests.claims.conftest import Clock
from tests.claims.packs import add_own, claim_data, edit_claim, pack_claims, pack_data, write_pack
from tests.claims.people import administrator
from tests.templates import load_shipped_packs

SHIPPED = Path(__file__).parents[2] / "claims" / "packs" / "ai-economy.yaml"


def test_claims_come_back_from_the_database_as_they_stand_in_the_pack(any_base: ClaimBase) -> None:
    load_pack(any_base, SHIPPED)
    assert any_base.claims() == pack_claims(SHIPPED)


def test_names_that_many_rows_hold_are_in_memory_once(base: ClaimBase) -> None:
    load_pack(base, SHIPPED)
    claims = base.claims()
    figures = [figure for claim in claims for figure in claim.figures]
    for said in (
        [wording.language for claim in claims for wording in claim.wordings],
        [name for claim in claims for name in (claim.kind, claim.status)],
        [name for each in figures for name in (each.unit, each.bound, each.role, each.documented_bound)],
    ):
        assert len(said) > len({id(name) for name in said}) == len(set(said))


def test_what_people_wrote_is_in_memory_for_as_long_as_its_claim_only(base: ClaimBase, tmp_path: Path) -> None:
    said = [f"白银要涨到{number}了" for number in range(6)]
    load_pack(base, write_pack(tmp_path, pack_data(claim_data(wordings={"en": ["silver goes up"], "zh": said}))))
    [claim] = base.claims()
    for wording in claim.wordings:
        same = wording.text[:1] + wording.text[1:]
        # Were the text among the strings that are never given up, that one would come back.
        assert intern(same) is same is not wording.text


def test_a_base_keeps_its_claims_when_it_is_opened_again(any_url: str, tiny: Path) -> None:
    with ClaimBase.open(any_url) as first:
        load_pack(first, tiny)
    with ClaimBase.open(any_url) as second:
        assert [claim.id for claim in second.claims()] == ["silver-server"]
        assert [pack.id for pack in second.packs()] == ["tiny"]


def test_an_unknown_claim_is_named_with_near_ids(base: ClaimBase, tiny: Path) -> None:
    load_pack(base, tiny)
    with pytest.raises(UnknownClaimError, match="silver-server") as caught:
        base.claim("silver-sever")
    assert caught.value.near == ("silver-server",)


def test_a_claim_that_a_server_does_not_see_is_not_named_as_near_to_itself(base: ClaimBase, tiny: Path) -> None:
    load_pack(base, tiny)
    ServerSetup(base).change(administrator(77), packs=())
    with pytest.raises(UnknownClaimError) as caught:
        base.claim("silver-server", 77)
    assert caught.value.near == ()


def test_near_ids_are_told_once_and_only_of_packs_in_force(base: ClaimBase, tiny: Path, tmp_path: Path) -> None:
    load_pack(base, tiny)
    load_pack(base, write_pack(tmp_path, pack_data(claim_data("silver-servers"), pack="out"), "out.yaml"))
    Editor(base).edit(administrator(77), "silver-server", None, AddWordings("servers are full of silver", "says"))
    leave_out_pack(base, "out")
    with pytest.raises(UnknownClaimError) as caught:
        base.claim("silver-sever", 77)
    assert caught.value.near == ("silver-server",)


def test_a_server_sees_its_own_version_and_no_other_server_does(any_base: ClaimBase, tmp_path: Path) -> None:
    load_pack(any_base, write_pack(tmp_path, pack_data(claim_data("one"), claim_data("two"))))
    add_own(any_base, 7, "one", title_en="Ours")
    assert {claim.id: claim.title["en"] for claim in any_base.claims(7)} == {"one": "Ours", "two": "About two"}
    assert any_base.claim("one", 8).title["en"] == any_base.claim("one").title["en"] == "About one"
    assert any_base.claim("one", 7).server == 7


def test_a_server_may_mute_a_claim_and_move_its_cut_off_without_a_version_of_its_own(
    any_base: ClaimBase, tiny: Path, clock: Clock
) -> None:
    load_pack(any_base, tiny)
    with any_base.database.changing() as session:
        session.add(ClaimOverride(server=7, claim="silver-server", muted=True, cut_off=0.9, changed_at=clock()))
    claim = any_base.claim("silver-server", 7)
    assert (claim.muted, claim.cut_off, claim.known.muted) == (True, 0.9, True)
    assert not any_base.claim("silver-server", 8).muted


def test_a_claim_that_a_server_has_withdrawn_is_hidden_there_only(any_base: ClaimBase, tiny: Path) -> None:
    load_pack(any_base, tiny)
    add_own(any_base, 7, "silver-server", status="withdrawn")
    assert any_base.claims(7) == ()
    assert len(any_base.claims()) == 1


def test_what_has_changed_of_a_server_s_own_is_read_however_much_that_is(any_base: ClaimBase, tiny: Path) -> None:
    load_pack(any_base, tiny)
    add_own(any_base, 7, "silver-server", title_en="Ours")
    before = any_base.difference(7)
    Editor(any_base).edit(administrator(7), "silver-server", None, EditTexts({"en": "Ours anew"}))
    changed = {"silver-server", *(f"gone-{number}" for number in range(70_000))}
    found = any_base.difference(7, before, changed)
    assert [claim.title["en"] for claim in found.own] == ["Ours anew"]
    assert found == any_base.difference(7)


def test_the_revision_grows_with_each_change_and_stands_still_without(any_base: ClaimBase, tiny: Path) -> None:
    before = any_base.revision
    load_pack(any_base, tiny)
    after = any_base.revision
    load_pack(any_base, tiny)
    assert before == 0
    assert any_base.revision == after > before


def test_the_shipped_packs_load_once(base: ClaimBase) -> None:
    load_shipped_packs(base)
    assert base.revision == 1
    load_shipped_packs(base)
    assert base.revision == 1


@pytest.mark.parametrize("address", ["sqlite://", "sqlite:///:memory:", "mysql://somewhere/x", "no address", ""])
def test_an_address_that_cannot_hold_a_base_is_refused_with_a_mend(address: str) -> None:
    with pytest.raises(DatabaseError, match=r"Write sqlite|SQLite or PostgreSQL"):
        ClaimBase.open(address)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("these are my notes, and no database at all\n" * 40)
    with pytest.raises(DatabaseError, match=r"notes\.db .*not a database.*touchstone restore"):
        ClaimBase.open(f"sqlite:///{tmp_path / 'notes.db'}")


def test_a_password_never_stands_in_an_error() -> None:
    with pytest.raises(DatabaseError) as caught:
        ClaimBase.open("postgresql://bot:geheim@127.0.0.1:1/none")
    assert "geheim" not in str(caught.value)


def test_who_says_some_texts_already_is_told_for_claims_of_every_status(any_base: ClaimBase, tmp_path: Path) -> None:
    claims = (claim_data("one", denials={"en": ["There is no such silver"]}), claim_data("two"), claim_data("three"))
    load_pack(any_base, write_pack(tmp_path, pack_data(*claims)))
    edit_claim(any_base, "two", status="withdrawn")
    add_own(any_base, 7, "three", title_en="Ours of three")
    asked = ["About ONE", "there is NO such silver", "two的中文说法1", "English wording 2 of three", "Nobody says this"]
    said = {text: title["en"] for text, title in any_base.saying(asked, "none", 7).items()}
    assert said == dict(zip(asked, ["About one", "About one", "About two", "Ours of three"], strict=False))
    assert any_base.saying(["About one", "never match this for two"], "one") == {}
    assert any_base.saying(["ours of three"], "none") == {}
    assert any_base.saying([], "none", 7) == {}
