"""Edits of a claim's points: what is documented for it, against it, or about it."""

from dataclasses import dataclass, replace

from claims.citing import Sources
from claims.form_reading import SENTENCE, FormReader
from claims.record import ClaimRecord, PointRecord
from config.faults import msgid

ROLES = ("refutes", "supports", "context")
MOST = 20
NO_PLACE = msgid("There is no number {number} any more.")
LOOK_AGAIN = msgid("Look at the claim again.")
_EMPTY = PointRecord("refutes", "", "", "", "", "", ())


@dataclass(frozen=True, slots=True)
class EditPoint:
    """A point at a place (from 0; None: a new one at the end); None leaves a field of an old point as it is.

    `citations`: one a line, as `Sources.read` takes them; `numbers`: the text's figures, separated by semicolons.
    """

    place: int | None = None
    role: str | None = None
    speaker_en: str | None = None
    speaker_zh: str | None = None
    date: str | None = None
    text_en: str | None = None
    text_zh: str | None = None
    citations: str | None = None
    numbers: str | None = None

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:
        """Return the claim with the point."""
        form = FormReader()
        check_place(form, self.place, len(claim.points))
        form.finish(self)
        if self.place is None and len(claim.points) >= MOST:
            form.refuse("points", "{most} points are the most.", "Take one out first.", most=MOST)
        point = self._point(_EMPTY if self.place is None else claim.points[self.place], form, sources)
        form.finish(self)
        place = len(claim.points) if self.place is None else self.place
        return replace(claim, points=(*claim.points[:place], point, *claim.points[place + 1 :]))

    def _point(self, old: PointRecord, form: FormReader, sources: Sources) -> PointRecord:
        speaker = form.pair("speaker", _new(self.speaker_en, old.speaker_en), _new(self.speaker_zh, old.speaker_zh))
        text = form.pair("text", _new(self.text_en, old.text_en), _new(self.text_zh, old.text_zh), SENTENCE)
        cited = old.citations if self.citations is None else sources.read(form, self.citations)
        said = (self.numbers or "").replace("；", ";").split(";")
        numbers = (
            old.numbers if self.numbers is None else tuple(n for each in said if (n := form.text("numbers", each)))
        )
        role = old.role if self.role is None else form.choice("role", self.role, ROLES)
        return PointRecord(role, *speaker, form.when("date", _new(self.date, old.date)), *text, cited, numbers)


@dataclass(frozen=True, slots=True)
class RemovePoint:
    """The point at a place (from 0) goes."""

    place: int

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:  # noqa: ARG002
        """Return the claim without the point."""
        form = FormReader()
        check_place(form, self.place, len(claim.points))
        form.finish(self)
        return replace(claim, points=(*claim.points[: self.place], *claim.points[self.place + 1 :]))


def check_place(form: FormReader, place: int | None, count: int) -> None:
    """Refuse a place that a list of this many entries does not have."""
    if place is not None and not 0 <= place < count:
        form.refuse("place", NO_PLACE, LOOK_AGAIN, number=place + 1)


def _new(typed: str | None, old: str) -> str:
    return old if typed is None else typed
