"""A card is read in a chat: bounds that every shipped claim keeps, and how points are shortened."""

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import settings as trials
from hypothesis import strategies as st

from bot.discord.cards import card_text, draw_short
from bot.explain import updated_line
from bot.reply import PointLine, Reply, ReplyEntry, display_date
from bot.service import Touchstone
from bot.short import lines_of, rows_of, shorten_reply
from bot.texts import Texts
from checks.model import FigureFinding, Finding, Match
from claims.record import ClaimRecord
from config.languages import SHOWN
from config.settings import Settings

CHARACTERS = {"en": 480, "zh-Hans": 220, "zh-Hant": 220}
LINES, CELLS = 9, 42
ENGLISH = Texts.open("en")


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """The application with the shipped claims."""
    address = f"sqlite:///{tmp_path_factory.mktemp('short') / 'base.db'}"
    with Touchstone.open(Settings(database_url=address)) as opened:
        yield opened


def rows(markdown: str) -> int:
    """Return the lines on a phone of a card's text, without markup and addresses."""
    plain = re.sub(r"\]\(\S+\)", "", re.sub(r"^-# |\*\*|\\|\[", "", markdown, flags=re.MULTILINE))
    return sum(rows_of(line, CELLS) for line in plain.splitlines())


def differing(claim):
    """Return what a message finds that gives another figure for each of the claim."""
    return tuple(FigureFinding("1234567", "7654321", agrees=False, subject=each.subject) for each in claim.figures)


def answer(shipped, language, *claims: ClaimRecord):
    matches = tuple(Match(each.id, 1.0, "asserts", "", action="reply", figures=differing(each)) for each in claims)
    return shipped.compose(Finding("", language, "reply", matches), language)


@pytest.mark.parametrize("language", SHOWN)
def test_every_shipped_claim_keeps_the_bounds_of_a_chat(shipped, language):
    texts = shipped.texts(language)
    for claim in shipped.base.claims(None):
        for reply in (shipped.claim_reply(claim.id, language), answer(shipped, language, claim)):
            text = card_text(draw_short(reply, texts, ()))
            assert len(text) <= CHARACTERS[language], claim.id
            assert rows(text) <= LINES, claim.id
            (entry,) = shorten_reply(reply, texts).entries
            assert entry.points, claim.id
            assert entry.points[-1].origin, claim.id
            assert entry.sources, claim.id


@pytest.mark.parametrize("language", SHOWN)
def test_two_claims_share_one_card_of_twice_that(shipped, language):
    texts = shipped.texts(language)
    for pair in pairwise(shipped.base.claims(None)):
        text = card_text(draw_short(answer(shipped, language, *pair), texts, ()))
        assert len(text) <= 2 * CHARACTERS[language], pair
        assert rows(text) <= 2 * LINES, pair


@pytest.mark.parametrize("language", SHOWN)
def test_no_card_is_left_without_a_point_by_what_else_stands_on_it(shipped, language):
    texts = shipped.texts(language)
    day = display_date("2026-12-12", texts)
    changed = texts("source changed on {date}", date=day)
    for claim in shipped.base.claims(None):
        for reply in (shipped.claim_reply(claim.id, language), answer(shipped, language, claim)):
            sources = tuple(replace(source, note=changed) for source in reply.sources)
            note = updated_line(date(2026, 12, 12), texts)
            for noted in (replace(reply, note=note), replace(reply, note=note, sources=sources)):
                (made,) = shorten_reply(noted, texts).entries
                assert made.points, claim.id
                assert made.sources, claim.id
                text = card_text(draw_short(noted, texts, ()))
                assert len(text) <= CHARACTERS[language], claim.id
                assert rows(text) <= LINES, claim.id


def test_a_long_chinese_clause_is_cut_where_nothing_divides_it():
    long = "港口的老吊車在那個年代由當地船廠的工人用手工鉚接的方式一件一件地組裝起來並且一直使用到今天" * 3
    texts = Texts.open("zh-Hant")
    (made,) = shorten_reply(Reply("zh-Hant", "", (entry(f"{long}。"),), ()), texts).entries
    assert long.startswith(made.points[0].text.removesuffix("…"))


