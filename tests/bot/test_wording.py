"""Faults and differences of fields, said in the reader's language."""

from dataclasses import asdict, fields

import pytest

from bot.discord.editor.screen import LIST_NAMES
from bot.import_plan import near_line
from bot.texts import Texts
from bot.wording import LONGEST, MOST_ENTRIES, conflict_line, difference_lines, fault_lines, field_name, read_parts
from checks.model import KnownFigure, KnownWording
from checks.text import TextFolder
from claims.documents.cleaning import CleaningRules
from claims.documents.worthiness import CandidateCues
from claims.exchange.plan import NearClaim
from claims.fields import FormReader
from claims.moderation.edits import EditFigure, EditPoint, EditTexts, EditWordings
from claims.moderation.sources import NewSource
from claims.record import ClaimRecord, DocumentRecord, PackRecord, claim_state, differences
from claims.store.server_settings import UNSET, ServerSettings, settings_faults
from config.errors import ConflictError, FieldDifference, InvalidEditError, worded
from config.languages import ByLanguage
from tests.bot.records import by_language

ENGLISH, SIMPLIFIED, TRADITIONAL = map(Texts.open, ("en", "zh-Hans", "zh-Hant"))
FORMS = (EditTexts, EditWordings, EditPoint, EditFigure, NewSource, PackRecord, DocumentRecord, ServerSettings)


def refused(field: str, fault: str, mend: str, **values: object) -> InvalidEditError:
    form = FormReader()
    form.refuse(field, fault, mend, **values)
    with pytest.raises(InvalidEditError) as caught:
        form.finish(None)
    return caught.value


def test_a_fault_names_its_field_and_its_mend_in_the_readers_language():
    with pytest.raises(InvalidEditError) as caught:
        EditTexts(kind="myth", as_of="yesterday").apply(claim(), None)
    assert fault_lines(caught.value, ENGLISH) == [
        "Kind: myth is not known here. Choose one of: contested, context, outlook.",
        "As of: yesterday is no day. Write it as 2026-01-23.",
    ]
    assert fault_lines(caught.value, TRADITIONAL)[1] == "截至日期：yesterday 不是具體日期。請寫成2026-01-23。"


def test_what_was_changed_meanwhile_is_named_in_the_readers_language():
    item = ConflictError(worded("Item {number} of the queue", number=7), (FieldDifference("decision", None, "claim"),))
    assert conflict_line(item, Texts.open("en")).startswith("Item 7 of the queue was changed meanwhile.")
    said = conflict_line(item, Texts.open("zh-Hant"))
    assert "待辦第7項" in said
    assert "decision" not in said


def test_a_value_may_have_any_name_and_any_braces():
    with pytest.raises(InvalidEditError) as caught:
        EditTexts(as_of="{never} said").apply(claim(), None)
    assert fault_lines(caught.value, SIMPLIFIED) == ["截至日期：{never} said 不是具体日期。请写成2026-01-23。"]


def test_faults_of_settings_are_translated():
    (fault,) = settings_faults({"cut_off": 2.0})
    assert fault_lines(InvalidEditError((fault,)), SIMPLIFIED) == ["门槛：2.0超出范围。请填0到1之间的概率。"]


@pytest.mark.parametrize("form", FORMS)
def test_every_field_that_people_fill_in_has_a_name(form):
    names = {each.name for each in fields(form)} - {"loaded", "lists", "changed_on", "fingerprint"} | set(LIST_NAMES)
    assert {name for name in names if field_name(name, SIMPLIFIED) == name} == set()


def test_every_field_of_a_state_has_a_name():
    names = {*claim_state(claim()), *UNSET, "decision", "decided_by", "state", "mode", "makes_claim", "claim"}
    assert {name for name in names if field_name(name, TRADITIONAL) == name} == set()
    assert field_name("something new", ENGLISH) == "something new"


def test_a_field_of_one_of_several_claims_is_named_behind_its_claim():
    assert field_name("my-claim, title_en", ENGLISH) == "my-claim, Title in English"
    assert field_name("my-claim, status", SIMPLIFIED) == f"my-claim, {field_name('status', SIMPLIFIED)}"


def test_values_are_shown_before_and_after():
    before, after = claim_state(claim()), claim_state(claim(title_en="New", status="published"))
    assert difference_lines(differences(before, after), ENGLISH) == [
        "Title in English: Old → New",
        "Status: draft → published",
    ]
    assert difference_lines([FieldDifference("review_by", None, "2027-01-01")], SIMPLIFIED) == [
        "复核期限：无 → 2027年1月1日"
    ]
    assert difference_lines([FieldDifference("muted", False, True)], TRADITIONAL) == ["靜音：否 → 是"]
    assert difference_lines([FieldDifference("cut_off", 0.75, 0.9999996)], ENGLISH) == ["Cut-off: 0.75 → 0.9999996"]


def test_how_far_reports_have_raised_the_bar_is_told_without_the_digits_of_a_score():
    (line,) = difference_lines([FieldDifference("raised_to", 0.0, 0.993011167)], ENGLISH)
    assert line == "More careful up to: 0 → 0.993"
    assert difference_lines(differences({"packs": None}, {"packs": []}), ENGLISH) == ["Packs of claims: all → nothing"]


