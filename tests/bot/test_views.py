"""What each server sees: as the base says it, however it came about, and read anew only where it has changed."""

import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.service import Views
from checks.lexicon import Lexicon
from checks.tuning import Tuning
from claims.base import ClaimBase
from claims.exchange.chosen_packs import PackShelf, add_pack, leave_out_pack
from claims.exchange.importing import load_pack
from claims.moderation.editor import Editor
from claims.moderation.edits import AddWording, EditTexts, SetStatus
from claims.moderation.server_setup import ClaimSettings, ServerSetup
from config.errors import TouchstoneError
from tests.claims.packs import claim_data, pack_data, write_pack
from tests.claims.people import CLAIM, HERE, MODERATOR, OPERATOR, STRANGER, THERE, settled
from tests.quick import examples

SERVERS = (None, HERE, THERE)
SAID = f"english wording 3 of {CLAIM}"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Path:
    """A base with two packs, made once: to make one takes longer than all that is done with it."""
    folder = tmp_path_factory.mktemp("prepared")
    path = folder / "claims.db"
    with ClaimBase.open(f"sqlite:///{path}") as base:
        settled(base, folder)
        sea = write_pack(folder, pack_data(claim_data("tides"), claim_data("salt"), pack="sea"), "sea.yaml")
        load_pack(base, sea)
    return path


def opened(prepared: Path, folder: Path) -> ClaimBase:
    return ClaimBase.open(f"sqlite:///{shutil.copyfile(prepared, folder / 'claims.db')}")


@pytest.fixture
def base(prepared, tmp_path):
    with opened(prepared, tmp_path) as claims:
        yield claims


@pytest.fixture
def views(base):
    return views_of(base)


def views_of(base: ClaimBase) -> Views:
    return Views(base, Lexicon.load(), Tuning.load())


def assert_as_the_base_says(views: Views, base: ClaimBase) -> None:
    for server in SERVERS:
        view, expected = views.of(server), {claim.id: claim for claim in base.claims(server)}
        assert dict(view.claims) == expected
        assert len(view.claims) == len(expected)
        found = {claim.id: claim for claim in view.checker.base.claims()}
        assert found == {name: claim.known for name, claim in expected.items()}


ACTORS = st.sampled_from((MODERATOR, STRANGER, OPERATOR))
CLAIMS = st.sampled_from((CLAIM, "bubble", "tides", "salt"))
ACTS = st.sampled_from(("mute", "unmute", "cut off", "usual cut off", "say", "name", "withdraw", "publish", "packs"))


def act(base: ClaimBase, what: str, actor, claim: str) -> None:
    editor, choices, setup = Editor(base), ClaimSettings(base), ServerSetup(base)
    if actor is OPERATOR and what in {"mute", "unmute", "cut off", "usual cut off", "packs"}:
        return
    if what == "mute":
        choices.mute(actor, claim)
    elif what == "unmute":
        choices.unmute(actor, claim)
    elif what == "cut off":
        choices.set_cut_off(actor, claim, 0.7)
    elif what == "usual cut off":
        setup.change(actor, cut_off=0.8)
    elif what == "packs":
        setup.change(actor, packs=("tiny",) if claim == CLAIM else None)
    elif what == "say":
        editor.edit(actor, claim, None, AddWording(f"something else about {claim}"))
    elif what == "name":
        editor.edit(actor, claim, None, EditTexts({"en": f"Another title of {claim}"}))
    else:
        editor.edit(actor, claim, None, SetStatus("withdrawn" if what == "withdraw" else "published"))


@settings(max_examples=examples(12), deadline=None)
@given(steps=st.lists(st.tuples(ACTS, ACTORS, CLAIMS), min_size=1, max_size=6))
def test_a_server_sees_what_the_base_says_after_any_changes(prepared, tmp_path_factory, steps):
    with opened(prepared, tmp_path_factory.mktemp("views")) as base:
        views = views_of(base)
        for step in steps:
            # What is so already, or would leave a claim without words, is refused.
            with suppress(TouchstoneError):
                act(base, *step)
            assert_as_the_base_says(views, base)


def test_a_change_for_one_server_costs_the_others_nothing(base, views):
    ClaimSettings(base).mute(MODERATOR, CLAIM)
    ClaimSettings(base).mute(STRANGER, "tides")
    here, there, shared = (views.of(server) for server in (HERE, THERE, None))
    ClaimSettings(base).mute(MODERATOR, "bubble")
    assert views.of(THERE) is there
    assert views.of(None) is shared
    assert views.of(HERE) is not here


@pytest.mark.parametrize("channel", [7, 8])
def test_what_is_set_for_a_channel_changes_no_view(base, views, channel):
    before = [views.of(server) for server in SERVERS]
    ServerSetup(base).set_channel_mode(MODERATOR, channel, "on")
    ServerSetup(base).set_channel_mode(STRANGER, channel, "off")
    assert [views.of(server) for server in SERVERS] == before


def test_a_version_of_its_own_goes_with_the_pack(base, views):
    Editor(base).edit(MODERATOR, "tides", None, EditTexts({"en": "Another title of the tides"}))
    assert_as_the_base_says(views, base)
    leave_out_pack(base, "sea")
    assert "tides" not in views.of(HERE).claims
    assert_as_the_base_says(views, base)
    add_pack(base, PackShelf(Path("none")), "sea")
    assert_as_the_base_says(views, base)


def test_a_server_without_anything_of_its_own_shares_the_view(views):
    assert views.of(THERE) is views.of(None)


def test_a_shared_change_reaches_servers_with_claims_of_their_own(base, views):
    Editor(base).edit(MODERATOR, "bubble", None, AddWording("a wording of our own here"))
    assert views.of(HERE).checker.check(SAID).best.claim == CLAIM
    Editor(base).edit(OPERATOR, CLAIM, None, AddWording("the kettle sings in the harbour tonight"))
    for server in SERVERS:
        assert views.of(server).checker.check("the kettle sings in the harbour tonight").best.claim == CLAIM


def test_a_muted_claim_is_found_and_not_answered_there_alone(base, views):
    ClaimSettings(base).mute(MODERATOR, CLAIM)
    assert views.of(HERE).checker.check(SAID).action == "silent"
    assert views.of(THERE).checker.check(SAID).action == "reply"
