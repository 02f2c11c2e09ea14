"""What moderators see of the claims: those of every status, with where they come from and what is set on them."""

from pathlib import Path

import pytest

from claims.base import ClaimBase
from claims.moderation.editor import ClaimView, Editor, NewClaim
from claims.moderation.edits import EditTexts, SetStatus
from claims.moderation.server_setup import ClaimSettings, ServerSetup
from config.errors import NotAllowedError, UnknownClaimError
from tests.claims.people import ADMINISTRATOR, CLAIM, MEMBER, MODERATOR, STRANGER, settled


@pytest.fixture
def base(any_base: ClaimBase, tmp_path: Path) -> ClaimBase:
    return settled(any_base, tmp_path)


@pytest.fixture
def view(base: ClaimBase) -> ClaimView:
    return ClaimView(base)


def test_claims_of_every_status_are_there(base: ClaimBase, view: ClaimView) -> None:
    Editor(base).edit(MODERATOR, CLAIM, None, SetStatus("withdrawn"))
    ClaimSettings(base).mute(MODERATOR, "bubble")
    draft = Editor(base).begin(MODERATOR, NewClaim("A draft")).claim
    assert draft is not None
    seen = {claim.id: (claim.status, claim.muted) for claim in view.all(MODERATOR)}
    assert seen == {CLAIM: ("withdrawn", False), "bubble": ("published", True), draft.id: ("draft", False)}


def test_no_server_sees_what_another_has_of_its_own(base: ClaimBase, view: ClaimView) -> None:
    draft = Editor(base).begin(MODERATOR, NewClaim("A draft")).claim
    assert draft is not None
    assert draft.id not in {claim.id for claim in view.all(STRANGER)}
    with pytest.raises(UnknownClaimError):
        view.one(STRANGER, draft.id)


def test_it_says_whose_version_this_is(base: ClaimBase, view: ClaimView) -> None:
    assert view.one(MODERATOR, CLAIM).origin == "shared"
    Editor(base).edit(MODERATOR, CLAIM, None, EditTexts({"en": "Ours"}))
    assert view.one(MODERATOR, CLAIM).origin == "version"
    assert view.one(STRANGER, CLAIM).origin == "shared"
    draft = Editor(base).begin(MODERATOR, NewClaim("A draft")).claim
    assert draft is not None
    assert view.one(MODERATOR, draft.id).origin == "own"


def test_a_cut_off_of_the_claim_is_told_from_the_servers(base: ClaimBase, view: ClaimView) -> None:
    ServerSetup(base).change(ADMINISTRATOR, cut_off=0.9)
    sight = view.one(MODERATOR, CLAIM)
    assert (sight.claim.cut_off, sight.cut_off) == (0.9, None)
    ClaimSettings(base).set_cut_off(MODERATOR, CLAIM, 0.7)
    sight = view.one(MODERATOR, CLAIM)
    assert (sight.claim.cut_off, sight.cut_off) == (0.7, 0.7)


def test_a_claim_of_a_pack_that_is_not_used_says_so(base: ClaimBase, view: ClaimView) -> None:
    assert view.one(MODERATOR, CLAIM).is_used
    ServerSetup(base).change(ADMINISTRATOR, packs=())
    assert not view.one(MODERATOR, CLAIM).is_used
    assert CLAIM in {claim.id for claim in view.all(MODERATOR)}


def test_members_see_none_of_it(view: ClaimView) -> None:
    with pytest.raises(NotAllowedError):
        view.all(MEMBER)
    with pytest.raises(NotAllowedError):
        view.one(MEMBER, CLAIM)
