"""The trends as a PNG: messages by day above, claims below."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Literal

from babel.dates import format_date, format_skeleton
from noto_cjk_sans_otc import FONT_PATH
from PIL import Image, ImageDraw, ImageFont

from bot.texts import Texts
from claims.exchange.sheet_cells import guard_cell
from claims.moderation.digest import Tally, Trends
from config.languages import SHOWN, Language


@dataclass(frozen=True, slots=True)
class Look:
    """The colours of a sheet of its own, which is readable wherever it is shown, and glares nowhere."""

    paper: str
    ink: str
    faint: str
    rule: str


Shade = Literal["dark", "light"]
LOOKS: Mapping[Shade, Look] = {
    "dark": Look("#1e1f24", "#f2f3f5", "#b5bac1", "#43464d"),
    "light": Look("#fbfaf7", "#22252b", "#6b7078", "#d9d6cd"),
}

# Colours that people who see red and green alike can tell apart (Okabe and Ito).
ASSERTED, ASKED, DEBUNKED = "#d55e00", "#56b4e9", "#009e73"

# Half of this is what a phone shows: the smallest letters are 12 points there.
WIDTH = 720
MARGIN = 36


@dataclass(frozen=True, slots=True)
class Fonts:
    """The three sizes that the picture uses."""

    title: ImageFont.FreeTypeFont
    label: ImageFont.FreeTypeFont
    small: ImageFont.FreeTypeFont

    @classmethod
    def of(cls, language: Language) -> "Fonts":
        """Return the fonts for a language: Chinese and Japanese ones draw some characters differently."""

        def size(points: int) -> ImageFont.FreeTypeFont:
            return ImageFont.truetype(str(FONT_PATH), points, index=SHOWN[language].face)

        return cls(size(36), size(28), size(24))


COLUMNS = ("day", "claim", "title", "seen", "asserted", "asked", "debunked")


def trends_csv(trends: Trends, titles: Mapping[str, str]) -> bytes:
    """Return the sheet, in UTF-8 with the mark by which Excel knows it; what looks like a formula is made harmless."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for (day, claim), tally in sorted(trends.tallies.items()):
        cells = (guard_cell(claim), guard_cell(titles.get(claim, "")))
        writer.writerow((day.isoformat(), *cells, tally.seen, tally.asserted, tally.asked, tally.debunked))
    return text.getvalue().encode("utf-8-sig")


MOST_CLAIMS = 12
MOST_IN_WORDS = 5
_COLUMNS_HEIGHT = 180
_COLUMNS_TOP = 300
_CLAIMS_TOP = _COLUMNS_TOP + _COLUMNS_HEIGHT + 70
_ROW = 86
_FOOT = 110
_BAR = 26
_INNER = WIDTH - 2 * MARGIN
# Room for the number behind the longest bar.
_NUMBER = 90


