"""Stance: does a message assert, deny or ask what a wording says?

Lives here: the reading of cues (config/lexicon/stance.yaml), clauses, polarity and mood, and the decision from them.
May not live here: the cues themselves, the matching of claims, or what follows from a stance.
"""

from checks.stance.reader import StanceReader, StanceReading

__all__ = ["StanceReader", "StanceReading"]
