"""A number is read as its author wrote it, whole, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.figures import FigureReader, Quantity

READER = FigureReader.load()


def only(text: str) -> Quantity:
    (quantity,) = READER.read(text)
    return quantity


WHOLE = [
    ("3,4 kg", "kg", 3.4),
    ("12,5 %", "percent", 12.5),
    ("0，3%", "percent", 0.3),
    ("4,0 tonnes", "kg", 4000),
    ("2 500 g", "kg", 2.5),
    ("2\u00a0500\u00a0g", "kg", 2.5),
    ("2\u202f500 g", "kg", 2.5),
    ("7'300 g", "kg", 7.3),
    ("7’300 g", "kg", 7.3),
    ("3.600.000 kg", "kg", 3.6e6),
    ("3.600,5 kg", "kg", 3600.5),
    ("3,600.5 kg", "kg", 3600.5),
    ("45,67,890 rupees", "INR", 4567890),
    ("3 kg 400 g", "kg", 3.4),
    ("3公斤400公克", "kg", 3.4),
    ("3 lb 8 oz", "kg", 3.5 * 0.45359),
    ("3斤2两", "kg", 1.6),
    ("三斤二兩", "kg", 1.6),
    ("3台斤8兩", "kg", 2.1),
    ("6 ft 2 in", "metre", 1.8796),
    ("1米8", "metre", 1.8),
    ("2 hours 15 minutes", "hours", 2.25),
    ("3年6个月", "years", 3.5),
    ("三十二两", "kg", 1.6),
    ("3000公克", "kg", 3),
    ("4公噸", "kg", 4000),
    ("900 mg", "kg", 9e-4),
    ("450 gm", "kg", 0.45),
    ("3 1/2 kg", "kg", 3.5),
    ("3½ kg", "kg", 3.5),
    ("¾ kg", "kg", 0.75),
    ("3又1/4公斤", "kg", 3.25),
    ("三又四分之一公斤", "kg", 3.25),
    ("3 and a half kg", "kg", 3.5),
    ("10^5 g", "kg", 100),
    ("10⁵ g", "kg", 100),
    ("2.5×10^4 g", "kg", 25),
    ("2.5e4 g", "kg", 25),
    ("10的5次方克", "kg", 100),
    ("3万5克", "kg", 35),
    ("𝟑.𝟒 𝐤𝐠", "kg", 3.4),
    ("3\ufe0f.4 kg", "kg", 3.4),
    ("4‰", "percent", 0.4),
    ("three fifths of a gigawatt", "W", 6e8),
    ("one in four hundred", "percent", 0.25),
]


@pytest.mark.parametrize(("text", "dimension", "value"), WHOLE)
def test_every_way_to_write_a_number_is_read_whole(text, dimension, value):
    quantity = only(text)
    assert (quantity.dimension, quantity.high, quantity.text) == (dimension, pytest.approx(value, rel=1e-4), text)


@pytest.mark.parametrize("text", ["3.4 ± 0.2 kg", "3.4 kg +/- 0.2 kg", "3.4±0.2 kg", "3,4 kg ± 0,2 kg"])
def test_a_tolerance_widens_its_value(text):
    quantity = only(text)
    assert (quantity.low, quantity.high) == (pytest.approx(3.2), pytest.approx(3.6))
    assert quantity.text == text


UNSURE = [
    "rows 1,2,3 and 7,9",
    "see 4,7",
    "10.0.200.101",
    "2^128 keys",
    "5x20 kg",
    "2 x 16GB",
    "12'5 g",
    "000 tonnes",
    "3 500 900",
    "±3%",
    "花了30，5个人",
    "1,2,3 kg",
]


@pytest.mark.parametrize("text", UNSURE)
def test_what_is_not_surely_one_number_is_left_out_as_a_whole(text):
    assert READER.read(text) == ()


def test_a_year_before_a_comma_is_a_year():
    assert [q.text for q in READER.read("in 2031,7% of it")] == ["2031", "7%"]


def test_a_comma_between_neighbours_of_what_is_counted_is_two_numbers():
    for text in ("3,4 years", "3,4年"):
        assert (only(text).low, only(text).high) == (3, 4)


def test_where_decimals_have_a_comma_a_comma_before_three_digits_is_not_read():
    assert [q.text for q in READER.read("8,6 % of it and 1,200 kg")] == ["8,6 %"]


def test_percent_points_and_per_mille_are_three_things():
    values = {text: (only(text).dimension, only(text).low) for text in ("3%", "3 percentage points", "3个百分点", "3‰")}
    assert values["3%"] == ("percent", 3)
    assert values["3 percentage points"] == values["3个百分点"] == ("points", 3)
    assert values["3‰"] == ("percent", pytest.approx(0.3))


@pytest.mark.parametrize("unit", ["kg", "GW", "%"])
@given(whole=st.integers(1, 999), rest=st.integers(0, 99))
def test_a_decimal_comma_is_a_decimal_point(unit, whole, rest):
    if rest != whole + 1:
        comma, point = only(f"{whole},{rest:02} {unit}"), only(f"{whole}.{rest:02} {unit}")
        assert (comma.low, comma.dimension) == (point.low, point.dimension)


@given(number=st.integers(1000, 999_999_999), sign=st.sampled_from([",", " ", "'", "\u00a0", "\u2009"]))
def test_groups_of_three_are_one_number_by_any_sign(number, sign):
    text = f"{number:,} kg".replace(",", sign)
    quantity = only(text)
    assert (quantity.low, quantity.text) == (number, text)


@given(kilograms=st.integers(1, 500), grams=st.integers(1, 999))
def test_compound_measures_add_up(kilograms, grams):
    for text in (f"{kilograms} kg {grams} g", f"{kilograms}公斤{grams}克"):
        assert only(text).low == pytest.approx(kilograms + grams / 1000)


NUMBER_SIGNS = st.text("0123456789,.' ^±½²/x×e-kg%两斤点万又分之", max_size=40)


@given(NUMBER_SIGNS)
def test_whatever_signs_stand_together_a_quotation_is_a_piece_of_the_text_that_cuts_no_number(text):
    for quantity in READER.read(text):
        assert text[quantity.start : quantity.end] == quantity.text
        before = text[quantity.start - 1 : quantity.start]
        assert not (before.isdecimal() and quantity.text[0].isdecimal())
