"""Figures as people put them: limits far from a value, what they reject, ages, and the words of the claim itself."""

import pytest

from checks.model import KnownFigure
from config.languages import ByLanguage


def figure(value: float, unit: str, english: str, chinese: str = "") -> KnownFigure:
    return KnownFigure(value, value, unit, "exactly", "claim", ByLanguage(en=english, zh=chinese))


KETTLE = (figure(20, "minute", "time the old kettle needs", "旧水壶烧水的时间"),)
TORTOISE = (figure(100, "years", "age at which a tortoise stops growing", "乌龟停止生长的年龄"),)
TORTOISE_SAID = ("a tortoise grows until it is 100 years old",)
LAMP = (figure(40, "day", "how often the lamp must be wiped", "多久擦一次灯"),)
LAMP_SAID = ("wipe the lamp every 40 days",)
PAGES = (figure(300, "count", "pages a diary needs", "日记需要的页数"),)
PAGES_SAID = ("a diary of 80 pages is too thin, it needs 300 pages", "80页的日记太薄")
MOSS = (figure(30, "percent", "share of rain that moss keeps", "苔藓留住雨水的比例"),)
STONES = (figure(9e6, "count", "stones in the old wall", "古墙的石头数"),)
STONES_SAID = ("the old wall has nine million stones",)
HEDGE = (figure(1.5, "metre", "height of the hedge", "树篱的高度"),)
OVEN = (figure(160, "degree", "heat at which the glaze melts", "釉熔化的温度"),)

LIMITS = [
    (KETTLE, (), "the old kettle needs over 21 minutes", True),
    (KETTLE, (), "the old kettle needs over 12 minutes", False),
    (KETTLE, (), "the old kettle needs 35 minutes at most", False),
    (KETTLE, (), "the old kettle needs half an hour", False),
    (TORTOISE, TORTOISE_SAID, "a tortoise stops growing at 60 years old", False),
    (LAMP, LAMP_SAID, "the lamp must be wiped every 10 days", False),
    (MOSS, (), "the moss makes 60% of the rain stay", False),
    (STONES, STONES_SAID, "那面古墙的石头有上亿块石头", False),
    (HEDGE, (), "树篱高一米五二", True),
    (HEDGE, (), "树篱高一米九五", False),
    (OVEN, (), "釉一百二十度就熔化", False),
    (TORTOISE, TORTOISE_SAID, "a tortoise grows for 40 years", False),
    (TORTOISE, (*TORTOISE_SAID, "it grows for 100 years"), "I say a tortoise grows for 40 years", False),
    (OVEN, (), "the glaze melts at 158 degrees", True),
    (MOSS, (), "苔藓留住20%多的雨水", True),
    (MOSS, (), "苔藓留住一成多的雨水", False),
    (MOSS, (), "苔藓留住20%出头的雨水", False),
    (MOSS, (), "苔藓留住雨水的20%多一点", False),
    (OVEN, (), "the glaze melts at 150 degrees", False),
]


@pytest.mark.parametrize(("figures", "wordings", "text", "agrees"), LIMITS)
def test_a_figure_agrees_where_it_is_near_the_claims(reader, comparer, figures, wordings, text, agrees):
    found = comparer.compare(reader.read(text), figures, text, wordings, text)
    assert [finding.agrees for finding in found] == [agrees]


NOT_HELD_AGAINST_IT = [
    (PAGES, PAGES_SAID, "a diary of 80 pages is not enough"),
    (TORTOISE, TORTOISE_SAID, "a tortoise grew a lot in one year"),
    (KETTLE, (), "the old kettle ran minus 20 minutes"),
    (TORTOISE, TORTOISE_SAID, "I've kept a tortoise for 12 years"),
]


@pytest.mark.parametrize(("figures", "wordings", "text"), NOT_HELD_AGAINST_IT)
def test_what_the_claim_names_itself_and_what_only_says_when_is_no_other_figure(
    reader, comparer, figures, wordings, text
):
    assert all(each.agrees for each in comparer.compare(reader.read(text), figures, text, wordings, text))


