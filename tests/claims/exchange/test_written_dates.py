"""Dates are read in every form in which only one day can be meant, and never guessed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.exchange.written_dates import ORDERS, orders_of, read_date, read_serial, read_timestamp

CERTAIN = {
    "2024": "2024",
    "2024-05": "2024-05",
    "2024-5-2": "2024-05-02",
    "2024/05/02": "2024-05-02",
    "20240502": "2024-05-02",
    "2024-05-02T23:10:00+08:00": "2024-05-02",
    "2024-05-02 00:00:00": "2024-05-02",
    "May 2, 2024": "2024-05-02",
    "2nd of May 2024": "2024-05-02",
    "2. Mai 2024": "2024-05-02",
    "Thu, 02 May 2024 10:00:00 GMT": "2024-05-02",
    "May 2024": "2024-05",
    "Jan-26": "2026-01",
    "2024年5月2日": "2024-05-02",
    "2024年5月": "2024-05",
    "民國113年5月2日": "2024-05-02",
    "02.05.2024": "2024-05-02",
    "1/23/2026": "2026-01-23",
    "23/1/2026": "2026-01-23",
    "3/3/2026": "2026-03-03",
    "1/23/2026 12:00:00 AM": "2026-01-23",
    "Fri Jan 23 10:00:00 2026": "2026-01-23",
    "Fri Jan 23 10:00:00 +0000 2026": "2026-01-23",
    "Fri Jan 23 2026 10:00:00 GMT+0100 (Central European Standard Time)": "2026-01-23",
    "Published on January 23, 2026 at 9:05 AM": "2026-01-23",
    "2026. 1. 23.": "2026-01-23",
    "01.2026": "2026-01",
    "115/1/23": "2026-01-23",
    "115年1月23日": "2026-01-23",
    "民國一百一十五年一月二十三日": "2026-01-23",
    "二〇二六年十二月三十一日": "2026-12-31",
    "2026/2/3 上午 12:00:00": "2026-02-03",
    "2026/01/23（五）": "2026-01-23",
    "２０２６年１月２３日": "2026-01-23",
    "23 sty 2026": "2026-01-23",
    "23 января 2026 г.": "2026-01-23",
    "vendredi 23 janvier 2026": "2026-01-23",
    "2026-01-23+08:00": "2026-01-23",
    "2026-01-23-05:00": "2026-01-23",
    "23 janvier 2026 à 10h30": "2026-01-23",
    "Last updated on January 23, 2026": "2026-01-23",
}


@pytest.mark.parametrize("text", CERTAIN)
def test_one_day_is_meant(text: str) -> None:
    assert read_date(text).within() == (CERTAIN[text],)


@pytest.mark.parametrize("text", ["1/2/2026", "2-1-2026", "23/01/26"])
def test_two_days_may_be_meant(text: str) -> None:
    assert len(read_date(text).within()) == 2


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "2024-13-01", "31/31/2024", "2024-02-30", "12", "May", "99999999", "1/2", "23-Jan", "2. Mai"),
        *("May ❶❷", "1 May ❶❷", "፩ May 2024"),
    ],
)
def test_no_day_is_meant(text: str) -> None:
    assert read_date(text).within() == ()


@pytest.mark.parametrize("text", ["23-Jan", "23 Jan", "2. Mai"])
def test_a_day_without_its_year_is_no_month_of_a_year(text: str) -> None:
    assert read_date(text).within() == ()


def test_one_date_tells_the_order_of_the_others() -> None:
    assert orders_of(map(read_date, ["1/2/2026", "1/23/2026"])) == ("mdy",)
    assert orders_of(map(read_date, ["1/23/2026", "23/1/2026"])) == ()
    assert orders_of(map(read_date, ["2026-01-23", "nonsense"])) == ORDERS


def test_a_spreadsheets_count_of_days_and_a_moment_in_seconds_are_days() -> None:
    assert (read_serial("46045"), read_serial("12"), read_serial("1.5")) == ("2026-01-23", "", "")
    assert (read_timestamp(1714608000), read_timestamp(1714608000000), read_timestamp(3)) == (
        "2024-05-02",
        "2024-05-02",
        "",
    )


@given(st.dates(min_value=date(1000, 1, 1), max_value=date(2199, 1, 1)))
def test_every_iso_day_is_itself(day: date) -> None:
    assert read_date(day.isoformat()).within() == (day.isoformat(),)


@given(st.text(max_size=40))
def test_no_text_does_harm(text: str) -> None:
    assert len(read_date(text).within()) <= 3