def trends_png(trends: Trends, titles: Mapping[str, str], texts: Texts, shade: Shade = "light") -> bytes:
    """Return the picture in the language of the texts; claims without a title are named by their ids."""
    look = LOOKS[shade]
    trends = trends.since_first()
    claims = trends.by_claim()
    shown = claims[:MOST_CLAIMS]
    height = _CLAIMS_TOP + max(1, len(shown)) * _ROW + _FOOT
    image = Image.new("RGB", (WIDTH, height), look.paper)
    sheet = _Sheet(ImageDraw.Draw(image), Fonts.of(texts.language), texts, look)
    sheet.head(trends)
    sheet.columns(trends)
    sheet.claims(shown, titles)
    sheet.foot(height, len(claims) - len(shown))
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A picture being drawn; measures are in pixels from the top left corner."""

    draw: ImageDraw.ImageDraw
    fonts: Fonts
    texts: Texts
    look: Look

    def head(self, trends: Trends) -> None:
        """Write the title, the time, and what the colours mean."""
        first, last = self._day(trends.first), self._day(trends.last)
        self.draw.text((MARGIN, 28), self.texts("Claims in chat"), self.look.ink, self.fonts.title)
        period = self.texts("{first} to {last}, days in UTC", first=first, last=last)
        self.draw.text((MARGIN, 80), fit_width(period, self.fonts.small, _INNER), self.look.faint, self.fonts.small)
        total = sum((tally for _, tally in trends.by_claim()), Tally())
        kinds = (
            (ASSERTED, self.texts("stated"), total.asserted),
            (ASKED, self.texts("asked about"), total.asked),
            (DEBUNKED, self.texts("disputed"), total.debunked),
        )
        for row, (colour, label, count) in enumerate(kinds):
            middle = 144 + 40 * row
            self.draw.rectangle((MARGIN, middle - 11, MARGIN + 22, middle + 11), colour)
            self.draw.text((MARGIN + 36, middle), f"{label}  {count}", self.look.ink, self.fonts.label, anchor="lm")

    def columns(self, trends: Trends) -> None:
        """Draw one column for each day."""
        days = trends.days
        tallies = [trends.of_day(day) for day in days]
        most = max((tally.seen for tally in tallies), default=0)
        bottom = _COLUMNS_TOP + _COLUMNS_HEIGHT
        step = _INNER / len(days)
        wide = min(max(step * 0.72, 1.0), 60.0)
        for number, tally in enumerate(tallies):
            left = MARGIN + number * step + (step - wide) / 2
            floor = float(bottom)
            for colour, count in _parts(tally):
                top = floor - count / most * _COLUMNS_HEIGHT
                self.draw.rectangle((left, top, left + wide, floor), colour)
                floor = top
            if tally.seen and tally.seen == most:
                middle = (left + wide / 2, floor - 4)
                self.draw.text(middle, str(most), self.look.ink, self.fonts.small, anchor="ms")
        self.draw.line((MARGIN, bottom, WIDTH - MARGIN, bottom), self.look.rule, 2)
        self._dates(days, step, bottom + 8)

    def _dates(self, days: Sequence[date], step: float, top: int) -> None:
        """Name the first day and those after it for which there is room."""
        every = max(1, -(-len(days) // 5))
        for number in range(0, len(days), every):
            place = (MARGIN + (number + 0.5) * step, top)
            self.draw.text(place, self._short(days[number]), self.look.faint, self.fonts.small, anchor="ma")

    def claims(self, claims: Sequence[tuple[str, Tally]], titles: Mapping[str, str]) -> None:
        """Draw one bar for each claim, with its title above."""
        if not claims:
            self.draw.text((MARGIN, _CLAIMS_TOP), self.texts("No claim was seen."), self.look.faint, self.fonts.label)
            return
        longest = _INNER - _NUMBER
        most = claims[0][1].seen
        for number, (claim, tally) in enumerate(claims):
            top = _CLAIMS_TOP + number * _ROW
            title = fit_width(titles.get(claim, "") or claim, self.fonts.label, _INNER)
            self.draw.text((MARGIN, top), title, self.look.ink, self.fonts.label)
            left, bar = float(MARGIN), top + 42
            for colour, count in _parts(tally):
                right = left + count / most * longest
                self.draw.rectangle((left, bar, right, bar + _BAR), colour)
                left = right
            self.draw.text((left + 10, bar + _BAR / 2), str(tally.seen), self.look.ink, self.fonts.small, anchor="lm")

    def foot(self, height: int, left_out: int) -> None:
        """Say what the counts are, and how many claims are not shown."""
        lines = [self.texts("Counts of messages; no text and no name is kept.")]
        if left_out:
            lines += [
                self.texts.plural(
                    "{count} more claim is in the sheet.", "{count} more claims are in the sheet.", left_out
                )
            ]
        for row, line in enumerate(lines):
            place = (MARGIN, height - _FOOT + 40 + 34 * row)
            self.draw.text(
                place, fit_width(line, self.fonts.small, _INNER), self.look.faint, self.fonts.small, anchor="lm"
            )

    def _day(self, day: date) -> str:
        return format_date(day, "long", locale=self.texts.locale)

    def _short(self, day: date) -> str:
        return format_skeleton("MMMd", day, locale=self.texts.locale)


def _parts(tally: Tally) -> tuple[tuple[str, int], ...]:
    """Return the colours and counts of a bar, without empty ones."""
    parts = ((ASSERTED, tally.asserted), (ASKED, tally.asked), (DEBUNKED, tally.debunked))
    return tuple(part for part in parts if part[1])


def trends_text(trends: Trends, titles: Mapping[str, str], texts: Texts) -> str:
    """Return what the picture shows, in words, for those who cannot see it."""
    total = sum((tally for _, tally in trends.by_claim()), Tally())
    counts = texts("stated {asserted}, asked about {asked}, disputed {debunked}", **asdict(total))
    shown = trends.by_claim()[:MOST_IN_WORDS]
    named = ((titles.get(claim, "") or claim, tally.seen) for claim, tally in shown)
    claims = texts.listed(texts.named(name, seen) for name, seen in named)
    return texts("Claims in chat: {counts}. Most seen: {claims}", counts=counts, claims=claims)


def fit_width(text: str, font: ImageFont.FreeTypeFont, width: float) -> str:
    """Return the text, cut and marked with an ellipsis where it is wider than so many pixels."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text.rstrip()}…"
