"""What the checks need to know of a claim; the claim base hands these in."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["contested", "context", "outlook"]
Bound = Literal["exactly", "about", "over", "under", "range"]
FigureRole = Literal["claim", "context"]


@dataclass(frozen=True, slots=True)
class KnownWording:
    """One way to speak of a claim: to say it, to dispute it (`denies`), or (`negative`) what must never match it."""

    text: str
    language: Literal["en", "zh"]
    negative: bool = False
    denies: bool = False

    @property
    def says(self) -> bool:
        """Tell whether this is a way to say the claim."""
        return not self.negative and not self.denies


@dataclass(frozen=True, slots=True)
class KnownFigure:
    """A documented quantity: `low` ≤ value ≤ `high` in `unit` (a name of the unit table, as the pack writes it)."""

    low: float
    high: float
    unit: str
    bound: Bound = "exactly"
    role: FigureRole = "claim"
    subject_en: str = ""
    subject_zh: str = ""


@dataclass(frozen=True, slots=True)
class KnownClaim:
    """A claim as the checks see it.

    `cut_off` replaces the fitted cut-off for a reply, where moderators have set one; `muted` claims are found but never
    answered. `raised_to` comes from members' reports: a match that scores less is treated one step more reluctantly.
    """

    id: str
    kind: Kind
    title_en: str
    title_zh: str
    wordings: tuple[KnownWording, ...]
    figures: tuple[KnownFigure, ...] = ()
    version: int = 1
    cut_off: float | None = None
    muted: bool = False
    raised_to: float = 0.0
