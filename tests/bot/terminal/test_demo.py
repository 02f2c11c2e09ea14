"""`touchstone demo`: the first thing that anyone sees."""

import pytest

from bot.service import Touchstone
from bot.terminal.check import ABOUT, read_samples
from config.settings import Settings


@pytest.fixture(scope="module", params=["none", "semantic"])
def touchstone(base_address, request):
    """The bot by words alone, and by meaning too, as it is installed."""
    with Touchstone.open(Settings(database_url=base_address, embedder=request.param)) as opened:
        yield opened


@pytest.mark.parametrize("sample", read_samples(), ids=lambda sample: sample.text)
def test_the_bot_does_with_each_sample_what_the_file_says(touchstone, sample):
    finding = touchstone.check(sample.text)
    assert finding.action == sample.action
    assert sample.claim is None or finding.best.claim == sample.claim


def test_the_samples_show_every_kind_of_message_in_all_languages(touchstone):
    samples = read_samples()
    assert {sample.about for sample in samples} == set(ABOUT)
    assert {touchstone.check(sample.text).language for sample in samples} == {"en", "zh-Hans", "zh-Hant"}


def test_the_demonstration_shows_cards_and_says_how_to_go_on(call, tmp_path):
    done = call("demo")
    assert done.code == 0
    assert done.out.count("Sources") >= 2
    assert done.out.count("来源") >= 2
    assert "You wrote 5 kg; the source says 1.2 kg" in done.out
    assert [line.split()[-1] for line in done.out.splitlines()[-3:]] == ["chat", "list", "run"]
    assert (tmp_path / "demo" / "touchstone.db").is_file()


def test_in_a_chinese_terminal_it_speaks_chinese(call, surroundings):
    surroundings.setenv("LANG", "zh_TW.UTF-8")
    done = call("demo")
    assert "閒聊" in done.out
    assert "Small talk" not in done.out
