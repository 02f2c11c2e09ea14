"""Draw the pictures in the README: what members see in Discord, in light and dark.

Run it as `python -m tests.bot.discord.picture`. Each is an SVG; the light one is a PNG too, for package pages, which
are light and do not show every SVG.
"""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from noto_cjk_sans_otc import FONT_PATH
from PIL import Image, ImageDraw, ImageFont

from bot.discord.card_buttons import card_buttons
from bot.discord.cards import card_text, draw_short
from bot.service import Touchstone
from bot.short import width
from config.languages import SHOWN
from config.settings import Settings

MESSAGES = (
    ("Robin", "#5b6abf", "every H100 server has 5 kg of silver inside"),
    ("小雨", "#b3577a", "AI基建投资就是泡沫"),
)
FOLDER = Path(__file__).parents[3] / "docs"
FONTS = (
    "'gg sans', 'Noto Sans', 'Segoe UI', 'Helvetica Neue', Arial, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei',"
    " 'Source Han Sans SC', 'WenQuanYi Micro Hei', sans-serif"
)
WIDTH, TEXT_LEFT, CARD_LEFT = 600, 64, 80
# The width of half a wide character as a part of the font's size: more than any of the fonts needs, so that no line
# has to be squeezed into its place, whatever the reader's computer draws it with.
HALF = 0.54


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of one of Discord's themes."""

    ground: str
    card: str
    text: str
    faint: str
    link: str
    button: str


THEMES = {
    "light": Colours("#ffffff", "#f3f3f4", "#2f3035", "#66686f", "#0068d6", "#e3e4e8"),
    "dark": Colours("#313338", "#2b2d31", "#dfe0e2", "#a5a7ad", "#4aa8fc", "#4a4c54"),
}


@dataclass(slots=True)
class Drawing:
    """An SVG that grows downward."""

    colours: Colours
    top: float = 16
    parts: list[str] = field(default_factory=list[str])

    def text(self, line: str, left: float, size: float = 15, *, bold: bool = False, colour: str = "") -> None:
        """Write a line whose baseline is at the top of what is free."""
        weight = ' font-weight="600"' if bold else ""
        fill = colour or self.colours.text
        self.parts.append(
            f'<text x="{left:g}" y="{self.top:g}" font-size="{size:g}" fill="{fill}"{weight}>{escape(line)}</text>'
        )

    def box(self, left: float, top: float, size: tuple[float, float], colour: str, radius: float) -> str:
        """Return a box with round corners."""
        wide, high = size
        return f'<rect x="{left:g}" y="{top:g}" width="{wide:g}" height="{high:g}" rx="{radius:g}" fill="{colour}"/>'


def main() -> None:
    """Check the messages on a fresh claim base and write the pictures."""
    with TemporaryDirectory() as folder, Touchstone.open(Settings(database_url=f"sqlite:///{folder}/base.db")) as stone:
        for theme, colours in THEMES.items():
            picture = draw(stone, colours)
            (FOLDER / f"card-{theme}.svg").write_text(picture, "utf-8")
            if theme == "light":
                painted(picture, colours.ground).save(FOLDER / "card-light.png", optimize=True)


def draw(stone: Touchstone, colours: Colours) -> str:
    """Return the picture of the messages with their cards."""
    drawing = Drawing(colours)
    for name, colour, message in MESSAGES:
        _member(drawing, name, colour, message)
        _card(drawing, stone, message)
    height = drawing.top
    ground = drawing.box(0, 0, (WIDTH, height), colours.ground, 8)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" '
        f'height="{height:g}" font-family="{FONTS}">'
    )
    return "\n".join([head, ground, *drawing.parts, "</svg>"]) + "\n"


# Of each point of the picture so many are painted in a row, and of these so many become one: sharp and without steps.
DENSITY, FINER = 2, 3
# Strokes of bold text are so much wider, as a part of the font's size.
_BOLDER = 0.022


