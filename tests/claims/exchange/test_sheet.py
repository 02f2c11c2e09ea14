"""A sheet survives spreadsheets: formulas stay texts, rows may be sorted, and what does not fit is named by its row."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.base import ClaimBase
from claims.exchange import sheet as sheet_layout
from claims.exchange.importing import export_claims, load_pack
from claims.exchange.sheet import COLUMNS, ROWS
from claims.exchange.sheet_cells import guard_cell, join_texts, split_texts, unguard_cell
from config.errors import ImportRefusedError
from tests.claims.exchange.conftest import TODAY, exported, incoming, outcomes, plan, write
from tests.claims.packs import claim_data, pack_data, write_pack

FORMULAS = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture
def sheet(base: ClaimBase, tmp_path: Path) -> str:
    load_pack(base, write_pack(tmp_path, pack_data(claim_data("one"), claim_data("two"))))
    return exported(base, "csv")


def rows(sheet: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(sheet, newline="")))


def written(cells: list[dict[str, str]], delimiter: str = ",") -> str:
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, COLUMNS, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(cells)
    return buffer.getvalue()


@given(st.text())
def test_no_cell_begins_as_a_formula_and_every_text_comes_back(text: str) -> None:
    assert not guard_cell(text).startswith(FORMULAS)
    assert unguard_cell(guard_cell(text)) == text


@given(st.sampled_from(FORMULAS), st.text(max_size=5), st.integers(0, 3))
def test_apostrophes_before_a_formula_are_kept_apart_from_ours(sign: str, text: str, count: int) -> None:
    cell = "'" * count + sign + text
    assert unguard_cell(guard_cell(cell)) == cell
    assert guard_cell(cell) == f"'{cell}"


@given(st.lists(st.text(min_size=1)).map(tuple))
def test_several_texts_in_one_cell_come_apart_again(texts: tuple[str, ...]) -> None:
    assert split_texts(join_texts(texts)) == list(texts)


def test_formulas_in_claims_stay_texts(base: ClaimBase, tmp_path: Path) -> None:
    title = '=HYPERLINK("https://evil.example","x")'
    load_pack(base, write_pack(tmp_path, pack_data(claim_data("one", title={"en": title, "zh": "@SUM(A1)"}))))
    text = exported(base, "csv")
    assert (rows(text)[0]["text_en"], rows(text)[0]["text_zh"]) == (f"'{title}", "'@SUM(A1)")
    assert outcomes(plan(base, text, "a.csv")) == {"one": "unchanged"}


def test_the_byte_order_mark_is_there_for_those_who_want_it(base: ClaimBase, sheet: str) -> None:
    marked = "".join(export_claims(base, "csv", byte_order_mark=True))
    assert marked == "\ufeff" + sheet


def test_every_kind_of_row_is_there_and_described(sheet: str) -> None:
    assert {row["row"] for row in rows(sheet)} <= set(ROWS)
    described = sheet_layout.__doc__ or ""
    assert all(f"`{name}`" in described for name in ROWS)


def test_a_source_with_a_bound_and_two_numbers_is_refused_by_what_is_wrong(base: ClaimBase, sheet: str) -> None:
    cells = rows(sheet)
    next(row for row in cells if row["row"] == "figure")["documented"] = "about 2 to 3"
    [refused] = plan(base, written(cells), "a.csv").of("refused")
    assert "low and high go with the bound 'range'" in str(refused.problems)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_other_delimiters_and_sorted_rows_are_read(base: ClaimBase, sheet: str, delimiter: str) -> None:
    cells = sorted(rows(sheet), key=lambda row: (row["text_zh"], row["row"], row["number"]))
    cells.sort(key=lambda row: row["claim"])
    assert set(outcomes(plan(base, written(cells, delimiter), "a.csv")).values()) == {"unchanged"}


def test_an_edited_cell_changes_its_claim_and_leaves_it_in_its_pack(base: ClaimBase, sheet: str) -> None:
    cells = rows(sheet)
    cells[1]["text_en"] = "a better wording, with a comma"
    assert outcomes(write(base, written(cells), "a.csv").plan) == {"one": "changed", "two": "unchanged"}
    assert base.claim("one").wordings[0].text == "a better wording, with a comma"
    assert base.claim("one").pack == "tiny"


def test_a_new_claim_needs_no_mark_and_no_numbers(base: ClaimBase, sheet: str) -> None:
    blank = dict.fromkeys(COLUMNS, "")
    cited = next(row for row in rows(sheet) if row["row"] == "citation")
    cells = [
        blank | {"claim": "new", "row": "claim", "text_en": "New", "kind": "outlook", "as_of": "2026-02-01"},
        blank | {"claim": "new", "row": "wording", "text_en": "a new wording"},
        blank | {"claim": "new", "row": "point", "role": "context", "date": "2026", "text_en": "It is said."},
        blank
        | {key: cited[key] for key in ("document", "start", "end", "sha256")}
        | {"claim": "new", "row": "citation"},
    ]
    assert outcomes(write(base, written(cells), "a.csv").plan) == {"new": "new"}
    assert base.claim("new").points[0].citations[0].document == "doc"


def test_a_sheet_of_few_columns_makes_a_new_claim_as_a_pack_does(base: ClaimBase) -> None:
    text = (
        "claim,row,text_en,source,address\ntea,claim,Tea is cold,,\ntea,wording,tea is always cold,,\n"
        "tea,point,It is hot.,The tea book,https://tea.example/book\n"
    )
    assert outcomes(write(base, text, "tea.csv").plan) == {"tea": "new"}
    claim = base.claim("tea")
    [point] = claim.points
    assert (claim.kind, claim.as_of, point.role, point.speaker["en"], point.date) == (
        "contested",
        TODAY,
        "refutes",
        "The tea book",
        "",
    )
    [document] = [each for each in base.documents() if each.id == point.citations[0].document]
    assert (document.title, document.address) == ("The tea book", "https://tea.example/book")


def test_a_sheet_that_people_make_may_have_most_columns_of_an_export_and_leave_the_others_out(base: ClaimBase) -> None:
    mine = [each for each in COLUMNS if each not in {"number", "sha256", "start", "end", "pack", "exported_state"}]
    rows = [
        {"row": "claim", "text_en": "Tea is cold"},
        {"row": "wording", "text_en": "tea is always cold"},
        {"row": "point", "text_en": "It is hot.", "source": "The tea book"},
    ]
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, [*mine, "source"], restval="")
    writer.writeheader()
    writer.writerows({"claim": "tea", **row} for row in rows)
    assert outcomes(write(base, buffer.getvalue(), "tea.csv").plan) == {"tea": "new"}


def test_a_new_claim_of_a_sheet_without_a_source_says_what_is_missing(base: ClaimBase) -> None:
    text = "claim,row,text_en\ntea,claim,Tea is cold\ntea,wording,tea is cold\ntea,point,It is hot.\n"
    [refused] = plan(base, text, "tea.csv").of("refused")
    assert [str(each) for each in refused.problems] == [
        "line 4, tea.csv, column source, empty: 'source' is missing. Write it into this column."
    ]


TEA = (
    "claim,row,text_en,source,address,low,unit\ntea,claim,Tea is cold,,,,\ntea,wording,tea is always cold,,,,\n"
    'tea,point,"It is hot, they say.",The tea book,https://tea.example/book,,\ntea,figure,tea,,,60,°C\n'
)


def test_an_address_that_is_none_is_told_with_its_column() -> None:
    with pytest.raises(ImportRefusedError) as caught:
        incoming(TEA.replace("https://", ""), "tea.csv")
    [problem] = caught.value.problems
    assert (problem.line, problem.field) == (4, "tea.csv, column address, “tea.example/book”")


@pytest.mark.parametrize(
    "heading",
    [
        "Claim,Row,Text EN,Source,Address,Low,Unit",
        "claim , ROW,text (en), source,address,low,unit",
        "claim,row,text-en,source,address,low,unit",
    ],
)
def test_headings_may_be_written_as_words(base: ClaimBase, heading: str) -> None:
    text = TEA.replace(TEA.partition("\n")[0], heading)
    assert outcomes(plan(base, text, "tea.csv")) == {"tea": "new"}


def test_a_column_that_is_nearly_one_of_ours_is_told_which() -> None:
    with pytest.raises(ImportRefusedError, match=r"text: the column is unknown\. Write text_en in its place"):
        incoming(TEA.replace("text_en", "text"), "tea.csv")


@pytest.mark.parametrize("all_rows", [True, False])
def test_rows_that_a_spreadsheet_has_not_parted_are_read(base: ClaimBase, all_rows: bool) -> None:
    quoted = (
        f'"{line.replace(chr(34), 2 * chr(34))}"' if all_rows or '"' in line else line for line in TEA.split("\n")
    )
    assert outcomes(write(base, "\r\n".join(quoted), "tea.csv").plan) == {"tea": "new"}
    assert base.claim("tea").points[0].text["en"] == "It is hot, they say."


def test_numbers_that_are_kept_as_text_are_numbers(base: ClaimBase) -> None:
    write(base, TEA.replace("60", '"=""60"""'), "tea.csv")
    assert base.claim("tea").figures[0].low == 60


