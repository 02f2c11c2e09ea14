"""Comparing: do the quantities of a message agree with what a claim documents, differ, or speak of something else?"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import groupby
from math import isclose

from checks.figures.amounts import LoneReader
from checks.figures.documented import (
    DocumentedFigure,
    FigureDocumenter,
    Place,
    Subjects,
    TextPlaces,
    meets_any,
)
from checks.figures.numerals import IntervalReader
from checks.figures.reading import FigureReader, notation, source_notation
from checks.figures.units import ANY_NOUN, LEAST_BARE_MONEY, Quantity, distance, moved, ratio, readings_as
from checks.model import FigureFinding, KnownFigure
from checks.text import converter, count_han


@dataclass(frozen=True)
class SaidFigure:
    """One figure of the message with its readings; what stands around it is looked at only when it is asked for.

    `carried`: it is the one of its dimension in the part of the message that says the claim, `apart`: it is in another.
    """

    readings: tuple[Quantity, ...]
    places: TextPlaces
    subjects: Subjects
    carried: bool = False
    apart: bool = False

    @cached_property
    def place(self) -> Place:
        """Return the segment and the sentence it stands in."""
        return self.places.of(self.readings[0])

    @cached_property
    def elsewhere(self) -> str:
        """Return the cue that it speaks of something else, or ""."""
        return self.subjects.elsewhere(self.place, self.readings[0])

    @cached_property
    def is_rejected(self) -> bool:
        """Tell whether the author sets another figure against it."""
        return self.subjects.is_rejected(self.place)

    @property
    def is_vague(self) -> bool:
        """Tell whether it only names a side: "most of them" settles nothing beside a number."""
        return self.readings[0].dimension == "percent" and self.readings[0].high - self.readings[0].low >= _WHOLE / 2

    @cached_property
    def periods(self) -> frozenset[float]:
        """Return for which times it is said: a day, a month."""
        return self.subjects.periods(self.place.segment)

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Return what its segment says that amounts are amounts of."""
        kinds = self.subjects.kinds(self.places.beside(self.readings[0]))
        # Only shares and factors are of a change: "dropping 3 trillion on compute" is none.
        return kinds if self.readings[0].dimension in ("percent", "times") else kinds - {"change"}


# How many points of evidence (`Subjects.evidence`) a quantity needs before it may contradict a figure of its dimension.
_NEEDED = {"percent": 1, "years": 1, "year": 2, "USD": 0, "CNY": 2, "count": 4, "pe": 0}
_NEEDED_SECOND = 2
# The only quantity of its kind beside a claim's own words mostly speaks of the claim.
_CARRIED = 1
_NEEDED_CONTEXT = 3
_NEEDED_COUNTED = 2
_NEVER = 99
# A claim's own figure comes before all context.
_CLAIM_FIRST = 50.0
# "100 %" is mostly emphasis.
_WHOLE, _NEEDED_WHOLE, _SMALL_REST = 100.0, 6, 15.0
# "More than the entire kingdom uses", of a figure that sets one amount against another.
_ALL = "all"
_NEEDED_SHARE, _NEEDED_COMPARED = 2, 1
_NEEDED_MONEY = 2
# "A year" and 一天 mostly only say when; "after a year", alone beside the claim's words, may be its figure.
_SPANS = ("years", "count", "times")
_NEEDED_ARTICLE, _NEEDED_POINT = 4, 2
# A bare number is held against a measured one only where it is alone beside the claim's words, and not too far off.
_MOST_BARE_RATIO = 4.0
# "From 100 to 140 fps" are 40 more: the ends of a change are no size of it.
_MORE = (" more ", " fewer ")
_CHANGED_FROM = ("from ", "从", "由")
# Values further apart than this factor are different things.
_MOST_RATIO = 2e3
_MOST_RATIOS = {"percent": 60.0, "years": 30.0, "metre": 30.0, "byte": 30.0, "bare": 30.0}
# Outside the part that says the claim, without a word of its subject, a figure ten times as large is another thing's.
_FAR = 9 / 11
_LONG_SPANS = ("decade", "century", "millennium")


