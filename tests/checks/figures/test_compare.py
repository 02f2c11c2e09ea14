"""When a message's figures agree with a claim, differ from it, or speak of something else."""

import pytest

from checks.figures import FigureComparer, FigureReader
from checks.model import FigureFinding, KnownFigure
from config.languages import ByLanguage

SERVER = (
    KnownFigure(
        1.2, 1.2, "kg", "exactly", "claim", ByLanguage(en="silver in one H100 server", zh="一台H100服务器的含银量")
    ),
    KnownFigure(
        0.5,
        0.5,
        "kg",
        "about",
        "context",
        ByLanguage(en="silver in one conventional server", zh="一台传统服务器的含银量"),
    ),
)
PRICE = (
    KnownFigure(99, 99, "USD/oz", "over", "claim", ByLanguage(en="spot price of silver", zh="现货白银价格")),
    KnownFigure(
        150,
        150,
        "percent",
        "about",
        "claim",
        ByLanguage(en="rise of the silver price in 2025", zh="2025年白银价格涨幅"),
    ),
)
SPENDING = (
    KnownFigure(
        1.4e12,
        1.4e12,
        "USD",
        "about",
        "claim",
        ByLanguage(en="OpenAI's planned spending on compute", zh="OpenAI计划的算力投入"),
    ),
)
REVENUE = (
    KnownFigure(
        6.5e11,
        6.5e11,
        "USD",
        "about",
        "claim",
        ByLanguage(en="extra revenue AI needs per year", zh="AI每年需要的额外收入"),
    ),
    KnownFigure(10, 10, "percent", "exactly", "claim", ByLanguage(en="return on AI investment", zh="AI投资的回报率")),
)
LIFETIME = (
    KnownFigure(
        2, 3, "years", "range", "claim", ByLanguage(en="time until a GPU is worthless", zh="GPU变得一文不值的时间")
    ),
)
GAP = (
    KnownFigure(
        50,
        100,
        "GW",
        "range",
        "claim",
        ByLanguage(en="shortfall of US data-centre capacity", zh="美国数据中心容量的缺口"),
    ),
    KnownFigure(2030, 2030, "year", "exactly", "claim", ByLanguage(en="year of the shortfall", zh="缺口出现的年份")),
)
IN_USE = (
    KnownFigure(
        60,
        70,
        "percent",
        "range",
        "claim",
        ByLanguage(en="GPU utilisation at most companies", zh="多数公司的GPU利用率"),
    ),
)
WATER = (
    KnownFigure(
        50,
        50,
        "percent",
        "over",
        "claim",
        ByLanguage(en="AI's water use beside the UK's yearly use", zh="AI用水相当于英国用水的比例"),
    ),
)
LATENCY = (KnownFigure(0.2, 0.2, "second", "about", "claim", ByLanguage(en="latency of a query", zh="查询的延迟")),)
SPEED = (KnownFigure(5e12, 5e12, "flops", "about", "claim", ByLanguage(en="speed of the chip", zh="芯片的算力")),)
FINE = (KnownFigure(100, 100, "AUD", "about", "claim", ByLanguage(en="fine for parking", zh="停车罚款")),)


@pytest.fixture
def findings(reader: FigureReader, comparer: FigureComparer):
    def read(text: str, figures: tuple[KnownFigure, ...]) -> tuple[FigureFinding, ...]:
        return comparer.compare(reader.read(text), figures, text)

    return read


