"""The picture of the trends: its size, its colours, its letters; and the sheet beside it."""

import csv
import io
from datetime import date, timedelta

import pytest
from PIL import Image

from bot.texts import Texts
from bot.trends_picture import (
    ASKED,
    ASSERTED,
    COLUMNS,
    DEBUNKED,
    LOOKS,
    MOST_CLAIMS,
    Fonts,
    fit_width,
    trends_csv,
    trends_png,
    trends_text,
)
from claims.moderation.digest import Tally, Trends

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 10)
TITLES = {"crane": "The old harbour crane was built in 1920", "lamp": "灯塔的灯耗电40千瓦"}


def trends(**tallies: Tally) -> Trends:
    return Trends(FIRST, LAST, {(LAST, claim): tally for claim, tally in tallies.items()})


def picture(found: Trends, language="en", titles=TITLES, shade="light") -> Image.Image:
    return Image.open(io.BytesIO(trends_png(found, titles, Texts.open(language), shade)))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as the guidelines for accessible content count it: from 1 to 21."""

    def light(colour: str) -> float:
        parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def colours(image: Image.Image) -> set[str]:
    return {f"#{red:02x}{green:02x}{blue:02x}" for _, (red, green, blue) in image.convert("RGB").getcolors(1 << 24)}


@pytest.mark.parametrize("shade", LOOKS)
@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
def test_the_picture_has_its_own_paper_and_all_colours(language, shade):
    image = picture(trends(crane=Tally(5, 2, 1), lamp=Tally(asked=3)), language, shade=shade)
    paper = LOOKS[shade].paper
    assert image.format == "PNG"
    assert {ASSERTED, ASKED, DEBUNKED, paper, LOOKS[shade].ink} <= colours(image)
    corners = {image.getpixel(corner) for corner in ((0, 0), (image.width - 1, image.height - 1))}
    assert corners == {tuple(bytes.fromhex(paper[1:]))}


@pytest.mark.parametrize("shade", LOOKS)
def test_letters_and_bars_stand_out_from_their_paper(shade):
    look = LOOKS[shade]
    assert min(contrast(each, look.paper) for each in (look.ink, look.faint)) >= 4.5
    assert min(contrast(each, look.paper) for each in (ASSERTED, ASKED, DEBUNKED)) >= 2


def test_no_sightings_make_a_picture_too():
    assert picture(Trends(FIRST, FIRST, {})).height > 300


@pytest.mark.parametrize("days", [1, 2, 31, 366])
def test_any_number_of_days_fits(days):
    found = Trends(LAST - timedelta(days=days - 1), LAST, {(LAST, "crane"): Tally(1, 0, 0)})
    assert picture(found).width == 720


def test_no_time_stands_empty_before_the_first_sighting():
    found = Trends(LAST - timedelta(days=365), LAST, {(LAST - timedelta(days=20), "crane"): Tally(1)})
    assert len(found.since_first().days) == 21
    assert len(Trends(LAST - timedelta(days=365), LAST, {(LAST, "crane"): Tally(1)}).since_first().days) == 7
    assert len(Trends(LAST, LAST, {(LAST, "crane"): Tally(1)}).since_first().days) == 1


def test_half_as_large_on_a_phone_its_letters_can_be_read():
    fonts = Fonts.of("en")
    assert min(font.size for font in (fonts.title, fonts.label, fonts.small)) * 360 / picture(trends()).width >= 12


def test_the_picture_can_be_told_in_words():
    words = trends_text(trends(crane=Tally(5, 2, 1), lamp=Tally(asked=3)), TITLES, Texts.open("en"))
    assert words.startswith("Claims in chat: stated 5, asked about 5, disputed 1. Most seen: The old harbour crane")


def test_only_so_many_claims_are_drawn():
    many = {f"claim-{number}": Tally(asserted=number + 1) for number in range(40)}
    few = dict(list(many.items())[:MOST_CLAIMS])
    assert picture(trends(**many)).height == picture(trends(**few)).height


def test_a_long_title_is_cut():
    font = Fonts.of("en").label
    cut = fit_width("a very long title " * 20, font, 300)
    assert cut.endswith("…")
    assert font.getlength(cut) <= 300


@pytest.mark.parametrize(("language", "text"), [("zh-Hans", "银价说法灯塔"), ("zh-Hant", "銀價說法燈塔")])
def test_every_chinese_letter_has_a_shape_of_its_own(language, text):
    font = Fonts.of(language).label
    missing = bytes(font.getmask("\U000e0fff"))
    shapes = [bytes(font.getmask(letter)) for letter in text]
    assert len(set(shapes)) == len(text)
    assert missing not in shapes


def test_the_sheet_has_a_row_for_each_day_and_claim():
    rows = list(csv.reader(io.StringIO(trends_csv(trends(crane=Tally(5, 2, 1)), TITLES).decode("utf-8-sig"))))
    assert rows == [list(COLUMNS), ["2026-03-10", "crane", TITLES["crane"], "8", "5", "2", "1"]]


def test_a_title_that_looks_like_a_formula_is_not_computed():
    sheet = trends_csv(trends(crane=Tally(1)), {"crane": "=1+1"}).decode("utf-8-sig")
    assert ",'=1+1," in sheet
