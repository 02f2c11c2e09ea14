"""Edits of a claim: its texts and status, its wordings, its points, its figures; each made clean or refused."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol, cast, get_args

from checks.figures.units import is_own, join_spellings, spellings
from checks.model import Bound, FigureRole, Kind, KnownFigure, KnownWording
from claims.fields import SENTENCE, FormReader
from claims.moderation.citations import Sources
from claims.packs.plain import RANGE_SIGNS, known_units, read_documented
from claims.record import ClaimRecord, PointRecord, place_of
from config.errors import FieldFault, InvalidEditError, msgid
from config.languages import CODES, NO_TEXT, written_language

KINDS: tuple[Kind, ...] = get_args(Kind)
STATUSES = ("draft", "published", "withdrawn")


# What was typed, by language; an empty text is one that was taken out.
Typed = Mapping[str, str]


class Edit(Protocol):
    """One change that somebody wants to make to a claim."""

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:
        """Return the claim with the change; raises InvalidEditError, which carries the edit as it was typed."""
        ...


@dataclass(frozen=True, slots=True)
class EditTexts:
    """New titles, kind and dates; None leaves a field as it is, and an empty `review_by` takes the day away.

    A language that `title` lacks stays as it is.
    """

    title: Typed = NO_TEXT
    kind: str | None = None
    as_of: str | None = None
    review_by: str | None = None

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:  # noqa: ARG002
        """Return the claim with the new texts."""
        form = FormReader()
        title = form.retyped("title", claim.title, self.title)
        kind = claim.kind if self.kind is None else cast("Kind", form.choice("kind", self.kind, KINDS))
        as_of = claim.as_of if self.as_of is None else form.day("as_of", self.as_of)
        if self.as_of is not None and not self.as_of.strip():
            form.refuse("as_of", "The day is missing.", "Write it as 2026-01-23.")
        review_by = claim.review_by if self.review_by is None else form.day("review_by", self.review_by)
        form.finish(self)
        return replace(claim, title=title, kind=kind, as_of=as_of or claim.as_of, review_by=review_by)


@dataclass(frozen=True, slots=True)
class SetStatus:
    """Publish a claim, withdraw it, or make it a draft again."""

    status: str

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:  # noqa: ARG002
        """Return the claim with the status; whether it may be published is asked when it is written."""
        form = FormReader()
        status = form.choice("status", self.status, STATUSES)
        form.finish(self)
        return replace(claim, status=status)


@dataclass(frozen=True, slots=True)
class ReplaceAll:
    """Another whole claim in this one's place, such as an import or an older version."""

    claim: ClaimRecord

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:
        """Return the new claim under the old id and owner."""
        form = FormReader()
        for document in sorted(name for name in cited_documents(self.claim) if not sources.knows(name)):
            form.refuse("citations", "There is no source {name}.", "Add the source first.", name=document)
        form.finish(self)
        return replace(self.claim, id=claim.id, server=claim.server, pack=claim.pack, version=claim.version)


def cited_documents(claim: ClaimRecord) -> set[str]:
    """Return the ids of the documents that a claim's points cite."""
    return {citation.document for point in claim.points for citation in point.citations}


def check_published(claim: ClaimRecord, edit: object) -> None:
    """Raise InvalidEditError where a published claim would lack what an answer needs."""
    form = FormReader()
    for field, place in claim.lacks_to_publish() if claim.status == "published" else ():
        match field:
            case "wordings":
                form.refuse(field, "A published claim needs a wording.", "Add one way in which people say it.")
            case "points":
                form.refuse(field, "A published claim needs a point.", "Add what is documented for or against it.")
            case "citations":
                form.refuse(field, "Point {number} cites nothing.", "Name its source.", number=place + 1)
    form.finish(edit)


MOST_WORDINGS = 500
Use = Literal["says", "denies", "negative"]
USES: tuple[Use, ...] = get_args(Use)
_NAMED: tuple[tuple[str, Use], ...] = (("", "says"), ("not_", "negative"), ("denials_", "denies"))
# The lists of wordings, by the name that forms and faults use: language and use.
LISTS: tuple[tuple[str, str, Use], ...] = tuple((f"{name}{code}", code, use) for name, use in _NAMED for code in CODES)


