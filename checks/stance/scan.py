"""Which kinds of cues stand around a claim, whatever they are taken to mean there."""

from collections.abc import Mapping
from dataclasses import dataclass

from checks.spans import Span
from checks.stance.cues import StanceLexicon
from checks.stance.syntax import Mood, ReadText, moods_of, read_text
from checks.text import MOST_CHARACTERS

_MOODS: tuple[Mood, ...] = ("asks", "bare", "rhetorical", "states")
_MOODS_BEHIND: tuple[Mood, ...] = ("asks", "rhetorical")


@dataclass(frozen=True, slots=True)
class CueScan:
    """A message read once: its cues of all kinds, and the mood of each sentence."""

    kinds: tuple[str, ...]
    read: ReadText
    moods: Mapping[int, Mood]

    @classmethod
    def of(cls, text: str, lexicon: StanceLexicon) -> "CueScan":
        """Scan a folded text."""
        read = read_text(text[:MOST_CHARACTERS].replace("’", "'"), (), lexicon.cues)
        kinds = tuple(sorted({cue.category for cue in lexicon.cues.cues}))
        return cls(kinds, read, moods_of(read))

    def measures(self, span: Span, window: Span) -> dict[str, float]:
        """Return 1 for each kind of cue and mood in the stretch that carries a claim, and in the window around it."""
        carrying, around = self._kinds_in(span), self._kinds_in(window)
        own, behind = self._moods_in(span), self._moods_in((span[1], window[1]))
        length = max(1, len(self.read.text))
        return {
            **{f"carrying_cue_{kind}": float(kind in carrying) for kind in self.kinds},
            **{f"around_cue_{kind}": float(kind in around) for kind in self.kinds},
            **{f"carrying_mood_{mood}": float(mood in own) for mood in _MOODS},
            **{f"behind_mood_{mood}": float(mood in behind) for mood in _MOODS_BEHIND},
            "ends_asking": float(self.read.text[-1:] == "?"),
            "carrying_from": span[0] / length,
            "many_clauses": float(len(self.read.clauses) > 1),
        }

    def is_marked_false(self, window: Span) -> bool:
        """Tell whether a mark in the window passes a verdict on what stands beside it (`❌`, `= false`)."""
        return "verdict" in self._kinds_in(window)

    def _kinds_in(self, span: Span) -> set[str]:
        return {hit.category for hit in self.read.hits if span[0] <= hit.start < span[1]}

    def _moods_in(self, span: Span) -> set[Mood | None]:
        numbers = {clause.sentence for clause in self.read.clauses if span[0] <= clause.start < span[1]}
        return {self.moods.get(number) for number in numbers}
