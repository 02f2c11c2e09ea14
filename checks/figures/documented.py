"""A claim's figure: what it measures, every form in which a message may say it, and how the card writes it."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from checks.figures.numbers import Endings
from checks.figures.numerals import IntervalReader
from checks.figures.reading import FigureReader
from checks.figures.units import ANY_NOUN, OwnUnit, Quantity, UnitTable, alternatives, is_own, own_unit, spellings
from checks.model import KnownFigure
from checks.text import converter

_END = re.compile(r"(?P<sentence>[。!?！？;；\n]|\.(?!\d))|[，、：()（）—]|[,:](?!\d)| - | but | while | and ")
_REACH = 160
_BESIDE = 16


@dataclass(frozen=True, slots=True)
class Place:
    """The segment (to the next comma) and the sentence around a quantity, without the quantity itself."""

    segment: str
    sentence: str
    before: str
    after: str


class TextPlaces:
    """Cuts places out of one folded text; its ends of segments and sentences are looked up once."""

    def __init__(self, text: str, spans: Sequence[tuple[int, int]] = ()) -> None:
        """Find where segments and sentences end; `spans`: where the text's quantities are, in order."""
        self._text = text
        self._spans = spans
        matches = list(_END.finditer(text))
        self._segments = [(match.start(), match.end()) for match in matches]
        self._sentences = [(match.start(), match.end()) for match in matches if match["sentence"]]

    def of(self, quantity: Quantity) -> Place:
        """Cut out what stands around a quantity; at most 160 characters each side."""
        segment, sentence = self._sides(self._segments, quantity), self._sides(self._sentences, quantity)
        return Place(" ".join(segment), " ".join(sentence), sentence[0][-_BESIDE:], sentence[1][:_BESIDE])

    def beside(self, quantity: Quantity) -> str:
        """Return the quantity's segment, only as far as the next quantity on either side."""
        before, after = self._sides(self._segments, quantity)
        left = max((end for _, end in self._spans if end <= quantity.start), default=0)
        right = min((start for start, _ in self._spans if start >= quantity.end), default=len(self._text))
        return f"{before[max(0, len(before) - (quantity.start - left)) :]} {after[: right - quantity.end]}"

    def _sides(self, ends: list[tuple[int, int]], quantity: Quantity) -> tuple[str, str]:
        before = bisect_right(ends, quantity.start, key=lambda end: end[1])
        after = bisect_left(ends, quantity.end, key=lambda end: end[0])
        left = max(ends[before - 1][1] if before else 0, quantity.start - _REACH)
        right = min(ends[after][0] if after < len(ends) else len(self._text), quantity.end + _REACH)
        return self._text[left : quantity.start], self._text[quantity.end : max(right, quantity.end)]


_LATIN = re.compile(r"[a-z0-9][a-z0-9&.-]*")
_HAN_RUN = re.compile(r"[一-鿿]+")
_STEM = 5
_LEAST_LATIN = 2
# What is measured so is of some stuff, which a word after "of" names.
_STUFF = ("kg", "litre", "byte")
_OF = re.compile(
    r" of (?:its |pure |real |raw )?(?!th|it|stuff|metal|material)(?P<stuff>[a-z]{3,})"
    r"(?=[,.!?;:)\n]|$| and| or| in| on| at| to| per)"
)
# 比教堂高33米 says how much higher, in factors and shares that is the figure of most claims.
_LATE = (" late", " early")
_MORE_THAN, _FACTORS = "比", ("times", "percent", "points")
_LOOKED_BACK = "a period looked back on"
_PRICES, _CLOCK = ("USD/oz", "pe"), 60.0
_LARGEST_PRICE = 1e5


