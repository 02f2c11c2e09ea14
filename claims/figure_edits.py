"""Edits of a claim's documented figures."""

import re
from dataclasses import dataclass, replace
from typing import Any, cast, get_args

from checks.known import Bound, FigureRole, KnownFigure
from claims.citing import Sources
from claims.form_reading import FormReader
from claims.pack_schema import read_schema
from claims.point_edits import check_place
from claims.record import ClaimRecord

BOUNDS: tuple[Bound, ...] = get_args(Bound)
FIGURE_ROLES: tuple[FigureRole, ...] = get_args(FigureRole)
MOST = 40
_NUMBER = r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d{1,3})?"
_VALUE = re.compile(rf"({_NUMBER})(?:\s*(?:to|-|–|至|到)\s*({_NUMBER}))?")


@dataclass(frozen=True, slots=True)
class EditFigure:
    """A figure at a place (from 0; None: a new one); `value` is a number, or a range such as `2 to 3`."""

    value: str
    unit: str
    bound: str = "exactly"
    role: str = "claim"
    subject_en: str = ""
    subject_zh: str = ""
    place: int | None = None

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:  # noqa: ARG002
        """Return the claim with the figure."""
        form = FormReader()
        check_place(form, self.place, len(claim.figures))
        if self.place is None and len(claim.figures) >= MOST:
            form.refuse("figures", "{most} figures are the most.", "Take one out first.", most=MOST)
        low, high = _read(form, self.value)
        bound = "range" if low != high else form.choice("bound", self.bound, BOUNDS)
        if bound == "range" and low == high:
            form.refuse("value", "A range has two numbers.", "Write it as 2 to 3, or choose another bound.")
        unit = form.choice("unit", self.unit, known_units())
        role = form.choice("role", self.role, FIGURE_ROLES)
        subject = form.pair("subject", self.subject_en, self.subject_zh)
        form.finish(self)
        figure = KnownFigure(low, high, unit, cast("Bound", bound), cast("FigureRole", role), *subject)
        place = len(claim.figures) if self.place is None else self.place
        return replace(claim, figures=(*claim.figures[:place], figure, *claim.figures[place + 1 :]))


@dataclass(frozen=True, slots=True)
class RemoveFigure:
    """The figure at a place (from 0) goes."""

    place: int

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:  # noqa: ARG002
        """Return the claim without the figure."""
        form = FormReader()
        check_place(form, self.place, len(claim.figures))
        form.finish(self)
        return replace(claim, figures=(*claim.figures[: self.place], *claim.figures[self.place + 1 :]))


def known_units() -> tuple[str, ...]:
    """Return the units that packs and forms may use."""
    schema: dict[str, Any] = read_schema()
    return tuple(schema["$defs"]["figure"]["properties"]["unit"]["enum"])


def _read(form: FormReader, typed: str) -> tuple[float, float]:
    found = _VALUE.fullmatch(typed.replace(",", "").strip())
    low, high = (float(found[1]), float(found[2] or found[1])) if found else (0.0, 0.0)
    if found is None or not low <= high < float("inf"):
        form.refuse("value", "{value} is no figure.", "Write a number, or a range such as 2 to 3.", value=typed[:60])
    return low, high
