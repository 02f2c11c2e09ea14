"""Where in the history somebody is: what the ids of its buttons say."""

import re
from dataclasses import dataclass, replace

# A claim's id has up to 64 characters, so that numbers of nine digits still fit into the 100 of a button's id.
TAIL = r"(?P<number>\d+):(?P<before>\d+):(?P<claim>.*)"


@dataclass(frozen=True, slots=True)
class Spot:
    """A revision (0: none), on the page that ends before `before` (0: the newest), of one claim ("": of all)."""

    claim: str = ""
    before: int = 0
    number: int = 0

    @classmethod
    def read(cls, match: re.Match[str]) -> "Spot":
        """Read the spot from the end of a button's id."""
        return cls(match["claim"], int(match["before"]), int(match["number"]))

    def __str__(self) -> str:
        return f"{self.number}:{self.before}:{self.claim}"

    def at(self, number: int) -> "Spot":
        """Return the spot of a revision on the same page."""
        return replace(self, number=number)