class Subjects:
    """Weighs places against the subjects of figures, by their content words in both languages."""

    def __init__(self, table: UnitTable) -> None:
        """Compile the cue words of the table."""
        self._as_in_taiwan, self._simplified = converter("s2twp"), converter("t2s")
        self._stop = table.subject_stop_words
        self._stop_characters = re.compile(f"[{table.subject_stop_characters}]")
        self._growth = re.compile("|".join(rf"(?<![a-z]){re.escape(word)}" for word in table.growth))
        cues = table.elsewhere
        self._before = re.compile(rf"(?<![a-z]){alternatives(cues['before'])}")
        self._after = re.compile(rf"^\W?\s?(?:in |on |of )?{alternatives(cues['after'])}")
        self._kind_of = {word: kind for kind, words in table.kinds.items() for word in words}
        self._kind_words = re.compile(
            rf"(?<![a-z])({'|'.join(map(re.escape, sorted(self._kind_of, key=len, reverse=True)))})"
        )
        self._forecast_before = re.compile(rf"(?<![a-z]){alternatives(cues['forecast_before'])}")
        self._forecast_after = re.compile(rf"^\s?{alternatives(cues['forecast_after'])}")
        excused = (("gaps", "gap_subjects"), ("time_shares", "use_subjects"), ("changes", "change_subjects"))
        self._excused = tuple((cues[told], cues[subjects]) for told, subjects in excused)
        self._left, self._clock = cues["left"], cues["clock"]
        self._compared = cues["compared"]
        self._persons = cues["persons"]
        self._ages = re.compile(rf"(?<![a-z]){alternatives(cues['ages'])}")
        self._rejected_before = Endings(dict.fromkeys(cues["rejected_before"], True))
        self._rejected_after = re.compile(rf"^\W{{0,3}}\s?{alternatives(cues['rejected_after'])}")
        self._hedges = Endings(dict.fromkeys(table.hedges.before, True))
        self._more_than = re.compile(rf"{_MORE_THAN}[^,。;]{{1,10}}[高长重深宽厚大多早晚]$")
        self._opposites = table.opposites
        self._aspect_of = {word: aspect for aspect, words in table.aspects.items() for word in words}
        self._aspect_words = re.compile(rf"(?<![a-z])({alternatives(self._aspect_of)})")
        self._aspect_before = re.compile(rf"({alternatives(self._aspect_of)})度?[是为有约达才只]?$")
        self._years = {**table.intervals["units"], **table.intervals["adverbs"], **table.paid}
        units = alternatives(table.intervals["units"])
        self._periods = re.compile(
            # "A quarter" is a part, 一月 is January and 头一年 the first.
            rf"(?:(?<![a-z])(?:an? (?!quarter)|per |each |every )|/ ?|每|(?<![第头前上下后])一(?![月日季]))({units})"
            rf"|({alternatives(table.intervals['adverbs'])})"
            rf"|({alternatives(table.paid)})"
        )
        self._period_before = Endings(dict.fromkeys(cues["period_before"], True))
        self._told_before = Endings(dict.fromkeys(cues["period_before_told"], True))
        self._told = re.compile(rf"(?<![a-z']){alternatives(cues['period_told'])}(?!')")
        self._period_after = re.compile(rf"^\s?{alternatives(cues['period_after'])}")
        self._substances = re.compile(rf"\s?的?({alternatives(cues['substances'])})")
        self._points_before = Endings(dict.fromkeys(cues["period_points_before"], True))
        self._points_after = re.compile(rf"^,?\s?{alternatives(cues['period_points_after'])}")
        parts = alternatives(table.numerals.english_parts)
        scales = alternatives((*table.numerals.chinese_scales, *table.numerals.english_scales))
        self._one = re.compile(rf"{alternatives(table.joining['one'])}(?!\s?{scales})(?!.*(?:{parts}|半|full|whole))")
        self._fillers = re.compile(rf"(?:{'|'.join(table.joining['articles'])})\s*$")

    def words(self, figure: KnownFigure) -> frozenset[str]:
        """Return what to look for: the beginnings of Latin words, and pairs of Chinese characters."""
        latin = {
            word[:_STEM] for word in _LATIN.findall(" ".join(figure.subject.values()).lower()) if self._tells(word)
        }
        pairs: set[str] = set()
        # Taiwan says 伺服器 where the subject says 服务器: either tells.
        texts = figure.subject.values()
        for subject in {*texts, *(self._simplified(self._as_in_taiwan(text)) for text in texts)}:
            for run in _HAN_RUN.findall(self._stop_characters.sub(" ", subject)):
                pairs.update(run[i : i + 2] for i in range(len(run) - 1))
        return frozenset(latin | pairs)

    def evidence(self, place: Place, words: frozenset[str]) -> int:
        """Count the subject's words around a place: each counts two in the segment, one in its sentence."""
        return sum(2 if word in place.segment else 1 for word in words if word in place.sentence)

    def counts_persons(self, text: str) -> bool:
        """Tell whether a text speaks of people."""
        said = self._folded(text)
        return any(word in said for word in self._persons)

    def excuses(self, cue: str, subject: str) -> bool:
        """Tell whether a cue for something else is what the figure itself measures ("short of", of a gap)."""
        measured = (word for excused, words in self._excused if cue in excused for word in words)
        return cue in subject or any(word in subject for word in measured)

    def is_comparison(self, subject: str) -> bool:
        """Tell whether a subject sets one amount against another: there "twice as much" is a share too."""
        return any(word in subject for word in self._compared)

    def says_when(self, place: Place) -> bool:
        """Tell whether a duration stands after "after", "within", 用, or before 后, 就."""
        return bool(
            self._points_before.before(place.before, len(place.before)) or self._points_after.match(place.after)
        )

    def is_rejected(self, place: Place) -> bool:
        """Tell whether the author rejects the quantity at this place: "30 days, not 3 weeks"."""
        before = self._rejected_before.before(place.before, len(place.before))
        return bool(before or self._rejected_after.match(place.after))

    def is_one(self, text: str) -> bool:
        """Tell whether an amount is a single one of something: a year, 一天."""
        return bool(self._one.match(self._folded(text)))

    def is_age(self, subject: str) -> bool:
        """Tell whether a subject is an age."""
        return bool(self._ages.search(subject))

    def says_growth(self, text: str) -> bool:
        """Tell whether a text speaks of a change: rise, doubled, 翻倍."""
        return bool(self._growth.search(self._folded(text)))

    def is_opposite(self, place: Place, subject: str = "") -> bool:
        """Tell whether a share at this place is the other part of the whole (idle, where the subject says in use)."""
        return any(word in place.segment and word not in subject for word in self._opposites)

    def periods(self, text: str) -> frozenset[float]:
        """Return for which times a text says amounts, in years: a day, per hour, 每月."""
        found = (next(filter(None, match.groups())) for match in self._periods.finditer(self._folded(text)))
        return frozenset(self._years[word] for word in found)

    def aspects(self, text: str) -> frozenset[str]:
        """Return which sides of a thing a text speaks of: its depth, its length."""
        return frozenset(self._aspect_of[word] for word in self._aspect_words.findall(text))

    def is_of_another_side(self, place: Place, subject: str) -> bool:
        """Tell whether a length is expressly one of another side than the subject's (4 km long, of a depth)."""
        found = self._aspect_words.match(place.after.lstrip()) or self._aspect_before.search(place.before)
        own = self.aspects(subject)
        return found is not None and bool(own) and self._aspect_of[found[1]] not in own

    def is_of_another_thing(self, place: Place, quantity: Quantity, subject: str, words: frozenset[str]) -> bool:
        """Tell whether an amount is expressly one of what the subject does not name (5 kg of copper, of silver)."""
        if quantity.dimension not in _STUFF:
            return False
        if (named := _OF.match(place.after)) and any(word.isascii() for word in words):
            return not any(named["stuff"].startswith(word) for word in words)
        # 4公斤铜: where the subject is written in other characters it may name the same.
        if not (found := self._substances.match(place.after)):
            return False
        stuff, is_latin = found[1], found[1].isascii()
        named_in = any(word.isascii() == is_latin for word in words)
        # 食盐 is 盐.
        return named_in and (stuff if is_latin else stuff[-1]) not in subject

    def kinds(self, text: str) -> frozenset[str]:
        """Return what a text says that an amount is an amount of."""
        return frozenset(self._kind_of[word] for word in self._kind_words.findall(text))

    def elsewhere(self, place: Place, quantity: Quantity, *, is_told: bool = False) -> str:
        """Return the cue that a quantity is the author's own deal, a target, a past period, or emphasis; or "".

        `is_told`: somebody may tell it of himself.
        """
        if quantity.dimension not in _FACTORS and self._more_than.search(place.before):
            return _MORE_THAN
        if quantity.dimension == "hours" and place.after.startswith(_LATE):
            return _LATE[0]
        is_lone = quantity.bare and quantity.dimension == "count" and quantity.high < _CLOCK
        if is_lone and place.before.endswith(self._clock):
            return place.before
        if quantity.dimension == "years" and place.after.startswith(self._left):
            return ""
        found = self._before.search(place.before) or self._after.match(place.after)
        if not found and (
            quantity.dimension in _PRICES or (quantity.dimension in ("USD", "count") and quantity.high < _LARGEST_PRICE)
        ):
            found = self._forecast_before.search(place.before) or self._forecast_after.match(place.after)
        if found or quantity.dimension != "years":
            return found.group().strip() if found else ""
        before = self._fillers.sub("", place.before)
        if hedge := self._hedges.before(before, len(before)):
            before = before[: before.rindex(hedge[0])]
        looked_back = self._period_before.before(before, len(before)) or self._period_after.match(place.after)
        told = self._told_before.before(before, len(before)) and (is_told or self._told.search(place.sentence))
        return _LOOKED_BACK if looked_back or told else ""

    def _folded(self, text: str) -> str:
        low = text.lower()
        return low if low.isascii() else self._simplified(low)

    def _tells(self, word: str) -> bool:
        return len(word) > _LEAST_LATIN and word not in self._stop and not word.isdigit()


