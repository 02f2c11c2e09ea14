"""Subjects: what stands around a quantity, and whether it speaks of what a figure measures."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from checks.figures.numbers import Endings, alternatives
from checks.figures.units import Quantity, UnitTable
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
_LOOKED_BACK = "a period looked back on"
_PRICES = ("USD/oz", "pe")
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
        self._gaps, self._gap_subjects = frozenset(cues["gaps"]), cues["gap_subjects"]
        self._persons = cues["persons"]
        self._opposites = table.opposites
        self._period_before = Endings(dict.fromkeys(cues["period_before"], True))
        self._period_after = re.compile(rf"^\s?{alternatives(cues['period_after'])}")
        self._points_before = Endings(dict.fromkeys(cues["period_points_before"], True))
        self._points_after = re.compile(rf"^,?\s?{alternatives(cues['period_points_after'])}")
        self._fillers = re.compile(r"(?:the|a|这|了)\s*$")

    def words(self, figure: KnownFigure) -> frozenset[str]:
        """Return what to look for: the beginnings of Latin words, and pairs of Chinese characters."""
        latin = {
            word[:_STEM]
            for word in _LATIN.findall(f"{figure.subject_en} {figure.subject_zh}".lower())
            if self._tells(word)
        }
        pairs: set[str] = set()
        # Taiwan says 伺服器 where the subject says 服务器: either tells.
        for subject in {figure.subject_zh, self._simplified(self._as_in_taiwan(figure.subject_zh))}:
            for run in _HAN_RUN.findall(self._stop_characters.sub(" ", subject)):
                pairs.update(run[i : i + 2] for i in range(len(run) - 1))
        return frozenset(latin | pairs)

    def evidence(self, place: Place, words: frozenset[str]) -> int:
        """Count the subject's words around a place: each counts two in the segment, one in its sentence."""
        return sum(2 if word in place.segment else 1 for word in words if word in place.sentence)

    def counts_persons(self, text: str) -> bool:
        """Tell whether a text speaks of people."""
        return any(word in text for word in self._persons)

    def excuses(self, cue: str, subject: str) -> bool:
        """Tell whether a cue for something else is what the figure itself measures ("short of", of a gap)."""
        return cue in subject or (cue in self._gaps and any(word in subject for word in self._gap_subjects))

    def says_when(self, place: Place) -> bool:
        """Tell whether a duration stands after "after", "within", 用, or before 后, 就."""
        return bool(
            self._points_before.before(place.before, len(place.before)) or self._points_after.match(place.after)
        )

    def says_growth(self, text: str) -> bool:
        """Tell whether a text speaks of a change: rise, doubled, 翻倍."""
        return bool(self._growth.search(text))

    def is_opposite(self, place: Place) -> bool:
        """Tell whether a share at this place is the other part of the whole (idle, where the figure says in use)."""
        return any(word in place.segment for word in self._opposites)

    def kinds(self, text: str) -> frozenset[str]:
        """Return what a text says that an amount is an amount of."""
        return frozenset(self._kind_of[word] for word in self._kind_words.findall(text))

    def elsewhere(self, place: Place, quantity: Quantity) -> str:
        """Return the cue that a quantity is the author's own deal, a target, a past period, or emphasis; or ""."""
        found = self._before.search(place.before) or self._after.match(place.after)
        if not found and (
            quantity.dimension in _PRICES or (quantity.dimension in ("USD", "count") and quantity.high < _LARGEST_PRICE)
        ):
            found = self._forecast_before.search(place.before) or self._forecast_after.match(place.after)
        if found or quantity.dimension != "years":
            return found.group().strip() if found else ""
        before = self._fillers.sub("", place.before)
        looked_back = self._period_before.before(before, len(before)) or self._period_after.match(place.after)
        return _LOOKED_BACK if looked_back else ""

    def _tells(self, word: str) -> bool:
        return len(word) > _LEAST_LATIN and word not in self._stop and not word.isdigit()
