"""Dates in the words of each language."""

import pytest

from bot.reply import display_date
from bot.texts import Texts


@pytest.mark.parametrize(
    ("language", "day", "month", "year"),
    [
        ("en", "15 November 2025", "November 2025", "2025"),
        ("zh-Hans", "2025年11月15日", "2025年11月", "2025年"),
        ("zh-Hant", "2025年11月15日", "2025年11月", "2025年"),
    ],
)
def test_a_day_a_month_or_a_year_reads_as_people_write_it(language, day, month, year):
    texts = Texts.open(language)
    assert [display_date(date, texts) for date in ("2025-11-15", "2025-11", "2025")] == [day, month, year]


@pytest.mark.parametrize(
    "written", ["after 23 January 2026", "", "2025-13", "2025-02-30", "2025-1-1-1", "about 1990", "99999999999"]
)
def test_what_is_no_date_stays_as_it_was_written(written):
    assert display_date(written, Texts.open("en")) == written
