"""What a match calls for."""

import pytest

from checks.matching import Case, bar, decide
from checks.model import Action, Finding, Guard, Match, Stance
from checks.tuning import CutOffs

CUT_OFFS = CutOffs(reply=0.8, offer=0.5, near=0.02)


def case(probability: float, stance: Stance = "asserts", *failed: str, **more: object) -> Case:
    guards = tuple(Guard(name, passed=False) for name in failed)
    return Case(probability, stance, guards, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("of", "action"),
    [
        (case(0.9), "reply"),
        (case(0.9, "asks"), "reply"),
        (case(0.6), "offer"),
        (case(0.4), "silent"),
        (case(0.99, "denies"), "silent"),
        (case(0.99, "asserts", "quoted"), "silent"),
        (case(0.9, "asserts", "topic"), "offer"),
        (case(0.6, "asserts", "topic"), "offer"),
        (case(0.99, "asserts", "negative"), "silent"),
        (case(0.99, "asserts", "source"), "silent"),
        (case(0.99, "asserts", "names"), "offer"),
        (case(0.6, "asserts", "names"), "silent"),
        (case(0.99, "asserts", "doubt"), "offer"),
        (case(0.99, "asserts", "figures"), "reply"),
        (case(0.99, muted=True), "silent"),
        (case(0.6, cut_off=0.55), "reply"),
        (case(0.9, cut_off=0.95), "offer"),
        (case(0.9, raised_to=0.905), "offer"),
        (case(0.6, raised_to=0.905), "silent"),
        (case(0.91, raised_to=0.905), "reply"),
    ],
)
def test_decisions(of: Case, action: Action):
    assert decide(of, CUT_OFFS) == action


@pytest.mark.parametrize(
    ("of", "height"),
    [
        (case(0.4), 0.5),
        (case(0.4, "asks"), 0.5),
        (case(0.4, "asserts", "figures"), 0.5),
        (case(0.4, cut_off=0.45), 0.45),
        (case(0.4, cut_off=0.9), 0.5),
        (case(0.4, raised_to=0.9), 0.5),
        (case(0.4, "denies"), 0.0),
        (case(0.4, muted=True), 0.0),
        *((case(0.4, "asserts", guard), 0.0) for guard in ("quoted", "negative", "names", "doubt")),
    ],
)
def test_the_bar_is_where_offers_begin_unless_more_than_the_score_is_amiss(of: Case, height: float):
    assert bar(of, CUT_OFFS) == height


@pytest.mark.parametrize(
    ("score", "height", "action", "is_near"),
    [
        (0.3, 0.5, "silent", True),
        (0.29, 0.5, "silent", False),
        (0.5, 0.5, "silent", False),
        (0.3, 0.0, "silent", False),
        (0.6, 0.5, "offer", False),
    ],
)
def test_a_near_miss_is_silent_for_its_score_alone_and_just_under_the_bar(score, height, action, is_near):
    match = Match("claim", score, "asserts", "wording", action=action, bar=height)
    finding = Finding("text", "en", action, (match,))
    assert finding.near_miss(0.6) == (match if is_near else None)
    assert finding.near_miss(1.0) is None


@pytest.mark.parametrize(("exact", "is_near"), [(0.49999, True), (0.50001, False)])
def test_how_near_a_miss_is_says_the_score_before_it_was_rounded(exact, is_near):
    match = Match("claim", 0.5, "asserts", "wording", bar=0.5, exact=exact)
    assert (Finding("text", "en", "silent", (match,)).near_miss(0.6) is not None) == is_near


def test_nothing_found_is_no_near_miss():
    assert Finding("text", "en", "silent").near_miss(0.1) is None
