"""A faulty pack is refused whole, with line, field and mend."""

import json
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from checks.figures.reading import FigureReader
from checks.model import KnownFigure
from claims.base import ClaimBase
from claims.exchange.importing import load_pack
from claims.packs.plain import read_schema
from config.errors import ImportRefusedError, PackProblem
from tests.claims.packs import claim_data, pack_claims, pack_data, write_pack
from tests.quick import examples


def refused(path: Path) -> tuple[PackProblem, ...]:
    with pytest.raises(ImportRefusedError) as caught:
        pack_claims(path)
    assert str(path) in str(caught.value)
    assert all(problem.fault and problem.mend.endswith(".") for problem in caught.value.problems)
    return caught.value.problems


def refused_text(folder: Path, text: str | bytes) -> PackProblem:
    path = folder / "broken.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return refused(path)[0]


def refused_claim(folder: Path, **changes: object) -> PackProblem:
    [problem] = refused(write_pack(folder, pack_data(claim_data("one"), claim_data("two", **changes))))
    return problem


def point(**changes: object) -> list[dict[str, Any]]:
    return [claim_data()["points"][0] | changes]


def cited(**changes: object) -> list[dict[str, Any]]:
    return point(citations=[claim_data()["points"][0]["citations"][0] | changes])


def test_the_schema_itself_is_sound() -> None:
    Draft202012Validator.check_schema(read_schema())


@pytest.mark.parametrize("unit", read_schema()["$defs"]["unit"]["enum"])
def test_every_unit_of_the_schema_is_one_that_the_checks_know(unit: str) -> None:
    assert FigureReader.load().documented(KnownFigure(1, 1, unit)).low > 0


@pytest.mark.parametrize(("field", "value"), [("address", "https://example.org/a\n"), ("language", "en\n")])
def test_no_field_of_a_document_ends_with_a_line_break(tmp_path: Path, field: str, value: str) -> None:
    data = pack_data()
    data["documents"][0][field] = value
    assert refused(write_pack(tmp_path, data))[0].field == f"documents[0].{field}"


def test_a_sound_pack_is_read(tiny: Path) -> None:
    [claim] = pack_claims(tiny)
    assert (claim.id, claim.pack, claim.status) == ("silver-server", "tiny", "published")
    assert sum(wording.negative for wording in claim.wordings) == 1
    assert (claim.figures[0].low, claim.figures[0].high) == (1.2, 1.2)


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ("pack: [1, 2\nclaims: x: y\n", 2, "no valid YAML"),
        ("pack: {}\npack: {}\n", 2, "stands here twice"),
        ("pack: &a {}\nclaims: *a\n", 1, "anchor, alias or tag"),
        ("pack: {}\nclaims: *a\n", 2, "anchor, alias or tag"),
        ("pack: !!python/object:os.system x\n", 1, "anchor, alias or tag"),
        ("a: 1\n? [b]\n: 2\n", 2, "a key is not plain text"),
        ("a: 1\nb: " + "[" * 5000 + "]" * 5000 + "\n", 2, "nested deeper"),
        ("a:\n" + "".join(" " * n + f"{n}:\n" for n in range(1, 200)), 13, "nested deeper"),
        ("a: 1\nb: 'x\x00\x00y'\n", 2, "NUL"),
        ('a: 1\nb: "x\\0y"\n', 2, "control character"),
        ('a: 1\nb: "x\\ud83dy"\n', 2, ""),
        ("a: 1\n\tb: 2\n", 2, "a tab stands where only spaces may stand"),
        ("a: 1\nb:\n\t- 2\n", 3, "a tab stands where only spaces may stand"),
        ("银:\n- \tb: 1\n", 2, "a tab stands where only spaces may stand"),
        ("a: 1\nb: @home\n", 2, "no text may begin with @"),
        ("a: 1\nb:\n- *all* of it\n", 3, "no text may begin with *"),
        ("a: 1\nb: one: two\n", 2, "a colon stands within a text"),
        ("a: 1\nb: 'one\nc: two\n", 2, "a quote begins here and does not end"),
        ("a: 1\nb: 'it's one'\nc: 2\n", 2, "a text goes on behind its second '"),
        ('a: 1\nb: "one" two\nc: 2\n', 2, 'a text goes on behind its second "'),
        ("a:\n- b: 1\n c: 2\n", 3, "the line does not begin where"),
        ("a: 1\n标题：一\nb: 2\n", 2, "a full-width colon stands behind 标题"),
        ("a: 1\nb\nc: 2\n", 2, "a key stands here without its colon"),
        ("a: 1\nb: [1, 2\nc: 3\n", 3, "a list in brackets lacks a comma or its end"),
        ("a:\n- one\n-two\nb: 1\n", 3, "no blank stands behind the dash"),
        ("a:\n  -one\n  - two\nb: 1\n", 2, "no blank stands behind the dash"),
        ("a: 1\nb: one #two of three\n", 2, "from # on the line is a remark"),
        ("a: 1\nb:\n- #one\n", 3, "from # on the line is a remark"),
        ("a: 1\nb: [一，二]\n", 2, "， does not part the texts of a list"),
        ("a: 1\nwordings: ［一，二］\n", 2, "full-width brackets make no list"),
    ],
)
def test_a_text_that_packs_may_not_use_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, fault: str
) -> None:
    problem = refused_text(tmp_path, text)
    assert fault in problem.fault
    assert problem.line == line


