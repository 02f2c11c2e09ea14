"""The claim's own voice: what its wordings negate, which side of opposites they take, and which cues they use."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from checks.stance.cues import Cue, CueFinder, Hit
from checks.stance.message import ReadText
from checks.stance.mood import moods_of
from checks.stance.polarity import negations, scope_of

Forms = Callable[[str], list[str]]
_SHORTEST = 4
_OWN_CUE = 0.05
_OWN_KIND = 0.15
# A word is taken to be seen so many times more, negated as often as the claim's wordings are.
_LEAN = 2.0
_FIRST_HAN = "\u3400"
_MIRROR = {"+": "-", "-": "+"}


@dataclass(frozen=True, slots=True)
class ClaimVoice:
    """What the wordings of one claim say in common.

    `negative` is the share of wordings with a negator; `negated` gives, per word, how likely it stands under one (rare
    words lean on that share); `cues` and `categories` give the share of wordings that use them.
    """

    negative: float
    negated: dict[str, float]
    sides: frozenset[str]
    cues: dict[str, float]
    categories: dict[str, float]

    def negates(self, forms: Sequence[str]) -> float:
        """Return how likely the claim itself negates one of `forms`."""
        known = [self.negated[form] for form in forms if form in self.negated]
        return max(known) if known else self.negative

    def led_by(self, best: "ClaimVoice") -> "ClaimVoice":
        """Return this voice with that of the wording that matched laid over it."""
        always = {form: share for form, share in best.negated.items() if share == 1.0}
        cues, categories = self.cues | best.cues, self.categories | best.categories
        return replace(self, negated=self.negated | always, cues=cues, categories=categories)

    def has_cue(self, cue: Cue) -> bool:
        """Tell whether a cue is the claim's own way of speaking."""
        if cue.shared == "never":
            return False
        of_kind = self.categories.get(cue.category, 0.0) if cue.shared == "kind" else 0.0
        return self.cues.get(cue.phrase, 0.0) >= _OWN_CUE or of_kind >= _OWN_KIND


def hear(wordings: Sequence[ReadText], forms: Forms, opposites: CueFinder) -> ClaimVoice:
    """Return the voice of a claim from those of its wordings that state something."""
    stating = [read for read in wordings if set(moods_of(read).values()) <= {"states"}]
    reads = stating or wordings
    uses: Counter[str] = Counter()
    negated: Counter[str] = Counter()
    sides: Counter[str] = Counter()
    for read in reads:
        uses.update(set(content_forms(forms(read.text))))
        governed = (read.text[each.start : each.end] for each in negations(read))
        negated.update({form for span in governed for form in content_forms(forms(span))})
        sides.update(word.category for word in sided(read, opposites))
    negative = sum(read.has("negator", "impossible") for read in reads) / len(reads)
    return ClaimVoice(
        negative,
        {form: (negated[form] + _LEAN * negative) / (count + _LEAN) for form, count in uses.items()},
        frozenset(side for side, count in sides.items() if count > sides[mirror(side)]),
        _shares(reads, lambda hit: hit.cue.phrase),
        _shares(reads, lambda hit: hit.category),
    )


def _shares(reads: Sequence[ReadText], name: Callable[[Hit], str]) -> dict[str, float]:
    counts: Counter[str] = Counter()
    for read in reads:
        counts.update({name(hit) for hit in read.hits})
    return {each: count / len(reads) for each, count in counts.items()}


def content_forms(forms: Sequence[str]) -> list[str]:
    """Return the forms without short Latin words, which are mostly function words."""
    return [form for form in forms if len(form) >= _SHORTEST or form[:1] >= _FIRST_HAN]


def mirror(side: str) -> str:
    """Return the other side of a pair of opposites."""
    return side[:-1] + _MIRROR[side[-1]]


@dataclass(frozen=True, slots=True)
class Sided:
    """A word of a pair of opposites, and the side that it takes once negators are counted."""

    category: str
    hit: Hit


def sided(read: ReadText, opposites: CueFinder) -> list[Sided]:
    """Return the words of opposites in a text; one under a negator takes the other side."""
    negators = [(hit, *scope_of(read, hit)) for hit in read.of("negator")]
    found: list[Sided] = []
    for hit in opposites.find(read.text):
        outside = (spans for negator, *spans in negators if not hit.start <= negator.start < hit.end)
        turned = sum(start <= hit.start < end for start, end in outside) % 2
        found.append(Sided(mirror(hit.category) if turned else hit.category, hit))
    return found