@pytest.mark.parametrize(
    "text",
    [
        "moss keeps 60%, not 30% of the rain",
        "苔藓留住雨水的30%，才不是，是60%",
        "instead of 30%, moss keeps 60% of the rain",
    ],
)
def test_what_the_author_rejects_is_not_the_authors_figure(reader, comparer, text):
    found = comparer.compare(reader.read(text), MOSS, text, (), text)
    assert [(finding.said, finding.agrees) for finding in found] == [("60%", False)]


WRITTEN = [
    ("上千万人", "count", 1e7),
    ("上亿人", "count", 1e8),
    ("hundred and fifty thousand people", "count", 150_000),
    ("half an hour", "hours", 0.5),
    ("一个多亿美元", "USD", 1e8),
    ("一米六五", "metre", 1.65),
    ("一百二十度", "degree", 120),
    ("十笔里有八笔", "percent", 80),
    ("10個有6個", "percent", 60),
    ("十家小店里九家", "percent", 90),
]


WRITTEN += [
    ("the bill is minus 0.4 percent", "percent", -0.4),
    ("账单占了近半", "percent", 42.5),
    ("five cents on the dollar", "percent", 5),
    ("after six winters it leaks", "years", 6),
    ("过了六个冬天就漏", "years", 6),
    ("眼睛最多看六十格", "fps", 60),
]


@pytest.mark.parametrize(("text", "dimension", "low"), WRITTEN)
def test_numbers_are_read_as_they_are_written(reader, text, dimension, low):
    (found,) = reader.read(text)
    assert (found.dimension, found.low) == (dimension, pytest.approx(low, rel=1e-3))


@pytest.mark.parametrize("text", ["增长率是负零点五", "增长率是负 0.5", "growth was minus 0.5", "growth: -0.5"])
def test_a_minus_belongs_to_the_number_and_to_what_is_quoted(reader, text):
    (said,) = reader.read(text)
    assert said.low == -0.5
    assert said.text == text[max(text.rfind("负"), text.find("minus"), text.find("-")) :]


@pytest.mark.parametrize("text", ["年近半百的人", "近半年没下雨", "等了近半个月"])
def test_nearly_half_of_a_time_is_no_share(reader, text):
    assert all(each.dimension != "percent" for each in reader.read(text))


@pytest.mark.parametrize("text", ["十个人买了三个苹果", "十块钱三块", "十点到八点", "十个八个"])
def test_a_ten_beside_another_number_is_no_share(reader, text):
    assert all(found.dimension != "percent" for found in reader.read(text))


@pytest.mark.parametrize("text", ["成千上万人", "马上百万富翁", "以上千吨", "a second-hand car, 二手车"])
def test_what_only_looks_like_a_number_is_none(reader, text):
    assert reader.read(text) == ()


RUST = (figure(4, "years", "time until the gate rusts through", "铁门锈穿的时间"),)
MILL = (figure(30, "percent", "share of the day that the mill is in use", "磨坊的利用率"),)
WELL = (figure(40, "percent", "water of the well against the town's use", "井水相当于全镇用水的比例"),)
FLOUR = (KnownFigure(50, 90, "kg", "range", "claim", ByLanguage(en="flour the mill grinds", zh="磨坊磨的面粉")),)

IN_OTHER_WORDS = [
    (RUST, "铁门一年半就锈穿了", False),
    (RUST, "铁门一年之后就锈穿", False),
    (RUST, "the gate is rusted through after one year", False),
    (MILL, "the mill is in use ninety percent of the time", False),
    (WELL, "the well gives three times what the town drinks", False),
    (WELL, "井水是全镇用水的两倍", False),
    (FLOUR, "the mill grinds between fifty and ninety kilos of flour", True),
    (FLOUR, "the mill grinds something between sixty and a hundred and twenty kilos", True),
    (FLOUR, "the mill grinds between two hundred and three hundred kilos", False),
]


