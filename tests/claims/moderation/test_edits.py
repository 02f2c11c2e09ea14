"""The single edits: wordings, points with their citations, and figures, as people type them."""

from dataclasses import replace
from pathlib import Path

import pytest

from claims.base import ClaimBase
from claims.exchange.importing import load_pack
from claims.fields import FormReader
from claims.moderation.citations import WHOLE, Sources, citation_line, source_cited
from claims.moderation.editor import Editor
from claims.moderation.edits import (
    AddWording,
    AddWordings,
    Edit,
    EditFigure,
    EditPoint,
    EditTexts,
    EditWordings,
    PutPointFirst,
    RemoveFigure,
    RemovePoint,
    RemoveWordings,
)
from claims.moderation.server_setup import ServerSetup
from claims.moderation.sources import NewSource, SourceBook
from claims.packs.plain import plain_claim, write_documented
from claims.record import ClaimRecord
from claims.store.changes import SOURCE, Change, write_changes
from claims.store.revisions import AuditEntry
from claims.store.tables import Document
from config.errors import InvalidEditError, NotUndoableError
from tests.claims.packs import DOCUMENT, END, START, claim_data, edit_claim, pack_data, span_hash, write_pack
from tests.claims.people import ADMINISTRATOR, CLAIM, HERE, MOD_ROLE, MODERATOR, THERE, settled


@pytest.fixture
def ours(base: ClaimBase, tmp_path: Path) -> ClaimBase:
    (tmp_path / "document.txt").write_text(DOCUMENT, encoding="utf-8")
    settled(base, tmp_path).load_documents([tmp_path / "document.txt"])
    return base


def after(base: ClaimBase, edit: Edit) -> ClaimRecord:
    claim = Editor(base).edit(MODERATOR, CLAIM, None, edit).claim
    assert claim is not None
    return claim


def refused(base: ClaimBase, edit: Edit) -> str:
    with pytest.raises(InvalidEditError) as caught:
        Editor(base).edit(MODERATOR, CLAIM, None, edit)
    assert caught.value.edit == edit
    return str(caught.value)


def test_a_wording_is_added_in_its_own_language_once(ours: ClaimBase) -> None:
    after(ours, AddWording("银价只涨不跌"))
    claim = after(ours, AddWording(" 银价只涨不跌 "))
    assert [(w.language, w.negative) for w in claim.wordings if w.text == "银价只涨不跌"] == [("zh", False)]


def test_a_wording_changes_sides_instead_of_standing_on_both(ours: ClaimBase) -> None:
    claim = after(ours, AddWording(f"English wording 0 of {CLAIM}", "negative"))
    same = [w for w in claim.wordings if w.text.casefold() == f"english wording 0 of {CLAIM}"]
    assert [w.negative for w in same] == [True]


def test_a_wording_goes(ours: ClaimBase) -> None:
    claim = after(ours, RemoveWordings((f"ENGLISH wording 0 of {CLAIM}",)))
    assert f"english wording 0 of {CLAIM}" not in {w.text for w in claim.wordings}


def test_many_wordings_are_added_at_once_each_in_its_own_language(ours: ClaimBase) -> None:
    before = ours.claim(CLAIM)
    claim = after(
        ours, AddWordings(f"nobody says so\n\n没人这么说\nNobody says so\nenglish wording 1 of {CLAIM}", "denies")
    )
    assert [(w.text, w.language) for w in claim.wordings if w.denies] == [
        ("nobody says so", "en"),
        ("没人这么说", "zh"),
        (f"english wording 1 of {CLAIM}", "en"),
    ]
    assert len(claim.wordings) == len(before.wordings) + 2


def test_adding_wordings_refuses_nothing_at_all_and_unknown_uses(ours: ClaimBase) -> None:
    assert "texts: The text is empty." in refused(ours, AddWordings(" \n "))
    assert "use: jokes is not known here." in refused(ours, AddWordings("one", "jokes"))


def test_several_wordings_go_in_one_revision(ours: ClaimBase) -> None:
    before = ours.revision
    gone = tuple(f"English wording {n} of {CLAIM}" for n in range(3))
    claim = after(ours, RemoveWordings((*gone, "never said")))
    assert ours.revision == before + 1
    assert not {text.casefold() for text in gone} & {w.text.casefold() for w in claim.wordings}
    everything = tuple(w.text for w in claim.wordings if w.says)
    assert "needs a wording" in refused(ours, RemoveWordings(everything))


