"""`touchstone packs`: which packs are in force, by command and by setting."""

import json

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
    assert next(row for row in listed(call) if row[0] == "ai-economy")[:2] == ["ai-economy", "no"]
    assert "stay silent" in call("check", "a single AI server holds more than a kilogram of silver").out
    assert "is in force, with" in call("packs", "add", "ai-economy").out
    assert call("claims", "list", "--json").out == before


def test_packs_are_listed_for_programs_too(call, tmp_path):
    (tmp_path / "packs").mkdir()
    write_pack(tmp_path / "packs", pack_data(claim_data("mine-1"), pack="mine"), "mine.yaml")
    mine, shipped = sorted(json.loads(call("packs", "list", "--json").out), key=lambda each: each["id"] != "mine")
    assert mine == {"id": "mine", "loaded": False, "in_force": False, "version": None, "claims": 0, "title": None}
    assert (shipped["id"], shipped["loaded"], shipped["in_force"]) == ("ai-economy", True, True)
    assert shipped["claims"] == len(json.loads(call("claims", "list", "--json").out))
    assert shipped["title"]["en"] == "Claims about the AI economy"


def test_a_file_that_is_not_loaded_is_listed_with_the_command_that_loads_it(call, tmp_path):
    (tmp_path / "packs").mkdir()
    write_pack(tmp_path / "packs", pack_data(claim_data("mine-1"), pack="mine"), "my pack.yaml")
    assert "touchstone packs add 'my pack'" in " ".join(call("packs", "list").out.split())
    assert "mine is in force, with 1 claim." in call("packs", "add", "my pack").out
    assert "my pack" not in call("packs", "list").out


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


def test_packs_that_are_loaded_are_known_wherever_they_came_from(call):
    call("packs", "new", "mine.yaml")
    call("packs", "add", "mine.yaml")
    assert "Known: ai-economy, my-pack." in call("packs", "add", "my-pak").err


def test_the_example_loads_as_it_is_written(call, tmp_path):
    assert call("packs", "new", "mine.yaml").code == 0
    again = call("packs", "new", "mine.yaml")
    assert again.code == 2
    assert "mine.yaml is there already" in again.err
    assert "packs new [OPTIONS] [FILE]" in again.err
    assert call("packs", "new").out == call("packs", "new", "-").out == (tmp_path / "mine.yaml").read_text("utf-8")
    assert not (tmp_path / "-").exists()
    assert "my-pack is in force, with 2 claims" in call("packs", "add", "mine.yaml").out
    shown = call("claims", "show", "crane-built-1920").out
    assert "not verified against a document" in shown


def test_messages_are_tried_against_a_file_that_is_not_loaded(call):
    call("packs", "new", "mine.yaml")
    shown = call("packs", "try", "mine.yaml", typed=b"our harbour crane dates from 1920\nhello there\n").out
    assert "would reply" in shown
    assert "stay silent" in shown
    assert "crane" not in call("claims", "list", "--json").out


def test_the_card_gives_no_date_to_a_source_of_which_nobody_knows_it(call):
    call("packs", "add", "-", typed=call("packs", "new").out.encode())
    shown = call("check", "our harbour crane dates from 1920").out
    assert "— Building register of the harbour, page 12  [1]" in shown


def test_a_point_without_a_source_is_refused_with_the_line_that_it_lacks(call, tmp_path):
    text = "pack: {id: mine, title: Mine}\nclaims:\n  - id: one\n    title: One\n    wordings: [a]\n    points:\n"
    (tmp_path / "mine.yaml").write_text(f"{text}      - Not so.\n", "utf-8")
    told = call("packs", "add", "mine.yaml")
    assert (told.code, "      - {text: 'Not so.', source: …}" in told.out) == (1, True)
    (tmp_path / "mine.yaml").write_text(f"{text}      - text: Not so.\n", "utf-8")
    assert "      - text: Not so.\n      |         source: …" in call("packs", "add", "mine.yaml").out


def test_no_line_is_proposed_for_words_that_the_document_does_not_have(call, tmp_path):
    (tmp_path / "paper.txt").write_text("The crane was built in 1954 by the yard.\n", "utf-8")
    call("documents", "add", "paper.txt", "--title", "Paper", "--date", "2025")
    text = (
        "pack: {id: mine, title: Mine}\nclaims:\n  - id: one\n    title: One\n    wordings: [the crane is from 1920]\n"
        "    points:\n      - text: Not so.\n        source: Paper\n        quote: was built in 1920\n"
    )
    (tmp_path / "mine.yaml").write_text(text, "utf-8")
    told = call("packs", "add", "mine.yaml")
    assert "the document does not have these words" in told.err
    assert "quote: was built in 1920" in told.out
    assert "Write instead" not in told.out


