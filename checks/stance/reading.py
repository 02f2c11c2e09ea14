"""The outcome of reading a stance."""

from dataclasses import dataclass

from checks.finding import Stance


@dataclass(frozen=True, slots=True)
class StanceReading:
    """What the author does with the claim, and what showed it.

    `cue` is the text that decided, as the message has it (empty: nothing stood against a plain assertion); `reason` is
    a catalogue key (`plain`, `negated`, `debunk`, `contrast`, `counter`, `question`, `rhetorical`, `irony`, `quoted`,
    `attributed`); `sure` is False where weak cues pointed elsewhere or the claim stands in somebody else's words.
    """

    stance: Stance
    cue: str = ""
    reason: str = "plain"
    sure: bool = True
