"""A sheet saved again by a spreadsheet of any country says the same as before, or is asked about."""

import pytest

from claims.base import ClaimBase
from claims.exchange.formats import IncomingClaim, RefusedClaim
from claims.exchange.sheet import COLUMNS
from config.errors import ImportRefusedError
from tests.claims.exchange.conftest import incoming, outcomes, plan, write


def sheet(
    day: str = "2026-01-23", value: str = "1.5", delimiter: str = ",", lead: str = "", said: str = "", source: str = ""
) -> str:
    """A sheet of one claim with one figure and one point, cells in quotes."""
    blank = dict.fromkeys(COLUMNS, "") | {"claim": "plums"}
    rows = [
        {"row": "claim", "text_en": "A plum weighs a lot", "kind": "contested", "status": "draft", "as_of": day},
        {"row": "wording", "text_en": "plums are heavy"},
        {
            "row": "figure",
            "text_en": "weight",
            "low": value,
            "high": value,
            "unit": "kg",
            "bound": "exactly",
            "documented": source,
        },
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
        ("46045.0", "1.5", ","),
        ("46045,75", "1,5", ";"),
        ("23.01.26", "1,5", "\t"),
        ("2026. 1. 23.", "1,5", ";"),
        ("115/1/23", "１．５", ","),
        ("'2026-01-23", "'1.5", ","),
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


@pytest.mark.parametrize(("day", "read"), [("01/02/2026", "2026-02-01"), ("03.02.01", "2001-02-03")])
def test_where_numbers_have_a_comma_no_month_comes_first_and_no_year_before_points(day: str, read: str) -> None:
    claim = only(sheet(day, "1,5", ";"))
    assert isinstance(claim, IncomingClaim)
    assert claim.record.as_of.isoformat() == read


def test_a_day_that_may_be_two_is_refused_with_both() -> None:
    claim = only(sheet("1/2/2026"))
    assert isinstance(claim, RefusedClaim)
    problem = claim.problems[0]
    assert (problem.line, problem.field) == (2, "plums.csv, column as_of, “1/2/2026”")
    assert "2026-01-02" in problem.fault
    assert "2026-02-01" in problem.fault


def test_a_day_that_may_be_three_is_refused_with_all_of_them() -> None:
    claim = only(sheet("3/4/05"))
    assert isinstance(claim, RefusedClaim)
    assert all(day in claim.problems[0].fault for day in ("2003-04-05", "2005-03-04", "2005-04-03"))


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


@pytest.mark.parametrize(
    ("source", "low", "high"),
    [("4,6", 4.6, 4.6), ("about 1.500,5; p. 4.2", 1500.5, 1500.5), ("4,6 to 5,25；第1,2页", 4.6, 5.25)],
)
def test_what_the_source_gives_has_the_numbers_of_the_country_too(source: str, low: float, high: float) -> None:
    claim = only(sheet("23.01.2026", "1,5", ";", source=source))
    assert isinstance(claim, IncomingClaim)
    figure = claim.record.figures[0]
    assert (figure.documented_low, figure.documented_high) == (low, high)
    assert figure.documented_place == source.partition("; ")[2] + source.partition("；")[2]


def test_a_fault_in_what_the_source_gives_names_that_column() -> None:
    claim = only(sheet(source="much"))
    assert isinstance(claim, RefusedClaim)
    assert [problem.field for problem in claim.problems] == ["plums.csv, column documented, “much”"]


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


def test_words_may_begin_with_a_capital_and_carry_signs_that_nobody_sees() -> None:
    text = sheet().replace('"point"', '"Point\u200b"').replace('"refutes"', '"Refutes "').replace("kg", "\ufeffkg")
    claim = only(text.replace('"plums"', '"plums\u00a0"', 1))
    assert isinstance(claim, IncomingClaim)
    assert [point.role for point in claim.record.points] == ["refutes"]


def test_a_year_that_a_program_kept_as_a_decimal_is_a_year() -> None:
    claim = only(sheet(said="2026.0"))
    assert isinstance(claim, IncomingClaim)
    assert claim.record.points[0].date == "2026"


@pytest.mark.parametrize(("start", "end"), [("1,024", "2,048"), ("1024.0", "2048.0"), ("1 024", "2 048")])
def test_places_in_a_document_are_whole_numbers_however_they_are_grouped(start: str, end: str) -> None:
    cells = {"claim": "plums", "row": "citation", "document": "book", "start": start, "end": end, "sha256": "0" * 64}
    row = ",".join(f'"{cell}"' for cell in (dict.fromkeys(COLUMNS, "") | cells).values())
    claim = only(f"{sheet()}{row}\r\n")
    assert isinstance(claim, IncomingClaim)
    [cited] = claim.record.points[0].citations
    assert (cited.start, cited.end) == (1024, 2048)


def test_an_empty_column_is_passed_over_and_a_cell_in_it_is_not() -> None:
    lines = [f",{line}" for line in sheet().splitlines()]
    assert isinstance(only("\r\n".join(lines)), IncomingClaim)
    lines[2] = f"remark{lines[2]}"
    with pytest.raises(ImportRefusedError, match="line 3: a cell stands in a column that the first row does not name"):
        only("\r\n".join(lines))


def test_a_heading_that_stands_further_down_is_named() -> None:
    with pytest.raises(ImportRefusedError, match=r"Line 3 does: put it first"):
        only(f"Fruit of this year{',' * (len(COLUMNS) - 1)}\r\n\r\n{sheet()}")


def test_blanks_behind_commas_are_no_part_of_the_cells() -> None:
    text = sheet(day="2026-01-23").replace("plums are heavy", "plums, ripe ones, are heavy").replace(",", ", ")
    claim = only(text.replace("plums,  ripe ones,  are", "plums, ripe ones, are"))
    assert isinstance(claim, IncomingClaim)
    assert [wording.text for wording in claim.record.wordings] == ["plums, ripe ones, are heavy"]


def _as_windows_reads(text: str, code_page: str) -> str:
    """The text as a program shows it that takes UTF-8 for its country's code page."""
    if code_page == "cp1252":
        return "".join(bytes([byte]).decode(code_page, "ignore") or chr(byte) for byte in text.encode())
    return text.encode().decode(code_page, "replace").replace("\ufffd", "€")


@pytest.mark.parametrize("code_page", ["cp1252", "gbk"])
def test_chinese_that_a_spreadsheet_has_read_in_a_wrong_encoding_is_refused(code_page: str) -> None:
    garbled = _as_windows_reads("每台服务器都很重", code_page)
    with pytest.raises(ImportRefusedError, match=r"line 3: “.*” was read in a wrong encoding: “每台"):
        only(sheet().replace("plums are heavy", garbled))
    assert isinstance(only(sheet().replace("plums are heavy", "每台服务器 – “naïve” café €")), IncomingClaim)


@pytest.mark.parametrize(
    ("here", "given"),
    [
        ("AI数据中心用银", "AI?据中心用?"),
        ("AI数据中心用银", "AI??????"),
        ("heavy 🍑 plums", "heavy ? plums"),
        ("heavy 🍑 plums", "heavy ?? plums"),
    ],
)
def test_what_a_code_page_does_not_have_is_not_lost_in_the_base(base: ClaimBase, here: str, given: str) -> None:
    write(base, sheet().replace("plums are heavy", here), "plums.csv")
    made = plan(base, sheet().replace("plums are heavy", given), "plums.csv")
    [entry] = made.entries
    assert entry.outcome == "refused"
    assert f"“{given}” has lost characters in saving: “{here}” stands here" in str(entry.problems[0])


def test_a_question_mark_may_be_put_in_the_place_of_another(base: ClaimBase) -> None:
    write(base, sheet().replace("plums are heavy", "李子很重吗？"), "plums.csv")
    assert outcomes(plan(base, sheet().replace("plums are heavy", "李子很重吗?"), "plums.csv")) == {"plums": "changed"}


@pytest.mark.parametrize("claim", ["", "plum", "plumss"])
def test_a_row_that_lost_its_claim_deletes_nothing(base: ClaimBase, claim: str) -> None:
    write(base, sheet(), "plums.csv")
    lines = sheet().split("\r\n")
    lines[2] = lines[2].replace('"plums"', f'"{claim}"', 1)
    report = write(base, "\r\n".join(lines), "plums.csv")
    assert outcomes(report.plan) == {"plums": "refused", claim: "refused"}
    assert report.revision is None
    assert [wording.text for wording in base.claim("plums").wordings] == ["plums are heavy"]


def test_a_row_without_a_claim_asks_for_one() -> None:
    lines = sheet().split("\r\n")
    lines[2] = lines[2].replace('"plums"', '""', 1)
    claims = {
        each.claim: each
        for each in incoming("\r\n".join(lines), "plums.csv").packs[0].claims
        if isinstance(each, RefusedClaim)
    }
    assert "does not say to which claim it belongs. Write the claim's id" in str(claims[""].problems[0])


def test_a_claim_that_loses_nothing_is_taken_beside_a_stray_row(base: ClaimBase) -> None:
    write(base, sheet(), "plums.csv")
    text = sheet(day="2026-01-24") + sheet().split("\r\n")[2].replace("plums", "pears", 1) + "\r\n"
    made = plan(base, text.replace("2026-01-24", "2026-01-23", 1).replace("A plum weighs", "A plum has"), "plums.csv")
    assert outcomes(made)["pears"] == "refused"
