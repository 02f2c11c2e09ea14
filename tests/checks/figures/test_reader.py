"""What the reader makes of numbers, multipliers, units and hedges in English and Chinese."""

import pytest

from checks.figures import FigureReader, Quantity
from checks.model import KnownFigure
from config.errors import UnknownUnitError


def only(reader: FigureReader, text: str) -> Quantity:
    (quantity,) = reader.read(text)
    return quantity


MASSES = [
    ("1.2 kg of silver", 1.2),
    ("1200 g", 1.2),
    ("twelve hundred grams", 1.2),
    ("1200克", 1.2),
    ("一点二公斤", 1.2),
    ("2.4斤", 1.2),
    ("两斤四两银子", 1.2),
    ("1,000 tonnes", 1e6),
    ("1000t of silver", 1e6),
    ("三百吨", 3e5),
    ("9960 tonnes", 9.96e6),
    ("half a kilo", 0.5),
    ("半公斤", 0.5),
]


@pytest.mark.parametrize(("text", "kilograms"), MASSES)
def test_masses_come_in_kilograms(reader, text, kilograms):
    quantity = only(reader, text)
    assert quantity.dimension == "kg"
    assert quantity.middle == pytest.approx(kilograms)


def test_an_ounce_may_be_troy_or_avoirdupois(reader):
    quantity = only(reader, "42 oz")
    assert (quantity.low, quantity.high) == (pytest.approx(1.1907, abs=1e-3), pytest.approx(1.3063, abs=1e-3))


MONEY = [
    ("$1.4 trillion", 1.4e12),
    ("$1.4T", 1.4e12),
    ("$1.4tn", 1.4e12),
    ("1.4 trillion dollars", 1.4e12),
    ("one point four trillion dollars", 1.4e12),
    ("1.4万亿美元", 1.4e12),
    ("一点四万亿美金", 1.4e12),
    ("1.4兆美元", 1.4e12),
    ("1兆4000亿美元", 1.4e12),
    ("$650 十亿", 6.5e11),
    ("usd 650bn", 6.5e11),
    ("$650 b", 6.5e11),
    ("6500亿刀", 6.5e11),
    ("six hundred fifty billion dollars", 6.5e11),
    ("six hundred and fifty billion bucks", 6.5e11),
    ("half a trillion dollars", 5e11),
    ("$5m", 5e6),
    ("50 thousand dollars", 5e4),
]


@pytest.mark.parametrize(("text", "dollars"), MONEY)
def test_money_comes_in_dollars(reader, text, dollars):
    quantity = only(reader, text)
    assert (quantity.dimension, quantity.middle) == ("USD", pytest.approx(dollars))


@pytest.mark.parametrize("text", ["1.4万亿", "six hundred fifty billion", "100 billion in revenue", "6500亿", "650bn"])
def test_a_large_number_without_unit_is_bare(reader, text):
    quantity = only(reader, text)
    assert quantity.bare
    assert quantity.low >= 1e11


def test_a_lone_t_is_read_as_trillion_and_as_tonnes(reader):
    trillion, tonnes = reader.read("1.4T on compute")
    assert (trillion.bare, trillion.low, tonnes.dimension, tonnes.low) == (True, 1.4e12, "kg", 1400)
    assert (trillion.start, trillion.end) == (tonnes.start, tonnes.end)


@pytest.mark.parametrize(
    "text",
    [
        "$99 an ounce",
        "$99/oz",
        "99/oz",
        "99 dollars per ounce",
        "99美元每盎司",
        "99美元/盎司",
        "一盎司99",
        "每盎司破99美元",
        "99刀一安士",
    ],
)
def test_a_price_for_a_mass_is_a_dimension_of_its_own(reader, text):
    quantity = only(reader, text)
    assert (quantity.dimension, quantity.low) == ("USD/oz", pytest.approx(99))


PERCENT = [
    ("8.6%", 8.6),
    ("8.6 percent", 8.6),
    ("百分之八点六", 8.6),
    ("5个点", 5),
    ("两成", 20),
    ("六成五", 65),
    ("3分之1", 100 / 3),
    ("三分之一", 100 / 3),
    ("a third of it", 100 / 3),
    ("1/3 of demand", 100 / 3),
    ("half of the grid", 50),
    ("一半", 50),
    ("半个英国", 50),
    ("0. 5 %", 0.5),
    ("-1%", -1),
    ("负1%", -1),
    ("minus 1 percent", -1),
    ("50 bps", 0.5),
]