def test_lists_of_a_form_replace_those_they_name_and_no_others(ours: ClaimBase) -> None:
    before = ours.claim(CLAIM)
    claim = after(ours, EditWordings({"en": "one\n\n two \nONE", "denials_zh": "没这回事"}))
    assert [w.text for w in claim.wordings if w.language == "en" and w.says] == ["one", "two"]
    assert [w.text for w in claim.wordings if w.denies] == ["没这回事"]
    assert [w for w in claim.wordings if w.negative] == [w for w in before.wordings if w.negative]
    assert "stands in two lists" in refused(ours, EditWordings({"en": "same", "not_en": "Same"}))


def test_the_last_wording_of_a_published_claim_stays(ours: ClaimBase) -> None:
    assert "needs a wording" in refused(ours, EditWordings({"en": "", "zh": ""}))


def test_words_of_a_loaded_document_are_cited_by_their_place(ours: ClaimBase) -> None:
    claim = after(ours, EditPoint(0, citations='doc "1.2 kg of silver"\n doc 0-9'))
    first, second = claim.points[0].citations
    assert DOCUMENT[first.start : first.end] == "1.2 kg of silver"
    assert first.sha256 == span_hash("1.2 kg of silver")
    assert (second.start, second.end, citation_line(second)) == (0, 9, "doc 0-9")
    assert ours.passage(first).text == "1.2 kg of silver"


def test_an_untouched_field_of_a_point_stays(ours: ClaimBase) -> None:
    point = after(ours, EditPoint(0, text={"en": "Another text."})).points[0]
    assert (point.text["en"], point.speaker["en"], point.numbers) == ("Another text.", "A columnist", ("1.2 kg",))
    assert [(c.start, c.end) for c in point.citations] == [(START, END)]


def test_a_point_of_which_nobody_knows_the_date_can_be_edited_and_be_dated_later(ours: ClaimBase) -> None:
    [point] = ours.claim(CLAIM, HERE).points
    edit_claim(ours, CLAIM, points=(replace(point, date=""),))
    typed = EditPoint(0, date=" ", text={"en": "Another text."})
    assert "The date is missing" in refused(ours, replace(typed, place=None, speaker={"en": "A"}))
    assert (after(ours, typed).points[0].text["en"], after(ours, typed).points[0].date) == ("Another text.", "")
    assert after(ours, replace(typed, date="2026-02")).points[0].date == "2026-02"


@pytest.mark.parametrize("space", ["\u3000", "\t", " \u3000 "])
def test_a_source_and_its_words_may_stand_apart_by_any_space(ours: ClaimBase, space: str) -> None:
    (cited,) = after(ours, EditPoint(0, citations=f"doc{space}1.2 kg of silver")).points[0].citations
    assert cited.start <= START < END <= cited.end


@pytest.mark.parametrize(
    ("citation", "fault"),
    [
        ("dok", "no source dok. Known: doc"),
        ('doc "nowhere"', "exactly once"),
        ('doc "e"', "exactly once"),
        ("doc 9-3", "exactly once"),
        ("doc 0-9999", "exactly once"),
    ],
)
def test_a_citation_that_leads_nowhere_is_refused(ours: ClaimBase, citation: str, fault: str) -> None:
    assert fault in refused(ours, EditPoint(0, citations=citation))


def test_a_source_of_ones_own_is_cited_as_a_whole(ours: ClaimBase) -> None:
    source = SourceBook(ours).add(MODERATOR, NewSource("A paper", "A publisher", "2025-11", "https://example.org/a"))
    assert source in {document.id for document in ours.documents(HERE)}
    claim = after(ours, EditPoint(0, citations=source))
    (citation,) = claim.points[0].citations
    assert (citation.start, citation.end, citation.sha256) == (0, 0, WHOLE)
    assert ours.passage(citation).text is None
    assert "is not loaded" in refused(ours, EditPoint(0, citations=f"{source} 1-3"))


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("1,5", "Write 1.5 with a point"),
        ("1,50 to 3", "Write 1.5 with a point"),
        ("-1e999 to 5", "is no figure"),
        ("1e999", "is no figure"),
        ("1 | about 1 to 2", "about 1 to 2 has a bound and two numbers"),
        ("1 | 2; " + "p" * 301, "Keep it to 300"),
    ],
)
def test_a_figure_that_would_be_read_wrongly_is_refused(ours: ClaimBase, value: str, says: str) -> None:
    assert says in refused(ours, EditFigure(value, "kg"))