@dataclass(frozen=True, slots=True)
class AddWording:
    """One more way to say the claim, to dispute it, or (negative) a text that must never match it.

    The language is seen by itself.
    """

    text: str
    use: Use = "says"

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:  # noqa: ARG002
        """Return the claim with the wording; one that it has already is not added again, but changes its use."""
        form = FormReader()
        text = form.needed("text", self.text)
        form.finish(self)
        return _checked(claim, _joined(claim, [text], self.use), form, self)


@dataclass(frozen=True, slots=True)
class AddWordings:
    """Many more of one use at once, one text a line; what the claim has already is treated as by `AddWording`."""

    texts: str
    use: str = "says"

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:  # noqa: ARG002
        """Return the claim with the wordings."""
        form = FormReader()
        texts = form.lines("texts", self.texts)
        if not texts:
            form.refuse("texts", "The text is empty.", "Write something.")
        use = cast("Use", form.choice("use", self.use, USES))
        form.finish(self)
        return _checked(claim, _joined(claim, texts, use), form, self)


@dataclass(frozen=True, slots=True)
class RemoveWordings:
    """Several wordings that the claim is to lose; those that it has no longer are passed over.

    `listed`: the name of the list that loses them (see LISTS); None: each that has them.
    """

    texts: tuple[str, ...]
    listed: str | None = None

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:  # noqa: ARG002
        """Return the claim without the wordings."""
        unwanted = {text.casefold() for text in self.texts}
        lists = [(language, use) for name, language, use in LISTS if name == self.listed]
        kept = [
            wording
            for wording in claim.wordings
            if wording.text.casefold() not in unwanted
            or (self.listed is not None and (wording.language, use_of(wording)) not in lists)
        ]
        return _checked(claim, kept, FormReader(), self)


@dataclass(frozen=True, slots=True)
class EditWordings:
    """Whole lists by name (see LISTS), one text a line; a list that is not named is left as it is."""

    lists: Mapping[str, str]

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:  # noqa: ARG002
        """Return the claim with the lists."""
        form = FormReader()
        wordings: list[KnownWording] = []
        for field, language, use in LISTS:
            typed = self.lists.get(field)
            if typed is None:
                wordings += [w for w in claim.wordings if (w.language, use_of(w)) == (language, use)]
            else:
                wordings += [_wording(text, language, use) for text in form.lines(field, typed)]
        return _checked(claim, wordings, form, self)


def use_of(wording: KnownWording) -> Use:
    """Return what a wording is for."""
    if wording.negative:
        return "negative"
    return "denies" if wording.denies else "says"


def _joined(claim: ClaimRecord, texts: Iterable[str], use: Use) -> list[KnownWording]:
    """Return the claim's wordings with further ones; one that had another use moves to the end with its new one."""
    kept = list(claim.wordings)
    for text in texts:
        same = [known for known in kept if known.text.casefold() == text.casefold()]
        if not any(use_of(known) == use for known in same):
            kept = [*(known for known in kept if known not in same), _wording(text, written_language(text), use)]
    return kept


def _checked(claim: ClaimRecord, wordings: list[KnownWording], form: FormReader, edit: object) -> ClaimRecord:
    uses: dict[str, Use] = {}
    for wording in wordings:
        if uses.setdefault(wording.text.casefold(), use_of(wording)) != use_of(wording):
            form.refuse("wordings", "{text} stands in two lists.", "Keep it in one of them.", text=wording.text)
    # A pack may have more of them, from which some can still be taken.
    if len(wordings) > max(MOST_WORDINGS, len(claim.wordings)):
        form.refuse(
            "wordings",
            "{count} wordings are too many.",
            "Keep them to {most}.",
            count=len(wordings),
            most=MOST_WORDINGS,
        )
    form.finish(edit)
    return replace(claim, wordings=tuple(wordings))


def _wording(text: str, language: str, use: Use) -> KnownWording:
    return KnownWording(text, language, use == "negative", use == "denies")


ROLES = ("refutes", "supports", "context")
# As many as files may have, so that what is exported comes back.
MOST_POINTS, MOST_CITATIONS, MOST_NUMBERS = 20, 20, 40
_NO_PLACE = msgid("There is no number {number} any more.")
_LOOK_AGAIN = msgid("Look at the claim again.")
_EMPTY = PointRecord("refutes", NO_TEXT, "", NO_TEXT, ())