@pytest.mark.parametrize(("figures", "text", "agrees"), IN_OTHER_WORDS)
def test_a_figure_in_other_words_is_held_against_the_claims(reader, comparer, figures, text, agrees):
    found = comparer.compare(reader.read(text), figures, text, (), text)
    assert [finding.agrees for finding in found] == [agrees]


def test_the_ends_of_a_range_in_words_are_two_numbers(reader):
    texts = {
        "between fifty and a hundred kilos": (50, 100),
        "between two hundred and three hundred kilos": (200, 300),
        "between one and a half and two kilos": (1.5, 2),
        "between a hundred and twenty and two hundred kilos": (120, 200),
        "two hundred and thirty kilos": (230, 230),
    }
    assert {text: (read.low, read.high) for text in texts for read in reader.read(text)} == texts


def test_a_year_that_only_says_when_is_not_held_against_a_duration(reader, comparer):
    text = "I saw the gate last year and it has not rusted through. Ask me again in a year"
    assert not comparer.compare(reader.read(text), RUST, text, (), "it has not rusted through")


@pytest.mark.parametrize("text", ["wipe the lamp 1,000 times a day", "wiped 1000 times a year", "0 times a week"])
def test_how_often_without_a_number_that_can_be_read_is_no_interval(reader, comparer, text):
    assert not [found for found in comparer.compare(reader.read(text), LAMP, text, LAMP_SAID, text) if found.agrees]


WELLS = (figure(140_000, "wells|well|口", "wells in the plain", "平原上的井"),)
GAIN = (figure(30, "fps", "frames gained with the new cable", "新线多出的帧数"),)
SACK = (figure(50, "kg", "salt in the sack", "麻袋里的盐"),)
BRIDGE = (figure(70, "metre", "length of the bridge", "桥的长度"),)
HARVEST = (
    figure(20, "kg", "apples of the tree", "树结的苹果"),
    figure(2031, "year", "year of the harvest", "收获的年份"),
)
RENT = (figure(900_000, "TWD", "rent of the hall", "大厅的租金"),)
RATE = (figure(2, "points", "rise of the toll", "过路费的涨幅"),)
LOAVES = (figure(75, "percent", "loaves that burn", "烤焦的面包"),)
POND = (figure(9, "metre", "depth of the pond", "池塘的深度"),)
PUMP = (figure(2, "kWh", "electricity of the pump a day", "水泵一天的用电"),)
GUARD = (figure(18, "EUR", "pay of a guard an hour", "保安的时薪"),)
CUT = (figure(50, "bps|basis points|基点", "size of the toll's cut", "过路费的降幅"),)
CUPS = (figure(15, "cups|cup|杯", "cups a guest drinks", "客人喝的杯数"),)

NO_OTHER_FIGURE = [
    (WELLS, "the plain has well over 100,000 wells"),
    (LOAVES, "more than half of the loaves burn"),
    (LOAVES, "一半以上的面包烤焦"),
    (LOAVES, "one in four loaves survives"),
    (GAIN, "with the new cable I went from 60 to 90 fps"),
    (SACK, "the sack holds 8 kg of pepper."),
    (BRIDGE, "the bridge cost 12m"),
    (HARVEST, "the 2031 kg of the tree"),
    (RENT, "大厅的租金是40万元"),
    (POND, "the pond is 200 metres long"),
    (POND, "池塘长200米"),
    (POND, "they spent 2m on the pond"),
    (PUMP, "the pump needs 60 kWh a month"),
    (PUMP, "水泵一个月用电60度"),
    (PUMP, "the pump stands at 30度 in summer"),
    (GUARD, "a guard gets 2,900 euros a month"),
    (GUARD, "保安月薪2900欧元"),
    (MOSS, "the bark kept 70% of the rain"),
    (LOAVES, "25% of the loaves are right"),
    (MOSS, "20% more moss keeps the rain than last year"),
    (LOAVES, "loaves burn 3 times as often as rolls"),
    (HEDGE, "the hedge is 30 cm taller than the wall"),
    (HEDGE, "树篱比围墙高30厘米"),
    (HEDGE, "the hedge is taller than the 80 cm wall"),
    (KETTLE, "the old kettle was 45 minutes late"),
    (KETTLE, "I waited 2 hours for the old kettle"),
]


