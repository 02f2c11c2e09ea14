"""The packs that an operator has chosen: in force by setting or by command, left out and back untouched."""

from pathlib import Path

import pytest

from claims.base import ClaimBase
from claims.exchange.chosen_packs import PackShelf, add_pack, leave_out_pack, open_packs, pack_states
from claims.exchange.importing import load_pack
from claims.moderation.editor import ClaimView, Editor
from claims.moderation.edits import AddWordings
from claims.moderation.rights import Actor
from claims.record import claim_state
from config.errors import ImportRefusedError, UnknownPackError
from tests.claims.packs import claim_data, pack_data, write_pack


@pytest.fixture
def shelf(tmp_path: Path) -> PackShelf:
    folder = tmp_path / "packs"
    folder.mkdir()
    write_pack(folder, pack_data(claim_data("mine-1"), pack="mine"), "mine.yaml")
    return PackShelf(folder)


def ids(base: ClaimBase, server: int | None = None) -> set[str]:
    return {claim.id for claim in base.claims(server)}


def test_without_a_setting_the_shipped_packs_are_in_force(base: ClaimBase, shelf: PackShelf) -> None:
    opened = open_packs(base, shelf, None)
    assert [pack.id for pack in opened.packs()] == list(shelf.shipped())


def test_none_leaves_every_pack_out(base: ClaimBase, tiny: Path, shelf: PackShelf) -> None:
    load_pack(base, tiny)
    opened = open_packs(base, shelf, ())
    assert (ids(opened), opened.packs()) == (set(), ())
    assert ids(base) == {"silver-server"}


def test_a_setting_names_packs_of_the_folder_and_files(base: ClaimBase, tmp_path: Path, shelf: PackShelf) -> None:
    other = write_pack(tmp_path, pack_data(claim_data("far"), pack="elsewhere"), "anything.yaml")
    opened = open_packs(base, shelf, ("mine", str(other)))
    assert ids(opened) == {"mine-1", "far"}
    assert [pack.id for pack in opened.packs()] == ["elsewhere", "mine"]


def test_a_setting_writes_nothing_of_itself_into_the_base(base: ClaimBase, tiny: Path, shelf: PackShelf) -> None:
    load_pack(base, tiny)
    before = base.revision
    open_packs(base, shelf, ())
    assert base.revision == before


def own_file(tmp_path: Path, claim: str, pack: str, name: str) -> Path:
    return write_pack(tmp_path / "packs", pack_data(claim_data(claim), pack=pack), name)


def test_a_file_by_another_name_than_its_pack_is_loaded_by_command_alone(
    base: ClaimBase, shelf: PackShelf, tmp_path: Path
) -> None:
    own_file(tmp_path, "mine-1", "my-claims", "mypack.yaml")
    assert "mypack" in {pack.id for pack in pack_states(base, shelf)}
    assert add_pack(base, shelf, "mypack") == "my-claims"
    assert {"my-claims", "mypack"} & {pack.id for pack in pack_states(base, shelf)} == {"my-claims"}
    own_file(tmp_path, "mine-2", "my-claims", "mypack.yaml")
    open_packs(base, shelf, None)
    assert "mine-2" not in ids(base)
    states = {pack.id: pack.record for pack in pack_states(base, shelf)}
    assert states["my-claims"]
    assert states["mypack"] is None
    assert add_pack(base, shelf, "mypack") == "my-claims"
    assert "mine-2" in ids(base)


def test_a_draft_with_the_id_of_a_pack_from_elsewhere_is_not_loaded_at_a_start(
    base: ClaimBase, shelf: PackShelf, tmp_path: Path
) -> None:
    far = write_pack(tmp_path, pack_data(claim_data("far-1"), pack="far"), "far.yaml")
    add_pack(base, shelf, str(far))
    own_file(tmp_path, "far-2", "far", "draft.yaml")
    own_file(tmp_path, "far-3", "draft-of-mine", "far.yml")
    assert ids(open_packs(base, shelf, None)) & {"far-1", "far-2", "far-3"} == {"far-1"}


def test_a_half_written_file_by_the_name_of_its_pack_is_refused_unless_that_is_left_out(
    base: ClaimBase, shelf: PackShelf, tmp_path: Path
) -> None:
    add_pack(base, shelf, "mine")
    (tmp_path / "packs" / "mine.yaml").write_text("pack: {version: 2, id: mine}\nclaims: what\n")
    with pytest.raises(ImportRefusedError):
        open_packs(base, shelf, None)
    leave_out_pack(base, "mine")
    open_packs(base, shelf, None)


def test_a_name_may_have_a_dot_and_another_name_than_the_pack_stops_no_start(
    base: ClaimBase, shelf: PackShelf, tmp_path: Path
) -> None:
    add_pack(base, shelf, "mine")
    (tmp_path / "packs" / "mine.yaml").unlink()
    own_file(tmp_path, "mine-2", "mine", "my.pack.yaml")
    open_packs(base, shelf, None)
    assert "my.pack" in {pack.id for pack in pack_states(base, shelf)}
    assert add_pack(base, shelf, "my.pack") == "mine"
    assert "mine-2" in ids(base)


