"""`touchstone packs`: which packs are in force, by command and by setting."""

import pytest

from tests.claims.packs import claim_data, pack_data, write_pack


@pytest.fixture(autouse=True)
def own_base(surroundings, tmp_path, templates):
    """A base that these tests may change."""
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", templates.copy("shipped", tmp_path / "touchstone.db"))


def listed(call):
    return [line.split() for line in call("packs", "list").out.splitlines()]


def test_the_shipped_pack_can_be_left_out_and_comes_back(call):
    before = call("claims", "list", "--json").out
    assert call("packs", "remove", "ai-economy").code == 0
    assert call("claims", "list", "--json").out.strip() == "[]"
    assert ["ai-economy", "no"] == next(row for row in listed(call) if row[0] == "ai-economy")[:2]
    assert "stay silent" in call("check", "a single AI server holds more than a kilogram of silver").out
    assert "is in force, with" in call("packs", "add", "ai-economy").out
    assert call("claims", "list", "--json").out == before


def test_a_setting_decides_for_the_process_alone(call, surroundings):
    surroundings.setenv("TOUCHSTONE_PACKS", "none")
    assert call("claims", "list", "--json").out.strip() == "[]"
    assert "TOUCHSTONE_PACKS" in call("packs", "list").out
    assert call("packs", "remove", "ai-economy").code == 2
    surroundings.delenv("TOUCHSTONE_PACKS")
    assert "silver" in call("claims", "list", "--json").out


def test_a_setting_names_packs_beside_the_base_and_files(call, surroundings, tmp_path):
    (tmp_path / "packs").mkdir()
    write_pack(tmp_path / "packs", pack_data(claim_data("mine-1"), pack="mine"), "mine.yaml")
    other = write_pack(tmp_path, pack_data(claim_data("far"), pack="elsewhere"), "other.yaml")
    surroundings.setenv("TOUCHSTONE_PACKS", f"mine,{other}")
    shown = call("claims", "list", "--json").out
    assert "mine-1" in shown
    assert "far" in shown
    assert "silver" not in shown


def test_the_setting_stands_in_the_settings_file_as_a_list(call, tmp_path):
    (tmp_path / "touchstone.toml").write_text('packs = ["ai-economy"]\n', "utf-8")
    assert call("claims", "list", "--json").out.count('"kind"') == 50
    (tmp_path / "touchstone.toml").write_text("packs = []\n", "utf-8")
    assert call("claims", "list", "--json").out.strip() == "[]"


def test_an_unknown_pack_is_told_with_what_is_known(call):
    told = call("packs", "add", "nowhere")
    assert told.code == 1
    assert "Known: ai-economy" in told.err
