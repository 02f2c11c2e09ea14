"""What counts as a denial, and what only looks like one."""

import pytest

from tests.checks.stance.conftest import Read

BUBBLE = "AI infrastructure is a bubble"
BUBBLE_ZH = "AI基建是泡沫"
SILVER = "AI is what drives the silver price up"
SILVER_ZH = "银价上涨是因为AI"
SUBSTITUTE = "silver cannot be replaced in AI hardware"
MONEY = "nobody makes money with AI"


@pytest.mark.parametrize(
    ("text", "wording"),
    [
        ("AI infrastructure is not a bubble", BUBBLE),
        ("AI infra isnt a bubble at all", BUBBLE),
        ("AI基建不是泡沫", BUBBLE_ZH),
        ("AI基建唔系泡沫", BUBBLE_ZH),
        ("AI基建哪有泡沫", BUBBLE_ZH),
        ("I don't think AI infrastructure is a bubble", BUBBLE),
        ("the AI infrastructure bubble is a myth", BUBBLE),
        ("AI泡沫纯属瞎扯", BUBBLE_ZH),
        ("please stop calling AI infrastructure a bubble", BUBBLE),
        ("别再说AI基建是泡沫了", BUBBLE_ZH),
        ("people say AI infrastructure is a bubble, but that's wrong", BUBBLE),
        ("wars drive the silver price, AI has little to do with it", SILVER),
        ("銀價上漲跟AI關係不大", SILVER_ZH),
        ("silver's price isn't up because of AI", SILVER),
        ("AI infrastructure, a bubble? every rack is sold before it is built", BUBBLE),
        ("in what world is AI infrastructure a bubble", BUBBLE),
        ("AI is next to nothing for the silver price, a rounding error", SILVER),
    ],
)
def test_the_claim_is_denied(read: Read, text: str, wording: str) -> None:
    assert read(text, wording).stance == "denies"


@pytest.mark.parametrize(
    ("text", "wording"),
    [
        ("AI infrastructure is not only a bubble, it is the biggest one", BUBBLE),
        ("no doubt AI infrastructure is a bubble", BUBBLE),
        ("毫无疑问AI基建是泡沫", BUBBLE_ZH),
        ("不可否认,AI基建是泡沫", BUBBLE_ZH),
        ("AI基建不就是泡沫吗", BUBBLE_ZH),
        ("难道AI基建不是泡沫?", BUBBLE_ZH),
        ("how is AI infrastructure not a bubble?", BUBBLE),
        ("isn't AI infrastructure just a bubble?", BUBBLE),
        ("AI infrastructure is a bubble, right?", BUBBLE),
        ("anyone who says AI infrastructure isn't a bubble is dreaming", BUBBLE),
        ("谁说AI基建不是泡沫", BUBBLE_ZH),
        ("I'm not selling my gold, AI infrastructure is a bubble", BUBBLE),
        ("don't buy the dip, AI infrastructure is a bubble", BUBBLE),
        ("AI infrastructure is a bubble and I can't believe people buy it", BUBBLE),
        ("silver's price isn't up because of jewellery, AI drives it", SILVER),
    ],
)
def test_a_negator_that_turns_nothing_leaves_an_assertion(read: Read, text: str, wording: str) -> None:
    assert read(text, wording).stance == "asserts"


@pytest.mark.parametrize(
    ("text", "wording", "stance"),
    [
        ("silver can't be replaced in AI servers", SUBSTITUTE, "asserts"),
        ("there is no way to replace silver in AI hardware", SUBSTITUTE, "asserts"),
        ("stop saying silver cannot be replaced in AI hardware", SUBSTITUTE, "denies"),
        ("it is a myth that silver cannot be replaced in AI hardware", SUBSTITUTE, "denies"),
        ("not one company makes money with AI", MONEY, "asserts"),
        ("it's simply untrue that nobody makes money with AI", MONEY, "denies"),
        ("谁说AI没人赚钱", "搞AI的没人赚钱", "denies"),
    ],
)
def test_a_negative_claim_is_asserted_by_a_negative_message(read: Read, text: str, wording: str, stance: str) -> None:
    assert read(text, wording).stance == stance


def test_a_word_of_the_opposite_side_needs_company(read: Read) -> None:
    fell = "H100 rental prices collapsed"
    assert read("H100 rental prices are still stable", fell).stance == "denies"
    alone = read("H100 rental prices, firm", fell)
    assert (alone.stance, alone.sure) == ("asserts", False)


def test_other_wordings_tell_what_the_claim_itself_negates(read: Read) -> None:
    best = "OpenAI is far ahead of every rival"
    others = ("nobody can match OpenAI", "no lab can match OpenAI", "rivals never match OpenAI", "OpenAI leads")
    assert read("nobody can match OpenAI", best, *others).stance == "asserts"


def test_the_reading_names_what_decided(read: Read) -> None:
    reading = read("AI infrastructure is a bubble? total nonsense", BUBBLE)
    assert (reading.stance, reading.cue, reading.reason) == ("denies", "nonsense", "debunk")
