"""How a message is cleaned before anything reads it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.text import (
    _EMPHASIS,
    _EMPHASIS_SIGN,
    _MARKUP,
    _MARKUP_SIGN,
    MOST_CHARACTERS,
    TextFolder,
    fold_each,
    language_of,
    plain_text,
)


@pytest.fixture(scope="module")
def folder() -> TextFolder:
    return TextFolder()


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("**Silver** is __melting__", "silver is melting"),
        ("||spoiler|| talk", "spoiler talk"),
        ("ask <@123456789> or <#99> :)", "ask   or   :)"),
        ("<:rocket:1234> to the moon", "  to the moon"),
        ("see https://example.org/x?y=1 for more", "see   for more"),
        ("https://example.org/a，白银涨了", " ,白银涨了"),
        ("见（https://example.org/a）。白银涨了", "见( )。白银涨了"),
        ("https://zh.example.org/wiki/白银?x=1 涨了", "  涨了"),
        ("zero\u200bwidth jo\u200diners", "zerowidth joiners"),
        ("ＦＵＬＬ　ｗｉｄｔｈ １２", "full width 12"),
        ("Z̸̢͝a̷lgo", "zalgo"),
        ("1 ≠ 2, 1 =\u0338 2, a ∉ b, x\u0338\u0338y", "1 ≠ 2, 1 ≠ 2, a ∉ b, xy"),
        ("Nestlé, Nestle\u0301, İstanbul", "nestle, nestle, istanbul"),
        ("gold\tprice\vis\fup\r\nagain", "gold price is up \nagain"),
        ("金价\t上涨\x85了", "金价 上涨 了"),
        ("a list:\n\n- gold\n  * silver", "a list:\n\ngold\nsilver"),
    ],
)
def test_markup_and_disguise_are_taken_off(folder: TextFolder, raw: str, clean: str):
    assert folder.clean(raw).text == clean


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [
        ("白银价格上涨是因为数据中心", "白銀價格上漲是因為數據中心"),
        ("服务器和芯片都要用银", "伺服器和晶片都要用銀"),
        ("看着流传着的说法", "看著流傳著的說法"),
        ("人工智能的软件", "人工智慧的軟體"),
    ],
)
def test_twins_in_two_scripts_become_one_text(folder: TextFolder, simplified: str, traditional: str):
    assert folder.fold(simplified) == folder.fold(traditional)


def test_a_sign_between_two_digits_is_no_emphasis(folder: TextFolder):
    assert folder.clean("**3*4** kg and *2* g").text == "3*4 kg and 2 g"


def test_quotations_code_and_link_titles_are_marked_as_others_words(folder: TextFolder):
    for raw in (
        '"silver is melting because of AI" made me laugh',
        "> silver is melting because of AI\nmade me laugh",
        "made me laugh\n>>> silver is melting\nbecause of AI\n- or so",
        "`silver is melting because of AI` made me laugh",
        "```\nsilver is melting because of AI\n``` made me laugh",
        "[silver is melting because of AI](https://example.org) made me laugh",
        "“白银暴涨都是因为人工智能的数据中心” made me laugh",
        "‘silver is melting because of AI’ made me laugh",
        "‘silver doesn’t melt because of AI’ made me laugh",
        "‘白银暴涨都是因为人工智能的数据中心’ made me laugh",
        "«silver is melting because of AI» made me laugh",
    ):
        clean = folder.clean(raw)
        assert len(clean.quoted) == 1
        assert clean.own.strip() == "made me laugh"


@pytest.mark.parametrize(
    "raw",
    [
        "~~silver is melting because of AI~~ sorry, that was wrong",
        "~~silver is melting\nbecause of AI~~ sorry, that was wrong",
        "~~see [silver is melting because of AI](https://example.org)~~ sorry, that was wrong",
        "sorry, that was ~~> right~~ wrong",
    ],
)
def test_what_is_struck_out_is_not_said(folder: TextFolder, raw: str):
    clean = folder.clean(raw)
    assert " ".join(clean.text.split()) == "sorry, that was wrong"
    assert clean.quoted == ()
    assert " ".join(plain_text(raw).split()) == "sorry, that was wrong"


def test_a_mark_that_strikes_nothing_out_goes_alone(folder: TextFolder):
    assert folder.clean("silver is up ~~").text == "silver is up "


def test_single_marks_quote_inside_a_chinese_sentence(folder: TextFolder):
    assert folder.clean("他说‘白银暴涨都是因为人工智能’太假了").own == "他说   太假了"


def test_a_word_in_scare_quotes_stays_the_authors_own(folder: TextFolder):
    assert folder.clean('this "bubble" will burst').quoted == ()
    assert folder.clean("这个“泡沫”要破了").quoted == ()
    assert folder.clean("this ‘bubble’ will burst, that ‘boom’ won’t").quoted == ()


@pytest.mark.parametrize(
    "raw",
    [
        "it doesn’t melt because of the miners’ strikes",
        "in the ‘90s silver was melting because of the miners’ strikes",
        "tell ‘em silver is melting because of the miners’ strikes",
        "rock‘n’roll is melting silver because of the miners’ strikes",
        "‘silver is melting because of the miners",
    ],
)
def test_an_apostrophe_opens_no_quotation(folder: TextFolder, raw: str):
    assert folder.clean(raw).quoted == ()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("silver is up", "en"),
        ("白银涨了", "zh-Hans"),
        ("白銀漲了，資料中心到處蓋", "zh-Hant"),
        ("hyperscaler的capex根本是泡沫", "zh-Hans"),
        ("NVIDIA is 太 expensive right now, everybody says so", "en"),
    ],
)
def test_the_language_to_answer_in(folder: TextFolder, text: str, language: str):
    assert language_of(text, folder) == language


@given(st.text(max_size=300))
def test_any_text_is_cleaned_and_its_quotations_lie_inside(text: str):
    clean = _FOLDER.clean(text)
    last = 0
    for start, end in clean.quoted:
        assert last <= start < end <= len(clean.text)
        last = end


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=100))
def test_case_does_not_matter(text: str):
    assert _FOLDER.fold(text) == _FOLDER.fold(_FOLDER.fold(text)) or not text.isascii()


def test_no_more_than_the_first_part_of_a_flood_is_read(folder: TextFolder):
    assert len(folder.clean("a" * (3 * MOST_CHARACTERS)).text) == MOST_CHARACTERS


_FOLDER = TextFolder()


@given(
    st.text("ab \n]():@#/hHtTpPsSſ1!&”」』.*_~|-")
    | st.text('ab \n`[]()<>:@/h"“”「」『』1')
    | st.text("a ~‘’«»\n>")
    | st.text()
)
def test_without_a_sign_of_it_there_is_no_markup(raw: str):
    assert _MARKUP_SIGN.search(raw) or not _MARKUP.search(raw)
    assert _EMPHASIS_SIGN.search(raw) or not _EMPHASIS.search(raw)


_MIXED = st.text('aS é\u0301\u200b\x7f\t\r\x85\u2028ﬁＡ白銀资料資料庫软體S頭髮[](`>"“”:/#*') | st.text()


@given(st.lists(_MIXED | st.text("a銀\n"), max_size=8))
def test_many_texts_are_folded_at_once_as_they_are_one_by_one(texts: list[str]):
    assert fold_each(texts, _FOLDER.fold) == [_FOLDER.fold(text) for text in texts]
    assert _FOLDER.clean_each(texts) == [_FOLDER.clean(text) for text in texts]
