"""Colours, measures and font of the picture."""

from dataclasses import dataclass

from noto_cjk_sans_otc import FONT_PATH
from PIL import ImageFont

from checks.finding import Language

# A sheet of its own: readable wherever it is shown, on a dark page and on a light one.
PAPER = "#fbfaf7"
INK = "#22252b"
FAINT = "#6b7078"
RULE = "#d9d6cd"

# Colours that people who see red and green alike can tell apart (Okabe and Ito).
ASSERTED, ASKED, DEBUNKED = "#d55e00", "#56b4e9", "#009e73"

WIDTH = 1200
MARGIN = 40
# Where the fonts of Simplified and of Traditional Chinese stand in the collection; both have Latin letters too.
_FACES: dict[Language, int] = {"en": 2, "zh-Hans": 2, "zh-Hant": 3}


@dataclass(frozen=True, slots=True)
class Fonts:
    """The three sizes that the picture uses."""

    title: ImageFont.FreeTypeFont
    label: ImageFont.FreeTypeFont
    small: ImageFont.FreeTypeFont

    @classmethod
    def of(cls, language: Language) -> "Fonts":
        """Return the fonts for a language: the two Chinese scripts draw some characters differently."""

        def size(points: int) -> ImageFont.FreeTypeFont:
            return ImageFont.truetype(str(FONT_PATH), points, index=_FACES[language])

        return cls(size(32), size(22), size(18))