class Fit:
    """Weighs quantities against documented figures."""

    def __init__(self, subjects: Subjects, often: Sequence[str]) -> None:
        """Take over what weighs places against subjects, and the words of a factor that may be how often."""
        self._subjects, self._often = subjects, often

    def meant(self, said: SaidFigure, raw: Quantity, one: DocumentedFigure) -> list[tuple[Quantity, Quantity]]:
        """Return the readings of a quantity, each with the form of the figure it has the dimension of.

        "Idle" turns a share round; people are nothing that a claim counts which does not name them.
        """
        if one.counts and raw.dimension == "count" and self._subjects.counts_persons(raw.text):
            counted = one.own.unit.name if one.own else one.subject
            if not self._subjects.counts_persons(counted):
                return []
        if one.is_measured and raw.dimension == "count" and not raw.bare:
            return []
        if raw.dimension == _ALL:
            is_part = one.quantity.dimension == "percent" and self._subjects.is_comparison(one.subject)
            return [(moved(raw, raw.low, raw.high, "percent"), one.quantity)] if is_part else []
        if raw.dimension == "percent" == one.quantity.dimension and self._subjects.is_opposite(said.place, one.subject):
            return [(moved(raw, 100 - raw.high, 100 - raw.low, "percent"), one.quantity)]
        found = [(reading, form) for form in one.forms for reading in readings_as(raw, form, growth=one.growth)]
        if raw.dimension == "times" and (one.is_factor or any(word in raw.text.lower() for word in self._often)):
            counts = (form for form in one.forms if form.dimension == "count")
            found += [(moved(raw, raw.low, raw.high, "count"), form) for form in counts]
        return found

    def agreeing(self, said: SaidFigure, raw: Quantity, one: DocumentedFigure) -> list[tuple[Quantity, Quantity]]:
        """Return the readings that may agree: a share that is said of the other part may be said of this one too."""
        found = self.meant(said, raw, one)
        return [*found, (raw, one.quantity)] if found and raw.dimension == one.quantity.dimension else found

    def of(
        self, said: SaidFigure, one: DocumentedFigure, known: Sequence[DocumentedFigure], *, second: bool
    ) -> float | None:
        """Return how well a differing quantity fits a figure, or None where it does not speak of it.

        `second` says that another quantity of this dimension already agrees with the claim.
        """
        meant = [(raw, *pair) for raw in said.readings for pair in self.meant(said, raw, one)]
        apart = [
            distance(reading, form)
            for raw, reading, form in meant
            if self._may_differ(raw, one, reading, form, carried=said.carried)
            and (raw is said.readings[0] or (not second and self._is_sure(said, raw)))
        ]
        if not apart or (said.elsewhere and not self._excuses(said.elsewhere, one)):
            return None
        if any(raw.is_same(own) for raw in said.readings for own in one.others):
            return None
        if self._is_of_another_kind(said, one) or self._is_beside_the_figure(said, one, known):
            return None
        rivals = [k for k in known if k.is_claim and k.quantity.dimension == one.quantity.dimension]
        evidence = self._evidence(said, one, rivals)
        is_far = said.apart and min(apart) > _FAR and not self._subjects.evidence(said.place, one.words)
        if is_far or evidence < self._needed(said, one, rivals, second=second):
            return None
        return evidence + (_CLAIM_FIRST if one.is_claim else 0.0) - min(apart)

    def _is_sure(self, said: SaidFigure, raw: Quantity) -> bool:
        """Tell whether the second reading of a figure is the likelier one here: 80m deep is no money."""
        return said.carried and (raw.dimension != "metre" or bool(self._subjects.aspects(said.place.segment)))

    def _is_of_another_kind(self, said: SaidFigure, one: DocumentedFigure) -> bool:
        # A share may be one of revenue, of use or of debt.
        is_share = said.readings[0].dimension == "percent" and "share" in one.kinds and "change" not in said.kinds
        return bool(said.kinds and one.kinds) and not said.kinds & one.kinds and not is_share

    def _is_beside_the_figure(self, said: SaidFigure, one: DocumentedFigure, known: Sequence[DocumentedFigure]) -> bool:
        """Tell whether an amount is of other stuff, side or time, ends a change, or is the claim's year."""
        first = said.readings[0]
        changed = one.growth and first.is_range and said.place.before.endswith(_CHANGED_FROM)
        years = (f"{each.quantity.low:.0f}" for each in known if each.quantity.dimension == "year")
        dated = any(re.match(rf"{year}(?!\d)", first.text) for year in years)
        period = said.periods and one.periods and not one.periodic and not said.periods & one.periods
        changes = one.growth or self._subjects.excuses("more likely", one.subject)
        more = first.dimension == "percent" and not changes and said.place.after.startswith(_MORE)
        side = first.dimension == "metre" and self._subjects.is_of_another_side(said.place, one.subject)
        return bool(changed or dated or period or more or side) or self._subjects.is_of_another_thing(
            said.place, first, one.subject, one.words
        )

    def _excuses(self, cue: str, one: DocumentedFigure) -> bool:
        return cue in one.excused or self._subjects.excuses(cue, one.subject)

    def _evidence(self, said: SaidFigure, one: DocumentedFigure, rivals: Sequence[DocumentedFigure]) -> int:
        evidence = self._subjects.evidence(said.place, one.words)
        lasting = len(rivals) == 1 and one.quantity.dimension == "years" and self._subjects.says_when(said.place)
        return evidence + lasting + (_CARRIED if said.carried and one.is_claim else 0)

    def _needed(
        self, said: SaidFigure, one: DocumentedFigure, rivals: Sequence[DocumentedFigure], *, second: bool
    ) -> int:
        dimension, first = one.quantity.dimension, said.readings[0]
        if not one.is_claim:
            return _NEVER if rivals else _NEEDED_CONTEXT
        if first.middle == _WHOLE and first.dimension != _ALL and dimension == "percent":
            return _NEEDED_WHOLE
        is_span = first.dimension in _SPANS and first.unit not in _LONG_SPANS and not first.times
        if is_span and self._subjects.is_one(first.text):
            return _NEEDED_POINT if said.carried and self._subjects.says_when(said.place) else _NEEDED_ARTICLE
        if dimension == "percent" and first.dimension == "times" and not one.growth:
            return _NEEDED_COMPARED if self._subjects.is_comparison(one.subject) else _NEEDED_SHARE
        if dimension == "count":
            return self._needed_count(said, one)
        return max(_NEEDED.get(dimension, 0), _NEEDED_SECOND if second else 0)

    def _needed_count(self, said: SaidFigure, one: DocumentedFigure) -> int:
        """Return what a count needs: little where the claim's own unit or noun stands on it."""
        dimensions = {form.dimension for form in one.forms[1:]}
        if any({raw.dimension, *(other[0] for other in raw.others)} & dimensions for raw in said.readings):
            return 0
        near = 1 / _MOST_BARE_RATIO < ratio(said.readings[0], one.quantity) < _MOST_BARE_RATIO
        if dimensions & {"USD", "CNY"} and said.readings[0].low >= LEAST_BARE_MONEY:
            return _NEEDED_MONEY
        if one.counts and said.carried and near and not said.readings[0].bare:
            return _CARRIED
        return _NEEDED_COUNTED if one.counts or (said.carried and said.readings[0].bare) else _NEEDED["count"]

    def _may_differ(
        self, raw: Quantity, one: DocumentedFigure, reading: Quantity, form: Quantity, *, carried: bool
    ) -> bool:
        """Tell whether a differing quantity of this make may be held against the figure at all."""
        target = form.dimension
        if raw.loose and raw.dimension != target:
            return False
        if (raw.unit, target) == ("g", "kg") and raw.text.endswith(_LARGE_G):
            return False
        times = ratio(reading, form)
        if carried and any(dimension == target for dimension, *_ in raw.others):
            return 1 / _MOST_RATIO < times < _MOST_RATIO
        if raw.bare and not one.counts and (raw.low < LEAST_BARE_MONEY or target not in ("USD", "CNY")):
            signed = target == "percent" and raw.low < 0 and one.growth
            near = 1 / _MOST_BARE_RATIO < times < _MOST_BARE_RATIO
            return carried and (signed or (near and target in ("count", "USD/oz", raw.dimension)))
        if one.quantity.low > 0 > raw.high and replace(reading, low=-reading.high, high=-reading.low).meets(form):
            return False
        # Nine tenths lent and a tenth kept are one figure.
        is_rest = isclose(raw.middle + form.middle, _WHOLE) and min(raw.middle, form.middle) <= _SMALL_REST
        is_rest = is_rest and raw.dimension == target == "percent" and not one.growth
        if is_rest or (raw.dimension, target) == ("percent", "times"):
            return False
        if (raw.dimension, target) == ("times", "percent") and not one.growth and self._subjects.says_growth(raw.text):
            return False
        kind = "bare" if raw.bare and target == "count" else target
        most = _MOST_RATIO if one.periodic else _MOST_RATIOS.get(kind, _MOST_RATIO)
        return 1 / most < times < most