def test_a_pack_comes_through_standard_input_in_the_code_page_of_its_country(call):
    text = (
        "pack: {id: harbour, title: 港口}\nclaims:\n  - id: crane\n    title: 港口的老吊车建于1920年\n"
        "    wordings: [港口的老吊车是1920年建的, 那座吊车有一百多年了]\n"
        "    points: [{text: 年鉴上写的是1954年, source: 年鉴}]\n"
    )
    shown = call("packs", "add", "-", typed=text.encode("gbk")).out
    assert "Read as GBK: it is not in UTF-8." in shown
    assert "harbour is in force, with 1 claim." in shown
    told = call("packs", "add", "-", typed=text.replace("id: crane", "id: The Crane").encode("gbk"))
    assert told.code == 1
    assert told.err.startswith("touchstone: -: refused; nothing was written.")
    assert "Write instead:" in told.out


def test_a_pack_that_comes_through_standard_input_leaves_no_messages_to_try(call):
    done = call("packs", "try", "-", typed=call("packs", "new").out.encode())
    assert (done.code, done.err) == (0, "")
    assert "crane-built-1920" in done.out


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("    wordings: [a, b]", "    wording: [a, b]"),
        ("  - id: one", "  - id: One Claim"),
        ("    kind: contested", "    kind: contestd"),
        ("    as_of: 2026-01-05", "    as_of: 2026/1/5"),
        ("    kind: contested", "    kind: Contested"),
        ("    kind: contested", "      kind: contested"),
    ],
)
def test_errors_show_the_line_and_a_corrected_version(call, tmp_path, wrong, right):
    right, wrong = wrong, right
    text = (
        "pack: {id: mine, title: Mine}\nclaims:\n  - id: one\n    title: One\n    kind: contested\n"
        "    as_of: 2026-01-05\n    wordings: [a, b]\n    points: [{text: Not so., source: A book}]\n"
    )
    assert right in text
    (tmp_path / "mine.yaml").write_text(text.replace(right, wrong), "utf-8")
    told = call("packs", "add", "mine.yaml")
    assert told.code == 1
    assert wrong in told.out
    assert f"| {right}" in told.out or "| " + right + "-claim" in told.out


def test_a_pack_without_its_head_lacks_that_alone_and_nothing_is_made_up_for_it(call, tmp_path):
    claims = "claims:\n- {id: one, title: One, wordings: [a, b], points: [{text: Not so., source: A book}]}\n"
    (tmp_path / "mine.yaml").write_text(claims, "utf-8")
    told = call("packs", "try", "mine.yaml")
    assert told.code == 1
    assert "'pack' is missing" in told.err
    assert "documents" not in told.err
    assert "Write instead" not in told.out


def test_each_line_is_shown_once_with_the_change_that_mends_most_and_no_pattern_of_a_program(call, tmp_path):
    text = (
        "pack: {id: mine, title: Mine}\nclaims:\n  - id: One Claim\n    title: One\n    wordings: [a, b]\n"
        "    figures: [{value: 1, unit: bushels, bound: no, subject: corn}]\n    point: Not so.\n"
    )
    (tmp_path / "mine.yaml").write_text(text, "utf-8")
    told = call("packs", "add", "mine.yaml")
    shown = [line.partition("| ")[2] for line in told.out.splitlines() if "|" in line]
    assert shown == [
        "  - id: One Claim", "  - id: one-claim",
        "    figures: [{value: 1, unit: bushels, bound: no, subject: corn}]",
        "    point: Not so.", "    points: [{text: 'Not so.', source: …}]",
    ]  # fmt: skip
    assert "Use small letters, digits, hyphens and points" in told.err
    assert "^[a-z" not in told.err
    assert "pack.schema.json" not in told.err


def test_titles_are_tried_without_the_stars_of_discord(call):
    call("packs", "new", "mine.yaml")
    shown = call("packs", "try", "mine.yaml", typed=b"our harbour crane dates from 1920\n").out
    assert "  The harbour crane was built in 1920\n" in shown
    assert "**" not in shown


def test_a_claim_of_the_base_is_tried_and_shows_its_strength(call):
    call("packs", "new", "mine.yaml")
    call("packs", "add", "mine.yaml")
    shown = call("claims", "try", "crane-built-1920", typed=b"our harbour crane dates from 1920\n").out
    assert "Strength: " in shown
    assert "Suggested wording: everyone knows that the harbour crane was built in 1920" in shown
    assert "would reply" in shown
    assert "**" not in shown


@pytest.mark.parametrize("typed", [b"", b"pack: 3\n", b"\xff\xfe"])
def test_a_pack_from_standard_input_that_is_none_is_refused_in_words(call, typed):
    done = call("packs", "try", "-", typed=typed)
    assert done.code == 1
    assert done.err.startswith("touchstone: -: refused")


def test_the_setting_names_a_pack_that_was_added_by_its_path(call, surroundings, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    other = write_pack(tmp_path / "elsewhere", pack_data(claim_data("far"), pack="far-away"), "other.yaml")
    assert call("packs", "add", str(other)).code == 0
    surroundings.setenv("TOUCHSTONE_PACKS", "far-away")
    assert "far" in call("claims", "list", "--json").out
    assert "silver" not in call("claims", "list", "--json").out
    surroundings.setenv("TOUCHSTONE_PACKS", "far-awai")
    assert call("claims", "list").code == 1