def test_a_third_claim_is_counted_and_not_told(shipped):
    claims = shipped.base.claims(None)[:3]
    text = card_text(draw_short(answer(shipped, "en", *claims), ENGLISH, ()))
    assert text.count("Claim:") == 2
    assert text.endswith("-# 1 more: More")
    assert len(text) <= 960


def test_the_differing_figure_stands_right_below_the_title(shipped):
    reply = shipped.compose(shipped.check("every H100 server has 5 kg of silver inside"))
    title, verdict, *_ = card_text(draw_short(reply, ENGLISH, ())).splitlines()
    assert title == "**Claim: An NVIDIA H100 server holds 1.2 kg of silver**"
    assert verdict == "**You wrote 5 kg; the source says 1.2 kg, for silver in one H100 server.**"


def entry(*texts: str, kind="contested", role="refutes"):
    points = tuple(PointLine(text, "A speaker", "2025", (), role, "Against it") for text in texts)
    return ReplyEntry("a-claim", "A claim", "The documents dispute this.", (), points, "", kind=kind)


def told(*texts: str):
    reply = Reply("en", "", (entry(*texts),), ())
    return [point.text for point in shorten_reply(reply, ENGLISH).entries[0].points]


def test_a_point_ends_with_a_sentence_where_it_can():
    first = "The crane was built in 1954 by the men of the yard."
    assert told(f"{first} {'It stood there for years, and for years, on the quay, ' * 9}") == [first]


def test_figures_stay_when_a_sentence_goes():
    (text,) = told(f"{'Nobody would have thought so at the time or any later. ' * 6}It was built in 1954.")
    assert text.endswith("It was built in 1954.")


def test_a_long_sentence_is_cut_at_a_clause_and_says_so():
    (text,) = told("The crane is younger than its plate says, " + "as every one of the books about it tells, " * 12)
    assert text.endswith("…")
    assert text[:-1].endswith(("says", "tells"))


def test_a_second_point_comes_where_there_is_room_and_names_its_speaker_once():
    (short,) = shorten_reply(Reply("en", "", (entry("One is so.", "Two is so."),), ()), ENGLISH).entries
    assert [point.text for point in short.points] == ["One is so.", "Two is so."]
    assert [point.origin for point in short.points] == ["", "A speaker, 2025"]


def test_a_source_is_named_whole_where_its_line_has_room_and_no_name_is_said_twice(shipped):
    claim = shipped.base.claims(None)[0]
    reply = shipped.claim_reply(claim.id, "en")
    (point, *_), (source, *_) = reply.entries[0].points, reply.sources

    def lines(speaker: str, title: str, date: str = "2014-01"):
        point_ = replace(point, text="Nine bar are used.", speaker=speaker, date=date, source_numbers=(source.number,))
        entry = replace(reply.entries[0], points=(point_,), figure_lines=())
        made = replace(reply, entries=(entry,), sources=(replace(source, title=title, language="", note=""),))
        return lines_of(shorten_reply(made, ENGLISH).entries[0], ENGLISH)[-2:]

    assert lines("A tester", "Home-Barista grinder test") == [
        "• Nine bar are used. — A tester, 2014-01",
        "Source: Home-Barista grinder test",
    ]
    assert lines("Home-Barista grinder test", "Home-Barista grinder test") == [
        "• Nine bar are used. — 2014-01",
        "Source: Home-Barista grinder test",
    ]
    assert lines("A test", "A test", date="")[0] == "• Nine bar are used."
    assert lines("A tester", "A report that has a title of more words than any line has room for")[-1].endswith("…")


def test_what_refutes_a_disputed_claim_comes_first():
    made = entry("Against.")
    supports = replace(made.points[0], text="For.", role="supports", label="For it")
    reply = Reply("en", "", (replace(made, points=(supports, *made.points)),), ())
    assert [point.text for point in shorten_reply(reply, ENGLISH).entries[0].points] == ["Against.", "For it: For."]


@trials(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=700), st.text(min_size=1, max_size=60))
def test_no_point_of_any_text_breaks_the_bounds(text, title):
    reply = Reply("en", "", (replace(entry(text), heading=title),), ())
    (made,) = shorten_reply(reply, ENGLISH).entries
    assert sum(rows_of(line, CELLS) for line in lines_of(made, ENGLISH)) <= max(LINES, rows_of(title, CELLS) + 2)
