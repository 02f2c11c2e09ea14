"""Files that `/claims import` refuses, each with a reason; nothing of them is written."""

import discord
import pytest

from claims.exchange import formats
from tests.bot.discord.world import labels_of, text_of

MEGABYTE = 1024 * 1024
BOMB = "pack: &a [1, 1]\nclaims: [*a, *a]\n"


async def test_a_file_over_8_mb_is_refused_before_it_is_fetched(desk, monkeypatch):
    fetched = []
    monkeypatch.setattr(desk.world.env.backend.cdn, "get", fetched.append)
    message = await desk.bring(b"x" * (8 * MEGABYTE + 1), "large.yaml")
    command = f"`touchstone claims import FILE --server {desk.world.guild.id}`"
    assert text_of(message).startswith("large.yaml is larger than 8 MB. Split it into several files, or")
    assert text_of(message).endswith(command)
    assert fetched == []


async def test_8_mb_are_the_limit_of_the_library_too():
    assert formats.MAX_BYTES == 8 * MEGABYTE


@pytest.mark.parametrize(
    ("raw", "name", "reason"),
    [
        (b"PK\x03\x04" + bytes(40), "claims.zip", "a zip archive"),
        (b"\x1f\x8b" + bytes(40), "claims.yaml", "a gzip archive"),
        ("pack: {}\n".encode("utf-16-le"), "claims.yaml", "UTF-16 without a byte order mark"),
        ("pack: {}\n".encode("utf-32"), "claims.yaml", "UTF-32"),
        ("titel: Kräne\n".encode("latin-1"), "claims.yaml", "is not UTF-8"),
        (BOMB.encode(), "claims.yaml", "may not use anchors"),
        (b"[" * 5_000, "claims.yaml", "nested deeper"),
        (b"[" * 5_000, "claims.json", "nested deeper"),
        (b"{}", "claims.json", "no ClaimReview"),
        (b"claim,row\nx,claim\n", "claims.csv", "the column is missing"),
        (b"", "claims.yaml", "it is empty"),
    ],
    ids=[
        "zip",
        "gzip",
        "utf-16",
        "utf-32",
        "latin-1",
        "bomb",
        "deep-yaml",
        "deep-json",
        "no-review",
        "columns",
        "empty",
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_with_its_reason(desk, raw, name, reason):
    before = desk.world.touchstone.base.revision
    message = await desk.bring(raw, name)
    assert text_of(message).startswith(f"{name} is refused; nothing was written.")
    assert reason in text_of(message)
    assert (labels_of(message), message.attachments) == ([], [])
    assert desk.world.touchstone.base.revision == before


async def test_rows_that_cannot_be_read_refuse_their_claim_with_line_and_mend(desk):
    sheet = (await desk.export("csv")).decode("utf-8-sig").splitlines(keepends=True)
    place = next(n for n, line in enumerate(sheet) if line.startswith("crane-built-1920,wording,"))
    sheet[place] = sheet[place].replace(",wording,", ",saying,")
    message = await desk.bring("".join(sheet).encode(), "claims.csv")
    assert "**Refused** (1)" in text_of(message)
    assert f"line {place + 1}, claims.csv, column row" in text_of(message)
    assert "Choose one of" in text_of(message)
    assert "3 claims are unchanged." in text_of(message)


async def test_what_does_not_fit_is_counted_and_stands_in_the_report(desk):
    feed = ",".join(f'{{"@type": "ClaimReview", "claimReviewed": "{"Gulls read " * 9} {n}"}}' for n in range(80))
    message = await desk.bring(f"[{feed}]".encode(), "feed.json")
    assert "(80)" in text_of(message)
    assert len(text_of(message)) <= 2000
    assert "Everything is in the report below." in text_of(message)
    report = (await message.attachments[1].read()).decode()
    assert report.count("  + review-") == 80


@pytest.mark.parametrize(
    ("locale", "whole", "single"),
    [
        (
            discord.Locale.chinese,
            "文件：这是 zip 压缩包。请解压",
            "：这里没有“rumour”。请从中选择：contested",
        ),
        (
            discord.Locale.taiwan_chinese,
            "檔案：這是 zip 壓縮檔。請解壓縮",
            "：這裡沒有「rumour」。請從中選擇：contested",
        ),
    ],
)
async def test_reasons_are_in_the_language_of_the_client(desk, in_language, locale, whole, single):
    raw = (await desk.export()).replace(b"kind: outlook", b"kind: rumour")
    in_language(locale)
    assert whole in text_of(await desk.bring(b"PK\x03\x04" + bytes(40), "claims.zip"))
    assert single in text_of(await desk.bring(raw))
