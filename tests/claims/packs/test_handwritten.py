"""Packs written by hand: the least that has to stand in them, and words that are quoted from documents."""

import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from claims.base import ClaimBase
from claims.exchange.formats import Format
from claims.exchange.importing import (
    export_claims,
    import_claims,
    load_pack,
    pack_problems,
    plan_import,
    read_import,
    read_import_bytes,
)
from claims.moderation.rights import Actor
from claims.packs.handwritten import corrected, find_quote
from config.errors import ImportRefusedError
from tests.claims.packs import DOCUMENT, END, START, pack_data, span_hash, write_pack
from tests.quick import examples

SHARED = Path(os.environ.get("TOUCHSTONE_SHARED", Path(__file__).parents[4] / "shared"))
LEAST = """\
pack: {id: mine, title: My claims}
claims:
  - id: crane-1920
    title: The crane is from 1920
    wordings: [the crane was built in 1920, our crane dates from 1920]
    points:
      - text: The harbour's book has 1923.
        source: Harbour book, page 12
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(text, "utf-8")
    return path


def test_the_least_loads_and_is_published(base: ClaimBase, tmp_path: Path) -> None:
    load_pack(base, written(tmp_path, LEAST))
    [claim] = base.claims()
    assert (claim.title["en"], claim.title["zh"], claim.kind) == (
        "The crane is from 1920",
        "The crane is from 1920",
        "contested",
    )
    assert {wording.language for wording in claim.wordings} == {"en"}
    [point] = claim.points
    assert (point.role, point.speaker["en"], point.date) == ("refutes", "Harbour book, page 12", "")
    [citation] = point.citations
    [document] = base.documents()
    assert (citation.document, document.title, citation.end) == (document.id, "Harbour book, page 12", 0)
    assert base.passage(citation).text is None


def test_a_block_of_text_ends_with_its_last_word(base: ClaimBase, tmp_path: Path) -> None:
    load_pack(base, written(tmp_path, LEAST.replace("title: The", "title: >\n      The")))
    assert base.claims()[0].title["en"] == "The crane is from 1920"


@pytest.mark.parametrize(
    ("wrong", "right", "line"),
    [
        ("{title: Harbour book, address: harbour.example}", "Harbour book, page 12", 8),
        ("[the crane was built in 1920, 起重机建于1920年, 起重机建于1920年]", "[the crane was", 5),
        ("\n      - our crane\n      - 起重机\n      - our crane", " [the crane was", 8),
    ],
)
def test_a_fault_in_what_was_filled_in_has_the_line_of_what_was_written(
    base: ClaimBase, tmp_path: Path, wrong: str, right: str, line: int
) -> None:
    lines = [each.split(right)[0] + wrong if right in each else each for each in LEAST.splitlines()]
    with pytest.raises(ImportRefusedError) as caught:
        load_pack(base, written(tmp_path, "\n".join(lines)))
    assert [problem.line for problem in caught.value.problems] == [line]


def test_units_figures_and_points_are_taken_as_people_write_them(base: ClaimBase, tmp_path: Path) -> None:
    text = """\