@dataclass(frozen=True, slots=True)
class EditPoint:
    """A point at a place (from 0; None: a new one at the end); None leaves a field of an old point as it is.

    `citations`: one a line, as `Sources.read` takes them; `numbers`: the text's figures, separated by semicolons.
    `fingerprint`: what stood for the point at the place, by which it is found in each list that the edit is made in.
    """

    place: int | None = None
    role: str | None = None
    speaker: Typed = NO_TEXT
    date: str | None = None
    text: Typed = NO_TEXT
    citations: str | None = None
    numbers: str | None = None
    fingerprint: str = ""

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:
        """Return the claim with the point."""
        form, place = FormReader(), _place_for(self, claim.points)
        if self.place is None and place >= MOST_POINTS:
            form.refuse("points", "At most {most} points are possible.", "Take one out first.", most=MOST_POINTS)
        point = self._point(_EMPTY if self.place is None else claim.points[place], form, sources)
        form.finish(self)
        return replace(claim, points=(*claim.points[:place], point, *claim.points[place + 1 :]))

    def _point(self, old: PointRecord, form: FormReader, sources: Sources) -> PointRecord:
        speaker = form.retyped("speaker", old.speaker, self.speaker)
        text = form.retyped("text", old.text, self.text, SENTENCE)
        cited = old.citations if self.citations is None else sources.read(form, self.citations)
        said = (self.numbers or "").replace("；", ";").split(";")
        numbers = (
            old.numbers if self.numbers is None else tuple(n for each in said if (n := form.text("numbers", each)))
        )
        if self.citations is not None:
            check_count(form, "citations", len(cited), MOST_CITATIONS)
        if self.numbers is not None:
            check_count(form, "numbers", len(numbers), MOST_NUMBERS)
        role = old.role if self.role is None else form.choice("role", self.role, ROLES)
        # One that nobody knows stays so, until somebody says it.
        unknown = self.place is not None and not old.date and not (self.date or "").strip()
        date = "" if unknown else form.when("date", old.date if self.date is None else self.date)
        return PointRecord(role, speaker, date, text, cited, numbers)


@dataclass(frozen=True, slots=True)
class RemovePoint:
    """The point at a place (from 0) goes."""

    place: int

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:  # noqa: ARG002
        """Return the claim without the point."""
        _, others = _taken_out(self, claim)
        return replace(claim, points=others)


@dataclass(frozen=True, slots=True)
class PutPointFirst:
    """The point at a place (from 0) comes before all others: of its kind it is what a short card says first."""

    place: int

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:  # noqa: ARG002
        """Return the claim with its points in the new order."""
        first, others = _taken_out(self, claim)
        return replace(claim, points=(first, *others))


def _taken_out(edit: RemovePoint | PutPointFirst, claim: ClaimRecord) -> tuple[PointRecord, tuple[PointRecord, ...]]:
    """Return the point that an edit is about, and the others."""
    place = place_now(claim.points, edit.place, edit=edit)
    return claim.points[place], (*claim.points[:place], *claim.points[place + 1 :])


def place_now(entries: Sequence[object], place: int, fingerprint: str = "", edit: object = None) -> int:
    """Return where the entry stands that was at the place when the fingerprint was taken ("": the place alone tells).

    Raises InvalidEditError, with the edit, where it is gone or cannot be told any more.
    """
    alone = place if 0 <= place < len(entries) else None
    found = place_of(entries, place, fingerprint) if fingerprint else alone
    if found is None:
        raise InvalidEditError((FieldFault("place", _NO_PLACE, _LOOK_AGAIN, {"number": place + 1}),), edit)
    return found


def check_count(form: FormReader, field: str, count: int, most: int) -> None:
    """Refuse a field that holds more entries than `most`."""
    if count > most:
        form.refuse(field, "{count} of them are too many.", "Keep them to {most}.", count=count, most=most)


BOUNDS: tuple[Bound, ...] = get_args(Bound)
FIGURE_ROLES: tuple[FigureRole, ...] = get_args(FigureRole)
MOST_FIGURES = 40
MOST_SPELLINGS, LONGEST_SPELLING = 12, 40
_NUMBER = r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d{1,3})?"
_VALUE = re.compile(rf"({_NUMBER})(?:\s*(?:to|[{RANGE_SIGNS}])\s*({_NUMBER}))?")


