"""Real questions ask; rhetorical ones and tags assert."""

import pytest

from checks.stance import StanceReader
from checks.text import TextFolder
from tests.checks.stance.conftest import Read

CLAIM = "GPUs are worthless after three years"
CLAIM_ZH = "显卡三年后一文不值"


@pytest.mark.parametrize(
    ("text", "wording"),
    [
        ("is it true that GPUs are worthless after three years?", CLAIM),
        ("GPUs worthless after three years, anyone have a source?", CLAIM),
        ("are GPUs really worthless after three years", CLAIM),
        ("do GPUs become worthless after three years or is that just talk?", CLAIM),
        ("which report says GPUs are worthless after three years?", CLAIM),
        ("显卡三年后真的一文不值吗", CLAIM_ZH),
        ("顯卡三年後是不是一文不值?", CLAIM_ZH),
        ("有人说显卡三年后一文不值,真的假的", CLAIM_ZH),
        ("显卡三年后一文不值,有没有来源", CLAIM_ZH),
        ("显卡三年后系咪一文不值?", CLAIM_ZH),
        ("GPUs worthless after three years?", CLAIM),
    ],
)
def test_a_question_asks(read: Read, text: str, wording: str) -> None:
    assert read(text, wording).stance == "asks"


@pytest.mark.parametrize(
    ("text", "wording"),
    [
        ("who else noticed that GPUs are worthless after three years", CLAIM),
        ("GPUs are worthless after three years, who pays for that?", CLAIM),
        ("你们知道吗,显卡三年后一文不值", CLAIM_ZH),
        ("显卡三年后一文不值,对吧", CLAIM_ZH),
        ("显卡三年后一文不值,谁还敢买", CLAIM_ZH),
    ],
)
def test_a_question_in_form_only_asserts(read: Read, text: str, wording: str) -> None:
    assert read(text, wording).stance == "asserts"


def test_a_question_answered_with_no_denies(read: Read) -> None:
    assert read("are GPUs worthless after three years? no, not even close", CLAIM).stance == "denies"


ASKS = [
    "石头真的会长大吗 有点好奇",
    "will 2 lemons spoil the soup",
    "do they rly grow on trees",
    "did anyone see it grow",
]
STATES = [
    "can confirm, stones grow",
    "did it for years",
    "had 2 stones grow",
    "have a nice day",
    "什么 都会长大",
    "要么 长 要么 不长",
]
UNMARKED = [*((text, "asks") for text in ASKS), *((text, "states") for text in STATES)]


@pytest.mark.parametrize(("text", "mood"), UNMARKED)
def test_a_question_is_told_without_its_mark(reader: StanceReader, folder: TextFolder, text: str, mood: str) -> None:
    assert reader.scan(folder.fold(text)).moods[0] == mood
