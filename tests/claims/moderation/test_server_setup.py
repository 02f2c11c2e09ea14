"""Setting a server up: checked values, packs to subscribe to, and a cut-off for all claims."""

from datetime import timedelta
from pathlib import Path

import pytest

from claims.base import ClaimBase
from claims.exchange.importing import load_pack
from claims.moderation.digest import Digests
from claims.moderation.editor import Editor, NewClaim
from claims.moderation.edits import AddWording, EditTexts
from claims.moderation.queue import Queue
from claims.moderation.reports import FeedbackBook
from claims.moderation.server_setup import ClaimSettings, ServerSetup
from claims.record import fingerprint_of
from claims.store.server_settings import ServerSettings
from config.errors import ConflictError, InvalidEditError
from tests.claims.conftest import KEY, Clock, server_book
from tests.claims.packs import claim_data, pack_data, write_pack
from tests.claims.people import ADMINISTRATOR, CLAIM, HERE, MEMBER, MOD_ROLE, MODERATOR, STRANGER, settled


@pytest.fixture
def base(any_base: ClaimBase, tmp_path: Path) -> ClaimBase:
    load_pack(any_base, write_pack(tmp_path, pack_data(claim_data("tides"), pack="sea"), "sea.yaml"))
    return settled(any_base, tmp_path)


def test_every_setting_comes_back_as_it_was_set(base: ClaimBase) -> None:
    settings = ServerSetup(base).change(
        ADMINISTRATOR,
        language="zh-Hant",
        moderator_roles=(1, 2**62),
        cooldown_hours=0.5,
        packs=("tiny", "sea"),
        cut_off=0.8,
        budget=2.5,
        digest_channel=2**62,
        pause_reports=5,
        correction_days=0,
        setup_step="channels",
    )
    assert server_book(base).settings(HERE) == settings
    assert server_book(base).settings(STRANGER.server or 0) == ServerSettings(STRANGER.server or 0)


def test_a_value_out_of_range_or_an_unknown_pack_is_refused_with_its_field(base: ClaimBase) -> None:
    with pytest.raises(InvalidEditError) as caught:
        ServerSetup(base).change(MODERATOR, cut_off=2, budget=-1, pause_reports=0, packs=("tiny", "moon"))
    assert [fault.field for fault in caught.value.faults] == ["cut_off", "budget", "pause_reports", "packs"]
    assert "There is no pack moon. Choose from: sea, tiny." in str(caught.value)
    assert server_book(base).settings(HERE).packs is None


def test_a_server_sees_the_packs_it_subscribes_to_and_its_own_claims(base: ClaimBase) -> None:
    assert len(base.claims(HERE)) == 3
    Editor(base).edit(MODERATOR, "tides", None, AddWording("one of our own"))
    ServerSetup(base).change(MODERATOR, packs=("tiny",))
    own = Editor(base).begin(MODERATOR, NewClaim("Ours")).claim
    assert own is not None
    assert [claim.id for claim in base.claims(HERE)] == [CLAIM, "bubble"]
    assert base.claim(own.id, HERE) == own
    assert len(base.claims(STRANGER.server)) == 3
    ServerSetup(base).change(MODERATOR, packs=())
    assert base.claims(HERE) == ()
    ServerSetup(base).change(MODERATOR, packs=None)
    assert "one of our own" in str(base.claim("tides", HERE).wordings)


def test_a_cut_off_that_somebody_else_has_set_since_it_was_seen_is_not_overwritten(base: ClaimBase) -> None:
    settings, seen = ClaimSettings(base), fingerprint_of(None)
    settings.set_cut_off(MODERATOR, CLAIM, 0.6, seen)
    with pytest.raises(ConflictError) as caught:
        settings.set_cut_off(MODERATOR, CLAIM, 0.8, seen)
    (difference,) = caught.value.fields
    assert (difference.mine, difference.theirs) == (0.8, 0.6)
    assert not settings.set_cut_off(MODERATOR, CLAIM, 0.6, seen).changes
    assert settings.set_cut_off(MODERATOR, CLAIM, 0.8, caught.value.current).changes


def test_the_servers_cut_off_counts_for_claims_without_one(base: ClaimBase) -> None:
    ServerSetup(base).change(MODERATOR, cut_off=0.8)
    ClaimSettings(base).set_cut_off(MODERATOR, CLAIM, 0.6)
    assert {claim.id: claim.cut_off for claim in base.claims(HERE)} == {CLAIM: 0.6, "bubble": 0.8, "tides": 0.8}
    assert {claim.cut_off for claim in base.claims()} == {None}


def test_the_digest_counts_a_week_of_one_server(base: ClaimBase, clock: Clock) -> None:
    since = clock()
    clock.move(days=1)
    Queue(base, KEY).propose(MEMBER, "proposed", CLAIM)
    FeedbackBook(base, KEY).act(HERE, 8, CLAIM, 7, 5, "wrong-claim")
    Editor(base).edit(MODERATOR, CLAIM, None, EditTexts({"en": "Ours"}))
    clock.move(days=6)
    digest = Digests(base).for_moderator(MODERATOR, since)
    assert (digest.waiting, digest.oldest) == ({"proposal": 1, "feedback": 1}, timedelta(days=6))
    assert (digest.reports, digest.decided, digest.paused) == ({"wrong-claim": 1}, 0, ())
    assert str(MODERATOR.user_id) in digest.actors
    assert Digests(base).for_moderator(STRANGER, since).waiting == {}


def test_digests_go_to_the_channels_that_were_chosen(base: ClaimBase) -> None:
    assert Digests(base).channels() == {}
    ServerSetup(base).change(MODERATOR, digest_channel=99)
    assert Digests(base).channels() == {HERE: 99}
    assert server_book(base).settings(HERE).moderator_roles == (MOD_ROLE,)