def painted(picture: str, ground: str) -> Image.Image:
    """Return the same as pixels: boxes, circles and lines of text, the only things that are drawn here."""
    root = ElementTree.fromstring(picture)  # noqa: S314  our own
    scale = DENSITY * FINER
    size = tuple(round(float(root.attrib[name]) * scale) for name in ("width", "height"))
    image = Image.new("RGB", size, ground)
    canvas = ImageDraw.Draw(image)
    for each in root:
        kind, facts = each.tag.rpartition("}")[2], dict(each.attrib)
        colour, bold = facts.pop("fill"), facts.pop("font-weight", "")
        anchor = "ms" if facts.pop("text-anchor", "") == "middle" else "ls"
        at = {name: float(value) * scale for name, value in facts.items()}
        if kind == "rect":
            box = (at["x"], at["y"], at["x"] + at["width"], at["y"] + at["height"])
            canvas.rounded_rectangle(box, at["rx"], colour)
        elif kind == "circle":
            canvas.circle((at["cx"], at["cy"]), at["r"], colour)
        else:
            font = ImageFont.truetype(str(FONT_PATH), at["font-size"], index=SHOWN["zh-Hans"].face)
            stroke = at["font-size"] * _BOLDER if bold else 0
            canvas.text((at["x"], at["y"]), each.text or "", colour, font, anchor, stroke_width=stroke)
    smaller = image.resize(tuple(side // FINER for side in size), Image.Resampling.LANCZOS)
    # A third of the size, which nobody can tell apart.
    return smaller.quantize(128)


def _speaker(drawing: Drawing, name: str, colour: str, mark: str) -> None:
    middle = drawing.top + 18
    drawing.parts.append(f'<circle cx="34" cy="{middle:g}" r="18" fill="{colour}"/>')
    drawing.parts.append(
        f'<text x="34" y="{middle + 6:g}" font-size="16" fill="#ffffff" text-anchor="middle">{escape(mark)}</text>'
    )
    drawing.top += 14
    drawing.text(name, TEXT_LEFT, bold=True, colour=colour)


def _member(drawing: Drawing, name: str, colour: str, message: str) -> None:
    _speaker(drawing, name, colour, name[0])
    drawing.top += 22
    drawing.text(message, TEXT_LEFT)
    drawing.top += 22


def _card(drawing: Drawing, stone: Touchstone, message: str) -> None:
    reply = stone.compose(stone.check(message))
    if reply is None:
        raise SystemExit(f"“{message}” is not answered any more: choose another one.")
    texts = stone.texts(reply.language)
    buttons = card_buttons([entry.claim_id for entry in reply.entries], texts)
    _speaker(drawing, "Touchstone", "#b8860b", "T")
    drawing.top += 12
    start, place = drawing.top, len(drawing.parts)
    drawing.top += 24
    for line in card_text(draw_short(reply, texts, ())).splitlines():
        _line(drawing, line)
    _buttons(drawing, [str(getattr(button, "label", "")) for button in buttons])
    drawing.top += 8
    size = (WIDTH - TEXT_LEFT - 16, drawing.top - start)
    boxes = [
        drawing.box(TEXT_LEFT, start, size, drawing.colours.card, 6),
        drawing.box(TEXT_LEFT, start, (4, size[1]), "#b8860b", 2),
    ]
    drawing.parts[place:place] = boxes
    drawing.top += 22


def _line(drawing: Drawing, line: str) -> None:
    """Draw one line of the card's markdown, on as many rows as it needs."""
    small, item = line.startswith("-# "), line.startswith("- ")
    size, left = (12.5, CARD_LEFT) if small else (15, CARD_LEFT + 16 if item else CARD_LEFT)
    plain = re.sub(r"^(-# |- )", "", line)
    bold = plain.startswith("**") and plain.endswith("**")
    plain = re.sub(r"\[((?:\\.|[^\]\\])*)\]\(\S+?\)", r"\1", plain).replace("**", "")
    plain = re.sub(r"\\(.)", r"\1", plain).replace("\u200b", "")
    if item:
        drawing.text("•", CARD_LEFT + 2, size)
    for row in wrapped(plain, int((WIDTH - left - 32) / (size * HALF))):
        drawing.text(row, left, size, bold=bold, colour=drawing.colours.faint if small else "")
        drawing.top += size + 7


def wrapped(text: str, cells: int) -> Iterator[str]:
    """Yield rows of at most so many halves of a wide character, broken between words and wide characters."""
    row = ""
    for piece in re.findall(r"[^\s\u2e80-\u9fff\uff00-\uffef]+\s*|.[，。；：、！？）」』”…]*\s*", text):
        if row and width(row + piece.rstrip()) > cells:
            yield row.rstrip()
            row = ""
        row += piece
    if row:
        yield row.rstrip()


def _buttons(drawing: Drawing, labels: list[str]) -> None:
    left = float(CARD_LEFT)
    for label in labels:
        wide = width(label) * 14 * HALF + 24
        drawing.parts.append(drawing.box(left, drawing.top - 10, (wide, 32), drawing.colours.button, 6))
        drawing.parts.append(
            f'<text x="{left + wide / 2:g}" y="{drawing.top + 11:g}" font-size="14" fill="{drawing.colours.text}" '
            f'text-anchor="middle">{escape(label)}</text>'
        )
        left += wide + 8
    drawing.top += 28


if __name__ == "__main__":
    main()