AGREE = [
    (SERVER, "each H100 server has 1200 grams of silver in it"),
    (SERVER, "an h100 box holds 42 oz of silver"),
    (SERVER, "一台H100服务器大约一公斤多白银"),
    (SERVER, "a conventional server makes do with half a kilo"),
    (PRICE, "silver hit 99 already"),
    (PRICE, "白银破了99块一盎司"),
    (PRICE, "silver went up two and a half times in 2025, 2.5x"),
    (PRICE, "白银2025年涨了一倍半"),
    (SPENDING, "they will burn 1.4T on compute"),
    (SPENDING, "OpenAI要砸1.4万亿"),
    (LIFETIME, "a gpu is scrap after 30 months"),
    (GAP, "up to 100 GW short"),
    (IN_USE, "a third of those GPUs sit idle"),
    (IN_USE, "GPU利用率只有六七成"),
    (WATER, "AI会喝掉半个英国的水"),
    (LATENCY, "the latency of a query is 200 ms"),
    (LATENCY, "查询的延迟有200毫秒"),
    (SPEED, "the chip's speed is 5 tflops"),
    (FINE, "the fine for parking is 100 AUD"),
]


@pytest.mark.parametrize(("figures", "text"), AGREE)
def test_the_same_figure_written_otherwise_agrees(findings, figures, text):
    found = findings(text, figures)
    assert found
    assert all(finding.agrees for finding in found)


DIFFER = [
    (SERVER, "one H100 server holds 5 kg of silver"),
    (SERVER, "一台H100服务器含12公斤白银"),
    (PRICE, "silver broke $150 an ounce"),
    (PRICE, "silver tripled in price in 2025"),
    (SPENDING, "OpenAI will spend 5 trillion on compute"),
    (SPENDING, "OpenAI is committing $1.4 billion to compute"),
    (REVENUE, "AI needs $650 million of extra revenue a year"),
    (LIFETIME, "GPUs are worthless after 10 months"),
    (GAP, "America will be 500 GW short of data centres by 2030"),
    (GAP, "America will be 50-100 GW short by 2050"),
    (IN_USE, "数据中心GPU利用率只有三成"),
    (WATER, "AI will use twice the UK's water"),
    (LATENCY, "the latency of a query is 900 ms"),
    (SPEED, "the chip's speed is 5 pflops"),
]


@pytest.mark.parametrize(("figures", "text"), DIFFER)
def test_another_figure_of_the_same_thing_differs(findings, figures, text):
    assert [finding.agrees for finding in findings(text, figures)].count(False) == 1


SOMETHING_ELSE = [
    (SERVER, "I bought 3 kg of silver because H100 servers need so much"),
    (SERVER, "my 10 oz bar loves these servers"),
    (SERVER, "一千台H100服务器要用一吨多白银"),
    (PRICE, "silver broke $99, my target is $150"),
    (PRICE, "白银99美元一盎司,年底看到200美元"),
    (PRICE, "silver is up 150%, my portfolio only 12%"),
    (SPENDING, "OpenAI makes 13 billion a year"),
    (SPENDING, "a start-up valued at $500 billion"),
    (REVENUE, "AI must earn $650 billion, Apple sells for 400 billion"),
    (LIFETIME, "I've been in this business for 20 years"),
    (LIFETIME, "after 20 years of gaming I know a GPU dies in 2-3 years"),
    (LIFETIME, "bought a GPU 5 years ago"),
    (GAP, "in 2019 nobody cared, by 2030 we are 50 GW short"),
    (IN_USE, "90% of people don't know what a GPU is"),
    (IN_USE, "100% sure about that"),
    (FINE, "the fine for parking is 300 CAD"),
]


@pytest.mark.parametrize(("figures", "text"), SOMETHING_ELSE)
def test_a_figure_of_something_else_is_no_conflict(findings, figures, text):
    assert all(finding.agrees for finding in findings(text, figures))


def test_the_finding_names_both_figures_and_the_subject(findings):
    (finding,) = findings("one H100 server holds 5 kg of silver", SERVER)
    assert finding == FigureFinding(
        "5 kg", "1.2 kg", False, ByLanguage(en="silver in one H100 server", zh="一台H100服务器的含银量")
    )


def test_each_documented_figure_differs_from_one_quantity_at_most(findings):
    found = findings("H100 servers hold 5 kg of silver, or 7 kg of silver, or 9 kg of silver", SERVER)
    assert len(found) == 1


