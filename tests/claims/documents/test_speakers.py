"""Who says a sentence, and which days its words mean."""

import pytest

from claims.documents.speakers import SpeechReader

READER = SpeechReader()


@pytest.mark.parametrize(
    ("sentence", "who", "is_named", "rest"),
    [
        ("有人认为AI推高了银价。", "有人", False, "AI推高了银价。"),
        ("也有人認為，AI推高了銀價。", "有人", False, "AI推高了銀價。"),
        ("坊间流传着这么一个说法：白银要涨。", "坊间", False, "白银要涨。"),
        ("网上流传一种说法：手机会致病。", "网上", False, "手机会致病。"),
        ("許多人相信微波爐有害。", "許多人", False, "微波爐有害。"),
        ("工程师王海解释说，基站越多越好。", "工程师王海", True, "基站越多越好。"),
        ("怀疑论者的核心观点是:摩根大通算错了。", "怀疑论者", False, "摩根大通算错了。"),
        ("世界卫生组织预计，到2050年病例将增加。", "世界卫生组织", True, "到2050年病例将增加。"),
        ("根据世界白银协会发布的数据，需求增长了三成。", "世界白银协会", True, "需求增长了三成。"),
        ("根據世界白銀協會發布的數據,需求增長了三成。", "世界白銀協會", True, "需求增長了三成。"),
        ("他表示，价格还会涨。", "", False, "价格还会涨。"),
        ("Some people claim that coins are anonymous.", "Some people", False, "coins are anonymous."),
        ("Critics say the index is wrong.", "Critics", False, "the index is wrong."),
        ("According to the Silver Institute, demand rose by 30%.", "the Silver Institute", True, "demand rose by 30%."),
        ("The Silver Institute says demand rose by 30%.", "The Silver Institute", True, "demand rose by 30%."),
        ("He said that prices would rise.", "", False, "prices would rise."),
        ("Demand rose by 30%, according to the yearbook.", "the yearbook", True, None),
        ("Analysts expect fees to fall by half.", "Analysts", False, None),
    ],
)
def test_a_sentence_names_who_says_it(sentence: str, who: str, is_named: bool, rest: str | None) -> None:
    found = READER.attribution(sentence)
    assert found is not None
    assert (found.who, found.is_named) == (who, is_named)
    assert sentence[found.end :] == (rest if rest is not None else sentence)


@pytest.mark.parametrize(
    ("sentence", "who"),
    [
        ("“The worst is a pack that lies empty,” said Marta Keller, who runs a workshop in Basel.", "Marta Keller"),
        ("“The worst is a pack that lies empty,” Marta Keller said on Monday.", "Marta Keller"),
        ("“The worst is a pack that lies empty,” said Marta Keller.", "Marta Keller"),
        ("“The worst is a pack that lies empty,” said Marta Keller Jr.", "Marta Keller Jr."),
        ("“最贵的错误是让电池空着过冬，”在巴塞尔经营维修店的玛尔塔·凯勒说，“每年大约60块。”", "玛尔塔·凯勒"),
        ("「最貴的錯誤是讓電池空著過冬，」瑪爾塔·凱勒說，「每年大約60顆。」", "瑪爾塔·凱勒"),
    ],
)
def test_who_is_quoted_is_named_behind_the_words(sentence: str, who: str) -> None:
    found = READER.attribution(sentence)
    assert found is not None
    assert (found.who, found.is_named, found.end) == (who, True, 0)


def test_what_is_said_without_anybody_is_hearsay() -> None:
    hearsay = READER.attribution("It is often said that fast chargers ruin cells.")
    assert hearsay is not None
    assert (hearsay.who, hearsay.is_hearsay) == ("", True)
    named = READER.attribution("It warned that cells wear out.")
    assert named is not None
    assert (named.who, named.is_hearsay) == ("", False)


@pytest.mark.parametrize(
    "sentence",
    [
        "白银价格上涨了三成。",
        "Silver rose by 30% in 2025.",
        "总的来说，价格还会涨。",
        "或者可以说，价格还会涨。",
        "We think so.",
    ],
)
def test_other_sentences_name_nobody(sentence: str) -> None:
    found = READER.attribution(sentence)
    assert found is None or not found.is_named


@pytest.mark.parametrize(
    ("sentence", "published", "means"),
    [
        ("Silver rose by 30% last year.", "2026-01-23", ["2025"]),
        ("Silver rose by 30% last year.", "2026", ["2025"]),
        ("Prices fell last month and again last week.", "2026-01-14", ["2025-12", "2026-01-05/2026-01-11"]),
        ("Prices fell last month.", "2026", []),
        ("Prices fell yesterday.", "2026-03-01", ["2026-02-28"]),
        ("Prices fell yesterday.", "2026-03", []),
        ("Sales doubled in the last quarter.", "2026-01-14", ["2025-10/2025-12"]),
        ("Sales doubled in the first half of this year.", "2025-11-15", ["2025-01/2025-06"]),
        ("今年上半年美国经济增长约2%。", "2025-11-15", ["2025-01/2025-06"]),
        ("今年上半年美國經濟增長約2%。", "2025", ["2025-01/2025-06"]),
        ("去年第四季度增长了三成，明年还会涨。", "2026-01", ["2025-10/2025-12", "2027"]),
        ("上周股价下跌，昨天又涨了。", "2025-11-15", ["2025-11-03/2025-11-09", "2025-11-14"]),
        ("在未来五年内，需求会翻倍。", "2025-11-15", []),
        ("Last year was good.", "", []),
        ("Last year was good.", "spring", []),
    ],
)
def test_times_are_told_from_the_day_of_publication(sentence: str, published: str, means: list[str]) -> None:
    found = READER.times(sentence, published)
    assert [each.means for each in found] == means
    assert all(sentence[each.start : each.end] == each.text for each in found)


def test_no_time_is_told_that_no_calendar_has() -> None:
    assert READER.times("It was said yesterday, and last week as well.", "0001-01-01") == ()