def test_a_range_that_stands_with_a_bound_of_its_own_is_written_so_that_it_can_be_saved(ours: ClaimBase) -> None:
    figure = after(ours, EditFigure("1 | 2 to 3; p. 12", "kg", subject={"en": "silver"})).figures[-1]
    stands = replace(figure, documented_bound="about")
    assert write_documented(stands) == "2 to 3; p. 12"
    saved = after(ours, EditFigure(f"1 | {write_documented(stands)}", "kg", subject={"en": "silver"}, place=0))
    assert saved.figures[0].documented_bound == "range"
    claim = replace(saved, figures=(stands,))
    assert plain_claim(claim, None)["figures"][0]["documented"]["bound"] == "range"


@pytest.mark.parametrize(
    ("typed", "given"),
    [
        ("1 | over 5; p. 12", (5, 5, "over", "p. 12")),
        ("1｜超过5；第12页", (5, 5, "over", "第12页")),
        ("1 | 低於 5", (5, 5, "under", "")),
        ("1 | 大約5; 圖3", (5, 5, "about", "圖3")),
        ("1 | 2至3；第12頁", (2, 3, "range", "第12頁")),
        ("1 | 2～3", (2, 3, "range", "")),
        ("1 | -3 to -2", (-3, -2, "range", "")),
        ("1 | 1e-5", (1e-5, 1e-5, "exactly", "")),
    ],
)
def test_what_a_source_gives_is_read_as_people_type_it(ours: ClaimBase, typed: str, given: tuple[object, ...]) -> None:
    figure = after(ours, EditFigure(typed, "kg", subject={"en": "silver"})).figures[-1]
    read = (figure.documented_low, figure.documented_high, figure.documented_bound, figure.documented_place)
    assert read == given


def test_a_figure_may_be_grouped_by_commas_and_its_place_is_cleaned(ours: ClaimBase) -> None:
    figure = after(
        ours, EditFigure("1,500 to 1,234,567.5 | over 1; p.\u202e 12\a", "kg", subject={"en": "silver"})
    ).figures[-1]
    assert (figure.low, figure.high, figure.documented_place) == (1500.0, 1234567.5, "p. 12")


def test_a_source_never_takes_the_id_of_another_servers(ours: ClaimBase) -> None:
    taken = f"source-{ours.revision + 1}"
    theirs = Document(**FACTS, id=taken, sha256="", server=THERE)
    with ours.database.writing() as session:
        session.add(theirs)
        _, _, cited = source_cited(FormReader(), session, Sources(session, HERE), "A new paper")
    assert cited is not None
    source = SourceBook(ours).add(MODERATOR, NewSource("A paper", "A publisher", "2025-11"))
    assert taken not in {source, cited.subject}
    with ours.database.changing() as session:
        assert session.get_one(Document, taken).title == "Theirs"
        entry = AuditEntry(MODERATOR.who, "source.add", "", HERE)
        with pytest.raises(NotUndoableError, match="is another document's by now"):
            write_changes(session, entry, [Change(SOURCE, taken, FACTS)], ours.clock())


FACTS = {"title": "Theirs", "author": "", "publisher": "P", "published": "2026", "language": "en", "address": None}


@pytest.mark.parametrize(
    ("source", "field"),
    [
        (NewSource("", "P", "2026"), "title"),
        (NewSource("T", "P", "soon"), "published"),
        (NewSource("T", "P", "2026", "javascript:alert(1)"), "address"),
        (NewSource("T", "P", "2026", "https://[example.com/x"), "address"),
        (NewSource("T", "P", "2026", language="tlh"), "language"),
    ],
)
def test_a_source_without_its_facts_is_refused(ours: ClaimBase, source: NewSource, field: str) -> None:
    with pytest.raises(InvalidEditError) as caught:
        SourceBook(ours).add(MODERATOR, source)
    assert [fault.field for fault in caught.value.faults] == [field]
    assert caught.value.edit == source


def test_a_new_point_names_all_that_it_lacks(ours: ClaimBase) -> None:
    told = refused(ours, EditPoint(role="proves"))
    assert [line.split(":")[0] for line in told.splitlines()] == ["speaker_en", "text_en", "role", "date"]


def test_a_text_that_stood_in_for_another_language_goes_with_the_one_that_was_written(ours: ClaimBase) -> None:
    """A form hands in all languages, also those that nobody has touched."""
    after(ours, EditTexts({"en": "It is of silver", "zh": ""}))
    claim = after(ours, EditTexts({"en": "It is of tin", "zh": "It is of silver"}))
    assert claim.title.plain == {"en": "It is of tin", "zh": "It is of tin"}
    claim = after(ours, EditTexts({"en": "It is of tin", "zh": "它是锡做的"}))
    assert claim.title.plain == {"en": "It is of tin", "zh": "它是锡做的"}
    claim = after(ours, EditTexts({"en": "It is of lead", "zh": "它是锡做的"}))
    assert claim.title.plain == {"en": "It is of lead", "zh": "它是锡做的"}


