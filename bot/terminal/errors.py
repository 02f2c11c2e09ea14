"""What can be wrong with what a command is given."""

from dataclasses import dataclass

BAD_INPUT = 2


@dataclass(frozen=True, slots=True)
class LineError:
    """A line of input that cannot be used; `number` counts from 1."""

    number: int
    fault: str

    def __str__(self) -> str:
        return f"line {self.number}: {self.fault}."