_MOST_WORDINGS = 40
# So many hours may be said in days, of so many hours a year.
_LONG_HOURS, _YEAR = 6.0, 8760.0
# A count may stand in millions (21, of "million bitcoins").
_SCALES = (1.0, 1e3, 1e4, 1e6, 1e8, 1e9, 1e12)


@dataclass(frozen=True, slots=True)
class DocumentedFigure:
    """A claim's figure in base units, with what its subject speaks of.

    `forms`: the same value in the other dimensions that the claim's wordings, or its unit's spellings, give it (60 is
    60 fps, 600 is 600 GB). `own`: the unit of its own that is looked for in messages. `counts`: any noun may follow.
    `is_age`: a number alone may be one. `is_measured`: the wordings give a count a unit; `is_factor`: they say 十倍.
    `periodic`: it is an interval, so that messages may say how often. `periods`: for which times it is said (a day).
    `others`: what else the claim's wordings name.
    `excused`: cues for something else that stand beside the figure in the claim's own wordings too.
    `source`: the forms of what the source gives instead, where the figure is contested.
    """

    figure: KnownFigure
    quantity: Quantity
    words: frozenset[str]
    growth: bool
    subject: str
    kinds: frozenset[str]
    forms: tuple[Quantity, ...]
    own: OwnUnit | None = None
    counts: bool = False
    is_age: bool = False
    is_measured: bool = False
    is_factor: bool = False
    periodic: bool = False
    others: tuple[Quantity, ...] = ()
    periods: frozenset[float] = frozenset()
    excused: frozenset[str] = frozenset()
    source: tuple[Quantity, ...] = ()

    @property
    def is_claim(self) -> bool:
        """Tell whether this is what the claim itself says (not context beside it)."""
        return self.figure.role == "claim"


