"""Files as documents: their encodings, what they say of themselves, and what is refused."""

import hashlib
import io
import os
import zipfile
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from checks.text import TextFolder, language_of
from claims.documents.cleaning import CleaningRules
from claims.documents.decoding import MAX_BYTES, canonical, decoded, digest_of, editions, read_file
from claims.documents.intake import _PRESENTED, IntakeReader, _plain
from claims.documents.worthiness import CandidateCues
from config.errors import DocumentRefusedError

FOLDER = TextFolder()
RULES = CleaningRules.load(CandidateCues.load().ends, FOLDER.fold)
READER = IntakeReader(RULES, partial(language_of, folder=FOLDER))
SIMPLIFIED = "白银价格在去年上涨了一倍，没有人知道这会持续多久。机房越建越多，用的银也越来越多。\n"
TRADITIONAL = "白銀價格在去年上漲了一倍，沒有人知道這會持續多久。機房越建越多，用的銀也越來越多。\n"
ENGLISH = "Silver rose by 30% in 2025 – its dealers say “no one knows why”.\n"


def pdf(text: str, title: str = "", password: str = "") -> bytes:
    """Return a PDF of one page with a text layer."""
    writer = PdfWriter()
    page = writer.add_blank_page(400, 400)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
    )
    content = DecodedStreamObject()
    content.set_data(f"BT /F1 12 Tf 20 300 Td ({text}) Tj ET".encode())
    page[NameObject("/Contents")] = writer._add_object(content)
    if title:
        writer.add_metadata({"/Title": title, "/Author": "A. Dealer", "/CreationDate": "D:20260123120000Z"})
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "gbk"]
)
def test_simplified_chinese_is_read_in_any_encoding(encoding: str) -> None:
    assert canonical(decoded(SIMPLIFIED.encode(encoding))) == SIMPLIFIED


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "big5", "big5hkscs", "gb18030"])
def test_traditional_chinese_is_read_in_any_encoding(encoding: str) -> None:
    assert canonical(decoded(TRADITIONAL.encode(encoding))) == TRADITIONAL


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "cp1252"])
def test_english_is_read_in_any_encoding(encoding: str) -> None:
    assert decoded((ENGLISH * 5).encode(encoding)).removeprefix("\ufeff") == ENGLISH * 5


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
@pytest.mark.parametrize("words", ["5¢ and 2½ oz", "±3 °C", "£450", "10 µm, 3×4"])
def test_signs_of_western_encodings_are_told(words: str, encoding: str) -> None:
    assert words in decoded(f"{words}. Silver rose by 30%, and no one knows why.".encode(encoding))


@pytest.mark.parametrize("name", ["undefined", "idna", "a\0b", "no-such-one"])
def test_a_name_that_no_encoding_has_is_passed_over(name: str) -> None:
    assert READER.read(SIMPLIFIED.encode("gb18030"), charset=name).text == SIMPLIFIED


def test_the_encoding_that_a_page_declares_is_taken() -> None:
    page = f'<html><head><meta charset="gb2312"></head><body><p>{SIMPLIFIED}</p></body></html>'
    assert SIMPLIFIED.strip() in decoded(page.encode("gbk"))


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"]), min_size=1, max_size=60))
def test_text_in_utf8_comes_back_as_it_was(text: str) -> None:
    raw = f"{SIMPLIFIED}{text}".encode("utf-8", "ignore")
    assert decoded(raw).encode() == raw


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "gb18030"])
def test_a_known_text_is_known_whatever_its_line_ends_its_mark_and_its_encoding(
    ends: str, mark: str, encoding: str
) -> None:
    text = SIMPLIFIED * 3
    published = hashlib.sha256(text.encode()).hexdigest()
    if encoding == "gb18030":
        mark = ""
    copy = (mark + text.replace("\n", ends)).encode(encoding)
    assert dict(editions(copy))[published] == text
    assert READER.read(copy).sha256 == published == digest_of(text)


def test_a_text_that_was_published_with_other_line_ends_keeps_them() -> None:
    published = SIMPLIFIED.replace("\n", "\r\n")
    assert dict(editions(SIMPLIFIED.encode()))[digest_of(published)] == published


