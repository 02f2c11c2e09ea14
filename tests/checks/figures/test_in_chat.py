"""Figures as a chat puts them: single spans of time, ages, parts, discounts, and figures of other things."""

import pytest

from checks.model import KnownFigure
from config.languages import ByLanguage


def figure(value: float, unit: str, english: str, chinese: str = "") -> KnownFigure:
    return KnownFigure(value, value, unit, "exactly", "claim", ByLanguage(en=english, zh=chinese))


READ = [
    ("the paint dries after an hour", "hours", 1.0),
    ("a candle burns for a full day", "years", 0.00274),
    ("it rusts within a decade", "years", 10.0),
    ("rust needs half a millennium", "years", 500.0),
    ("walls stand for three centuries", "years", 300.0),
    ("one cat year is four human years", "years", 4.0),
    ("it boils for ten whole minutes", "hours", 0.16667),
    ("a good third of the wall", "percent", 33.33333),
    ("five eighths of the bread", "percent", 62.5),
    ("a couple of hundred people", "count", 200.0),
    ("开灯前半小时", "hours", 0.5),
    ("晾衣不超过半分钟", "hours", 0.006),
    ("晾了三刻钟", "hours", 0.75),
    ("晾了一天一夜", "hours", 24.0),
    ("票价打六折", "percent", 60.0),
    ("票价七五折", "percent", 75.0),
    ("票价打对折", "percent", 50.0),
    ("两打鸡蛋", "count", 24.0),
    ("一袋土重三公斤六", "kg", 3.6),
    ("the oven stands at 212F", "degree", 100.0),
    ("the hare runs 50 mph", "speed", 80.467),
    ("兔子时速80公里", "speed", 80.0),
    ("a roof costs 40 grand", "USD", 40000.0),
    ("60-odd people came", "count", 51.0),
    ("nobody eats less than 5 kg", "kg", 5.0),
    ("it eats less than 5 kg", "kg", 3.6),
    ("a quarter of a million people came", "count", 250000.0),
    ("every thousand miles it squeaks", "metre", 1609340.0),
    ("a full litre of oil", "litre", 1.0),
    ("one in five bitcoins", "percent", 20.0),
    ("four out of every five", "percent", 80.0),
    ("十只兔子里面七只", "percent", 70.0),
    ("十个爱跑步的，四个", "percent", 40.0),
    ("十六、七岁", "age", 16.0),
    ("two dozen images a second", "fps", 24.0),
]


@pytest.mark.parametrize(("text", "dimension", "low"), READ)
def test_a_figure_is_read_as_a_chat_puts_it(reader, text, dimension, low):
    said = reader.read(text)
    assert [(each.dimension, round(each.low, 5)) for each in said] == [(dimension, low)]


NONE = [
    "it costs nothing an hour",
    "once a decade",
    "the twenty-fifth floor",
    "a seventh sense",
    "the couple next door",
    "前半年没下雨",
    "睡了大半夜",
    "此刻没人",
]


@pytest.mark.parametrize("text", NONE)
def test_what_only_looks_like_a_span_or_a_part_is_none(reader, text):
    assert reader.read(text) == ()


def test_the_price_of_a_kilo_is_no_tenth_of_it(reader):
    assert [each.dimension for each in reader.read("一公斤3元")] == ["CNY/oz"]


KETTLE = (figure(20, "minute", "time the old kettle needs", "旧水壶烧水的时间"),)
VIOLIN = (figure(30, "years", "age at which violinists stop", "小提琴手停下的年龄"),)
VIOLIN_SAID = ("violinists stop at 30",)
GLUE = (figure(12, "hour", "time the glue needs", "胶水干透的时间"),)
COLT = (figure(3, "month", "age of a colt that walks alone", "小马独自走路的月龄"),)
SOAP = (figure(99.5, "percent", "share of dirt that the soap takes off", "肥皂去污的比例"),)
PRICE = (figure(50, "percent", "share that the price falls in autumn", "秋天降价的幅度"),)
STOVE = (figure(60, "degree", "heat of the stove plate", "炉面的温度"),)
SHARPER = (figure(10, "count", "how many times sharper the new knife is", "新刀锋利的倍数"),)
SHARPER_SAID = ("the new knife is ten times as sharp", "新刀锋利十倍")
TAPS = (figure(40, "count", "taps that tune a drum", "调鼓要敲的次数"),)
TAPS_SAID = ("40 taps tune a drum", "敲四十下鼓就准了")
PEARS = (figure(6, "count", "pears one may eat", "可以吃的梨的数量"),)
FROST = (figure(20, "g", "weight a seed loses in frost", "种子受冻失去的重量"),)
PEARS_SAID = ("more than 6 pears a week are too many", "一周最多吃6个梨")