def test_a_digest_that_a_spreadsheet_took_for_a_number_is_told_in_words(base: ClaimBase, sheet: str) -> None:
    cells = rows(sheet)
    next(row for row in cells if row["row"] == "citation")["sha256"] = "1,23E+45"
    [refused] = plan(base, written(cells), "a.csv").of("refused")
    assert refused.problems[0].mend == "Take it from the export, as it stands there."


@pytest.mark.parametrize("column", [each for each in COLUMNS if each != "documented"])
def test_a_missing_column_is_named(sheet: str, column: str) -> None:
    lines = list(csv.reader(io.StringIO(sheet, newline="")))
    place = lines[0].index(column)
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([line[:place] + line[place + 1 :] for line in lines])
    with pytest.raises(ImportRefusedError, match=f"{column}: the column is missing"):
        incoming(buffer.getvalue(), "a.csv")


@pytest.mark.parametrize(
    ("heading", "reason"),
    [
        (",".join([*COLUMNS, "notes"]), "notes: the column is unknown"),
        (",".join([*COLUMNS, "claim"]), "claim: the column stands here twice"),
        ("just words", "does not name the columns"),
    ],
)
def test_a_heading_that_is_not_ours_is_refused(heading: str, reason: str) -> None:
    with pytest.raises(ImportRefusedError, match=reason):
        incoming(f"{heading}\r\n", "a.csv")


