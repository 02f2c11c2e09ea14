"""Cards stay within Discord's limits, whatever a moderator writes, and never cut a point in two."""

from dataclasses import replace

import discord
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discord.card_buttons import card_buttons
from bot.discord.cards import draw_card, draw_lines, draw_pages, draw_short, link
from bot.reply import PointLine, Reply, ReplyEntry, SourceLine
from bot.texts import Texts
from claims.record import CitationRecord
from tests.bot.discord.world import text_of
from tests.quick import examples

ENGLISH = Texts.open("en")
LIMIT_OF_TEXT, LIMIT_OF_COMPONENTS = 4000, 40


def entry(points=1, text="A point.", heading="A claim", figures=()):
    lines = tuple(PointLine(f"{text} {n}", "A speaker", "2025", (1,), "refutes", "Against it") for n in range(points))
    return ReplyEntry("a-claim", heading, "The documents dispute this.", tuple(figures), lines, "As of 2025.")


def source(number, address="https://example.org/page"):
    citation = CitationRecord("paper", number, number + 20, "0" * 64)
    return SourceLine(
        number, f"Paper {number}", "Press", "2025", "in Chinese", address, "characters 1–20", "paper", citation
    )


def draw(*entries: ReplyEntry, sources=(), remarks=()):
    reply = Reply("en", "This message comes close to a known claim", entries, tuple(sources))
    return draw_card(reply, ENGLISH, card_buttons([entry.claim_id for entry in entries], ENGLISH), remarks)


def shown(card):
    return "\n".join(item.content for item in card.walk_children() if isinstance(item, discord.ui.TextDisplay))


def fits(card):
    return (
        len(list(card.walk_children())) <= LIMIT_OF_COMPONENTS
        and card.content_length() <= LIMIT_OF_TEXT
        and len(shown(card).encode("utf-16-le")) // 2 <= LIMIT_OF_TEXT
    )


def test_a_card_names_claim_kind_points_and_sources():
    text = shown(draw(entry(), sources=[source(1)]))
    for part in (
        "### A claim",
        "The documents dispute this.",
        "**Against it** A point. 0",
        "A speaker · 2025 · \\[1\\]",
    ):
        assert part in text
    assert "-# \\[1\\] [Paper 1](https://example.org/page) · Press · 2025 · in Chinese" in text


def test_figures_that_differ_stand_out():
    assert "**You wrote 5 kg; the source says 1.2 kg.**" in shown(
        draw(entry(figures=["You wrote 5 kg; the source says 1.2 kg."]))
    )


def test_what_does_not_fit_is_counted_and_no_point_is_cut():
    card = draw(entry(20, "word " * 80))
    text = shown(card)
    kept = text.count("**Against it**")
    assert fits(card)
    assert 0 < kept < 20
    assert f"-# {20 - kept} more: More" in text
    assert all(line.endswith(tuple("0123456789")) for line in text.splitlines() if line.startswith("- **"))


def test_three_long_claims_share_the_room():
    card = draw(entry(9, "one " * 80), entry(9, "two " * 80), entry(9, "six " * 80))
    assert fits(card)
    counts = [shown(card).count(f"**Against it** {word} {word}") for word in ("one", "two", "six")]
    assert max(counts) - min(counts) <= 1


def test_remarks_give_way_first():
    assert "a remark" in shown(draw(entry(), remarks=["a remark"]))
    assert "a remark" not in shown(draw(entry(20, "word " * 80), remarks=["a remark" + "!" * 500]))


@settings(max_examples=examples(60), deadline=None)
@given(
    st.lists(
        st.builds(
            entry,
            points=st.integers(1, 20),
            text=st.text(min_size=1, max_size=600),
            heading=st.text(min_size=1, max_size=300),
            figures=st.lists(st.text(max_size=400), max_size=4),
        ),
        min_size=1,
        max_size=3,
    ),
    st.lists(st.builds(source, st.integers(1, 60)), max_size=30),
)
def test_no_text_of_any_length_breaks_the_limits(entries, sources):
    assert fits(draw(*entries, sources=sources))


def short(lengths, sign="a", heading="A claim"):
    """Draw a short card of as many claims as there are lengths, each with a source whose address is as long."""
    entries = [replace(entry(heading=heading), points=(replace(entry().points[0], source_numbers=(n,)),))
               for n in range(len(lengths))]  # fmt: skip
    sources = [replace(source(n, "https://example.org/".ljust(most, sign)), document=f"paper-{n}")
               for n, most in enumerate(lengths)]  # fmt: skip
    return draw_short(Reply("en", "", tuple(entries), tuple(sources)), ENGLISH, ())


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.integers(20, 2000), min_size=1, max_size=4), st.sampled_from("a()"), st.text("a*🦀", max_size=300))
def test_no_address_of_any_length_breaks_the_limits_of_a_short_card(lengths, sign, heading):
    assert fits(short(lengths, sign, heading or "A claim"))


def test_a_source_whose_address_finds_no_room_stands_by_its_title():
    assert shown(short([1900, 1900])).count("](https://") == 1
    assert "Paper 1" in shown(short([1900, 1900]))
    assert shown(short([1500, 1500])).count("](https://") == 2


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.text(max_size=5000), max_size=30))
def test_pages_hold_all_lines_within_the_limits(lines):
    pages = list(draw_pages([line for line in lines if line.strip()]))
    assert all(fits(page) for page in pages)


def test_lines_that_do_not_fit_are_counted():
    assert "-# 11 more do not fit here." in shown(draw_lines(["x" * 400] * 20, ENGLISH))


async def test_a_card_on_the_wire_is_one_container_with_its_buttons(world):
    card = await world.card()
    assert card.flags.components_v2
    assert not card.content
    assert text_of(card).count("**Claim: ") == 1


def test_a_document_has_one_line_with_all_its_places_and_a_speaker_is_named_once():
    text = shown(draw(entry(2), sources=[source(1), replace(source(2), place="characters 40–60")]))
    assert text.count("A speaker · 2025") == 1
    assert text.count("[Paper 1](https://example.org/page)") == 1
    assert "characters 1–20; characters 40–60" in text


def test_addresses_with_brackets_are_links():
    assert link("Mercury", "https://example.org/Mercury_(element)") == (
        "[Mercury](https://example.org/Mercury_%28element%29)"
    )


PAGE = "https://claims.example/en/claims/a-claim.html"


def test_a_card_leads_to_the_claims_own_page_where_it_has_one():
    with_page = replace(entry(), page=PAGE)
    assert f"### [A claim]({PAGE})" in shown(draw(with_page))
    reply = Reply("en", "This message comes close to a known claim", (with_page,), ())
    card = draw_short(reply, ENGLISH, card_buttons(["a-claim"], ENGLISH))
    buttons = [item for item in card.walk_children() if isinstance(item, discord.ui.Button)]
    assert [each.url for each in buttons] == [None] * 4 + [PAGE]
    assert PAGE not in shown(card)


def test_a_card_without_a_page_has_no_button_for_it():
    card = draw_short(Reply("en", "", (entry(),), ()), ENGLISH, card_buttons(["a-claim"], ENGLISH))
    assert all(item.url is None for item in card.walk_children() if isinstance(item, discord.ui.Button))