RACK = (
    KnownFigure(40, 40, "count", "exactly", "claim", ByLanguage(en="servers in a rack", zh="机架里的服务器")),
    KnownFigure(50, 50, "percent", "exactly", "claim", ByLanguage(en="part of a sale that the shop takes")),
)


@pytest.mark.parametrize(
    "text",
    [
        "机架里的服务器有500户在用",
        "機架裡的伺服器有500戶在用",
        "500 people run servers in a rack",
        "500 People run servers in a rack",
        "the shop takes part of a sale, doubled",
        "the shop takes part of a sale, Doubled",
    ],
)
def test_people_and_changes_are_told_in_either_script_and_any_case(reader, comparer, text):
    assert comparer.compare(reader.read(text), RACK, text, (), text) == ()


def test_nothing_said_or_nothing_documented_gives_nothing(reader, comparer):
    assert comparer.compare((), SERVER, "no figure") == ()
    assert comparer.compare(reader.read("5 kg"), (), "5 kg") == ()


SHARE = (KnownFigure(50, 50, "percent", "exactly", "claim", ByLanguage(en="part of a sale that the shop takes")),)


def test_a_figure_alone_of_its_kind_beside_the_claims_own_words_is_the_claims(reader, comparer):
    text = "they keep 60 percent, man. my first game paid for a sofa"
    said = reader.read(text)
    assert comparer.compare(said, SHARE, text) == ()
    (finding,) = comparer.compare(said, SHARE, text, carrying="they keep 60 percent, man.")
    assert (finding.said, finding.agrees) == ("60 percent", False)


def test_a_figure_in_another_part_of_the_message_is_not(reader, comparer):
    text = "they keep half. 60 percent of my friends gave up"
    assert all(each.agrees for each in comparer.compare(reader.read(text), SHARE, text, carrying="they keep half."))


IN_SHORT = [
    (IN_USE, "lol 20 percent. so much for those busy GPUs", "so much for those busy gpus"),
    (IN_USE, "机房里那些卡也就两成在跑,八成在吹风", "机房里那些卡也就两成在跑,八成在吹风"),
    (PRICE, "silver hit 130 in january", "silver hit 130 in january"),
    (PRICE, "白银去年其实是负零点二的涨幅", "白银去年其实是负零点二的涨幅"),
    (WATER, "by 2027 they drink more than the entire kingdom", "they drink more than the entire kingdom"),
]


@pytest.mark.parametrize(("figures", "text", "carrying"), IN_SHORT)
def test_what_a_short_message_says_about_the_claim_is_held_against_its_figure(
    reader, comparer, figures, text, carrying
):
    found = comparer.compare(reader.read(text), figures, text, carrying=carrying)
    assert [each.agrees for each in found].count(False) == 1


def test_most_of_it_settles_nothing_beside_a_number(reader, comparer):
    text = "GPU utilization is 20 percent, they sleep most of it. 大半时间"
    assert [each.said for each in comparer.compare(reader.read(text), IN_USE, text, carrying=text)] == ["20 percent"]


def test_what_is_more_than_all_of_something_is_quoted_as_far_as_it_is_read(reader, comparer):
    text = "AI will drink more water than the ENTIRE United Kingdom"
    (finding,) = comparer.compare(reader.read(text), WATER, text, carrying=text)
    assert (finding.said, finding.agrees) == ("than the ENTIRE …", False)


def test_what_is_more_than_all_of_something_is_no_share_of_anything_else(reader, comparer):
    text = "the shop takes more than the entire sale"
    assert comparer.compare(reader.read(text), SHARE, text, carrying=text) == ()


def test_a_message_without_a_number_has_nothing_compiled_for_it(monkeypatch):
    """That takes longer than all else of a check."""
    monkeypatch.setattr("checks.figures.reading.build_patterns", lambda _: pytest.fail("compiled"))
    reader = FigureReader.load()
    text = "silver is in every server, they say"
    assert FigureComparer(reader).compare(reader.read(text), SERVER, text, ("a server holds 1.2 kg of silver",)) == ()