@pytest.mark.parametrize(
    ("above", "title", "day"),
    [
        ("Home\nShop\n\nWhat wears out a battery\nBy Jo Park\n12 March 2025\nShare\nTweet\n", "", "2025-03-12"),
        ("News\n\nWhat wears out a battery\nSubscribe for 1 €\nMarch 12, 2025\n", "", "2025-03-12"),
        ("What wears out a battery\nWednesday, Mar 12th, 2025, 9:30 am\n", "", "2025-03-12"),
        ("What wears out a battery\nPublished: 2025/3/12 08:00\n", "", "2025-03-12"),
        (
            "首页\n新闻\n\n电池到底是怎么坏的\n作者：李明\n2025年3月12日\n分享\n微博\n",
            "电池到底是怎么坏的",
            "2025-03-12",
        ),
        ("首頁\n\n電池到底是怎麼壞的\n發布時間：2025/03/12 10:20\n", "電池到底是怎麼壞的", "2025-03-12"),
    ],
)
def test_the_title_of_a_page_that_was_copied_is_no_day_and_no_button(above: str, title: str, day: str) -> None:
    text = (SIMPLIFIED if title else ENGLISH) * 4
    facts = READER.read(f"{above}\n{text}".encode(), "copied.txt").facts
    assert (facts.title, facts.published) == (title or "What wears out a battery", day)


@pytest.mark.parametrize(
    ("above", "title"),
    [
        ("We use cookies to serve you.\nHome\nBusiness\nDo batteries burn? We asked\n", "Do batteries burn? We asked"),
        ("本网站使用Cookie改善体验。\n首页\n健康\n电池会爆炸吗？问了三位工程师\n", "电池会爆炸吗？问了三位工程师"),
        ("What a winter does to packs\nWe use cookies to serve you.\nShare\n", "What a winter does to packs"),
    ],
)  # fmt: skip
def test_no_banner_and_no_menu_is_a_title(above: str, title: str) -> None:
    text = (ENGLISH if title.isascii() else SIMPLIFIED) * 4
    assert READER.read(f"{above}{text}".encode(), "copied.txt").facts.title == title


def test_a_title_of_very_many_spaces_is_read() -> None:
    title = "The silver" + " " * 100_000 + "year"
    printed = pdf("Silver rose by 30% in 2025, say its dealers.", title)
    assert READER.read(printed, "a.pdf").facts.title == "The silver year"


@pytest.mark.parametrize(
    "title", ["The silver year | The Ledger", "The silver year - The Ledger", "The silver year_The Ledger"]
)
def test_the_name_of_a_site_is_no_part_of_a_title(title: str) -> None:
    printed = pdf("The silver year. Silver rose by 30% in 2025, say its dealers.", title)
    facts = READER.read(printed, "a.pdf").facts
    assert (facts.title, facts.publisher) == ("The silver year", "The Ledger")
    head = f'<title>{title}</title><meta property="og:title" content="{title}">'
    page = f"<!doctype html><html><head>{head}</head><body><h1>The silver year</h1><p>{ENGLISH * 9}</p></body></html>"
    assert READER.read(page.encode(), "a.html").facts.title == "The silver year"
    dashed = pdf("Silver - the year that was. Silver rose by 30% in 2025.", "Silver - the year that was")
    assert READER.read(dashed, "a.pdf").facts.title == "Silver - the year that was"


@pytest.mark.parametrize("tag", ['<meta name="author" content="林佳蓉">', "<meta content='林佳蓉' name=author>"])
def test_the_author_of_a_page_may_have_one_name(tag: str) -> None:
    page = f"<!doctype html><html><head>{tag}</head><body><p>{TRADITIONAL * 9}</p></body></html>"
    assert READER.read(page.encode(), "a.html").facts.author == "林佳蓉"


def test_reporters_are_authors_of_what_was_copied() -> None:
    for byline in ("記者林佳蓉／台北報導", "〔記者林佳蓉／台北報導〕", "文／林佳蓉", "作者：林佳蓉"):
        assert READER.read(f"電池是怎麼壞的\n{byline}\n\n{TRADITIONAL * 4}".encode()).facts.author == "林佳蓉", byline