@pytest.mark.parametrize(("text", "percent"), PERCENT)
def test_shares_come_in_percent(reader, text, percent):
    quantity = only(reader, text)
    assert (quantity.dimension, quantity.middle) == ("percent", pytest.approx(percent, rel=1e-5))


TIMES = [
    ("11x faster", 11),
    ("11 times", 11),
    ("十一倍", 11),
    ("doubled", 2),
    ("twice", 2),
    ("翻倍", 2),
    ("翻了两番", 4),
    ("涨了一倍半", 2.5),
]


@pytest.mark.parametrize(("text", "times"), TIMES)
def test_factors(reader, text, times):
    quantity = only(reader, text)
    assert (quantity.dimension, quantity.low) == ("times", times)


@pytest.mark.parametrize(
    "text", ["28 times earnings", "28x earnings", "PE 28", "p/e of 28", "28倍市盈率", "市盈率28倍"]
)
def test_multiples_of_earnings(reader, text):
    quantity = only(reader, text)
    assert (quantity.dimension, quantity.low) == ("pe", 28)


POWER = [
    ("160 GW", 1.6e11),
    ("160gw", 1.6e11),
    ("160吉瓦", 1.6e11),
    ("1亿千瓦", 1e11),
    ("2兆瓦", 2e6),
    ("100 百万瓦", 1e8),
]


@pytest.mark.parametrize(("text", "watts"), POWER)
def test_power_comes_in_watts(reader, text, watts):
    quantity = only(reader, text)
    assert (quantity.dimension, quantity.low) == ("W", pytest.approx(watts))


RANGES = [
    ("30、40美元", "USD", 30, 40),
    ("$30-40 a barrel", "USD", 30, 40),
    ("50到100个吉瓦", "W", 5e10, 1e11),
    ("50-100 GW", "W", 5e10, 1e11),
    ("between 50 and 100 GW", "W", 5e10, 1e11),
    ("$5–7 trillion", "USD", 5e12, 7e12),
    ("5万亿到7万亿美元", "USD", 5e12, 7e12),
    ("三四百亿美元", "USD", 3e10, 4e10),
    ("60%到70%", "percent", 60, 70),
    ("60%-70%", "percent", 60, 70),
    ("六七成", "percent", 60, 70),
    ("百分之六七十", "percent", 60, 70),
    ("2-3 years", "years", 2, 3),
    ("two or three years", "years", 2, 3),
    ("a couple of years", "years", 2, 3),
    ("两三年", "years", 2, 3),
]


@pytest.mark.parametrize(("text", "dimension", "low", "high"), RANGES)
def test_ranges_become_one_quantity(reader, text, dimension, low, high):
    quantity = only(reader, text)
    assert (quantity.dimension, quantity.bound) == (dimension, "range")
    assert (quantity.low, quantity.high) == (pytest.approx(low), pytest.approx(high))


def test_a_fall_is_two_figures(reader):
    first, second = reader.read("from $100 to $30-40")
    assert (first.low, second.low, second.high) == (100, 30, 40)


DURATIONS = [
    ("18 months", 1.5),
    ("12个月", 1),
    ("一年半", 1.5),
    ("两年半", 2.5),
    ("two and a half years", 2.5),
    ("半年", 0.5),
]


@pytest.mark.parametrize(("text", "years"), DURATIONS)
def test_durations_come_in_years(reader, text, years):
    quantity = only(reader, text)
    assert (quantity.dimension, quantity.low) == ("years", pytest.approx(years, abs=1e-3))


CALENDAR = [
    ("by 2030", 2030, 2030),
    ("Q2 2025", 2025, 2025),
    ("fy2027", 2027, 2027),
    ("FY27 sales", 2027, 2027),
    ("2030年", 2030, 2030),
    ("二零三零年", 2030, 2030),
    ("20年底", 2020, 2020),
    ("07、08年", 2007, 2008),
    ("98年", 1998, 1998),
    ("2010-2015年", 2010, 2015),
    ("2020-21", 2020, 2021),
    ("201 9年", 2019, 2019),
    ("2026-01-23", 2026, 2026),
    ("Jan 23, 2026", 2026, 2026),
]


@pytest.mark.parametrize(("text", "low", "high"), CALENDAR)
def test_calendar_years_are_no_durations(reader, text, low, high):
    quantity = only(reader, text)
    assert (quantity.dimension, quantity.low, quantity.high) == ("year", low, high)


