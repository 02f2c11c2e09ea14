"""Lines that were broken to fit a page or a window, joined for reading; heads and feet of pages left out."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.text import TextFolder
from claims.documents.cleaning import CleaningRules, unmarked
from claims.documents.markup import View, form_of
from claims.documents.sentences import sentences_of
from claims.documents.worthiness import CandidateCues
from claims.documents.wrapping import reflowed

CUES = CandidateCues.load()
RULES = CleaningRules.load(CUES.ends, TextFolder().fold)
ENGLISH = (
    "Nobody has measured what a night at the charger does to a pack. It stops at 100 percent, so that the cells rest.",
    "The workshops of Leeds see about 60 packs every spring. Most of them were left empty all winter long in a shed.",
)
CHINESE = (
    "在摄氏40度存放的电池会损失约三成容量，半电存放的只损失4%。整夜充电并不会毁掉电池，五百次之后没有差别，三家维修店都这样记在年鉴里。",
    "“最贵的错误是让电池空着过冬，”在巴塞尔经营维修店的凯勒说，“每年大约有60块。”她修了十二年的电池，见过各种各样的坏法，也救活过不少别人已经扔掉的电池。",
)


def view(raw: str) -> View:
    return unmarked(raw, form_of(raw))


def broken(paragraph: str, width: int) -> str:
    if paragraph.isascii():
        return textwrap.fill(paragraph, width)
    return "\n".join(paragraph[at : at + width // 2] for at in range(0, len(paragraph), width // 2))


def read(raw: str) -> list[str]:
    return [" ".join(line.split()) for line in view(raw).text.split("\n") if line.strip()]


@pytest.mark.parametrize("paragraphs", [ENGLISH, CHINESE], ids=["en", "zh"])
@pytest.mark.parametrize("width", [44, 60, 72])
@pytest.mark.parametrize("between", ["\n\n", "\n\u3000\u3000", "\n    "], ids=["blank", "indented", "spaces"])
def test_a_text_that_was_broken_at_one_width_is_read_by_paragraphs(
    paragraphs: tuple[str, ...], width: int, between: str
) -> None:
    raw = "\n\n" + between.join(broken(each, width) for each in paragraphs)
    assert read(raw) == list(paragraphs)


def test_each_place_leads_back_to_the_broken_text() -> None:
    raw = "\n\n".join(broken(each, 60) for each in CHINESE)
    here = view(raw)
    start = raw.index("\n")
    first, after = here.span(start - 10, start + 10)
    assert raw[first:after].count("\n") == 1
    assert here.reading(first, after) == here.text[start - 10 : start + 10]


def test_a_quoted_mail_is_read_without_its_marks() -> None:
    raw = "\n> \n".join("> " + broken(each, 66).replace("\n", "\n> ") for each in ENGLISH)
    assert read(raw) == list(ENGLISH)


@pytest.mark.parametrize("paragraphs", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_markdown_joins_the_lines_of_a_paragraph_and_no_others(paragraphs: tuple[str, ...]) -> None:
    first, second = (broken(each, 50) for each in paragraphs)
    raw = f"---\ntitle: Packs\n---\n# Packs\n{first}\n\n- one thing that is as long as the others here\n- another\n\n"
    raw += f"```\nx = 1\ny = 2\n```\n\n{second}\n"
    assert read(raw) == [
        "Packs", paragraphs[0], "- one thing that is as long as the others here", "- another", "x = 1", "y = 2",
        paragraphs[1],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "raw",
    [
        "Home\nNews\nMarkets\nThe silver year\n" + "\n".join(ENGLISH),
        "首页\n新闻\n电池是怎么坏的\n" + "\n".join(CHINESE),
        "Roses are red,\nviolets are blue,\nsugar is sweet.\n",
        "\n".join(f"{n}. The pack of the bicycle number {n} was left in a cold shed" for n in range(1, 9)),
        "\n".join(f"The pack of bicycle number {n} was left in a cold shed." for n in range(1, 9)),
        "A burnt bicycle in a hallway in the north of Leeds, this week\nAccording to the yearbook, packs fail.\n",
    ],
)
def test_lines_of_their_own_stay_so(raw: str) -> None:
    assert view(raw).text == raw


def test_lines_of_a_page_of_chinese_are_joined_without_a_space() -> None:
    raw = "<html><body><p>电池在冬天\n  会损失三成\n容量 of it\nall。</p></body></html>"
    assert view(raw).text.strip() == "电池在冬天会损失三成容量 of it all。"


HEAD, FOOT = "Workshop yearbook 2025", "Page {} of 3"
PAGES = (
    f"{ENGLISH[0]} What is left of it after a winter depends on how full the pack was when the frost",
    f"came, as the yearbook shows. {ENGLISH[1]}",
    "A third of the packs could be mended, for 90 francs each.",
)


def pages() -> str:
    return "\n\f\n".join(f"{HEAD}\n{page}\n{FOOT.format(n)}" for n, page in enumerate(PAGES, 1))


def test_heads_and_feet_of_pages_are_frame_and_a_sentence_runs_over() -> None:
    clean = RULES.clean(pages())
    assert "when the frost came, as the yearbook shows." in clean.view.text
    assert HEAD not in clean.view.text
    assert "Page" not in clean.view.text
    left = [clean.view.raw[each.start : each.end] for each in clean.view.dropped if each.reason == "frame"]
    assert sum(HEAD in each for each in left) == 3


@pytest.mark.parametrize("width", [50, 72])
def test_pages_whose_lines_were_broken_are_read_by_sentences_without_heads_and_feet(width: int) -> None:
    bodies = [
        *ENGLISH,
        "A third of the packs could be mended, which cost 90 francs, half of what shops want for one.",
    ]
    raw = "\n\f\n".join(f"{HEAD}\n{broken(body, width)}\n{FOOT.format(n)}" for n, body in enumerate(bodies, 1))
    assert read(raw) == bodies


@pytest.mark.parametrize("head", ["Harbour Post — 3 May 2026    Page {n} of 5", "港口報　第{n}頁"])
def test_heads_of_pages_that_were_saved_as_text_are_frame(head: str) -> None:
    pages = [f"Moka coffee number {n} has 105 mg of caffeine.\nSo page 3 of the report says." for n in range(5)]
    raw = "".join(f"{head.format(n=n)}\n\n{page}\n\n" for n, page in enumerate(pages, 1))
    assert view(raw).text.split() == " ".join(pages).split()


def test_a_last_line_that_comes_once_is_no_foot() -> None:
    raw = "\n\f\n".join(f"{page}\nAnd so on, part {'abc'[n]}, they say.\n{n}" for n, page in enumerate(PAGES))
    assert [f"part {letter}" in RULES.clean(raw).view.text for letter in "abc"] == [True] * 3


def test_lines_that_were_broken_to_fit_the_page_of_a_pdf_are_joined() -> None:
    page = (
        "What wears out a battery\n"
        "Nobody has measured what a night at the charger does. It stops at\n"
        "100 percent, so that the pack, of which every cell has 14 ampere-\n"
        "hours, rests. The workshops say so.\n"
        "• The first item of a list, which is nearly as long as the lines,\n"
        "• the second"
    )
    sentence = (
        "Nobody has measured what a night at the charger does. It stops at 100 percent, so that the pack, of which"
    )
    assert reflowed(page).split("\n") == [
        "What wears out a battery",
        f"{sentence} every cell has 14 ampere-hours, rests. The workshops say so.",
        "• The first item of a list, which is nearly as long as the lines,",
        "• the second",
    ]
    lines = (
        "在攝氏40度存放的電池會損失約三成容量；半電、攝氏20",
        "度存放的只損失4%。整夜充電並不會毀掉電池，測試發現五百",
        "次之後沒有差別，每公斤的容量在一年裡平均只下降了不到",
        "3.1安時。",
    )
    assert reflowed("\n".join(lines)) == "".join(lines)
    assert reflowed("short\nlines\nof a poem") == "short\nlines\nof a poem"


def test_a_word_that_a_line_has_cut_is_whole_again_where_the_page_has_it_whole() -> None:
    page = (
        "The investigation of the brigade has found that chargers fail. An inves-\n"
        "tigation by the makers found less of it, and counted the well-\n"
        "known cases only, as the office of the town has said in the spring."
    )
    assert reflowed(page).count("investigation") == 2
    assert "well-known" in reflowed(page)


@pytest.mark.parametrize(
    ("cut", "read_as"),
    [
        ("because the water of the pot is pushed up under pres-\nsure through the grounds.", "under pressure through"),
        ("because of what the inves-\ntigation of the brigade found.", "the investigation of"),
        ("because the pot is the well-\nknown one of the harbour office.", "the well-known one"),
        ("because the pack has fourteen ampere-\nhours in each of its cells.", "fourteen ampere-hours in"),
        ("because the pot is only ever a long-\nterm friend of its owner.", "a long-term friend"),
    ],
)
def test_a_sentence_goes_on_behind_a_hyphen_at_the_end_of_a_line(cut: str, read_as: str) -> None:
    raw = f"Moka coffee has 105 mg of caffeine in 50 ml, {cut}\n"
    here = view(raw)
    assert read_as in here.text
    (sentence,) = sentences_of(here, CUES.file.abbreviations)
    assert here.raw[sentence.start : sentence.end] == raw.strip()


def test_spaces_that_a_text_layer_puts_around_chinese_marks_go() -> None:
    raw = "电池在冬天会损失 30% 的容量 ， “ 这很正常 ” ，凯勒说 。 她修了十二年的电池 。\n"
    assert view(raw).text == "电池在冬天会损失 30% 的容量，“这很正常”，凯勒说。她修了十二年的电池。\n"


def test_a_page_of_very_many_lines_is_read() -> None:
    raw = "a\n" * 60_000 + "\f" + "b\n" * 60_000
    assert view(raw).text == raw


@given(
    st.lists(st.sampled_from([*ENGLISH, *CHINESE, "> ", "\n", "\f", "- ", "3\n", "# ", "```", "a", "，"]), max_size=30)
)
def test_whatever_is_joined_every_place_stays_in_order(parts: list[str]) -> None:
    raw = "".join(parts)
    here = view(raw)
    assert "".join(here.raw[start:end] for start, end, _ in here.parts()) == raw
    assert list(here.starts) == sorted(here.starts)
    ends = [0, *(each.end for each in sentences_of(here, CUES.file.abbreviations))]
    assert ends == sorted(ends)