@pytest.mark.parametrize(("figures", "text"), NO_OTHER_FIGURE)
def test_what_does_not_surely_differ_is_not_held_against_a_claim(reader, comparer, figures, text):
    carrying = "" if figures == BRIDGE else text
    assert all(each.agrees for each in comparer.compare(reader.read(text), figures, text, (), carrying))


SAID_OTHERWISE = [
    (WELLS, "the plain has over 100,000 wells", True),
    (WELLS, "平原上的井有14w口", True),
    (SACK, "the sack holds 8 kg of salt.", False),
    (SACK, "the sack holds 8 kg of the white stuff", False),
    (BRIDGE, "the bridge is 70m long", True),
    (BRIDGE, "the length of the bridge is 12m", False),
    (BRIDGE, "the bridge is 12 m long", False),
    (RENT, "大厅的租金是90万元", True),
    (RENT, "大厅的租金是新台币40万元", False),
    (RATE, "the toll rises by 200 bps", True),
    (RATE, "过路费涨8码", True),
    (LOAVES, "one in four loaves burns", False),
    (CUPS, "客人喝十几杯", True),
    (CUPS, "客人喝两杯半", False),
    (HARVEST, "the tree bears 60 kg", False),
    (POND, "the pond is 200 metres deep", False),
    (POND, "池塘深三米", False),
    (PUMP, "the pump needs 6 kWh a day", False),
    (PUMP, "水泵一天用两度半电", False),
    (PUMP, "每月电费不少，水泵每天2度电", True),
    (GUARD, "a guard gets 9 euros an hour", False),
    (PUMP, "头一个月水泵用电6度", False),
    (CUT, "the toll falls by half a percentage point", True),
    (CUT, "the toll falls by a quarter point", False),
    (CUT, "过路费降两码", True),
    (KETTLE, "旧水壶要个半钟才烧开", False),
]


@pytest.mark.parametrize(("figures", "text", "agrees"), SAID_OTHERWISE)
def test_a_figure_is_heard_in_the_words_that_people_use(reader, comparer, figures, text, agrees):
    found = comparer.compare(reader.read(text), figures, text, (), text)
    assert [finding.agrees for finding in found] == [agrees]


def test_a_share_is_told_to_be_of_the_figure_that_it_names_itself(reader, comparer):
    shares = (figure(20, "percent", "the mason's part", "石匠的份"), figure(80, "percent", "the rest", "其余"))
    text = "石匠出20%，剩下80%是别人的"
    found = comparer.compare(reader.read(text), shares, text, (), text)
    assert [(finding.said, finding.documented) for finding in found] == [("20%", "20%"), ("80%", "80%")]


def test_the_other_part_is_not_turned_round_where_the_claim_is_about_that_part(reader, comparer):
    figures = (figure(25, "percent", "share of loaves that survive", "活下来的面包"),)
    for text, agrees in (("25% of the loaves survive", True), ("60% of the loaves survive", False)):
        found = comparer.compare(reader.read(text), figures, text, (), text)
        assert [finding.agrees for finding in found] == [agrees]


VAULT = (figure(1.2, "kg", "silver in the vault's radio", "保险库收音机里的白银"),)

NO_WEIGHT = [
    "an 80G card and the vault's radio have loads of silver",
    "5G and the radio need so much silver that the vault has kilos of it",
    "保险库的收音机有800G光模块，里面都是白银",
    "5g基站和保险库收音机里都有白银",
    "5g基地台跟保險庫收音機裡都有白銀",
    "5g towers, and the silver in the vault's radio",
]