def test_a_field_is_named_without_mentions_because_its_line_is_escaped():
    texts = ENGLISH.mentioning({"check": "</check:145607444398>"})
    (line,) = difference_lines([FieldDifference("outside_checks", False, True)], texts)
    assert "/check: no → yes" in line
    assert "<" not in line


def test_choices_of_a_server_are_said_in_words():
    assert difference_lines([FieldDifference("card_form", "short", "full")], TRADITIONAL) == ["卡片的形式：簡短 → 完整"]
    assert difference_lines([FieldDifference("language", None, "auto")], ENGLISH) == [
        "Language: nothing → as the message"
    ]


def test_lists_show_what_went_and_what_came():
    gone, new = KnownWording("it sank", "en", negative=True), KnownWording("它沉了", "zh", denies=True)
    assert difference_lines([FieldDifference("wordings", [asdict(gone)], [asdict(new)])], ENGLISH) == [
        "Wordings:",
        "− it sank (never to be matched)",
        "+ 它沉了 (disputes it)",
    ]


def test_figures_and_points_are_shown_as_people_read_them():
    figure = KnownFigure(2, 3, "t", "range", "claim", ByLanguage(en="ore", zh="矿石"))
    assert difference_lines([FieldDifference("figures", [], [asdict(figure)])], SIMPLIFIED) == [
        "数字：",
        "+ 矿石：2–3吨",
    ]
    point = {
        "role": "refutes",
        "speaker_en": "Ann",
        "speaker_zh": "安",
        "date": "2026",
        "text_en": "No.",
        "text_zh": "",
    }
    cited = point | {"citations": [{"document": "book"}], "numbers": []}
    assert difference_lines([FieldDifference("points", [cited], [])], ENGLISH) == [
        "Points:",
        "− Against it · Ann · 2026 · No. · book",
    ]


def test_long_texts_and_long_lists_are_cut():
    (line,) = difference_lines([FieldDifference("title_en", "", "word " * 100)], ENGLISH)
    assert len(line) < LONGEST + 40
    assert line.endswith("…")
    lines = difference_lines([FieldDifference("numbers", [], [str(n) for n in range(50)])], ENGLISH)
    assert len(lines) == MOST_ENTRIES + 2
    assert lines[-1] == "+ and 40 more"


def claim(**changes):
    from datetime import date

    values = {"title_en": "Old", "title_zh": "旧", "status": "draft"} | changes
    known = {"id": "x", "kind": "contested", "pack": "", "version": 1, "as_of": date(2026, 1, 1), "review_by": None}
    return ClaimRecord(**known, **by_language(values), wordings=(), figures=(), points=())


RULES = CleaningRules.load(CandidateCues.load().ends, TextFolder().fold)
PAGE = """<!doctype html><html><head><title>Silver</title></head><body><nav><ul><li><a href="/">Home</a></li>
<li><a href="/m">Markets &amp; money</a></li></ul></nav><article><h1>Silver</h1>

<p>Silver rose by <b>30%</b> in 2025, say the dealers who have followed it for the longest time of all.</p>


<p>Servers hold more of it than phones do, about 1.2&nbsp;kg each, according to the yearbook of the makers.</p>
</article><footer>All rights reserved.</footer></body></html>"""


def read_as(raw: str, texts: Texts = ENGLISH) -> str:
    return "".join(words for words, _ in read_parts(RULES.clean(raw).view, texts))


def test_a_page_is_shown_by_its_paragraphs_with_what_was_left_out_in_one_piece():
    shown = read_as(PAGE)
    assert "⟦frame of the page: Home Markets & money⟧\n" in shown
    assert "：Home Markets & money⟧\n" in read_as(PAGE, TRADITIONAL)
    assert "Silver rose by 30% in 2025, say" in shown
    assert "time of all.\n\nServers hold" in shown
    assert "<" not in shown


def test_broken_lines_are_shown_as_they_are_read():
    raw = "The demand for silver in the halls of servers grows every\nyear by half, and will not stop.\n"
    assert read_as(raw).startswith("The demand for silver in the halls of servers grows every year by half")


def test_inserted_readings_are_shown_where_they_stood():
    assert "數⟦(shù)⟧據⟦(jù)⟧" in read_as("銀價的數(shù)據(jù)說明一切，沒有人知道為什麼會這樣。\n")


def test_a_claim_that_says_the_same_is_told_from_one_that_is_about_the_same_matter_and_neither_by_a_number():
    title = ByLanguage({"en": "Water that was boiled twice is poisonous"})
    assert near_line(NearClaim("boiled", title, 0.96), ENGLISH) == f"may repeat boiled: {title.plain['en']}"
    assert near_line(NearClaim("boiled", title, 0.94), ENGLISH).startswith("is about the same matter as boiled: ")
    assert "%" not in near_line(NearClaim("boiled", title, 0.96), TRADITIONAL)