def test_characters_as_fonts_have_them_become_those_that_people_type() -> None:
    assert _PRESENTED.sub(_plain, "電動⾃⾏⾞ oﬀ ﬁve") == "電動自行車 off five"


def test_a_day_that_is_none_and_numbers_that_look_like_days_are_none() -> None:
    for said in ("Version 2025.13.40 of it", "Part 12-2025-3-1", "10.2025.1.1.4", "2025 or so"):
        assert READER.read(f"{said}\n\n{ENGLISH * 3}".encode(), "a.txt").facts.published == ""


def test_the_day_in_a_printed_page_counts_for_more_than_the_day_of_its_printing() -> None:
    printed = pdf("12 March 2025: silver rose by 30 percent, its dealers say", "The silver year")
    assert READER.read(printed, "a.pdf").facts.published == "2025-03-12"


def test_what_a_text_says_of_itself_is_taken() -> None:
    markdown = READER.read(f"---\ntitle: Silver\nauthor: A. Dealer\ndate: 2026-01-23\n---\n{ENGLISH}".encode()).facts
    assert (markdown.title, markdown.author, markdown.published, markdown.language) == (
        "Silver", "A. Dealer", "2026-01-23", "en",
    )  # fmt: skip
    plain = READER.read(f"The silver year\nBy the Bench Room, 2 February 2026\n\n{ENGLISH}".encode(), "a.txt").facts
    noted = READER.read(f"# The silver year\n\n*By Jo Park, 2 February 2026*\n\n{ENGLISH}".encode(), "a.md").facts
    assert (noted.author, noted.published) == ("Jo Park", "2026-02-02")
    assert (plain.title, plain.author, plain.published) == ("The silver year", "the Bench Room", "2026-02-02")
    assert READER.read(TRADITIONAL.encode(), "silver_notes.txt").facts.language == "zh-Hant"
    assert (
        READER.read(SIMPLIFIED.encode(), "silver_notes.txt", address="https://a.example/x").facts.publisher
        == "a.example"
    )


@pytest.mark.parametrize(
    ("tag", "text", "language"),
    [
        ("en-US", ENGLISH, "en"),
        ("zh-CN", SIMPLIFIED, "zh-Hans"),
        ("zh_TW", SIMPLIFIED, "zh-Hant"),
        ("zh-Hans-HK", TRADITIONAL, "zh-Hans"),
        ("zh", TRADITIONAL, "zh-Hant"),
        ("fr", ENGLISH, "en"),
        ("English", SIMPLIFIED, "zh-Hans"),
    ],
)
def test_the_language_is_what_the_text_says_as_far_as_it_is_known_here(tag: str, text: str, language: str) -> None:
    assert READER.read(f"---\nlang: {tag}\n---\n{text}".encode()).facts.language == language


@pytest.mark.parametrize("url", ["/2024/05/post/", "javascript:alert(1)", "https://a.example/\x1b[2J"])
def test_what_a_text_calls_its_address_and_is_none_is_not_taken(url: str) -> None:
    note = f"---\ntitle: Silver\nurl: {url}\n---\n{ENGLISH}".encode()
    assert READER.read(note).facts.address is None
    assert READER.read(note, address="https://b.example/x").facts.address == "https://b.example/x"


def test_a_page_says_title_author_site_and_day() -> None:
    head = (
        '<meta property="og:title" content="Silver"><meta name="author" content="Ann Dealer">'
        '<meta property="og:site_name" content="Ledger"><meta property="article:published_time" content="2026-01-23">'
    )
    facts = READER.read(
        f"<!doctype html><html><head>{head}</head><body><p>{ENGLISH * 9}</p></body></html>".encode()
    ).facts
    assert (facts.title, facts.author, facts.publisher, facts.published) == (
        "Silver",
        "Ann Dealer",
        "Ledger",
        "2026-01-23",
    )


