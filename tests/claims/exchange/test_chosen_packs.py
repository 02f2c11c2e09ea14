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


def test_a_file_by_another_name_than_its_pack_is_read_again_and_listed_by_the_id(
    base: ClaimBase, shelf: PackShelf, tmp_path: Path
) -> None:
    own = pack_data(claim_data("mine-1"), pack="my-claims")
    (tmp_path / "packs" / "mine.yaml").unlink()
    file = write_pack(tmp_path / "packs", own, "mypack.yaml")
    assert "mypack" in {pack.id for pack in pack_states(base, shelf)}
    assert add_pack(base, shelf, "mypack") == "my-claims"
    assert {"my-claims", "mypack"} & {pack.id for pack in pack_states(base, shelf)} == {"my-claims"}
    write_pack(tmp_path / "packs", pack_data(claim_data("mine-2"), pack="my-claims"), "mypack.yaml")
    open_packs(base, shelf, None)
    assert "mine-2" in ids(base)
    write_pack(tmp_path / "packs", pack_data(claim_data("mine-3"), pack="my-claims"), "mypack-old.yaml")
    open_packs(base, shelf, None)
    assert "mine-3" not in ids(base)
    (tmp_path / "packs" / "mypack-old.yaml").unlink()
    file.write_text("pack: {version: 2, id: my-claims}\nclaims: what\n")
    with pytest.raises(ImportRefusedError):
        open_packs(base, shelf, None)
    leave_out_pack(base, "my-claims")
    open_packs(base, shelf, None)


def test_an_unknown_name_is_told_with_the_known_ones(base: ClaimBase, shelf: PackShelf) -> None:
    with pytest.raises(UnknownPackError, match=r"mien.*ai-economy.*mine"):
        open_packs(base, shelf, ("mien",))
    with pytest.raises(UnknownPackError):
        leave_out_pack(base, "mien")


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


def test_packs_that_nobody_has_loaded_are_listed_too(base: ClaimBase, shelf: PackShelf) -> None:
    states = {state.id: state for state in pack_states(base, shelf)}
    assert states["mine"].record is None
    assert not states["mine"].in_force