@dataclass(frozen=True, slots=True)
class EditFigure:
    """A figure at a place (from 0; None: a new one); `value` is a number, or a range such as `2 to 3`.

    Behind a bar `value` may say what the source gives, and where: `1 | over 5; p. 12`, `1｜超过5；第12页`. `unit` is
    one of the table's, or the spellings of a unit of the claim's own with a bar between; `fingerprint`: as of a point.
    """

    value: str
    unit: str
    bound: str = "exactly"
    role: str = "claim"
    subject: Typed = NO_TEXT
    place: int | None = None
    fingerprint: str = ""

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:  # noqa: ARG002
        """Return the claim with the figure."""
        form, place = FormReader(), _place_for(self, claim.figures)
        if self.place is None and place >= MOST_FIGURES:
            form.refuse("figures", "At most {most} figures are possible.", "Take one out first.", most=MOST_FIGURES)
        claimed, _, sourced = self.value.replace("｜", "|").partition("|")
        low, high = _read(form, claimed)
        source = _source(form, sourced)
        bound = "range" if low != high else form.choice("bound", self.bound, BOUNDS)
        if bound == "range" and low == high:
            form.refuse("value", "A range has two numbers.", "Write it as 2 to 3, or choose another bound.")
        unit = _own_unit(form, self.unit) or form.choice("unit", self.unit, known_units())
        role = form.choice("role", self.role, FIGURE_ROLES)
        subject = form.by_language("subject", self.subject)
        form.finish(self)
        figure = KnownFigure(low, high, unit, cast("Bound", bound), cast("FigureRole", role), subject, *source)
        return replace(claim, figures=(*claim.figures[:place], figure, *claim.figures[place + 1 :]))


@dataclass(frozen=True, slots=True)
class RemoveFigure:
    """The figure at a place (from 0) goes."""

    place: int

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:  # noqa: ARG002
        """Return the claim without the figure."""
        place = place_now(claim.figures, self.place, edit=self)
        return replace(claim, figures=(*claim.figures[:place], *claim.figures[place + 1 :]))


def _place_for(edit: EditPoint | EditFigure, entries: Sequence[object]) -> int:
    """Return where an edit puts its entry: in its own place, or at the end."""
    return len(entries) if edit.place is None else place_now(entries, edit.place, edit.fingerprint, edit)


def _own_unit(form: FormReader, typed: str) -> str:
    """Return the spellings of a unit of the claim's own, each once; "" where it is none."""
    clean = (form.text("unit", each, LONGEST_SPELLING) for each in spellings(typed) if is_own(typed))
    own = tuple(dict.fromkeys(filter(None, clean)))
    check_count(form, "unit", len(own), MOST_SPELLINGS)
    return join_spellings(own) if own else ""


def _source(form: FormReader, written: str) -> tuple[float | None, float | None, Bound, str]:
    """Return what the source gives: low, high, bound and place; none of it where nothing is written."""
    data = read_documented(written)
    if not data:
        return None, None, "exactly", ""
    low, high = data.get("low", data.get("value")), data.get("high", data.get("value"))
    if not isinstance(low, int | float) or not isinstance(high, int | float) or low > high:
        form.refuse("value", "{value} is no figure.", "Write a number, or a range such as 2 to 3.", value=written[:60])
        return None, None, "exactly", ""
    if "bound" in data and low < high:
        form.refuse(
            "value",
            "{value} has a bound and two numbers.",
            "Write the range alone, such as 2 to 3, or one number, such as over 2.",
            value=written[:60],
        )
    bound = cast("Bound", data.get("bound", "range" if low != high else "exactly"))
    return float(low), float(high), bound, form.text("value", str(data.get("place", "")))


def _read(form: FormReader, typed: str) -> tuple[float, float]:
    found = _VALUE.fullmatch(typed.strip())
    low, high = (float(each.replace(",", "")) for each in (found[1], found[2] or found[1])) if found else (0.0, 0.0)
    if found is None and "," in typed:
        form.refuse("value", "{value} is no figure.", "Write 1.5 with a point, and 1500 or 1,500.", value=typed[:60])
    elif found is None or not low <= high or not math.isfinite(high - low):
        form.refuse("value", "{value} is no figure.", "Write a number, or a range such as 2 to 3.", value=typed[:60])
    return low, high
