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
    ("3·4 kg", "kg", 3.4),
    ("3.4·10³ g", "kg", 3.4),
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
    ("seven of 10", "percent", 70),
    ("3 of every 5", "percent", 60),
    ("2h15", "hours", 2.25),
    ("2h15m", "hours", 2.25),
    ("2h 15m", "hours", 2.25),
    ("2 hrs 15m", "hours", 2.25),
    ("two hours fifteen", "hours", 2.25),
    ("2小时15", "hours", 2.25),
    ("六呎一", "metre", 1.8542),
    ("six foot one", "metre", 1.8542),
    ("3 lb. 8 oz", "kg", 3.5 * 0.45359),
    ("a million two", "count", 1.2e6),
    ("4m30s", "hours", 0.075),
    ("2小时十五分", "hours", 2.25),
    ("4分30秒", "hours", 0.075),
    ("1小时20分36秒", "hours", 1.34333),
    ("an hour and a half", "hours", 1.5),
    ("两个半钟", "hours", 2.5),
    ("廿四個鐘", "hours", 24),
    ("卅五公斤", "kg", 35),
    ("1m75", "metre", 1.75),
    ("1,75 m", "metre", 1.75),
    ("6'1\"", "metre", 1.8542),
    ("6’1”", "metre", 1.8542),
    ("6 ft 1", "metre", 1.8542),
    ("个半钟", "hours", 1.5),
    ("40m²", "area", 40),
    ("10坪", "area", 33.0579),
    ("六呎一吋", "metre", 1.8542),
    ("四成半", "percent", 45),
    ("3 dozen people", "count", 36),
    ("half a dozen people", "count", 6),
    ("2.5 lakh rupees", "INR", 250_000),
    ("Rs. 40 crore", "INR", 4e8),
    ("three lakh crore rupees", "INR", 3e12),
    ("two thousand million people", "count", 2e9),
    ("20w美元", "USD", 200_000),
    ("美金廿万", "USD", 200_000),
    ("新台币30万元", "TWD", 300_000),
    ("600,000 NT dollars", "TWD", 600_000),
    ("70块美金", "USD", 70),
    ("3码", "points", 0.75),
    ("3 p.p.", "points", 3),
    ("0.4 PWh", "Wh", 4e14),
    ("80C", "degree", 80),
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
    "type 4C",
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


def values(text: str) -> list[tuple[str, float, float]]:
    return [(read.text, read.low, read.high) for read in READER.read(text)]


def test_number_words_that_make_no_number_together_are_several_numbers():
    assert values("home at nine and seven cups of people, twelve fifteen users") == [("fifteen users", 15, 15)]
    assert values("forty-five hundred users") == [("forty-five hundred users", 4500, 4500)]


def test_two_numbers_of_one_scale_are_the_ends_of_a_range():
    assert values("三百四百人") == [("三百四百人", 300, 400)]
    assert values("六万亿八万亿美元") == [("六万亿八万亿美元", 6e12, 8e12)]


@pytest.mark.parametrize("text", ["上百万人", "between 20 and 30 kg", "介于20和30公斤"])
def test_a_word_without_which_the_number_is_another_is_quoted_too(text):
    assert only(text).text == text


@pytest.mark.parametrize(("text", "low"), [("破百万人", 1e6), ("逾千亿美元", 1e11), ("超万人", 1e4)])
def test_a_scale_alone_is_a_number_after_what_it_passes(text, low):
    assert (only(text).low, only(text).bound) == (low, "over")


@pytest.mark.parametrize("text", ["最近百万人", "附近千人", "以上百万"])
def test_a_scale_alone_is_no_number_where_the_word_before_it_is_another(text):
    assert READER.read(text) == ()


def test_an_m_on_a_number_may_be_metres_as_well_as_millions():
    million, metres = READER.read("1.75m tall")
    assert (million.low, metres.dimension, metres.low) == (1.75e6, "metre", 1.75)
    assert [read.dimension for read in READER.read("40m people")] == ["count"]


def test_a_w_is_ten_thousand_before_what_is_counted_and_a_watt_elsewhere():
    assert [(read.dimension, read.low) for read in READER.read("20w人, 60W台灯, 60w的")] == [
        ("count", 200_000),
        ("W", 60),
        ("W", 60),
    ]


def test_degrees_beside_electricity_are_kilowatt_hours():
    assert [(read.dimension, read.low) for read in READER.read("夏天38度，空调用电3度")] == [
        ("degree", 38),
        ("Wh", 3000),
    ]


def test_money_named_before_a_number_is_not_that_of_the_number_before_it():
    assert [(read.dimension, read.low) for read in READER.read("1美元7.2元，美元2031年")] == [
        ("USD", 1),
        ("CNY", 7.2),
        ("year", 2031),
    ]


def test_a_one_behind_hours_is_no_minute():
    assert values("the three-hour one") == [("three-hour", 3, 3)]


def test_ten_odd_are_up_to_nineteen():
    assert (only("十几人").low, only("十几人").high) == (11, 19)