@pytest.mark.parametrize(
    ("row", "changes", "field", "reason"),
    [
        ("claim", {"kind": "rumour"}, "kind", "not known here"),
        ("claim", {"as_of": "31/31/2026"}, "as_of", "no date"),
        ("wording", {"text_zh": "也"}, "text_en", "in one of these: text_en, text_zh"),
        ("wording", {"row": "wordings"}, "row", "no kind of row"),
        ("figure", {"low": "much"}, "low", "must be a number"),
        ("figure", {"low": "1e999", "high": "1e999"}, "low", "must be a number"),
        ("point", {"role": "against"}, "role", "not known here"),
        ("citation", {"number": "7"}, "number", "there is no point with the number '7'"),
        ("citation", {"start": "x"}, "start", "must be a whole number"),
        ("citation", {"document": ""}, "document", "names no document"),
    ],
)
def test_a_wrong_row_is_named_by_its_line_and_refuses_its_claim_only(
    base: ClaimBase, sheet: str, row: str, changes: dict[str, str], field: str, reason: str
) -> None:
    cells = rows(sheet)
    place = next(n for n, each in enumerate(cells) if each["row"] == row)
    cells[place] |= changes
    made = plan(base, written(cells), "a.csv")
    assert outcomes(made) == {"one": "refused", "two": "unchanged"}
    problem = made.of("refused")[0].problems[0]
    assert problem.line == place + 2
    value = cells[place][field]
    assert problem.field == f"a.csv, column {field}, " + (f"“{value}”" if value else "empty")
    assert reason in problem.fault


def test_rows_without_a_claim_are_named(base: ClaimBase, sheet: str) -> None:
    cells = [row for row in rows(sheet) if not (row["claim"] == "one" and row["row"] == "claim")]
    made = plan(base, written(cells), "a.csv")
    assert outcomes(made) == {"one": "refused", "two": "unchanged"}
    assert "there is no row of the kind 'claim'" in made.of("refused")[0].problems[0].fault


def test_lines_are_counted_through_cells_with_line_breaks(base: ClaimBase, sheet: str) -> None:
    cells = rows(sheet)
    cells[1]["text_en"] = "two\nlines"
    cells[2] |= {"row": "nonsense"}
    assert plan(base, written(cells), "a.csv").of("refused")[0].problems[0].line == 5


def test_a_sheet_of_nothing_but_claims_holds_fewer_of_them(base: ClaimBase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_layout, "MOST_ROWS", 50)
    new = {"row": "claim", "text_en": "x", "kind": "contested", "status": "draft", "as_of": "2026-01-23"}
    cells = [dict.fromkeys(COLUMNS, "") | new | {"claim": f"c{number}"} for number in range(11)]
    assert len(plan(base, written(cells[:10]), "claims.csv").of("new")) == 10
    with pytest.raises(ImportRefusedError, match=r"line 12: it has more than 10 claims\. Split it into"):
        incoming(written(cells), "claims.csv")


def test_broken_quotes_are_refused_with_their_line(sheet: str) -> None:
    with pytest.raises(ImportRefusedError, match=r"line 2: this is no valid CSV"):
        incoming(sheet.split("\r\n", maxsplit=1)[0] + '\r\n"a"b,c\r\n', "a.csv")