HELD = [
    (KETTLE, (), "the old kettle boils after an hour", False),
    (KETTLE, (), "the old kettle needs a third of an hour", True),
    (GLUE, (), "the glue needs a full day", False),
    (GLUE, (), "the glue needs half a day", True),
    (VIOLIN, VIOLIN_SAID, "violinists stop at fifty, nobody hires them then", False),
    (VIOLIN, VIOLIN_SAID, "a violinist is done by the age of 30", True),
    (VIOLIN, VIOLIN_SAID, "小提琴手过了五十就该停下了", False),
    (COLT, (), "a colt of 12 weeks walks alone", True),
    (SOAP, (), "the soap takes off 95% of the dirt", False),
    (PRICE, (), "秋天降价打七折", False),
    (PRICE, (), "秋天降价，打对折", True),
    (PRICE, (), "in autumn nobody lets the price fall by less than 60%", False),
    (STOVE, (), "the stove plate is 140°F hot", True),
    (STOVE, (), "the stove plate is 200°F hot", False),
    (SHARPER, SHARPER_SAID, "新刀锋利了五倍", False),
    (TAPS, TAPS_SAID, "敲九十下鼓就准了", False),
    (PEARS, PEARS_SAID, "梨一周最多两个", False),
]


@pytest.mark.parametrize(("figures", "wordings", "text", "agrees"), HELD)
def test_what_a_chat_says_is_held_against_the_claim(reader, comparer, figures, wordings, text, agrees):
    found = comparer.compare(reader.read(text), figures, text, wordings, text)
    assert [finding.agrees for finding in found] == [agrees]


SAID_AGAIN = [
    "the old kettle needs 45 minutes, no sorry, 20 minutes",
    "the old kettle needs 45 minutes… I mean 20 minutes",
]


@pytest.mark.parametrize("text", SAID_AGAIN)
def test_what_the_author_takes_back_is_not_the_authors_figure(reader, comparer, text):
    found = comparer.compare(reader.read(text), KETTLE, text, (), text)
    assert [finding.agrees for finding in found] == [True]


SEED = (figure(20, "g", "weight of a seed", "种子的重量"),)
SEED_SAID = "A seed is heavier than you think."
BESIDE = [
    f"{SEED_SAID} I carried 12 kg of books home on foot last week and my knees hurt, that was after the sale.",
    f"{SEED_SAID} My dog eats 900 grams of food on Sundays and sleeps on the sofa all afternoon.",
]


@pytest.mark.parametrize("text", BESIDE)
def test_a_figure_far_from_the_claim_and_much_larger_is_another_things(reader, comparer, text):
    assert comparer.compare(reader.read(text), SEED, text, (), SEED_SAID) == ()


@pytest.mark.parametrize(("text", "agrees"), [("the soap leaves 0.5% of the dirt", []), ("it takes off 30%", [False])])
def test_the_small_rest_of_a_share_is_no_other_share(reader, comparer, text, agrees):
    found = comparer.compare(reader.read(text), SOAP, text, (), text)
    assert [finding.agrees for finding in found] == agrees


def test_a_time_of_day_is_no_count(reader, comparer):
    text = "pears are bad for you, I ate some at 7"
    assert comparer.compare(reader.read(text), PEARS, text, PEARS_SAID, text) == ()


def test_a_figure_of_nothing_and_one_of_the_prices_is_no_count(reader, comparer):
    text = "pears? I eat zero bread, my basket was 3800"
    assert comparer.compare(reader.read(text), PEARS, text, PEARS_SAID, text) == ()


ALONE = [
    ("the old kettle never takes less than fifty, nobody likes it", [False]),
    ("the old kettle never takes more than 20", [True]),
    ("the old kettle never takes less than ninety, nobody likes it", []),
    ("the old kettle needs 20 minutes, my aunt stopped at fifty", [True]),
    ("the old kettle is under thirty euros", []),
]


@pytest.mark.parametrize(("text", "agrees"), ALONE)
def test_a_number_alone_is_one_of_what_the_claim_measures_where_it_is_near(reader, comparer, text, agrees):
    found = comparer.compare(reader.read(text), KETTLE, text, (), text)
    assert [finding.agrees for finding in found] == agrees


def test_a_number_alone_is_left_where_a_claim_measures_two_things(reader, comparer):
    text = "the old kettle never takes less than fifty"
    assert comparer.compare(reader.read(text), (*KETTLE, *STOVE), text, (), text) == ()


def test_a_loss_of_weight_is_told_by_how_much_lighter_it_is(reader, comparer):
    text = "in frost a seed is 35 g lighter"
    assert [found.agrees for found in comparer.compare(reader.read(text), FROST, text, (), text)] == [False]