def test_a_file_with_a_large_ending_is_read_again_at_a_start(base: ClaimBase, shelf: PackShelf, tmp_path: Path) -> None:
    add_pack(base, shelf, "mine")
    (tmp_path / "packs" / "mine.yaml").unlink()
    own_file(tmp_path, "mine-2", "mine", "mine.YAML")
    assert "mine-2" in ids(open_packs(base, shelf, None))


@pytest.mark.parametrize(
    "written",
    [
        "pack:\n  id: other\n",
        "claims:\n  -\n    id: mine\npack:\n  id: other\n",
        "documents:\n- title: A\n  id: mine\npack:\n  version: 2\n  id: 'other'\n",
        "pack:\r\n  # of mine\r\n\r\n  title:\r\n    # id\r\n    id: mine\r\n  id: other\r\n",
        "\ufeffpack: {title: {id: mine}, id: other}\n",
        "pack: # mine\n    title:\n        en: a\n        id: mine\n    # id: mine\n    id: other # mine\n",
    ],
)
def test_the_id_of_a_file_is_that_of_its_pack_wherever_others_stand(
    base: ClaimBase, shelf: PackShelf, tmp_path: Path, written: str
) -> None:
    add_pack(base, shelf, "mine")
    # Were it taken for the pack `mine`, it would be read, and refused.
    (tmp_path / "packs" / "mine.yaml").write_bytes(f"{written}nothing: more\n".encode())
    assert "mine-1" in ids(open_packs(base, shelf, None))


def test_an_unknown_name_is_told_with_the_known_ones(base: ClaimBase, shelf: PackShelf) -> None:
    with pytest.raises(UnknownPackError, match=r"mien.*ai-economy.*mine"):
        open_packs(base, shelf, ("mien",))
    with pytest.raises(UnknownPackError):
        leave_out_pack(base, "mien")


def test_an_unknown_name_of_the_setting_is_told_with_those_that_were_loaded_by_path(
    base: ClaimBase, shelf: PackShelf, tmp_path: Path
) -> None:
    far = write_pack(tmp_path, pack_data(claim_data("far-1"), pack="far"), "elsewhere.yaml")
    add_pack(base, shelf, str(far))
    with pytest.raises(UnknownPackError, match=r"mien.*ai-economy, far, mine"):
        open_packs(base, shelf, ("mien",))


def test_a_pack_that_is_left_out_comes_back_untouched(any_base: ClaimBase, tiny: Path, shelf: PackShelf) -> None:
    load_pack(any_base, tiny)
    moderator = Actor(5, 77, is_administrator=True)
    Editor(any_base).edit(moderator, "silver-server", None, AddWordings("servers are full of silver", "says"))
    before = claim_state(any_base.claim("silver-server")), claim_state(any_base.claim("silver-server", 77))
    leave_out_pack(any_base, "tiny")
    assert (ids(any_base), ids(any_base, 77), any_base.packs()) == (set(), set(), ())
    assert ClaimView(any_base).all(moderator) == ()
    assert not ClaimView(any_base).one(moderator, "silver-server").is_used
    add_pack(any_base, shelf, "tiny")
    assert before == (claim_state(any_base.claim("silver-server")), claim_state(any_base.claim("silver-server", 77)))


def test_what_is_left_out_by_command_stays_out(base: ClaimBase, shelf: PackShelf) -> None:
    add_pack(base, shelf, "mine")
    leave_out_pack(base, "mine")
    assert "mine-1" not in ids(open_packs(base, shelf, None))
    assert {state.id: state.in_force for state in pack_states(base, shelf)}["mine"] is False


def test_an_added_pack_of_the_folder_is_read_again_at_each_start(
    base: ClaimBase, tmp_path: Path, shelf: PackShelf
) -> None:
    add_pack(base, shelf, "mine")
    write_pack(tmp_path / "packs", pack_data(claim_data("mine-2"), pack="mine", version=2), "mine.yaml")
    assert "mine-2" in ids(open_packs(base, shelf, None))


def test_a_file_that_begins_with_a_mark_is_known_by_its_bytes(
    base: ClaimBase, shelf: PackShelf, tmp_path: Path
) -> None:
    file = tmp_path / "packs" / "mine.yaml"
    draft = file.rename(file.with_name("draft.yaml"))
    draft.write_bytes(b"\xef\xbb\xbf---\n" + draft.read_bytes())
    assert add_pack(base, shelf, "draft") == "mine"
    before = base.revision
    assert load_pack(base, draft) is None
    assert "draft" not in {state.id for state in pack_states(base, shelf)}
    assert base.revision == before


def test_packs_that_nobody_has_loaded_are_listed_too(base: ClaimBase, shelf: PackShelf) -> None:
    states = {state.id: state for state in pack_states(base, shelf)}
    assert states["mine"].record is None
    assert not states["mine"].in_force
