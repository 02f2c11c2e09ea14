"""The clean reading: what is left out, and that every place leads back to the raw text."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.text import TextFolder
from claims.documents.cleaning import INSERTED, CleaningRules
from claims.documents.markup import Edit, View
from claims.documents.worthiness import CandidateCues

SHARED = Path(os.environ.get("TOUCHSTONE_SHARED", Path(__file__).parents[4] / "shared"))
RULES = CleaningRules.load(CandidateCues.load().ends, TextFolder().fold)
needs_documents = pytest.mark.skipif(not (SHARED / "seeds").is_dir(), reason="the source documents are not here")


def seed(number: int) -> str:
    (path,) = (SHARED / "seeds").glob(f"00{number}_*.txt")
    return path.read_bytes().decode()


def read(raw: str) -> str:
    return RULES.clean(raw).view.text


def holds(view: View) -> None:
    """Check that places run forward, that all of the raw text is accounted for, and that spans read back the same."""
    assert "".join(view.raw[start:end] for start, end, _ in view.parts()) == view.raw
    assert len(view.text) == len(view.starts) == len(view.ends)
    assert all(0 <= start <= end <= len(view.raw) for start, end in zip(view.starts, view.ends, strict=True))
    assert list(view.starts) == sorted(view.starts)


PIECES = (
    *("<b>", "</b>", "<p>", "<script>", "</script>", "<!--", "-->", "&amp;", "&#8220;", "現(xiàn)", "數(shù)據(jù)"),
    *("銀價漲了。", "呃，", "。，", "0. 5 %", "Silver rose by 5%. ", "\n", "\n\n", "\u200b", "\ufeff", "# ", "**"),
    *("[a](https://b.c)", "WEBVTT\n\n", "00:01.000 --> 00:02.000\n", "- ", "陈茜：\n", "<", ">", "&", "(", ")"),
)
PARTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@given(PARTS)
def test_a_clean_span_leads_to_the_raw_span_that_reads_the_same(raw: str) -> None:
    view = RULES.clean(raw).view
    holds(view)
    step = max(1, len(view.text) // 7)
    for start in range(0, len(view.text), step):
        end = min(len(view.text), start + 2 * step)
        first, after = view.span(start, end)
        assert view.text[start:end] in view.reading(first, after)


@given(st.text(max_size=200))
def test_any_text_can_be_read(raw: str) -> None:
    holds(RULES.clean(raw).view)


@given(st.text(min_size=1, max_size=40), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 6)), max_size=6))
def test_edits_upon_edits_keep_their_places(raw: str, cuts: list[tuple[int, int]]) -> None:
    view = View.of(raw)
    for at, length in cuts:
        start = min(at, len(view.text))
        view = view.edited([Edit(start, min(len(view.text), start + length), "cut", "·" * (at % 2))])
        holds(view)


@needs_documents
def test_all_readings_of_the_silver_article_go() -> None:
    view = RULES.clean(seed(3)).view
    readings = [view.raw[each.start : each.end] for each in view.dropped if each.reason == "reading"]
    assert len(readings) == 291
    assert not INSERTED.search(view.text)
    assert "現貨白銀一度突破99美元" in view.text
    for frame in ("色婷婷", "網易首頁", "小寶", "要聞", "2026-02-02", "特別聲明"):
        assert frame not in view.text


@needs_documents
def test_the_advertisement_the_captions_and_the_credits_go() -> None:
    advertised, talk = RULES.clean(seed(0)), RULES.clean(seed(1))
    assert "KDK" not in advertised.view.text
    assert advertised.view.text.startswith("怀疑论者纷纷出场")
    assert advertised.title.startswith("AI基础设施建设背后的真实经济学")
    assert "第3张" not in talk.view.text
    assert "图片来源" not in talk.view.text
    assert "济容投资) 首席执行官兼首席投资官\n\n" not in talk.view.text[2000:]
    assert sum(each.reason == "caption" for each in talk.view.dropped) >= 12
    assert {turn.speaker for turn in talk.turns} == {"陈茜", "Rob Li", "Bruce Liu", "Yang Ren", "Ethan Xu", "刘一鸣"}
    assert talk.title == "AI泡沫还是新周期?硅谷101直播深度解析万亿基建投资"


@needs_documents
def test_recognised_speech_becomes_sentences() -> None:
    clean = RULES.clean(seed(2))
    assert clean.is_speech
    assert "0. 5" not in clean.view.text
    assert not any(stops in clean.view.text for stops in ("。，", "，。", "。。", "呃", "嗯"))
    holds(clean.view)
    assert not any(RULES.clean(seed(number)).is_speech for number in (0, 1, 3))


SPOKEN = "呃我们觉得啊，。利率呃大概是0. 5 %左右，。然后嗯在201 9年的时候，。那个那个市场其实其实很好，呃。" * 3


def test_fillers_stutters_and_doubled_stops_of_a_talk_go_and_split_numbers_are_joined() -> None:
    text = read(SPOKEN)
    assert text.startswith("我们觉得。利率大概是0.5%左右。然后在2019年的时候。那个市场其实很好。")


def test_two_numbers_of_a_talk_that_stand_side_by_side_stay_two() -> None:
    said = "呃2025 30%的人觉得，。呃在14 15年，。呃20 25年涨了20 %，。"
    assert read(said * 6).startswith("2025 30%的人觉得。在14 15年。2025年涨了20%。")


def test_a_text_that_teaches_readings_keeps_them() -> None:
    lesson = (
        "多音字的读音：行(háng)业的行读第二声，行(xíng)走的行读第二声。"
        "银行(yín háng)的声调要读准。长(zhǎng)大和长(cháng)短不同。"
    ) * 3
    assert read(lesson).count("(háng)") == 3
    assert read("重(zhòng)要的字在拼音课本里这样写，重(chóng)复也是。拼音写在括号里。").count("(zhòng)") == 1


@pytest.mark.parametrize("tone", ["shù", "shu\u0300"])
def test_readings_go_however_their_tones_are_written(tone: str) -> None:
    assert read(f"數({tone})據顯示銀價上漲，數（{tone}）字驚人。") == "數據顯示銀價上漲，數字驚人。"


PAGE = """<!doctype html><html><head><title>Silver &amp; servers | Daily Ledger</title>
<meta property="og:title" content="Silver &amp; servers"><script>var x = "Silver fell by 90%.";</script></head>
<body><nav><a href="/">Home</a><a href="/markets">Markets</a></nav>
<article><h1>Silver &amp; servers</h1>
<p>Silver rose by <b>30%</b> in 2025, say the dealers who have followed it for the longest time of all.</p>
<p>Servers hold more of it than phones do&#8212;about 1.2&nbsp;kg each, according to the yearbook of the makers.</p>
<p>Nobody knows how long that will last, and the mines of the south have been slow to answer so far.</p></article>
<aside><ul><li>Win a phone</li><li>Ten tricks that dentists hate</li></ul></aside>
<footer>© Daily Ledger. All rights reserved.</footer></body></html>"""


def test_a_page_is_its_article() -> None:
    clean = RULES.clean(PAGE)
    assert (clean.form, clean.title) == ("page", "Silver & servers")
    assert "Silver rose by 30% in 2025" in clean.view.text
    assert "more of it than phones do—about 1.2\xa0kg each" in clean.view.text
    for frame in ("90%", "Markets", "dentists", "All rights"):
        assert frame not in clean.view.text
    start = clean.view.text.index("30%")
    assert PAGE[slice(*clean.view.span(start, start + 3))] == "30%"


def test_a_page_whose_head_or_picture_is_not_closed_is_read_on() -> None:
    page = PAGE.replace("</head>", "").replace("<b>30%</b>", "<svg class=up viewBox='0 0 9 9' /><b>30%</b>")
    text = RULES.clean(page).view.text
    assert "Silver rose by 30% in 2025" in text
    assert "more of it than phones do" in text
    assert "90%" not in text


RUBY = {
    "in brackets": "<ruby>銀<rp>(</rp><rt>yín</rt><rp>)</rp>價<rp>(</rp><rt>jià</rt><rp>)</rp></ruby>",
    "a word": "<ruby>銀價<rt class='r'><span>ㄧㄣˊ ㄐㄧㄚˋ</span></rt></ruby>",
    "not closed": "<RUBY>銀<rt>yín<rb>價<rt>jià</RUBY>",
    "in a container": "<ruby><rb>銀</rb><rb>價</rb><rtc><rt>yín</rt><rt>jià</rt></rtc></ruby>",
}


@pytest.mark.parametrize("form", RUBY)
def test_readings_above_characters_are_left_out_and_the_characters_stay(form: str) -> None:
    sentence = f"<p>{RUBY[form]}去年漲了一倍，{RUBY[form]}今年還在漲，沒有人知道為什麼。</p>"
    clean = RULES.clean(f"<html><body><article>{sentence * 9}</article></body></html>")
    assert clean.view.text.split() == ["銀價去年漲了一倍，銀價今年還在漲，沒有人知道為什麼。"] * 9
    holds(clean.view)


def test_a_reading_that_is_never_closed_takes_no_text_with_it() -> None:
    assert "Silver rose" in read(f"<html><body><p>x<rt>{'Silver rose by 5%. ' * 30}</body></html>")


def test_markdown_is_read_without_its_marks() -> None:
    raw = (
        "---\ntitle: Silver\n---\n# Silver\n\nIt **rose** by [30%](https://a.b/c) in _2025_. ![chart](x.png)\n\n"
        "> So they say.\n"
    )
    clean = RULES.clean(raw)
    assert clean.title == "Silver"
    assert "It rose by 30% in 2025." in clean.view.text
    assert not set("*[]#>_") & set(clean.view.text)


@pytest.mark.parametrize(
    "raw",
    [
        (
            "1\n00:00:01,000 --> 00:00:02,500\nSilver rose\nby 30%.\n\n"
            "2\n00:00:02,500 --> 00:00:04,000\n<i>Nobody</i> knows why.\n"
        ),
        (
            "WEBVTT\n\nNOTE made by hand\n\n00:01.000 --> 00:02.500 align:start\nSilver rose\nby 30%.\n\n"
            "cue-2\n00:02.500 --> 00:04.000\n<c.y>Nobody</c> knows why.\n"
        ),
    ],
)
def test_subtitles_are_read_as_sentences(raw: str) -> None:
    assert " ".join(read(raw).split()) == "Silver rose by 30%. Nobody knows why."


SAID = ("silver rose by 30%", "in the year of 2025", "and nobody knows why", "- what people say", "no one sold any")


def test_lines_that_rolling_captions_show_again_are_read_once() -> None:
    raw, before = "WEBVTT\nKind: captions\nLanguage: en\n\n", " "
    for number, line in enumerate(SAID):
        first, _, rest = line.partition(" ")
        shown = f"{before}\n{first}<00:0{number}.200><c> {rest}</c>\n\n"
        raw += f"00:0{number}.000 --> 00:0{number}.800 align:start position:0%\n{shown}"
        raw += f"00:0{number}.800 --> 00:0{number}.810 align:start position:0%\n{line}\n \n\n"
        before = line
    clean = RULES.clean(raw)
    assert " ".join(clean.view.text.split()) == " ".join(SAID).replace("- ", "")
    holds(clean.view)


def test_what_somebody_says_twice_in_subtitles_stays() -> None:
    said = ("No.", "No.", "Silver rose by 30%.", "Nobody knows why.", "So they say.")
    raw = "".join(f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{line}\n\n" for n, line in enumerate(said, 1))
    assert " ".join(read(raw).split()) == " ".join(said)


TRANSCRIPTS = {
    "above the lines": "0:0{n}\n{line}\n",
    "before the lines": "[00:00:0{n}] {line}\n",
    "from and to": "0:00:0{n}.000,0:00:0{n}.900\n{line}\n\n",
    "behind who speaks": "Ann Dealer  0:0{n}\n{line}\n\n",
    "before who speaks": "[00:00:0{n}] Ann Dealer: {line}\n",
}


@pytest.mark.parametrize("form", TRANSCRIPTS)
def test_the_times_of_a_transcript_are_no_words_of_it(form: str) -> None:
    said = ("Silver rose by 30%.", "It was at 9:30.", "That is what I said.", "Nobody sold any.", "Nobody knows.")
    clean = RULES.clean("".join(TRANSCRIPTS[form].format(n=n, line=line) for n, line in enumerate(said)))
    assert " ".join(clean.view.text.split()) == " ".join(said)
    assert {turn.speaker for turn in clean.turns} == ({"Ann Dealer"} if "who" in form else set())
    holds(clean.view)


def test_the_times_of_a_timetable_stay() -> None:
    raw = "".join(f"{8 + n}:30\nSilver number {n} is sold to whoever comes.\n" for n in range(6))
    assert read(raw).count(":30") >= 5


def test_who_speaks_in_cues_without_voices_is_known() -> None:
    said = [("Ann Dealer", "Silver rose by 30%."), ("Bob", "Nobody knows why.")] * 3
    cues = "".join(f"{n}\n00:0{n}.000 --> 00:0{n}.900\n{who}: {line}\n\n" for n, (who, line) in enumerate(said))
    clean = RULES.clean(f"WEBVTT\n\n{cues}")
    assert [turn.speaker for turn in clean.turns] == ["Ann Dealer", "Bob"] * 3
    assert " ".join(clean.view.text.split()) == " ".join(line for _, line in said)


def test_numbers_of_chinese_subtitles_are_not_cut_off_from_their_words() -> None:
    cues = ("他们在2024\n年量了1240块电池", "损失不到\n2\n%。")
    raw = "".join(f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{said}\n\n" for n, said in enumerate(cues, 1))
    assert RULES.clean(raw).view.text.strip() == "他们在2024年量了1240块电池损失不到2%。"


def test_quotation_marks_of_chinese_subtitles_stand_close_to_their_words() -> None:
    cues = ("“电池会损失三成容量，", "”凯勒说，", "“冬天更多。", "”")
    raw = "".join(f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{said}\n\n" for n, said in enumerate(cues, 1))
    assert read(raw).strip() == "“电池会损失三成容量，”凯勒说，“冬天更多。”"


def test_a_voice_that_goes_on_in_the_next_cue_begins_no_new_line() -> None:
    said = [("Ann", "Silver rose by"), ("Ann", "30% in 2025."), ("Bob", "Nobody"), ("Bob", "knows why.")]
    cues = "".join(f"00:0{n}.000 --> 00:0{n}.900\n<v {who}>{words}\n\n" for n, (who, words) in enumerate(said))
    clean = RULES.clean(f"WEBVTT\n\n{cues}")
    assert [" ".join(line.split()) for line in clean.view.text.split("\n") if line.strip()] == [
        "Silver rose by 30% in 2025.", "Nobody knows why.",
    ]  # fmt: skip
    assert [turn.speaker for turn in clean.turns] == ["Ann", "Bob"]


@pytest.mark.parametrize(
    "caption",
    [
        "A burnt bicycle in a hallway in Leeds. Photo: R. Khan/Harbour Post",
        "The yard in spring. Image credit: Harbour Office",
        "楼顶的基站 图/视觉资料",
        "隔夜菜應盡快冷藏。(圖/示意圖)",
        "維修店的電池（攝影：林佳蓉）",
    ],
)
def test_captions_with_their_makers_go(caption: str) -> None:
    before, after = "Silver rose by 30% in 2025, dealers say.", "Nobody knows how long that will last, they say."
    assert read(f"{before}\n{caption}\n{after}\n") == f"{before}\n{after}\n"


def test_voices_of_subtitles_are_speakers() -> None:
    cues = "".join(
        f"00:0{n}.000 --> 00:0{n}.900\n<v {who}>Silver rose by {n}0%.\n\n"
        for n, who in enumerate(["Ann", "Bob"] * 2, 1)
    )
    clean = RULES.clean(f"WEBVTT\n\n{cues}")
    assert [clean.speaker_at(clean.view.text.index(f"{n}0%")) for n in (1, 2, 3, 4)] == ["Ann", "Bob", "Ann", "Bob"]


@pytest.mark.parametrize(
    "raw",
    [
        "<div>" * 50_000,
        "<" * 100_000,
        "<!--" * 50_000,
        "<script>" * 50_000,
        "<html>" + "<head>" * 50_000,
        "<html><script>" + "</script " * 200_000,
        "&amp" * 50_000,
        "<html>" + "<b>" * 30_000 + "Silver rose.",
        "[" * 50_000,
        "(" * 50_000 + "ā",
        "銀(" * 30_000,
        "呃" * 50_000,
        "。，" * 30_000,
        "# " + "*" * 50_000,
        "1\n00:00:01,000 --> " * 10_000,
        "A:\n" * 20_000,
        "a" * 300_000,
    ],
)
def test_texts_made_to_take_for_ever_are_read(raw: str) -> None:
    holds(RULES.clean(raw).view)
