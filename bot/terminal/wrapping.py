"""Lines of text that has no spaces: Chinese may break after any character, but not before a closing mark."""

import re
from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Console, JustifyMethod, OverflowMethod
from rich.containers import Lines
from rich.text import Text

# What must stay together: a wide character with the marks that follow it, or a word with its spaces.
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_CLOSING = "\u3001\u3002\uff0c\uff0e\uff1a\uff1b\uff01\uff1f\uff09\u300b\u300d\u300f\u3011\u201d\u2019,.;:!?)"
_PIECES = re.compile(rf"[{_WIDE}][{re.escape(_CLOSING)}]*\s*|[^\s{_WIDE}]+\s*|\s+")


class FlowingText(Text):
    """Text that breaks between Chinese characters as well as between words."""

    def wrap(
        self,
        console: Console,
        width: int,
        *,
        justify: JustifyMethod | None = None,
        overflow: OverflowMethod | None = None,
        tab_size: int = 8,
        no_wrap: bool | None = None,
    ) -> Lines:
        """Return the lines at a width, counted in cells."""
        del console, justify, overflow, tab_size, no_wrap
        lines = Lines()
        for line in self.split(allow_blank=True):
            lines.extend(line.divide(list(breaks(line.plain, width))))
        for line in lines:
            line.rstrip_end(width)
        return lines


def breaks(text: str, width: int) -> Iterator[int]:
    """Yield the positions at which new lines begin; a word longer than a line is cut."""
    used = 0
    for piece in _PIECES.finditer(text):
        shown = cell_len(piece[0].rstrip())
        if used and used + shown > width:
            yield piece.start()
            used = 0
        for position in range(piece.start(), piece.end()):
            cells = cell_len(text[position])
            if used + cells > width and text[position] != " ":
                yield position
                used = 0
            used += cells
