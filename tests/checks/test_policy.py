"""What a match calls for."""

import pytest

from checks.finding import Action, Guard, Stance
from checks.policy import Case, decide
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
        (case(0.99, "asserts", "negative"), "silent"),
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