def test_remarks_directives_and_texts_in_quotes_are_no_fault(tmp_path: Path, tiny: Path) -> None:
    text = tiny.read_text("utf-8").replace("claims:\n", "claims: # those of one\n", 1)
    (tmp_path / "marked.yaml").write_text(f"%YAML 1.2\n---\n{text}...\n", "utf-8")
    assert pack_claims(tmp_path / "marked.yaml") == pack_claims(tiny)


def test_texts_may_begin_with_signs_that_mean_a_list_elsewhere(tmp_path: Path) -> None:
    said = ["-one is one", "［one is one］", "one is one，and two"]
    path = write_pack(tmp_path, pack_data(claim_data("one", wordings={"en": said})))
    assert "- -one is one" in path.read_text("utf-8")
    [claim] = pack_claims(path)
    assert [wording.text for wording in claim.wordings if not wording.negative] == said


def test_what_is_no_text_is_told_to_go_into_quotes(tmp_path: Path) -> None:
    problem = refused_claim(tmp_path, wordings={"en": ["one is one", {"he said": "one is two"}]})
    assert (problem.fault, problem.mend) == ("this must be text", "Put it in quotes.")


def test_a_text_that_stands_twice_is_named(tmp_path: Path) -> None:
    problem = refused_claim(tmp_path, wordings={"en": ["one is one", "one is two", "one is one"]})
    assert (problem.field, problem.fault) == ("claims[1].wordings.en[2]", "'one is one' stands here twice")


@pytest.mark.parametrize(("key", "mend"), [("\u3000kind", "spaces of the space bar"), ("500", "without commas")])
def test_a_key_that_nobody_meant_is_explained(tmp_path: Path, key: str, mend: str) -> None:
    assert mend in refused_claim(tmp_path, **{key: None}).mend


def test_a_bomb_of_aliases_is_refused_at_its_first_anchor(tmp_path: Path) -> None:
    levels = zip("abcdefgh", "bcdefghi", strict=True)
    bomb = "".join(f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in levels)
    assert refused_text(tmp_path, "a: &a [x,x,x,x,x,x,x,x,x]\n" + bomb).line == 1


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    assert "larger than 32 MB" in refused_text(tmp_path, b"# a comment of no great length\n" * 1_200_000).fault


@pytest.mark.parametrize("encoding", ["gb18030", "big5"])
def test_another_encoding_than_utf8_is_refused(tmp_path: Path, encoding: str) -> None:
    problem = refused_text(tmp_path, "pack: {}\ntitle: 中文标题\n".replace("标题", "文").encode(encoding))
    assert "UTF-8" in problem.mend


def test_a_byte_order_mark_is_no_fault(tmp_path: Path, tiny: Path) -> None:
    marked = tmp_path / "marked.yaml"
    marked.write_bytes(b"\xef\xbb\xbf" + tiny.read_bytes())
    assert pack_claims(marked) == pack_claims(tiny)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    assert "cannot be read" in refused(tmp_path / "nowhere.yaml")[0].fault
    assert "cannot be read" in refused(tmp_path)[0].fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "it is empty"),
        ("# only a comment\n", "does not hold one pack"),
        ("null\n", "no pack of claims"),
        ("- a list\n", "no pack of claims"),
        ("just words\n", "no pack of claims"),
        ("42\n", "no pack of claims"),
        ("{}\n", "'pack' is missing"),
    ],
)
def test_a_file_that_holds_no_pack_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    assert fault in refused_text(tmp_path, text).fault


def test_a_file_with_two_packs_is_refused(tmp_path: Path) -> None:
    path = write_pack(tmp_path, pack_data())
    path.write_text(yaml.safe_dump(pack_data()) + "---\n" + yaml.safe_dump(pack_data(claim_data("two"))), "utf-8")
    assert refused(path)[0].fault == "it does not hold one pack"


