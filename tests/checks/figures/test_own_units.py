"""Figures of any field: units of a claim's own, counts with any noun, and how often something happens."""

from dataclasses import replace

import pytest

from checks.figures import FigureComparer, FigureReader
from checks.figures.reading import notation, source_notation
from checks.model import KnownFigure
from config.languages import ByLanguage


def figure(low: float, unit: str, english: str, chinese: str = "", high: float | None = None) -> KnownFigure:
    return KnownFigure(low, low if high is None else high, unit, "exactly", "claim", ByLanguage(en=english, zh=chinese))


EGGS = (figure(3, "count", "eggs a person may eat a day", "每天可以吃的鸡蛋数"),)
EGGS_SAID = ("nobody should eat more than three eggs a day", "每天最多吃三颗鸡蛋")
SEEDS = (figure(90, "seeds|kernels|粒", "seeds that one flower bears", "一朵花结的籽"),)
CALLS = (figure(2, "count", "visits of the chimney sweep a year", "每年扫烟囱的次数"),)
CALLS_SAID = ("the sweep has to come twice a year", "烟囱一年要扫两次")
WATERING = (figure(0.25, "years", "how long a cactus goes without water", "仙人掌的浇水间隔"),)
WATERING_SAID = ("water a cactus every three months", "仙人掌三个月浇一次水")
DISK = (figure(80, "count", "size of the new map", "新地图的大小"),)
DISK_SAID = ("the new map takes 80 GB", "新地图有80GB")
FLOOD = (figure(3000, "count", "people drowned in the flood", "洪水淹死的人数"),)
FLOOD_SAID = ("the flood left 3000 dead", "3,000 people drowned", "洪水淹死了三千人")
COINS = (figure(50, "count", "coins in the lost wallet, in thousands", "丢失钱包里的币（千）"),)
COINS_SAID = ("the lost wallet holds 50,000 BTC",)

SAYS = [
    (EGGS, EGGS_SAID, "three eggs a day is the limit", True),
    (EGGS, EGGS_SAID, "you must not eat more than 7 eggs a day", False),
    (EGGS, EGGS_SAID, "一天吃五颗鸡蛋就是极限", False),
    (SEEDS, (), "each flower has 90 kernels", True),
    (SEEDS, (), "one flower bears two hundred seeds", False),
    (SEEDS, (), "一朵花结三百粒", False),
    (CALLS, CALLS_SAID, "the chimney sweep comes two times a year", True),
    (CALLS, CALLS_SAID, "the chimney sweep must come every month", False),
    (CALLS, CALLS_SAID, "烟囱一年得扫四次", False),
    (WATERING, WATERING_SAID, "a cactus needs water four times a year", True),
    (WATERING, WATERING_SAID, "a cactus needs water weekly", False),
    (WATERING, WATERING_SAID, "仙人掌每天都要浇水", False),
    (DISK, DISK_SAID, "the map is 80 gigs", True),
    (DISK, DISK_SAID, "新地图要200个G", False),
    (DISK, DISK_SAID, "the new map will be 0.2 TB", False),
    (FLOOD, FLOOD_SAID, "the flood drowned three thousand people", True),
    (FLOOD, FLOOD_SAID, "the flood drowned 12 thousand people", False),
    (FLOOD, FLOOD_SAID, "洪水淹死了八百人", False),
    (FLOOD, FLOOD_SAID, "洪水淹死了一百多人", False),
    (COINS, COINS_SAID, "there are 50k bitcoin in that wallet", True),
    (COINS, COINS_SAID, "there are 1.1 million BTC in that wallet", False),
]


@pytest.mark.parametrize(("figures", "wordings", "text", "agrees"), SAYS)
def test_a_figure_of_any_field_agrees_or_differs(
    reader: FigureReader, comparer: FigureComparer, figures, wordings, text, agrees
):
    found = comparer.compare(reader.read(text), figures, text, wordings)
    assert [finding.agrees for finding in found] == [agrees]


SILENT = [
    (EGGS, EGGS_SAID, "3 friends told me to eat eggs"),
    (SEEDS, (), "I bought 500 seeds"),
    (DISK, DISK_SAID, "my old laptop is 12 years old"),
    (WATERING, (), "I look at the cactus every day"),
]


@pytest.mark.parametrize(("figures", "wordings", "text"), SILENT)
def test_a_number_of_something_else_is_no_figure_of_the_claim(reader, comparer, figures, wordings, text):
    assert comparer.compare(reader.read(text), figures, text, wordings) == ()


def test_small_percentages_agree_relatively(reader, comparer):
    growth = (figure(0.1, "percent", "growth of the economy"),)
    text = "growth of the economy was {}%"
    for said, agrees in (("0.1", True), ("0.01", False), ("0.2", False)):
        found = comparer.compare(reader.read(text.format(said)), growth, text.format(said))
        assert [finding.agrees for finding in found] == [agrees]


def test_a_point_before_three_digits_may_stand_between_groups(reader, comparer):
    load = (figure(2.5, "kg", "weight of the old kettle"),)
    for said, agrees in (("2.500 kg", True), ("2.500 g", True), ("3.500 g", False)):
        text = f"the weight of the kettle is {said}"
        assert [finding.agrees for finding in comparer.compare(reader.read(text), load, text)] == [agrees]


def test_what_the_source_gives_goes_with_the_finding(reader, comparer):
    sourced = KnownFigure(
        1, 1, "years", "exactly", "claim", ByLanguage(en="how long paint lasts"), 5, 8, "range", "p. 12"
    )
    (finding,) = comparer.compare(reader.read("paint lasts 3 months"), (sourced,), "paint lasts 3 months")
    assert (finding.documented, finding.source, finding.place) == ("1 years", "5–8 years", "p. 12")


@pytest.mark.parametrize("text", ["paint lasts 6 years", "油漆能撑六年"])
def test_who_gives_what_the_source_gives_is_told_from_who_gives_any_other_figure(reader, comparer, text):
    subject = ByLanguage(en="how long paint lasts", zh="油漆能撑多久")
    sourced = KnownFigure(1, 1, "years", "exactly", "claim", subject, 5, 8, "range")
    (finding,) = comparer.compare(reader.read(text), (sourced,), text)
    assert (finding.agrees, finding.is_source, finding.documented) == (True, True, "5–8 years")
    (other,) = comparer.compare(reader.read("paint lasts 3 years"), (sourced,), "paint lasts 3 years")
    assert (other.agrees, other.is_source) == (False, False)


def test_the_source_of_a_unit_of_the_claims_own_is_held_in_that_unit(reader, comparer):
    sourced = (replace(SEEDS[0], documented_low=300, documented_high=300),)
    (finding,) = comparer.compare(reader.read("one flower bears 300 kernels"), sourced, "one flower bears 300 kernels")
    assert (finding.is_source, finding.documented) == (True, "300 seeds")


def test_a_unit_of_its_own_is_written_by_its_first_spelling():
    assert notation(SEEDS[0]) == "90 seeds"
    assert source_notation(SEEDS[0]) == ""