@pytest.mark.parametrize("text", NO_WEIGHT)
def test_a_large_g_and_a_network_are_no_weight_that_differs(reader, comparer, text):
    assert not comparer.compare(reader.read(text), VAULT, text, (), text)


@pytest.mark.parametrize(("said", "agrees"), [("1200G", True), ("1200g", True), ("300g", False)])
def test_grams_are_held_against_a_weight(reader, comparer, said, agrees):
    text = f"the vault's radio has {said} of silver"
    found = comparer.compare(reader.read(text), VAULT, text, (), text)
    assert [(each.said, each.agrees) for each in found] == [(said, agrees)]


REPEATED_UNITS = [
    ("$2T-$3T", "USD", 2e12, 3e12),
    ("$1.2T-$1.6T", "USD", 1.2e12, 1.6e12),
    ("£5-£6", "GBP", 5, 6),
    ("8GW-12GW", "W", 8e9, 12e9),
    ("2x-3x", "times", 2, 3),
    ("100K-200K", "count", 1e5, 2e5),
    ("5kg-6kg", "kg", 5, 6),
    ("3yrs-5yrs", "years", 3, 5),
    ("3yr-5yrs", "years", 3, 5),
    ("500MW-1GW", "W", 5e8, 1e9),
    ("200 GB-1 TB", "byte", 2e11, 1e12),
    ("500g-2kg", "kg", 0.5, 2),
    ("5万-1亿", "count", 5e4, 1e8),
    ("200k-1m users", "count", 2e5, 1e6),
    ("5 million-10 million people", "count", 5e6, 1e7),
    ("$500m-1bn", "USD", 5e8, 1e9),
]


@pytest.mark.parametrize(("text", "dimension", "low", "high"), REPEATED_UNITS)
def test_a_range_with_a_hyphen_may_have_a_measure_of_a_kind_on_each_end(reader, text, dimension, low, high):
    (found,) = reader.read(f"they spend {text} on it")
    assert (found.text, found.dimension, found.low, found.high) == (text, dimension, low, high)


@pytest.mark.parametrize("text", ["covid-19", "claude-4k-5", "the H100k-80 card", "the 10th-20th one"])
def test_a_number_behind_a_name_and_a_hyphen_is_none(reader, text):
    assert not reader.read(text)


NO_PARTS = [
    "the owls are half asleep",
    "a half-hearted reply",
    "that is a half-truth",
    "a third option is to wait",
    "half drunk, half mad",
    "a quarter ton engine is a half measure",
]


@pytest.mark.parametrize("text", NO_PARTS)
def test_a_half_inside_another_word_is_no_share(reader, text):
    assert all(found.dimension != "percent" for found in reader.read(text))


PARTS = [
    ("half the loaves burn", 50),
    ("half our loaves burn", 50),
    ("half Anna's loaves burn", 50),
    ("a third of them", 33.3),
    ("half are burnt", 50),
    ("they keep a quarter.", 25),
    ("they keep half", 50),
    ("half - I say", 50),
    ("half就够了", 50),
    ("a third less", 33.3),
    ("half-ish", 42.5),
]


@pytest.mark.parametrize(("text", "share"), PARTS)
def test_a_half_of_something_is_a_share(reader, text, share):
    (found,) = reader.read(text)
    assert (found.dimension, found.low) == ("percent", pytest.approx(share, rel=1e-2))


NEGATED = {
    "under": [
        *("not more than 8 kg", "it isn't more than 8 kg", "not over 8 kg"),
        *("not exceeding 8 kg", "doesn't exceed 8 kg", "它不高于8公斤", "不大于8公斤", "没超过8公斤", "沒有超過8公斤"),
        *("未超过8公斤", "没到8公斤", "唔超過8公斤", "8公斤都不到", "8公斤都沒到"),
    ],
    "over": ["not less than 8 kg", "not under 8 kg", "no fewer than 8 kg", "不止8公斤", "不小于8公斤"],
}


