"""A file that is no text in a known format is refused with its reason, before anything is looked up or written."""

import gzip
import io
import tarfile
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.base import ClaimBase
from claims.exchange.formats import MAX_BYTES, read_bytes
from claims.exchange.importing import load_pack, plan_import, read_import, read_import_bytes
from config.errors import ImportRefusedError
from tests.claims.exchange.conftest import TODAY, exported, outcomes
from tests.claims.exchange.conftest import plan as planned

NAMES = ("claims.yaml", "claims.csv", "claims.json", "claims")


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("claims.yaml", "pack: null")
    return buffer.getvalue()


def tarred() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("claims.yaml"))
    return buffer.getvalue()


REFUSED = {
    "zip": (zipped(), "zip archive"),
    "gzip": (gzip.compress(b"pack: null"), "gzip archive"),
    "rar": (b"Rar!\x1a\x07\x01\x00", "rar archive"),
    "7z": (b"7z\xbc\xaf\x27\x1c\x00\x04", "7z archive"),
    "tar": (tarred(), "tar archive"),
    "bzip2": (b"BZh91AY", "bzip2 archive"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Office file"),
    "pdf": (b"%PDF-1.7", "PDF"),
    "too large": (b"#" * (MAX_BYTES + 1), "larger than 8 MB"),
    "empty": (b"", "empty"),
    "blank": (b" \n\n ", "empty"),
    "NUL": (b"claim,row\nx\x00\ny\x00", "line 2.*NUL"),
    "UTF-16 without a mark": ("claim,row\n白银".encode("utf-16-le"), "UTF-16 without a byte order mark"),
    "UTF-32": ("claim".encode("utf-32"), "UTF-32"),
    "GBK": ("claim,row\n白银涨价".encode("gbk"), "line 2.*not UTF-8"),
    "Latin-1": ("pack:\n  title: Müll".encode("latin-1"), "line 2.*not UTF-8"),
    "broken UTF-16": (b"\xff\xfea\x00\x00\xd8a", "not UTF-16"),
    "binary": (b"claim\x01\x02\x03", "binary"),
    "binary with NULs": (b"\x00\x01\x02", "a binary file"),
    "binary with the mark of UTF-16": (b"\xff\xfe\x00", "no text"),
    "binary with the other mark": (b"\xfe\xff\x00\x01\x02", "no text"),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_text_is_refused_with_a_reason_and_a_mend(name: str, what: str) -> None:
    raw, reason = REFUSED[what]
    with pytest.raises(ImportRefusedError, match=f"(?s){reason}.*\\."):
        read_import_bytes(name, raw, TODAY)


@pytest.mark.parametrize(
    ("part", "what", "mend"),
    [
        ("xl/workbook.xml", "a spreadsheet", "as CSV in UTF-8"),
        ("Index/Document.iwa", "a spreadsheet", "as CSV in UTF-8"),
        ("word/document.xml", "a document of a word processor", "Import a pack"),
        ("claims.csv", "a zip archive", "Unpack it"),
    ],
)
def test_what_programs_save_zipped_is_told_with_its_own_mend(part: str, what: str, mend: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "x" * 9_000)
        archive.writestr(part, "x")
    with pytest.raises(ImportRefusedError) as caught:
        read_bytes("claims.csv", buffer.getvalue())
    [problem] = caught.value.problems
    assert problem.fault == f"it is {what}"
    assert mend in problem.mend


def test_a_workbook_that_is_saved_as_a_page_is_no_page_of_reviews() -> None:
    page = '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table><tr><td>claim</td></tr></table></html>'
    with pytest.raises(ImportRefusedError, match="it is a spreadsheet"):
        read_bytes("claims.xls", page.encode())


@pytest.mark.parametrize(
    ("name", "mend"), [("a.csv", "Save it as UTF-8 (in Excel: “CSV UTF-8”)."), ("a.yaml", "Save it as UTF-8.")]
)
def test_a_byte_that_is_no_text_is_told_with_the_words_around_it(name: str, mend: str) -> None:
    with pytest.raises(ImportRefusedError) as caught:
        read_bytes(name, "claim,row\nx,Das Café Müller\ny,claim\n".encode("cp1252"))
    [problem] = caught.value.problems
    assert (problem.line, problem.mend) == (2, mend)
    assert problem.fault.endswith("is not UTF-8: “x,Das Caf\ufffd M\ufffdller”")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImportRefusedError, match=r"(?s)nothing\.yaml.*cannot be read \(No such file"):
        read_import(tmp_path / "nothing.yaml", TODAY)
    with pytest.raises(ImportRefusedError, match="cannot be read"):
        read_import(tmp_path, TODAY)


def test_an_endless_file_is_read_no_further_than_its_limit() -> None:
    with pytest.raises(ImportRefusedError, match="larger than 32 MB"):
        read_import(Path("/dev/zero"), TODAY)


def test_a_file_that_the_operator_names_may_be_larger_than_one_that_is_attached(tmp_path: Path) -> None:
    claim = "pack: {id: many, version: 1}\nclaims: []\n"
    large = claim + "# a comment of no great length\n" * 300_000
    (tmp_path / "large.yaml").write_text(large, "utf-8")
    with pytest.raises(ImportRefusedError) as refused:
        read_import(tmp_path / "large.yaml", TODAY)
    assert "larger" not in str(refused.value)
    with pytest.raises(ImportRefusedError, match="larger than 8 MB"):
        read_import_bytes("large.yaml", large.encode(), TODAY)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_spreadsheets_may_save_in_each_encoding_that_says_what_it_is(
    base: ClaimBase, tiny: Path, encoding: str
) -> None:
    load_pack(base, tiny)
    source = read_bytes("claims.csv", exported(base, "csv").encode(encoding))
    assert set(outcomes(planned(base, source.text, "claims.csv")).values()) == {"unchanged"}


SIMPLIFIED = "说法,条目\n港口的老吊车建于1920年,他们说这座吊车在当地已经用了一百多年\n岛上的渡轮要停了,因为没有人坐\n"
TRADITIONAL = "說法,條目\n港口的老吊車建於1920年,他們說這座吊車在當地已經用了一百多年\n島上的渡輪要停了,因為沒有人坐\n"


@pytest.mark.parametrize(
    ("text", "encoding", "page"),
    [
        (SIMPLIFIED, "gbk", "GBK"),
        (SIMPLIFIED, "gb18030", "GBK"),
        (TRADITIONAL, "gbk", "GBK"),
        (TRADITIONAL, "big5", "Big5"),
    ],
    ids=["Simplified in GBK", "Simplified in GB 18030", "Traditional in GBK", "Traditional in Big5"],
)
def test_what_is_surely_chinese_in_a_code_page_is_read_and_the_plan_says_in_which(
    base: ClaimBase, text: str, encoding: str, page: str
) -> None:
    source = read_bytes("claims.csv", text.encode(encoding))
    assert (source.text, source.code_page) == (text, page)
    incoming = read_import_bytes(
        "claims.yaml", f"# {text.replace(chr(10), ' ')}\npack: null\nclaims: []\n".encode(encoding), TODAY
    )
    assert plan_import(base, incoming).code_page == page
    assert read_bytes("claims.csv", text.encode()).code_page == ""


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (
            "港のクレーンは一九二〇年に建てられたと言われているが、記録には一九五四年とある。島の船は来年で終わるという話もある。",
            "euc_jp",
        ),
        (
            "港のクレーンは一九二〇年に建てられたと言われているが、記録には一九五四年とある。島の船は来年で終わるという話もある。",
            "cp932",
        ),
        (
            "항구의 오래된 기중기는 1920년에 지어졌다고 하지만 연감에는 1954년으로 적혀 있다. 섬의 배는 끝난다.",
            "euc_kr",
        ),
        (
            "Le tout-puissant général a été décoré à l’Élysée, où l’on fêtait Noël : c’était très émouvant, paraît-il.",
            "cp1252",
        ),
        ("Старый портовый кран построен в 1920 году, говорят они, но ежегодник называет 1954 год.", "koi8_r"),
        (SIMPLIFIED * 9, "utf-8"),
    ],
    ids=["EUC-JP", "Shift JIS", "EUC-KR", "Western", "KOI8", "broken UTF-8"],
)
def test_what_may_be_another_language_is_taken_for_no_chinese(text: str, encoding: str) -> None:
    raw = text.encode(encoding) + (b"\xff" if encoding == "utf-8" else b"")
    with pytest.raises(ImportRefusedError, match="not UTF-8"):
        read_bytes("claims.yaml", raw)


