"""The application: one base, its views for servers, and the language that is answered in."""

from pathlib import Path

import pytest

from bot.service import Touchstone
from checks.model import Finding, Match
from claims.exchange.importing import load_pack
from config.errors import DatabaseError, UnknownClaimError
from config.settings import Settings

HARBOUR = Path(__file__).parents[1] / "packs" / "harbour.yaml"
CRANE = "the old harbour crane was built in 1920"


@pytest.fixture
def settings(tmp_path, templates):
    return Settings(database_url=templates.copy("both", tmp_path / "touchstone.db"))


@pytest.fixture
def touchstone(settings):
    with Touchstone.open(settings) as opened:
        yield opened


def crane(language="en") -> Finding:
    return Finding(CRANE, language, "reply", (Match("crane-built-1920", 0.9, "asserts", "", action="reply"),))


def test_opening_loads_the_shipped_packs(tmp_path):
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'touchstone.db'}")
    with Touchstone.open(settings) as opened:
        assert [pack.id for pack in opened.base.packs()] == ["ai-economy"]


def test_opening_again_finds_the_packs_as_they_were(settings):
    with Touchstone.open(settings) as again:
        before = again.base.revision
    with Touchstone.open(settings) as again:
        assert again.base.revision == before


def test_a_database_that_cannot_be_opened_is_told():
    with pytest.raises(DatabaseError):
        Touchstone.open(Settings(database_url="mysql://somewhere/base"))


def test_a_claim_loaded_after_the_start_is_found(touchstone):
    finding = touchstone.check(CRANE)
    assert finding.best is not None
    assert finding.best.claim == "crane-built-1920"


def test_what_others_say_is_weighed_without_reading_models_and_lexicon_again(touchstone, monkeypatch):
    touchstone.check(CRANE)
    monkeypatch.setattr("checks.checker.MatchReader", lambda *_: pytest.fail("read anew"))
    alike, other = touchstone.likeness(CRANE, ["the old harbour crane dates from 1920", "  "])
    assert alike > 0.1
    assert other == 0.0


def test_what_is_warm_builds_nothing_for_its_first_message(touchstone, monkeypatch):
    touchstone.warm()

    def build(*_given: object, **_more: object) -> None:
        raise AssertionError("the first message has waited for a checker")

    monkeypatch.setattr("bot.service.Checker", build)
    assert touchstone.check(CRANE, 7).action == "reply"


def test_a_base_without_claims_is_warmed_too(tmp_path, templates):
    settings = Settings(database_url=templates.copy("empty", tmp_path / "touchstone.db"), packs=())
    with Touchstone.open(settings) as touchstone:
        touchstone.warm()
        assert touchstone.check(CRANE).action == "silent"


def test_a_change_of_the_base_reaches_the_next_check(tmp_path, templates):
    settings = Settings(database_url=templates.copy("shipped", tmp_path / "touchstone.db"))
    with Touchstone.open(settings) as touchstone:
        before = touchstone.check(CRANE).best
        load_pack(touchstone.base, HARBOUR)
        assert before is None or before.claim != "crane-built-1920"
        assert touchstone.check(CRANE).best.claim == "crane-built-1920"


def test_servers_that_see_the_same_claims_share_one_checker(touchstone):
    assert touchstone._views.of(1).checker is touchstone._views.of(2).checker


def test_the_reply_speaks_the_language_of_the_message(touchstone):
    assert touchstone.compose(crane("zh-Hant")).language == "zh-Hant"


def test_a_language_that_is_set_or_given_wins(settings):
    with Touchstone.open(settings.model_copy(update={"language": "zh-Hans"})) as touchstone:
        assert touchstone.compose(crane()).language == "zh-Hans"
        assert touchstone.compose(crane(), "en").language == "en"


def test_a_claim_can_be_shown_by_its_id(touchstone):
    assert touchstone.claim_reply("crane-built-1920", "zh-Hans").entries[0].heading == "港口的老吊车建于1920年"


def test_an_unknown_claim_is_told(touchstone):
    with pytest.raises(UnknownClaimError):
        touchstone.claim_reply("no-such-claim", "en")


def test_a_loaded_document_makes_the_link_open_at_the_passage(touchstone):
    touchstone.base.load_documents([HARBOUR.with_suffix(".txt")])
    assert ":~:text=" in touchstone.compose(crane()).sources[0].address


def test_checking_keeps_no_key_for_hashing_members(touchstone, tmp_path):
    touchstone.check(CRANE)
    assert not list(tmp_path.glob("*.key"))
