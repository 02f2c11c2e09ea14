"""Stance: what shows whether a message asserts, denies or asks what a wording says?

Lives here: the reading of cues (stance.yaml of each lexicon), turns of phrase (config/lexicon/turns.tsv), clauses,
polarity and mood, questions after the truth (config/lexicon/questions.json), and the stance that cues alone speak for.
With an encoder all that is measures among others, from which a fitted model shares out the stances
(`checks/decision.py`), a mere mention among them.
May not live here: the cues themselves, the matching of claims, or what follows from a stance.
"""

from checks.stance.reader import StanceReader, StanceReading

__all__ = ["StanceReader", "StanceReading"]
