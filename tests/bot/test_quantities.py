"""A claim's figure in the words of each language: number, unit and bound."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.quantities import UNIT_NAMES, documented_text, figure_text, source_text, unit_named
from bot.texts import Texts
from checks.model import FigureFinding, KnownFigure
from claims.packs.plain import known_units
from config.languages import SHOWN
from tests.bot.records import composer, finding, match

TEXTS = {language: Texts.open(language) for language in SHOWN}
WRITTEN = [
    (KnownFigure(1.2, 1.2, "kg"), "1.2 kg", "1.2公斤", "1.2公斤"),
    (KnownFigure(1000, 1000, "t", "over"), "over 1,000 t", "超过1,000吨", "超過1,000公噸"),
    (KnownFigure(2, 3, "years", "range"), "2–3 years", "2–3年", "2–3年"),
    (KnownFigure(1, 1, "years", "about"), "around 1 year", "约1年", "約1年"),
    (KnownFigure(8.6, 8.6, "percent"), "8.6%", "8.6%", "8.6%"),
    (KnownFigure(2, 2, "points"), "2 percentage points", "2个百分点", "2個百分點"),
    (KnownFigure(28, 28, "pe", "about"), "around 28× earnings", "约28倍市盈率", "約28倍本益比"),
    (KnownFigure(2027, 2027, "year"), "2027", "2027年", "2027年"),
    (KnownFigure(1.4e12, 1.4e12, "USD"), "$1.4 trillion", "1.4万亿美元", "1.4兆美元"),
    (KnownFigure(5e12, 7e12, "USD", "range"), "$5–7 trillion", "5–7万亿美元", "5–7兆美元"),
    (KnownFigure(99, 99, "USD/oz", "over"), "over $99 per ounce", "每盎司超过99美元", "每盎司超過99美元"),
    (KnownFigure(50, 100, "GW", "range"), "50–100 GW", "50–100GW", "50–100GW"),
    (KnownFigure(5, 5, "HKD"), "HK$5", "5港元", "港幣5元"),
    (KnownFigure(5e8, 5e8, "CNY", "over"), "over ¥500 million", "超过5亿元人民币", "超過人民幣5億元"),
    (KnownFigure(3, 3, "BTC|bitcoin"), "3 BTC", "3BTC", "3BTC"),
    (KnownFigure(142e3, 142e3, "BTC|bitcoin|比特币"), "142,000 BTC", "14.2万比特币", "14.2萬比特幣"),
    (KnownFigure(90, 90, "seeds|粒"), "90 seeds", "90粒", "90粒"),
    (KnownFigure(5, 5, "km/h|公里每小时", "over"), "over 5 km/h", "超过5公里每小时", "超過5公里每小時"),
    (KnownFigure(123456789, 123456789, "count"), "123,456,789", "123,456,789", "123,456,789"),
    (KnownFigure(0.00012, 0.00012, "g", "under"), "under 0.00012 g", "不到0.00012克", "不到0.00012公克"),
]


@pytest.mark.parametrize(("figure", "english", "simplified", "traditional"), WRITTEN)
def test_a_figure_reads_as_people_of_the_language_write_it(figure, english, simplified, traditional):
    assert [figure_text(figure, texts) for texts in TEXTS.values()] == [english, simplified, traditional]


def test_a_unit_is_named_in_chinese_or_is_a_symbol():
    named = {unit: figure_text(KnownFigure(5, 5, unit), TEXTS["zh-Hant"]) for unit in known_units()}
    latin = {unit for unit, text in named.items() if re.search("[A-Za-z]", text)}
    assert latin == {unit for unit in known_units() if unit not in UNIT_NAMES}
    assert all(unit.isupper() or len(unit) <= 3 for unit in latin)


@pytest.mark.parametrize("texts", TEXTS.values(), ids=TEXTS)
def test_a_unit_may_be_typed_as_the_reader_calls_it_or_as_the_table_does(texts):
    assert {unit: unit_named(texts(shown), texts) for unit, shown in UNIT_NAMES.items()} == {u: u for u in UNIT_NAMES}
    assert [unit_named(unit, texts) for unit in known_units()] == list(known_units())
    assert unit_named(" % ", texts) == "percent"
    assert [unit_named(name, texts) for name in ("港元", "港幣", "元人民币")] == ["HKD", "HKD", "CNY"]
    assert unit_named("BTC|bitcoin", texts) == "BTC|bitcoin"


def test_what_the_source_gives_is_written_likewise():
    sourced = KnownFigure(1, 1, "years", documented_low=5, documented_high=8, documented_bound="range")
    assert source_text(sourced, TEXTS["zh-Hant"]) == "5–8年"
    assert source_text(KnownFigure(1, 1, "years"), TEXTS["zh-Hant"]) == ""
    found = FigureFinding("3 months", "1 years", False, source="5–8 years", figure=sourced)
    assert documented_text(found, TEXTS["zh-Hans"]) == ("1年", "5–8年")


def test_the_card_writes_the_figure_in_its_own_language_whatever_the_message_was_in():
    figure = KnownFigure(1.2, 1.2, "kg")
    differing = match(figures=(FigureFinding("5 kg", "1.2 kg", False, figure=figure),))
    (entry,) = composer(language="zh-Hant").compose(finding(differing)).entries
    assert entry.figure_lines == ("你寫的是5 kg；這個說法裡的數字是1.2公斤。",)


@given(st.floats(-1e15, 1e15), st.floats(0, 1e6), st.sampled_from(known_units()))
def test_any_figure_can_be_written(low, more, unit):
    for texts in TEXTS.values():
        assert re.search(r"\d", figure_text(KnownFigure(low, low + more, unit), texts))
