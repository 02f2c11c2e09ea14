"""The layout of a sheet of claims: which rows there are, which columns, and what stands in them.

Each row says in `row` what it is, and in `claim` to which claim it belongs:

- `claim`: the claim itself. `text_en` and `text_zh` are its title; with `kind`, `status`, `as_of`, `review_by`, and,
  not to be changed, `pack` (for reading only) and `exported_state` (how the claim was when it was exported).
- `wording`, `denial` and `not_wording`: one way to say or dispute it, in `text_en` or in `text_zh`; a `not_wording`
  is never matched.
- `figure`: `low` and `high` (the same for a single value), `unit`, `bound`, `role`; the texts are its subject.
- `point`: `role`, `speaker_en`, `speaker_zh`, `date`, the two texts, and `numbers` with ` | ` between them.
- `citation`: `document`, `start`, `end`, `sha256`; its `number` is that of the point it belongs to.

`number` counts the rows of a kind within a claim, so that a sorted sheet can be read back; new rows may go without.
"""

import re

COLUMNS = (
    "claim",
    "row",
    "number",
    "text_en",
    "text_zh",
    "kind",
    "status",
    "as_of",
    "review_by",
    "role",
    "speaker_en",
    "speaker_zh",
    "date",
    "numbers",
    "low",
    "high",
    "unit",
    "bound",
    "document",
    "start",
    "end",
    "sha256",
    "pack",
    "exported_state",
)
ROWS = ("claim", "wording", "not_wording", "denial", "figure", "point", "citation")

# A spreadsheet takes a cell that begins so for a formula, some also behind full-width signs or a line break.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_PART = re.compile(r"(?:[^\\|]|\\.)+", re.DOTALL)


def guard_cell(text: str) -> str:
    """Return the text so that no spreadsheet computes it: an apostrophe is put before what looks like a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguard_cell(text: str) -> str:
    """Return what `guard_cell` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def join_texts(texts: tuple[str, ...]) -> str:
    """Write several texts into one cell, with ` | ` between them; that sign within a text is marked."""
    return " | ".join(text.replace("\\", "\\\\").replace("|", "\\|") for text in texts)


def split_texts(cell: str) -> list[str]:
    """Return the texts that stand in one cell."""
    # Only the spaces that `join_texts` put around its sign are taken away: further ones belong to the texts.
    parts = _PART.findall(f" {cell} ") if cell else []
    texts = [part.removeprefix(" ").removesuffix(" ") for part in parts]
    return [re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL) for text in texts if text]