def test_a_wording_of_two_languages_goes_from_the_list_that_it_is_taken_out_of(ours: ClaimBase) -> None:
    after(ours, EditWordings({"en": "AI is a bubble\nGPU", "zh": "GPU"}))
    claim = after(ours, RemoveWordings(("GPU",), "en"))
    assert [(each.text, each.language) for each in claim.wordings if each.says] == [
        ("AI is a bubble", "en"),
        ("GPU", "zh"),
    ]
    assert "GPU" not in [each.text for each in after(ours, RemoveWordings(("GPU",))).wordings]


def test_points_and_figures_go_by_their_place(ours: ClaimBase) -> None:
    added = EditPoint(role="context", speaker={"zh": "某人"}, date="2026", text={"zh": "一句话"}, citations="doc")
    assert [point.role for point in after(ours, added).points] == ["refutes", "context"]
    assert [point.speaker["en"] for point in after(ours, RemovePoint(0)).points] == ["某人"]
    assert "no number 2 any more" in refused(ours, RemovePoint(1))
    assert "no number 2 any more" in refused(ours, PutPointFirst(1))
    assert "no number 5 any more" in refused(ours, EditPoint(4, role="context"))
    assert after(ours, RemoveFigure(0)).figures == ()


@pytest.mark.parametrize(
    ("typed", "low", "high", "bound"),
    [("1.2", 1.2, 1.2, "about"), ("1,200", 1200, 1200, "about"), ("2 to 3", 2, 3, "range")]
    + [(f"2{sign}3", 2, 3, "range") for sign in ("-", "–", "—", " — ", "~", "～", "〜", "至", " 到 ")],
)
def test_a_figure_is_a_number_or_a_range(ours: ClaimBase, typed: str, low: float, high: float, bound: str) -> None:
    figure = after(ours, EditFigure(typed, "kg", "about", subject={"zh": "白银"}, place=0)).figures[0]
    assert (figure.low, figure.high, figure.bound, figure.subject["en"]) == (low, high, bound, "白银")


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        (EditFigure("much", "kg", subject={"en": "x"}), "much is no figure"),
        (EditFigure("3 to 2", "kg", subject={"en": "x"}), "is no figure"),
        (EditFigure("1e999", "kg", subject={"en": "x"}), "is no figure"),
        (EditFigure("1", "stone", subject={"en": "x"}), "stone is not known here"),
        (EditFigure("1", "kg", "range", subject={"en": "x"}), "A range has two numbers"),
        (EditFigure("1", "kg"), "The text is empty"),
    ],
)
def test_a_figure_that_cannot_be_read_is_refused(ours: ClaimBase, edit: EditFigure, fault: str) -> None:
    assert fault in refused(ours, edit)


def test_a_unit_of_its_own_has_clean_spellings_each_once(ours: ClaimBase) -> None:
    unit = (
        after(ours, EditFigure("40", "carp\x07|\u202ecarps | carp|| big\nones", subject={"en": "fish"}))
        .figures[-1]
        .unit
    )
    assert unit == "carp|carps|big ones"


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (EditFigure("40", "|".join(f"carp{n}" for n in range(13)), subject={"en": "fish"}), "unit: 13 of them"),
        (EditFigure("40", f"{'x' * 41}|carp", subject={"en": "fish"}), "unit: The text has 41"),
        (EditPoint(0, numbers=";".join(map(str, range(41)))), "numbers: 41 of them"),
        (EditPoint(0, citations="\n".join(["doc"] * 21)), "citations: 21 of them"),
    ],
)
def test_no_form_takes_more_than_a_file_may_have(ours: ClaimBase, edit: Edit, says: str) -> None:
    assert says in refused(ours, edit)


def test_wordings_can_be_taken_from_a_claim_of_a_pack_that_has_very_many(base: ClaimBase, tmp_path: Path) -> None:
    many = {"en": [f"wording {n}" for n in range(400)], "zh": [f"说法{n}" for n in range(400)]}
    load_pack(base, write_pack(tmp_path, pack_data(claim_data(CLAIM, wordings=many))))
    ServerSetup(base).change(ADMINISTRATOR, moderator_roles=(MOD_ROLE,))
    assert len(after(base, RemoveWordings(("wording 1",))).wordings) == 800
    assert "801 wordings" in refused(base, AddWording("one more"))