# A card has 80G of memory, and 5G is no weight: grams are written small.
_LARGE_G = ("G", "Ｇ")
# Beside "a thousand servers" a mass is that of all of them.
_CROWD = 10
# All of so short a message speaks of the claim.
_SHORT = 120
_CONTRADICTS, _MOST_FIGURES = 2, 8192


class FigureComparer:
    """Compares a message's quantities with a claim's figures."""

    def __init__(self, reader: FigureReader) -> None:
        """Take over the reader's unit table; most messages name no number, and need none of its patterns."""
        self._reader = reader
        self._simplify = converter("t2s")

    @cached_property
    def _intervals(self) -> IntervalReader:
        return IntervalReader(self._reader.units)

    @cached_property
    def _alone(self) -> LoneReader:
        return LoneReader(self._reader.units)

    @cached_property
    def _subjects(self) -> Subjects:
        return Subjects(self._reader.units)

    @cached_property
    def _fit(self) -> Fit:
        return Fit(self._subjects, self._reader.units.joining["often"])

    @cached_property
    def _documented(self) -> Callable[[KnownFigure, tuple[str, ...]], DocumentedFigure]:
        documenter = FigureDocumenter(self._reader, self._subjects, self._intervals)
        return lru_cache(maxsize=_MOST_FIGURES)(documenter.document)

    def compare(
        self,
        said: Sequence[Quantity],
        figures: Sequence[KnownFigure],
        text: str,
        wordings: Sequence[str] = (),
        carrying: str = "",
    ) -> tuple[FigureFinding, ...]:
        """Return a finding for each quantity that agrees with a figure, and each that differs from one it means.

        `text` is the text that `said` was read from, `wordings` what says the claim, where units of its own are
        learned from, `carrying` the part of the message that says it. A quantity that visibly speaks of something else
        is left out.
        """
        folded = self._reader.fold(text)
        if not (said or self._reader.may_name_numbers(folded) or self._intervals.read(folded, text)):
            return ()
        known = [self._documented(figure, tuple(wordings) if figure.role == "claim" else ()) for figure in figures]
        said = self._with_own(said, known, folded, text)
        if not said:
            return ()
        places = TextPlaces(self._simplified(folded), [_span(each) for each in said])
        groups = [SaidFigure(tuple(group), places, self._subjects) for _, group in groupby(said, key=_span)]
        kept = [group for group in groups if not group.is_rejected] or groups
        carrying = text if carrying and len(text) + count_han(text) <= _SHORT else carrying
        inside, carried = self._carried([each for group in kept for each in group.readings], carrying)
        spans = [_span(group.readings[0]) for group in kept]
        groups = [
            replace(group, carried=span in carried, apart=bool(carrying) and span not in inside)
            for group, span in zip(kept, spans, strict=True)
        ]
        agreeing = {i: match for i, group in enumerate(groups) if (match := self._agreement(group, known))}
        differing = self._differences(groups, known, agreeing)
        disputed = {match.figure for match in differing.values()}
        agreeing = {i: match for i, match in agreeing.items() if match.figure not in disputed}
        # A year that agrees beside another figure only says which forecast is meant.
        years = {i for i, match in agreeing.items() if match.quantity.dimension == "year"}
        alone = len(years) == len(agreeing) + len(differing)
        shown = {i: match for i, match in agreeing.items() if alone or i not in years}
        found = [(i, _finding(groups[i], match, agrees=True)) for i, match in shown.items()]
        found += [(i, _finding(groups[i], match, agrees=False)) for i, match in differing.items()]
        return tuple(finding for _, finding in sorted(found, key=lambda pair: pair[0]))

    def _carried(self, said: Sequence[Quantity], carrying: str) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
        """Return the spans in the part with the claim, and those that are the only value of their dimension there."""
        folded = self._reader.fold(carrying)
        inside = [each for each in said if self._reader.fold(each.text) in folded] if carrying else []
        valued = [each for each in inside if each.dimension not in _SPANS or not self._subjects.is_one(each.text)]
        first = {each.dimension: each for each in reversed(valued)}
        several = {each.dimension for each in valued if not _is_same_value(each, first[each.dimension])}
        return {_span(each) for each in inside}, {_span(each) for each in inside if each.dimension not in several}

    def _simplified(self, folded: str) -> str:
        """Return the text in Simplified characters, for subjects are looked for in those."""
        simplified = folded if folded.isascii() else self._simplify(folded)
        return simplified if len(simplified) == len(folded) else folded

    def _with_own(
        self, said: Sequence[Quantity], known: Sequence[DocumentedFigure], folded: str, text: str
    ) -> Sequence[Quantity]:
        """Return what was said with the units of the claim's own, its counted nouns and its intervals read too."""
        claimed = [one for one in known if one.is_claim and one.figure.low > 0 and one.quantity.dimension != "year"]
        alone = claimed if len(claimed) == 1 and sum(each.bare for each in said) <= 1 else []
        for one in known:
            if one.counts:
                counted = (each for each in self._reader.read(text, ANY_NOUN) if each.dimension == ANY_NOUN.dimension)
                named = (each for each in counted if each.low >= 1 and each.unit not in self._reader.units.not_nouns)
                nouns = [each for each in named if not self._subjects.is_one(each.text)]
                said = _merged(said, [replace(each, dimension="count", unit="", bare=True) for each in nouns])
            if one.own:
                own = [each for each in self._reader.read(text, one.own) if each.dimension == one.own.dimension]
                said = _merged(said, own)
            if one.is_age:
                said = _merged(said, self._alone.ages(folded, text))
            elif one in alone and not any(each.dimension == one.forms[-1].dimension for each in said):
                value = (one.figure.low + one.figure.high) / 2
                said = _merged(said, self._alone.of(one.forms[-1], value, folded, text))
            if one.periodic:
                said = _merged(said, self._intervals.read(folded, text))
        return said

    def _agreement(self, said: SaidFigure, known: Sequence[DocumentedFigure]) -> DocumentedFigure | None:
        """Return the figure that the quantity agrees with, the claim's own first, then context."""
        met: list[DocumentedFigure] = []
        for one in sorted(known, key=lambda k: not k.is_claim):
            meant = [pair for raw in said.readings for pair in self._fit.agreeing(said, raw, one)]
            agrees = any(reading.meets(form) for reading, form in meant)
            if agrees and (one.is_claim or not self._contradicts(said, one, known)):
                met.append(one)
        as_written = (one for one in met if any(raw.is_same(one.quantity) for raw in said.readings))
        return next(as_written, met[0] if met else None)

    def _contradicts(self, said: SaidFigure, context: DocumentedFigure, known: Sequence[DocumentedFigure]) -> bool:
        """Tell whether the place speaks of a claim's own figure rather than of this context figure."""
        dimension = context.quantity.dimension
        rivals = [k for k in known if k.is_claim and k.quantity.dimension == dimension]
        if not rivals:
            return False
        shared = context.words
        here = self._subjects.evidence(said.place, context.words - frozenset().union(*(r.words for r in rivals)))
        return here == 0 and max(self._subjects.evidence(said.place, r.words - shared) for r in rivals) >= _CONTRADICTS

    def _differences(
        self, groups: Sequence[SaidFigure], known: Sequence[DocumentedFigure], agreeing: dict[int, DocumentedFigure]
    ) -> dict[int, DocumentedFigure]:
        """Give each figure that nothing agrees with the quantity that fits it best, where one fits well enough."""
        sharp = [one for i, one in agreeing.items() if not groups[i].is_vague]
        settled = {one.figure for one in sharp}
        seen = {one.quantity.dimension for one in sharp if one.is_claim}
        crowd = any(
            q.dimension == "count" and not q.bare and q.low >= _CROWD for group in groups for q in group.readings
        )
        offers: list[tuple[float, int, DocumentedFigure]] = []
        for i, group in enumerate(groups):
            if i in agreeing or (crowd and group.readings[0].dimension == "kg"):
                continue
            for one in known:
                if one.figure in settled or (one.quantity.dimension == "year" and "year" in seen):
                    continue
                if (fit := self._fit.of(group, one, known, second=one.quantity.dimension in seen)) is not None:
                    offers.append((fit, i, one))
        return _assign(offers)


