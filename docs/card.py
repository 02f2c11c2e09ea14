"""Draw the picture in the README: a real answer to a real check. Run it as `python docs/card.py`."""

import re
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.terminal.cards import draw_card
from rich.console import Console
from rich.text import Text

from bot.service import Touchstone
from config.settings import Settings

MESSAGE = "every H100 server has 5 kg of silver inside"
PICTURE = Path(__file__).with_name("card.svg")


def main() -> None:
    """Check the message on a fresh claim base and write the card as SVG."""
    with TemporaryDirectory() as folder, Touchstone.open(Settings(database_url=f"sqlite:///{folder}/base.db")) as stone:
        reply = stone.compose(stone.check(MESSAGE))
        if reply is None:
            raise SystemExit("The message is not answered any more: choose another one.")
        console = Console(record=True, width=88, file=StringIO(), force_terminal=True)
        console.print(Text(f"$ touchstone check {MESSAGE}", style="bold"))
        console.print(draw_card(reply, stone.texts(reply.language)))
    svg = console.export_svg(title="Touchstone", unique_id="card", font_aspect_ratio=0.602)
    # No picture should fetch a font from somewhere else: the reader's own monospaced one will do.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL).replace("Fira Code", "DejaVu Sans Mono")
    PICTURE.write_text("\n".join(line.rstrip() for line in svg.splitlines()) + "\n", "utf-8")


if __name__ == "__main__":
    main()