@pytest.mark.parametrize(
    ("says", "day"),
    [
        ("", ""),
        ("<footer>© 2019 Ledger</footer>", ""),
        ('<time datetime="2025-11-03">3 Nov</time>', "2025-11-03"),
        ('<meta property="article:published_time" content="2025-01-01T08:00:00Z">', "2025-01-01"),
        ('<link rel="canonical" href="https://x.example/2025/04/01/silver">', "2025-04-01"),
        ("<time>03/11/2025</time>", "2025"),
        ('<time datetime="2025-03-11">03/11/2025</time>', "2025-03-11"),
        ("<time>11/23/2025</time>", "2025-11-23"),
        ("<time>03/03/2025</time>", "2025-03-03"),
    ],
)
def test_a_day_that_a_page_does_not_surely_give_is_none(says: str, day: str) -> None:
    page = f"<html><head><title>Silver</title></head><body>{says}<p>{ENGLISH * 9}</p></body></html>"
    assert READER.read(page.encode()).facts.published == day


@pytest.mark.parametrize(
    ("above", "below"),
    [("Advertisement", "Buy silver now, and save!"), ("【廣告】白銀買一送一！", "只到今天，立即搶購。")],
)
def test_no_advertisement_is_a_title(above: str, below: str) -> None:
    text = f"{above}\n{below}\n\nWhat silver did in 2025\n\n{ENGLISH * 9}"
    assert above not in READER.read(text.encode()).facts.title


def test_a_text_without_sentences_loses_no_line_to_its_title() -> None:
    lines = [f"silver number {number} was sold at once to whoever came for it" for number in range(40)]
    intake = READER.read("\n\n".join(lines).encode())
    read = RULES.clean(intake.text).view.text
    assert all(line in read for line in lines)


def test_a_pdf_is_read_by_its_text_layer() -> None:
    data = pdf("Silver rose by 30% in 2025, say its dealers.", "Silver year")
    intake = READER.read(data, "a.pdf")
    assert intake.text.strip() == "Silver rose by 30% in 2025, say its dealers."
    assert (intake.facts.title, intake.facts.author, intake.facts.published) == (
        "Silver year",
        "A. Dealer",
        "2026-01-23",
    )
    assert intake.sha256 == hashlib.sha256(data).hexdigest()


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.txt", "0" * 10_000_000)
    return file.getvalue()


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><l>&b; Silver rose by 30%.</l>'


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "nothing in it"),
        (b" \n\t\n", "nothing in it"),
        (b"Silver\x00rose by 30% in 2025.", "no text"),
        (bytes(range(256)) * 40, "no text|encod"),
        (os.urandom(4096), "no text|encod|broken"),
        (b"\x00" * 5000, "no text"),
        (SIMPLIFIED.encode() * 20 + SIMPLIFIED.encode("gbk"), "mixes encodings"),
        (b"\xff\xfeS\x00i\x00\x00\xd8", "broken at byte"),
        (b"\xff\xfe\x00", "no text"),
        (b"\xef\xbb\xbf\xff\xfe", "no text"),
        (b"\xef\xbb\xbfSilver \xff rose", "broken at byte"),
        (archive(), "ZIP"),
        (b"\x1f\x8b\x08\x00" + b"x" * 50, "gzip"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 50, "PNG"),
        (b"{\\rtf1 Silver}", "RTF"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 50, "Office"),
        (b"\x7fELF" + b"x" * 50, "ELF"),
        (b"%PDF-1.7\nnot really", "PDF is broken"),
        (pdf(""), "no text layer"),
        (pdf("Silver rose by 30% in 2025.", password="secret"), "password"),
        (LAUGHS, "entities"),
        (b"<html><body><script>" + b"x" * 9000, "no text to read"),
        (b"hm", "no text to read"),
        (("\u200b\u200c\u2060" * 40).encode(), "no text to read"),
        (b'MIME-Version: 1.0\nContent-Type: multipart/related;\n boundary="b"\n\n--b\n', "This is MHTML"),
    ],
)
def test_what_cannot_become_a_document_is_refused_with_its_reason(data: bytes, says: str) -> None:
    with pytest.raises(DocumentRefusedError, match=says):
        READER.read(data)


def test_a_folder_a_pipe_and_a_file_that_is_too_large_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "large.txt").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    for name, says in (
        ("", "is a folder"),
        ("pipe", "no regular file"),
        ("large.txt", "larger than"),
        ("none", "cannot be read"),
    ):
        with pytest.raises(DocumentRefusedError, match=says):
            read_file(tmp_path / name)
