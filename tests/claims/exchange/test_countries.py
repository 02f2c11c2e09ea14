"""A sheet saved again by a spreadsheet of any country says the same as before, or is asked about."""

import pytest

from claims.base import ClaimBase
from claims.exchange.formats import IncomingClaim, RefusedClaim
from claims.exchange.sheet import COLUMNS
from tests.claims.exchange.conftest import incoming, outcomes, plan, write


def sheet(day: str = "2026-01-23", value: str = "1.5", delimiter: str = ",", lead: str = "", said: str = "") -> str:
    """A sheet of one claim with one figure and one point, cells in quotes."""
    blank = dict.fromkeys(COLUMNS, "") | {"claim": "plums"}
    rows = [
        {"row": "claim", "text_en": "A plum weighs a lot", "kind": "contested", "status": "draft", "as_of": day},
        {"row": "wording", "text_en": "plums are heavy"},
        {"row": "figure", "text_en": "weight", "low": value, "high": value, "unit": "kg", "bound": "exactly"},
        {"row": "point", "text_en": "It does not.", "role": "refutes", "date": said or day},
    ]
    lines = [delimiter.join(COLUMNS)]
    lines += [delimiter.join(f'"{cell}"' for cell in (blank | row).values()) for row in rows]
    return lead + "\r\n".join(lines) + "\r\n"


def only(text: str) -> IncomingClaim | RefusedClaim:
    [claim] = incoming(text, "plums.csv").packs[0].claims
    return claim


@pytest.mark.parametrize(
    ("day", "value", "delimiter"),
    [
        ("2026/1/23", "1.5", ","),
        ("23.01.2026", "1,5", ";"),
        ("23/01/2026", "1,5", "\t"),
        ("1/23/2026", "1.5", ","),
        ("01/23/26", "1.5", ","),
        ("2026-01-23 00:00:00", "1.5E+0", ","),
        ("2026年1月23日", "1.5", ","),
        ("23-Jan-26", "1.50", ","),
        ("46045", "1,5", ","),
    ],
)
def test_days_and_numbers_of_a_country_are_read(day: str, value: str, delimiter: str) -> None:
    claim = only(sheet(day, value, delimiter))
    assert isinstance(claim, IncomingClaim)
    assert claim.record.as_of.isoformat() == claim.record.points[0].date == "2026-01-23"
    assert claim.record.figures[0].low == 1.5


@pytest.mark.parametrize("lead", ["sep=;\r\n", '"sep=;"\n', "SEP=;\n"])
def test_a_first_line_that_names_the_delimiter_is_passed_over(lead: str) -> None:
    assert isinstance(only(sheet(delimiter=";", lead=lead)), IncomingClaim)


def test_a_day_of_which_the_sheet_says_the_order_is_read_so() -> None:
    claim = only(sheet("1/2/2026", said="1/23/2026"))
    assert isinstance(claim, IncomingClaim)
    assert claim.record.as_of.isoformat() == "2026-01-02"


def test_a_day_that_may_be_two_is_refused_with_both() -> None:
    claim = only(sheet("1/2/2026"))
    assert isinstance(claim, RefusedClaim)
    problem = claim.problems[0]
    assert (problem.line, problem.field) == (2, "plums.csv, column as_of, “1/2/2026”")
    assert "2026-01-02" in problem.fault
    assert "2026-02-01" in problem.fault


@pytest.mark.parametrize(
    ("value", "delimiter", "number"),
    [
        ("1.500,5", ";", 1500.5),
        ("1 500,5", ";", 1500.5),
        ("1,500.5", ",", 1500.5),
        ("1.125", ",", 1.125),
        ("−2", ",", -2),
    ],
)
def test_groups_of_digits_are_told_from_decimals(value: str, delimiter: str, number: float) -> None:
    claim = only(sheet(value=value, delimiter=delimiter))
    assert isinstance(claim, IncomingClaim)
    assert claim.record.figures[0].low == number


@pytest.mark.parametrize(("value", "delimiter"), [("1,500", ","), ("1.500", ";")])
def test_a_number_that_may_be_two_is_refused_with_both(value: str, delimiter: str) -> None:
    claim = only(sheet(value=value, delimiter=delimiter))
    assert isinstance(claim, RefusedClaim)
    assert "1500" in claim.problems[0].fault
    assert "1.500" in claim.problems[0].fault


def test_what_is_no_number_is_named_with_sheet_column_and_value() -> None:
    claim = only(sheet(value="much"))
    assert isinstance(claim, RefusedClaim)
    assert str(claim.problems[0]) == (
        "line 4, plums.csv, column low, “much”: this must be a number. Write a number, such as 1.5."
    )


def test_headings_may_be_in_capitals() -> None:
    text = sheet()
    heading, rest = text.split("\r\n", maxsplit=1)
    assert isinstance(only(f"{heading.upper()}\r\n{rest}"), IncomingClaim)


@pytest.mark.parametrize("claim", ["", "plum", "plumss"])
def test_a_row_that_lost_its_claim_deletes_nothing(base: ClaimBase, claim: str) -> None:
    write(base, sheet(), "plums.csv")
    lines = sheet().split("\r\n")
    lines[2] = lines[2].replace('"plums"', f'"{claim}"', 1)
    report = write(base, "\r\n".join(lines), "plums.csv")
    assert outcomes(report.plan) == {"plums": "refused", claim: "refused"}
    assert report.revision is None
    assert [wording.text for wording in base.claim("plums").wordings] == ["plums are heavy"]


def test_a_claim_that_loses_nothing_is_taken_beside_a_stray_row(base: ClaimBase) -> None:
    write(base, sheet(), "plums.csv")
    text = sheet(day="2026-01-24") + sheet().split("\r\n")[2].replace("plums", "pears", 1) + "\r\n"
    made = plan(base, text.replace("2026-01-24", "2026-01-23", 1).replace("A plum weighs", "A plum has"), "plums.csv")
    assert outcomes(made)["pears"] == "refused"