class FigureDocumenter:
    """Brings a claim's figures into the forms that messages are compared with."""

    def __init__(self, reader: FigureReader, subjects: Subjects, intervals: IntervalReader) -> None:
        """Take over what reads wordings."""
        self._reader = reader
        self._subjects = subjects
        self._intervals = intervals
        self._measures = reader.units.measures
        self._not_nouns = frozenset(reader.units.not_nouns).difference(self._measures)

    def document(self, figure: KnownFigure, wordings: Sequence[str]) -> DocumentedFigure:
        """Return the figure in base units with its forms; `wordings` are the claim's own, the first forty count.

        Raises:
            UnknownUnitError: the pack uses a unit that the table lacks.
        """
        subject = " ".join(figure.subject.values()).lower()
        quantity, first = self._reader.documented(figure), wordings[:_MOST_WORDINGS]
        own, forms = None, [quantity]
        if is_own(figure.unit):
            own = own_unit(spellings(figure.unit)[0], spellings(figure.unit))
            forms += self._as_table_units(figure, spellings(figure.unit))
        elif figure.unit == "count" and figure.role == "claim":
            measured = self._measured(figure, first)
            words = () if measured else self._nouns(figure, first)
            own = own_unit(words[0], words, self._measures) if words else None
            forms += measured or ([replace(quantity, dimension=own.dimension)] if own else [])
        intervals = self._as_intervals(figure, quantity, first)
        if intervals and quantity.dimension != "years":
            forms += intervals
        is_counted = figure.unit == "count" and figure.role == "claim" and len(forms) <= 1 + (own is not None)
        is_age = self._subjects.is_age(subject) and any(form.dimension in ("years", "age") for form in forms)
        if is_age:
            forms += [replace(form, dimension="age") for form in forms if form.dimension == "years"]
        if quantity.dimension == "hours" and quantity.low >= _LONG_HOURS:
            forms.append(replace(quantity, dimension="years", low=quantity.low / _YEAR, high=quantity.high / _YEAR))
        beside = self._beside(first, forms, own)
        kinds = self._subjects.kinds(subject)
        return DocumentedFigure(
            figure,
            quantity,
            self._subjects.words(figure),
            self._subjects.says_growth(subject),
            subject,
            kinds | self._subjects.kinds(" ".join(first).lower()) if kinds else kinds,
            tuple(forms),
            own,
            counts=is_counted,
            is_age=is_age,
            is_measured=figure.unit == "count" and own is None and not is_counted,
            is_factor=figure.unit == "count" and self._is_factor(quantity, first),
            periodic=bool(intervals),
            periods=self._subjects.periods(" ".join((subject, *first))),
            others=tuple(said for said, _ in beside if not meets_any(said, forms)),
            excused=frozenset(cue for said, cue in beside if cue and meets_any(said, forms)),
            source=self._as_the_source(figure, quantity, forms),
        )

    def _as_the_source(
        self, figure: KnownFigure, quantity: Quantity, forms: Sequence[Quantity]
    ) -> tuple[Quantity, ...]:
        """Return what the source gives for a contested figure, in the forms of the figure."""
        if figure.documented_low is None or figure.documented_high is None or not (quantity.low and quantity.high):
            return ()
        low, high, bound = figure.documented_low, figure.documented_high, figure.documented_bound
        given = self._reader.documented(replace(figure, low=low, high=high, bound=bound))
        below, above = given.low / quantity.low, given.high / quantity.high
        return tuple(replace(form, low=form.low * below, high=form.high * above, bound=given.bound) for form in forms)

    def _beside(
        self, wordings: Sequence[str], forms: Sequence[Quantity], own: OwnUnit | None
    ) -> list[tuple[Quantity, str]]:
        """Return the quantities of the wordings in the figure's dimensions, each with the cue for something else."""
        dimensions = {form.dimension for form in forms}
        found: list[tuple[Quantity, str]] = []
        for text in wordings:
            places = TextPlaces(self._reader.fold(text))
            inside = ((said, places.of(said)) for said in self._reader.read(text, own) if said.dimension in dimensions)
            kept = [(said, place) for said, place in inside if not self._subjects.is_opposite(place)]
            found += [(said, self._subjects.elsewhere(place, said, is_told=True)) for said, place in kept]
        return found

    def _as_table_units(self, figure: KnownFigure, words: Sequence[str]) -> list[Quantity]:
        """Return the figure in the table's units that some spellings of its own unit are (BTC, GB)."""
        units = {word.name: word for each in words if (word := self._reader.units.words.get(each.lower()))}
        return list(
            {
                unit.dimension: self._reader.documented(replace(figure, unit=name)) for name, unit in units.items()
            }.values()
        )

    def _measured(self, figure: KnownFigure, wordings: Sequence[str]) -> list[Quantity]:
        """Return a count in the units that its value has in the claim's wordings."""
        found: dict[str, Quantity] = {}
        for text in wordings:
            for said in self._reader.read(text):
                unit = self._reader.units.units.get(said.unit)
                if said.bare or unit is None or unit.dimension in ("count", "year", "times"):
                    continue
                number = replace(said, low=said.low / unit.factor, high=said.high / unit.factor, dimension="count")
                for scale in _SCALES:
                    if number.meets(self._times(figure, scale)):
                        found.setdefault(unit.dimension, self._times(replace(figure, unit=unit.name), scale))
        return list(found.values())

    def _is_factor(self, quantity: Quantity, wordings: Sequence[str]) -> bool:
        said = (each for text in wordings for each in self._reader.read(text) if each.dimension == "times")
        return any(replace(each, dimension="count").meets(quantity) for each in said)

    def _times(self, figure: KnownFigure, scale: float) -> Quantity:
        return self._reader.documented(replace(figure, low=figure.low * scale, high=figure.high * scale))

    def _nouns(self, figure: KnownFigure, wordings: Sequence[str]) -> tuple[str, ...]:
        """Return the nouns that follow a count's value in the claim's wordings."""
        quantity = self._reader.documented(figure)
        counted = (each for text in wordings for each in self._reader.read(text) if each.dimension == "count")
        persons = any(each.meets(quantity) and self._subjects.counts_persons(each.text) for each in counted)
        nouns: dict[str, None] = {"people": None} if persons else {}
        for text in wordings:
            for said in self._reader.read(text, ANY_NOUN):
                if said.dimension != ANY_NOUN.dimension or said.unit in self._not_nouns:
                    continue
                if replace(said, dimension="count").meets(quantity):
                    nouns[said.unit] = None
        return tuple(nouns)

    def _as_intervals(self, figure: KnownFigure, quantity: Quantity, wordings: Sequence[str]) -> list[Quantity]:
        """Return the interval that the claim's wordings say for this figure, where they say one."""
        if figure.role != "claim" or quantity.dimension not in ("years", "count", "times"):
            return []
        for text in wordings:
            for said in self._intervals.read(self._reader.fold(text), text):
                if quantity.dimension == "years" and said.meets(quantity):
                    return [quantity]
                times = replace(said, low=said.times, high=said.times, dimension=quantity.dimension)
                if quantity.dimension != "years" and said.times and times.meets(quantity):
                    return [replace(said, text="", start=0, end=0)]
        return []


def meets_any(said: Quantity, forms: Sequence[Quantity]) -> bool:
    """Tell whether a quantity agrees with one of these of its dimension."""
    return any(said.dimension == form.dimension and said.meets(form) for form in forms)