@pytest.mark.parametrize(
    ("name", "text", "form"),
    [
        ("a.yml", "[1]", "yaml"),
        ("a.CSV", "x", "csv"),
        ("a.jsonld", "x", "claimreview"),
        ("attachment", ' {"@type": "ClaimReview"}', "claimreview"),
        ("attachment", "pack:\n", "yaml"),
        ("attachment", '"row";"claim"\n', "csv"),
        ("notes.txt", "claim\trow\n", "csv"),
        ("-", "sep=;\r\nClaim;Row;Number\r\n", "csv"),
    ],
)
def test_the_format_is_told_by_the_ending_else_by_the_beginning(name: str, text: str, form: str) -> None:
    assert read_bytes(name, text.encode()).format == form


@given(st.binary(max_size=300), st.sampled_from(NAMES))
def test_no_bytes_do_anything_but_be_read_or_be_refused(raw: bytes, name: str) -> None:
    with suppress(ImportRefusedError):
        read_import_bytes(name, raw, TODAY)


@given(st.text(max_size=300), st.sampled_from(NAMES))
def test_no_text_does_either(text: str, name: str) -> None:
    with suppress(ImportRefusedError):
        read_import_bytes(name, text.encode("utf-8", "replace"), TODAY)


BOMBS = {
    "aliases": ("a.yaml", "a: &a [x, x]\nb: [*a, *a]\n", "anchor, alias or tag"),
    "tags": ("a.yaml", "!!python/object/apply:os.system ['true']\n", "anchor, alias or tag"),
    "deep YAML": ("a.yaml", "[" * 100_000, "nested deeper"),
    "many parts": ("a.yaml", "[" + "1," * 700_000 + "1]", "more than 600,000 parts"),
    "many packs": ("a.yaml", "---\npack: null\n" * 500, "more than 200 packs"),
    "many faults": ("a.yaml", "pack: null\ndocuments: []\nclaims: [" + "{}," * 2_000 + "{}]", "'id' is missing"),
    "deep JSON": ("a.json", "[" * 100_000, "nested deeper than 32"),
    "open string": ("a.json", '["' + "a" * 500_000, "no valid JSON"),
    "quotes": ("a.json", '"\\' * 200_000, "no valid JSON"),
    "long number": ("a.json", "1" * 10_000, "no valid JSON|no ClaimReview"),
    "long cell": ("a.csv", '"' + "a" * 500_000, "no valid CSV|longer than"),
}


@pytest.mark.parametrize("what", BOMBS)
def test_what_would_eat_time_or_memory_is_refused(what: str) -> None:
    name, text, reason = BOMBS[what]
    with pytest.raises(ImportRefusedError, match=reason):
        read_import_bytes(name, text.encode(), TODAY)