def _is_same_value(said: Quantity, other: Quantity) -> bool:
    # A tenth in use and nine tenths idle are the two parts of one whole.
    return said.meets(other) or (said.dimension == "percent" and isclose(said.middle + other.middle, _WHOLE))


def _merged(said: Sequence[Quantity], more: Sequence[Quantity]) -> Sequence[Quantity]:
    """Return both in the order of the text; of two that overlap, the second kind stays."""
    kept = [each for each in said if not any(each.start < one.end and one.start < each.end for one in more)]
    return sorted((*kept, *more), key=_span) if more else said


def _span(quantity: Quantity) -> tuple[int, int]:
    return quantity.start, quantity.end


def _assign(offers: list[tuple[float, int, DocumentedFigure]]) -> dict[int, DocumentedFigure]:
    taken: set[KnownFigure] = set()
    best: dict[int, DocumentedFigure] = {}
    for _, i, one in sorted(offers, key=lambda offer: -offer[0]):
        if i not in best and one.figure not in taken:
            best[i] = one
            taken.add(one.figure)
    return best


def _finding(said: SaidFigure, one: DocumentedFigure, *, agrees: bool) -> FigureFinding:
    figure, text, source = one.figure, said.readings[0].text, source_notation(one.figure)
    if said.readings[0].dimension == _ALL:
        text = f"{text} …"
    given = not agrees and any(meets_any(each, one.source) for each in said.readings)
    shown, place = source if given else notation(figure), figure.documented_place
    return FigureFinding(text, shown, agrees or given, figure.subject, source, place, one.is_claim, figure, given)