pack: {id: mine, title: My claims}
claims:
  - id: tea
    title: Tea needs 100 degrees
    wordings: [tea needs boiling water]
    figures:
      - {value: 100, unit: °C, subject: water}
      - {low: 5, high: 8, unit: "%", subject: {en: tannin, zh: 单宁}}
    points: [{text: The guild has 70 to 80 degrees., source: The guild's handbook}]
"""
    load_pack(base, written(tmp_path, text))
    [claim] = base.claims()
    heat, tannin = claim.figures
    assert (heat.unit, heat.bound, heat.subject["en"], heat.subject["zh"]) == ("degree", "exactly", "water", "water")
    assert (tannin.unit, tannin.bound, tannin.low, tannin.high) == ("percent", "range", 5, 8)
    [point] = claim.points
    assert point.text["en"] == "The guild has 70 to 80 degrees."


def test_a_source_is_not_dated_by_the_day_on_which_somebody_wrote_the_pack(base: ClaimBase, tmp_path: Path) -> None:
    dated = LEAST + "        date: 1923-05\n      - {text: Nor so., source: The crane driver}\n"
    load_pack(base, written(tmp_path, dated))
    assert {document.title: document.published for document in base.documents()} == {
        "Harbour book, page 12": "1923-05",
        "The crane driver": "",
    }


@pytest.mark.parametrize(("form", "name"), [("yaml", "o.yaml"), ("csv", "o.csv"), ("claimreview", "o.json")])
def test_a_point_of_which_nobody_knows_the_date_goes_out_without_one_and_comes_back(
    base: ClaimBase, tmp_path: Path, form: Format, name: str
) -> None:
    load_pack(base, written(tmp_path, LEAST))
    text = "".join(export_claims(base, form))
    assert "2026-01-05)" not in text
    plan = plan_import(base, read_import_bytes(name, text.encode(), date(2026, 2, 1)))
    assert [entry.outcome for entry in plan.entries] == ["unchanged"]


@pytest.mark.parametrize("points", ["The harbour's book has 1923.", "[{text: The harbour's book has 1923.}]"])
def test_a_point_says_where_it_is_from(base: ClaimBase, tmp_path: Path, points: str) -> None:
    text = f"{LEAST.partition('    points:')[0]}    points: {points}\n"
    with pytest.raises(ImportRefusedError) as caught:
        load_pack(base, written(tmp_path, text))
    [problem] = caught.value.problems
    assert (problem.line, problem.fault) == (6, "'source' is missing")
    assert base.claims() == ()


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("points:", "point:", ("claims[0].point", "the key 'point' is unknown", "Write points in its place.")),
        (
            "wordings:",
            "wording:",
            ("claims[0].wording", "the key 'wording' is unknown", "Write wordings in its place."),
        ),
        (
            "source: Harbour book, page 12",
            "source: {title: Harbour book, date: 1923}",
            ("claims[0].points[0].source.date", "the key 'date' is unknown", "Write published in its place."),
        ),
        (
            "        source:",
            "          source:",
            (
                "",
                "this is no valid YAML: the line does not begin where those begin that it belongs to",
                "Begin it with as many spaces as they.",
            ),
        ),
        (
            "[the crane was built in 1920, our crane dates from 1920]",
            "[]",
            ("claims[0].wordings", "0 given, at least 1 needed", "Add more."),
        ),
        ("The crane is from 1920", "1920", ("claims[0].title", "this must be text", "Put it in quotes.")),
        (
            "    points:",
            "    figures: [{value: 1-2, unit: g, bound: range, subject: tea}]\n    points:",
            ("claims[0].figures[0].value", "this must be a number", "Write a range as low: 1, high: 2."),
        ),
        (
            "    points:",
            "    figures: [{value: 1, unit: g, subject: tea, documented: 9}]\n    points:",
            (
                "claims[0].figures[0].documented",
                "this must be a group of keys",
                "Write it as keys, one a line below it: bound, high, low, place, value.",
            ),
        ),
    ],
)
def test_what_is_wrong_is_told_once_as_it_was_written_and_with_what_is_meant(
    base: ClaimBase, tmp_path: Path, right: str, wrong: str, told: tuple[str, str, str]
) -> None:
    assert right in LEAST
    with pytest.raises(ImportRefusedError) as caught:
        load_pack(base, written(tmp_path, LEAST.replace(right, wrong)))
    assert [(each.field, each.fault, each.mend) for each in caught.value.problems] == [told]


def test_a_unit_that_is_not_known_is_told_with_how_to_give_one_of_ones_own(base: ClaimBase, tmp_path: Path) -> None:
    figures = "    figures: [{value: 3, unit: UNIT, subject: tea}]\n    points:"
    text = LEAST.replace("    points:", figures)
    with pytest.raises(ImportRefusedError) as caught:
        load_pack(base, written(tmp_path, text.replace("UNIT", "cups")))
    assert "[cups, …], in a sheet cups | …" in caught.value.problems[0].mend
    load_pack(base, written(tmp_path, text.replace("UNIT", "[cups, 杯]")))
    assert base.claims()[0].figures[0].unit == "cups|杯"


def test_a_draft_may_wait_for_its_source(base: ClaimBase, tmp_path: Path) -> None:
    text = f"{LEAST.rpartition('        source:')[0]}    status: draft\n"
    import_claims(base, read_import(written(tmp_path, text), base.clock().date()), Actor.operator())
    claim = base.claim("crane-1920")
    assert (claim.status, claim.points[0].citations) == ("draft", ())


def test_chinese_alone_does(base: ClaimBase, tmp_path: Path) -> None:
    text = """\
pack: {id: mine, title: 我的说法}
claims:
  - id: crane
    title: 吊车建于1920年
    wordings: [这台吊车是1920年造的]
    points: [{text: 港口档案写的是1923年。, source: 港口档案}]
"""
    load_pack(base, written(tmp_path, text))
    [claim] = base.claims()
    assert [wording.language for wording in claim.wordings] == ["zh"]
    assert base.documents()[0].language == "zh-Hans"


def test_a_document_without_address_and_file_is_cited_as_a_whole(base: ClaimBase, tmp_path: Path) -> None:
    data = pack_data()
    data["documents"][0] |= {"address": None, "sha256": ""}
    data["claims"][0]["points"][0]["citations"][0] = {"document": "doc", "start": 0, "end": 0, "sha256": span_hash("")}
    assert load_pack(base, write_pack(tmp_path, data)) is not None


def test_points_without_citations_name_their_speaker(base: ClaimBase, tmp_path: Path) -> None:
    data = pack_data()
    del data["claims"][0]["points"][0]["citations"]
    load_pack(base, write_pack(tmp_path, data))
    [citation] = base.claims()[0].points[0].citations
    assert {document.id: document.title for document in base.documents()}[citation.document] == "A columnist"


def test_quoted_words_become_a_passage_where_the_document_is_at_hand(
    base: ClaimBase, tiny: Path, tmp_path: Path
) -> None:
    load_pack(base, tiny)
    (tmp_path / "doc.txt").write_text(DOCUMENT, "utf-8")
    base.load_documents([tmp_path / "doc.txt"])
    quoted = LEAST.replace("source: Harbour book, page 12", f"source: A document\n        quote: {DOCUMENT[START:END]}")
    load_pack(base, written(tmp_path, quoted))
    [citation] = base.claim("crane-1920").points[0].citations
    assert (citation.document, citation.start, citation.end) == ("doc", START, END)
    assert base.passage(citation).text == DOCUMENT[START:END].strip()


def test_the_same_file_goes_into_any_number_of_servers(base: ClaimBase, tmp_path: Path) -> None:
    path = written(tmp_path, LEAST)
    for server in (1, 2):
        incoming = read_import(path, base.clock().date())
        assert len(plan_import(base, incoming, server).of("new")) == 1
        import_claims(base, incoming, Actor(5, server, is_administrator=True))
        assert [claim.id for claim in base.claims(server)] == ["crane-1920"]
    assert base.claims() == ()


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ('the book - "no crane"', "The book – “No crane”"),
        ("doesn’t know.", "doesn't know."),
        ('书里说:"没有(吊车)"', "书里说：“没有（吊车）”"),
    ],
)
def test_a_quotation_may_have_the_signs_of_another_keyboard(quote: str, found: str) -> None:
    text = "The book – “No crane”, it says – doesn't know. 书里说：“没有（吊车）”。"
    span = find_quote(text, quote)
    assert span is not None
    assert text[slice(*span)] == found


def test_words_that_the_document_does_not_have_are_refused(base: ClaimBase, tiny: Path, tmp_path: Path) -> None:
    path = written(tmp_path, LEAST.replace("page 12", "page 12\n        quote: the crane was never built"))
    load_pack(base, path)  # nobody has the document's text
    load_pack(base, tiny)
    (tmp_path / "doc.txt").write_text(DOCUMENT, "utf-8")
    base.load_documents([tmp_path / "doc.txt"])
    path.write_text(
        LEAST.replace("Harbour book, page 12", "A document\n        quote: the crane was never built"), "utf-8"
    )
    with pytest.raises(ImportRefusedError) as caught:
        load_pack(base, path)
    [problem] = caught.value.problems
    assert (problem.line, problem.field) == (9, "claims[0].points[0].quote")
    assert "does not have these words: the crane was never built" in problem.fault


@pytest.mark.parametrize(
    ("quote", "found"), [("b c", (2, 5)), ("b\nc", (2, 5)), ("a  b", (0, 3)), ("x", None), ("", None), ("c.*", None)]
)
def test_white_space_does_not_matter_in_a_quotation(quote: str, found: tuple[int, int] | None) -> None:
    assert find_quote("a b c", quote) == found


def test_a_pack_of_another_field_loads_as_it_was_written(base: ClaimBase) -> None:
    path = SHARED / "eval" / "domains" / "hardware.yaml"
    if not path.exists():
        pytest.skip("the packs of other fields are not here (looked for ../shared/eval/domains)")
    load_pack(base, path)
    assert {claim.pack for claim in base.claims()} == {"hardware"}


LINES = [*LEAST.splitlines(), "      - speaker: Ann", "        text: It was built in 1923."]
SCRAPS = (
    *("value", "valu", "about 5", "text", "speaker", "a: b", "12:30", "1e5", "2026/1/5", "白银", "~", "- ", ": ", ":"),
    *("：", "'", '"', " ", "#", "[", "]", "{", "}", "&a", "*a", "!x", "%", "@", "`", "|", ">", "?", "\t"),
)
ODD = st.lists(st.sampled_from(SCRAPS), min_size=1, max_size=5).map("".join)


def spoiled(line: str, odd: str) -> tuple[str, ...]:
    """Return a line of a pack with odd words in several places of it."""
    indent, item = line[: len(line) - len(line.lstrip())], "- " * line.lstrip().startswith("- ")
    key, _, value = line.partition(": ")
    return f"{indent}- {odd}", f"{key}: {odd}", f"{indent}{item}{odd}: {value}", line + odd, indent + odd


@settings(max_examples=examples(300))
@given(st.integers(0, len(LINES) - 1), ODD, st.integers(0, 4))
@example(6, "value: about 5", 2)
@example(3, "a: b", 0)
def test_a_corrected_line_is_read_and_has_no_fault_that_it_did_not_have(at: int, odd: str, form: int) -> None:
    lines = [*LINES[:at], spoiled(LINES[at], odd)[form], *LINES[at + 1 :]]
    text = "\n".join(lines) + "\n"
    found = pack_problems(text)
    for problem in found:
        right = corrected(text, problem, pack_problems)
        if right is None:
            continue
        shown = text.splitlines()
        left = pack_problems("\n".join([*shown[: problem.line - 1], right, *shown[problem.line :]]) + "\n")
        new = [each for each in left if (each.field, each.fault) not in {(one.field, one.fault) for one in found}]
        assert all(each.field for each in new), (problem, right, new)
        assert all(each.line > problem.line for each in new), (problem, right, new)
