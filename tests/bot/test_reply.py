"""The neutral reply: what it says, and what it leaves unsaid."""

from dataclasses import replace
from datetime import date

import pytest

from tests.bot.records import FIRST, SECOND, WHOLE_ISLAND, claim, composer, differing, document, finding, match, point


def test_the_heading_names_the_claim_so_that_a_wrong_match_is_seen_at_once():
    (entry,) = composer().compose(finding()).entries
    assert entry.heading == "The crane was built in 1920"
    assert entry.claim_id == "crane"


def test_the_title_counts_the_claims():
    reply = composer(claim(), claim(id="ferry")).compose(finding(match(), match("ferry")))
    assert reply.title == "This message comes close to 2 known claims"
    assert composer().compose(finding()).title == "This message comes close to a known claim"


def test_a_contested_claim_is_disputed_by_the_documents():
    assert composer().compose(finding()).entries[0].kind_line == "The documents dispute this."


def test_a_reported_figure_asks_to_mind_its_scope():
    with_figure = composer(claim(kind="context", figures=(WHOLE_ISLAND,))).compose(finding())
    without = composer(claim(kind="context")).compose(finding())
    assert with_figure.entries[0].kind_line == "A reported figure: mind its scope."
    assert without.entries[0].kind_line == "Reported in the documents: mind its scope."


def test_a_forecast_names_who_made_it_and_not_who_doubts_it():
    points = (point(role="supports", speaker_en="Ada"), point(role="context", speaker_en="Bo"), point(speaker_en="Cy"))
    reply = composer(claim(kind="outlook", points=points)).compose(finding())
    assert reply.entries[0].kind_line == "A forecast or opinion of Ada and Bo."


def test_a_figure_that_differs_is_answered_with_the_documented_one_and_its_subject():
    reply = composer().compose(finding(differing(subject_en="a whole server", subject_zh="一台服务器")))
    assert reply.entries[0].figure_lines == ("You wrote 5 kg; the claim has 1.2 kg, for a whole server.",)


def test_a_figure_without_a_subject_is_answered_too():
    assert composer().compose(finding(differing())).entries[0].figure_lines == (
        "You wrote 5 kg; the claim has 1.2 kg.",
    )


def test_who_asks_about_a_message_did_not_always_write_it():
    reply = composer().compose(finding(differing()), requested=True)
    assert reply.entries[0].figure_lines == ("The message says 5 kg; the claim has 1.2 kg.",)


def test_a_point_has_its_text_speaker_date_and_the_numbers_of_its_sources():
    points = (point(citations=(FIRST,)), point(role="supports", citations=(SECOND, FIRST)))
    first, second = composer(claim(points=points)).compose(finding()).entries[0].points
    assert (first.speaker, first.date, first.source_numbers) == ("The yearbook", "1 May 2025", (1,))
    assert (first.label, second.label) == ("Against it", "For it")
    assert second.source_numbers == (2, 1)


def test_a_source_tells_title_publisher_date_and_place():
    (source,) = composer().compose(finding()).sources
    assert (source.number, source.title, source.publisher) == (1, "From the harbour's yearbook", "Harbour office")
    assert (source.date, source.place, source.language) == ("May 2025", "characters 1,204–1,398", "")


def test_a_passage_cited_by_two_claims_has_one_number():
    reply = composer(claim(), claim(id="ferry")).compose(finding(match(), match("ferry")))
    assert [source.number for source in reply.sources] == [1]


def test_a_loaded_passage_makes_the_link_open_at_its_words():
    reply = composer(passage=lambda _: "built in 1954").compose(finding())
    assert reply.sources[0].address == "https://harbour.example/yearbook#:~:text=built%20in%201954"


def test_without_the_passage_the_link_is_plain_and_without_an_address_there_is_none():
    assert composer().compose(finding()).sources[0].address == "https://harbour.example/yearbook"
    assert composer(documents=[document(address=None)]).compose(finding()).sources[0].address is None


def test_a_source_in_another_language_says_so():
    chinese = [document(language="zh-Hant")]
    assert composer(documents=chinese).compose(finding()).sources[0].language == "in Chinese"
    assert composer(documents=chinese, language="zh-Hans").compose(finding()).sources[0].language == ""


def test_traditional_chinese_is_made_from_simplified_in_the_words_of_taiwan():
    reply = composer(language="zh-Hant").compose(finding())
    assert reply.language == "zh-Hant"
    assert reply.entries[0].points[0].text == "吊車建於1954年,數據來自伺服器。"
    assert reply.entries[0].points[0].date == "2025年5月1日"


def test_simplified_chinese_is_shown_as_it_was_written():
    reply = composer(language="zh-Hans").compose(finding(differing(subject_en="a server", subject_zh="一台服务器")))
    assert reply.entries[0].heading == "吊车建于1920年"
    assert "一台服务器" in reply.entries[0].figure_lines[0]


def test_a_claim_past_its_review_says_that_it_may_have_changed():
    stale = composer(claim(review_by=date(2025, 12, 31))).compose(finding())
    fresh = composer(claim(review_by=date(2026, 12, 31))).compose(finding())
    assert stale.entries[0].age_line == "As of 1 May 2025; this may have changed since."
    assert fresh.entries[0].age_line == "As of 1 May 2025."


@pytest.mark.parametrize("action", ["reply", "offer"])
def test_a_match_that_is_only_offered_still_has_its_card(action):
    assert composer().compose(finding(match(action=action), action=action)) is not None


def test_silence_has_no_reply():
    assert composer().compose(finding(match(action="silent", score=0.99), action="silent")) is None


def test_asked_for_a_message_that_disputes_the_claim_the_reply_says_so():
    denied = finding(match(stance="denies", action="silent"), action="silent")
    reply = composer().compose(denied, requested=True)
    assert reply.note == "The message itself disputes this claim."


def test_asked_for_a_message_without_a_likely_claim_there_is_nothing_to_say():
    assert composer().compose(finding(match(score=0.2, action="silent"), action="silent"), requested=True) is None


def test_no_more_claims_are_answered_than_are_wanted():
    reply = composer(claim(), claim(id="ferry")).compose(finding(match(), match("ferry")), most=1)
    assert [entry.claim_id for entry in reply.entries] == ["crane"]


def test_claims_that_are_muted_or_out_of_view_are_not_answered():
    assert composer(claim(muted=True)).compose(finding()) is None
    assert composer().compose(finding(match("gone"))) is None


def test_nobody_is_told_to_be_wrong():
    reply = composer().compose(finding(differing()), requested=True)
    assert "wrong" not in str(reply).lower()


def test_a_claim_can_be_described_without_any_message():
    reply = composer().describe("crane")
    assert reply.title == "From the claim base"
    assert reply.entries[0].figure_lines == ()
    assert reply.sources


def test_only_a_published_claim_that_all_see_has_a_page():
    def page(**changes):
        shown = replace(composer(claim(**changes), language="zh-Hant"), site="https://claims.example/x")
        return shown.describe("crane").entries[0].page

    assert page() == "https://claims.example/x/zh-Hant/claims/crane.html"
    assert page(server=7) == page(status="draft") == ""
    assert composer().describe("crane").entries[0].page == ""


def test_a_source_whose_page_says_something_else_by_now_says_so():
    changed = document(changed_on=date(2026, 5, 3))
    (source,) = composer(documents=(changed,)).describe("crane").sources
    assert source.note == "source changed on 3 May 2026"
    assert composer().describe("crane").sources[0].note == ""
