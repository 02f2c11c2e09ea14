"""Hold the names of a message against those of a claim: NVIDIA is not AMD, silver is not gold."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checks.analysis import Analysis
from checks.finding import Guard

# A group of names belongs to a claim from this share of its wordings on.
_BELONGS = 0.5


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """The names that a claim's wordings use, by group, and the groups that belong to the claim."""

    used: Mapping[str, frozenset[str]]
    own_groups: frozenset[str]

    @classmethod
    def of(cls, wordings: Sequence[Analysis]) -> "ClaimNames":
        """Collect the names of a claim's positive wordings."""
        used: dict[str, set[str]] = {}
        holding: Counter[str] = Counter()
        for wording in wordings:
            for group, names in wording.names.items():
                used.setdefault(group, set()).update(names)
                holding[group] += 1
        belong = frozenset(group for group, count in holding.items() if count >= _BELONGS * len(wordings))
        return cls({group: frozenset(names) for group, names in used.items()}, belong)


def compare_names(message: Analysis, claim: ClaimNames) -> Guard:
    """Return the guard on names: it fails where the message names only others of a group that belongs to the claim."""
    for group, said in message.names.items():
        if group in claim.own_groups and not said & claim.used[group]:
            return Guard("names", passed=False, seen=", ".join(sorted(said)))
    return Guard("names", passed=True)