HEDGES = [
    ("over 1,000 tonnes", "over"),
    ("1000多吨", "odd"),
    ("1,000+ tonnes", "over"),
    ("超过1000吨", "over"),
    ("1000吨以上", "over"),
    ("at least 1000 tonnes", "over"),
    ("about 1000 tonnes", "about"),
    ("约1000吨", "about"),
    ("1000吨左右", "about"),
    ("nearly 1000 tonnes", "nearly"),
    ("近1000吨", "nearly"),
    ("less than 1000 tonnes", "under"),
    ("不到1000吨", "under"),
    ("最多1000吨", "under"),
    ("up to 1000 tonnes", "upto"),
    ("exactly 1000 tonnes", "exactly"),
]


@pytest.mark.parametrize(("text", "bound"), HEDGES)
def test_hedges_open_the_interval(reader, text, bound):
    quantity = only(reader, text)
    assert quantity.bound == bound
    assert quantity.low <= 1e6 <= quantity.high


NOTHING = [
    "nvidia sells the H100, the B200 and the A100",
    "GPT-4 and GPT 5 on a 3D printed W2 form",
    "第1名,第三次",
    "24/7 trading in my 401k",
    "call 555-123-4567",
    "https://example.org/2030/12 <@123456789012345678>",
    "at 3:30 pm",
    "3点半开会",
    "数万吨,几十亿,好几百亿",
    "S&P 500, Mag 7, top 3, 沪深300",
    "v3.2.1 is out",
    "千万别信,万一呢,三星手机,一些人",
    "double down on the first half",
    "上半年和下半年,半导体",
    "12345678901234567890",
    "1) silver",
    "no one knows one of them",
    "a few hundred billion",
]


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_no_amount(reader, text):
    assert reader.read(text) == ()


@pytest.mark.parametrize("address", ["www.example.org/2030", "https://example.org/a,7b?c=3", "WWW.EXAMPLE.ORG/铜/40%"])
@pytest.mark.parametrize("end", "，。；！）」")
def test_an_address_ends_at_chinese_punctuation(reader, address, end):
    quantity = only(reader, f"看{address}{end}50%的铜")
    assert (quantity.dimension, quantity.low, quantity.text) == ("percent", 50, "50%")


def test_a_text_without_any_numeral_is_left_at_once(reader):
    assert reader.read("silver is only up because of server farms") == ()
    assert reader.read("") == ()


def test_at_most_64_numbers_are_read(reader):
    assert len(reader.read("5% " * 1000)) == 64
    assert reader.read("9" * 4000) == ()


def test_traditional_and_full_width_text_reads_like_folded_text(reader):
    assert [(q.dimension, q.low) for q in reader.read("１.４萬億美元,兩三年,８.６％")] == [
        (q.dimension, q.low) for q in reader.read("1.4万亿美元,两三年,8.6%")
    ]


def test_the_spoken_span_is_kept_as_written(reader):
    text = "They say One H100 server holds 1.2 KG of silver"
    quantity = only(reader, text)
    assert quantity.text == text[quantity.start : quantity.end] == "1.2 KG"


DOCUMENTED = [
    (KnownFigure(1.2, 1.2, "kg"), "kg", 1.2, 1.2),
    (KnownFigure(50, 100, "GW", "range"), "W", 5e10, 1e11),
    (KnownFigure(1.4e12, 1.4e12, "USD"), "USD", 1.4e12, 1.4e12),
    (KnownFigure(99, 99, "USD/oz"), "USD/oz", 99, 99),
    (KnownFigure(2027, 2027, "year", "about"), "year", 2027, 2027),
    (KnownFigure(6, 6, "month"), "years", 0.5, 0.5),
    (KnownFigure(1e7, 1e7, "USD", "under"), "USD", 0, 1e7),
]


@pytest.mark.parametrize(("figure", "dimension", "low", "high"), DOCUMENTED)
def test_documented_figures_come_in_base_units(reader, figure, dimension, low, high):
    quantity = reader.documented(figure)
    assert (quantity.dimension, quantity.low, quantity.high) == (
        dimension,
        pytest.approx(low),
        pytest.approx(high, abs=1e-3),
    )


@pytest.mark.parametrize("unit", ["furlong", "USD/furlong", "USD/GW", ""])
def test_an_unknown_unit_is_named_with_the_known_ones(reader, unit):
    with pytest.raises(UnknownUnitError, match="Use one of"):
        reader.documented(KnownFigure(1, 1, unit))


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("泡滿二十四小時", "泡满二十四小时"),
        ("磨五千個小時", "磨五千个小时"),
        ("開三十分鐘", "开三十分钟"),
        ("三個禮拜", "三个礼拜"),
    ],
)
def test_traditional_characters_are_read_as_the_simplified_ones_are(reader, traditional, simplified):
    def values(text):
        return [(each.low, each.dimension) for each in reader.read(text)]

    assert values(traditional) == values(simplified) != []