@pytest.mark.parametrize(
    ("changes", "field", "fault"),
    [
        ({"colour": "red"}, "claims[1].colour", "the key 'colour' is unknown"),
        ({"kind": "rumour"}, "claims[1].kind", "'rumour' is not known here"),
        ({"id": "Not An Id"}, "claims[1].id", "has the wrong form"),
        ({"id": "two\n"}, "claims[1].id", "has the wrong form"),
        ({"id": "one"}, "claims[1].id", "stands in this file twice"),
        ({"title": {"en": " ", "zh": "空"}}, "claims[1].title.en", "has the wrong form"),
        ({"as_of": "2026-13-01"}, "claims[1].as_of", "is no date"),
        ({"as_of": "23 January"}, "claims[1].as_of", "is no date"),
        ({"as_of": 2026}, "claims[1].as_of", "this must be text"),
        ({"points": []}, "claims[1].points", "0 given, at least 1 needed"),
        ({"points": point(date="2026-1")}, "claims[1].points[0].date", "is no date"),
        ({"points": point(citations=[])}, "claims[1].points[0].citations", "at least 1 needed"),
        ({"points": cited(document="other")}, "claims[1].points[0].citations[0].document", "is no document"),
        ({"points": cited(start=45)}, "claims[1].points[0].citations[0].start", "ends before it starts"),
        ({"points": cited(start=-1)}, "claims[1].points[0].citations[0].start", "too small"),
        ({"points": cited(sha256="0")}, "claims[1].points[0].citations[0].sha256", "has the wrong form"),
        ({"not_wordings": {"en": ["English wording 1 of two"]}}, "claims[1].not_wordings.en[0]", "is a wording"),
    ],
)
def test_a_faulty_claim_is_refused_with_field_and_line(
    tmp_path: Path, changes: dict[str, Any], field: str, fault: str
) -> None:
    problem = refused_claim(tmp_path, **changes)
    assert (problem.field, fault in problem.fault) == (field, True), problem
    assert problem.line > 20


@pytest.mark.parametrize(
    ("figure", "fault"),
    [
        ({"value": 1}, "'unit' is missing"),
        ({"unit": "stone", "value": 1}, "'stone' is not known here"),
        ({"unit": "kg"}, "either a value, or low and high"),
        ({"unit": "kg", "value": 1, "low": 1}, "either a value, or low and high"),
        ({"unit": "kg", "low": 2, "high": 1, "bound": "range"}, "low is above high"),
        ({"unit": "kg", "low": 1, "high": 2}, "go with the bound 'range'"),
        ({"unit": "kg", "value": 1, "bound": "range"}, "go with the bound 'range'"),
        ({"unit": "kg", "value": "1.2 kg"}, "this must be a number"),
    ],
)
def test_a_faulty_figure_is_refused(tmp_path: Path, figure: dict[str, Any], fault: str) -> None:
    whole = {"bound": "exactly", "subject": {"en": "silver", "zh": "白银"}} | figure
    assert fault in refused_claim(tmp_path, figures=[whole]).fault


def test_a_problem_stands_on_the_line_that_an_editor_shows(tmp_path: Path) -> None:
    path = write_pack(tmp_path, pack_data(claim_data("one", kind="rumour")))
    [problem] = refused(path)
    assert path.read_text(encoding="utf-8").splitlines()[problem.line - 1].strip() == "kind: rumour"


def test_all_problems_are_told_at_once_but_never_more_than_twenty(tmp_path: Path) -> None:
    faulty = [claim_data(f"claim-{n}", kind="rumour") for n in range(40)]
    assert len(refused(write_pack(tmp_path, pack_data(*faulty)))) == 20
    assert len(refused(write_pack(tmp_path, pack_data(*faulty[:3])))) == 3


def test_a_document_id_stands_once(tmp_path: Path) -> None:
    data = pack_data()
    data["documents"] *= 2
    assert refused(write_pack(tmp_path, json.loads(json.dumps(data))))[0].field == "documents[1].id"


@pytest.mark.parametrize("word", ["no", "on", "yes", "null", "1e5", "2026-01-23"])
def test_quoted_words_stay_words(tmp_path: Path, word: str) -> None:
    data = pack_data()
    data["claims"][0]["wordings"]["en"][0] = word
    path = tmp_path / "pack.yaml"
    path.write_text(json.dumps(data, indent=1), encoding="utf-8")
    assert pack_claims(path)[0].wordings[0].text == word


def test_a_refused_pack_leaves_the_base_as_it_was(base: ClaimBase, tmp_path: Path, tiny: Path) -> None:
    load_pack(base, tiny)
    before = (base.revision, base.claims(), base.packs())
    with pytest.raises(ImportRefusedError):
        load_pack(base, write_pack(tmp_path, pack_data(claim_data("new"), claim_data("two", kind="rumour"), version=2)))
    assert (base.revision, base.claims(), base.packs()) == before


@settings(max_examples=examples(200))
@given(data=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_file_whatsoever_gets_past_with_another_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(data)
    with pytest.raises(ImportRefusedError):
        pack_claims(path)


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just([]) | st.just({})
PLACES = [
    (*place,)
    for place in (
        ("pack", "version"),
        ("pack", "title"),
        ("documents", 0),
        ("documents", 0, "address"),
        ("claims", 0),
        ("claims", 0, "id"),
        ("claims", 0, "wordings", "zh", 2),
        ("claims", 0, "not_wordings"),
        ("claims", 0, "figures", 0, "value"),
        ("claims", 0, "points", 0, "numbers"),
        ("claims", 0, "points", 0, "citations", 0, "start"),
    )
]


@settings(max_examples=examples(200), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.sampled_from(PLACES), value=LEAVES)
def test_any_value_anywhere_is_read_or_refused(tmp_path: Path, place: tuple[Any, ...], value: object) -> None:
    data: Any = deepcopy(pack_data())
    part = data
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    path = tmp_path / "pack.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with suppress(ImportRefusedError):
        assert pack_claims(path)