@pytest.mark.parametrize(("bound", "text"), [(bound, text) for bound, texts in NEGATED.items() for text in texts])
def test_a_limit_that_is_denied_is_the_other_limit(reader, bound, text):
    (found,) = reader.read(text)
    assert (found.bound, found.high if bound == "under" else found.low) == (bound, 8)


def test_what_is_never_exceeded_comes_near_to_it(reader, comparer):
    found = {
        text: [each.agrees for each in comparer.compare(reader.read(text), POND, text, (), text)]
        for text in ("the pond is never more than 10 metres deep", "the pond is never more than 28 feet deep")
    }
    assert all(agrees == [True] for agrees in found.values())


ONE_OF_THEM = [
    ("八块一盎司", "CNY/oz", 8),
    ("八元1盒", "CNY", 8),
    ("八块一，不贵", "CNY", 8.1),
    ("八块一了", "CNY", 8.1),
    ("八块一毛", "CNY", 8.1),
]


@pytest.mark.parametrize(("text", "dimension", "low"), ONE_OF_THEM)
def test_a_one_before_a_measure_word_is_no_tenth_of_the_price(reader, text, dimension, low):
    assert [found.low for found in reader.read(text) if found.dimension == dimension] == [pytest.approx(low)]


SCALES_APART = [
    ("5个亿", "count", 5e8),
    ("5000個億美元", "USD", 5e11),
    ("一万四千个亿", "count", 1.4e12),
    ("1.5 个亿", "count", 1.5e8),
    ("5个亿万富翁", "count", 5),
    ("十个亿级项目", "count", 10),
    ("a million and a half jars", "count", 1.5e6),
    ("three million and a half dollars", "USD", 3.5e6),
    ("两个半月", "years", 2.5 / 12),
    ("一个半月", "years", 1.5 / 12),
    ("三个月", "years", 0.25),
]


@pytest.mark.parametrize(("text", "dimension", "low"), SCALES_APART)
def test_a_scale_may_stand_apart_from_its_number(reader, text, dimension, low):
    (found,) = reader.read(text)
    assert (found.dimension, found.low) == (dimension, pytest.approx(low, rel=1e-3))


def test_moon_cakes_are_no_months(reader):
    assert all(found.dimension != "years" for found in reader.read("三个月饼，两个月亮"))


OTHER_STUFF = [
    ("the sack holds 8 kg copper", []),
    ("麻袋里有8公斤铜", []),
    ("麻袋裡有8公斤的銅", []),
    ("the sack holds 8 kg salt", [False]),
    ("麻袋里有8公斤食盐", [False]),
    ("麻袋里有8公斤，很重", [False]),
]


@pytest.mark.parametrize(("text", "agrees"), OTHER_STUFF)
def test_a_weight_right_before_another_stuff_is_not_held_against_this_one(reader, comparer, text, agrees):
    assert [each.agrees for each in comparer.compare(reader.read(text), SACK, text, (), text)] == agrees


@pytest.mark.parametrize("text", ["10 X200 servers hold 500 kg of salt", "ten X200 servers hold 500 kg of salt"])
def test_what_many_machines_of_a_model_weigh_is_not_what_one_does(reader, comparer, text):
    salt = (figure(50, "kg", "salt in one X200 server", "一台X200服务器里的盐"),)
    assert not comparer.compare(reader.read(text), salt, text, (), text)
    assert reader.read(text)[0].text.endswith("X200 servers")


def test_two_measures_with_a_hyphen_are_no_range(reader):
    assert all(found.dimension != "fps" for found in reader.read("a 4k-60fps video"))


@pytest.mark.parametrize("text", ["a third year", "we need a third server", "on a fifth day"])
def test_an_ordinal_is_no_part_of_what_it_counts(reader, text):
    assert not reader.read(text)
