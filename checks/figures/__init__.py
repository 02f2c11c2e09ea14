"""Figures: the quantities that a text names, in base units, and whether they agree with what a claim documents.

Lives here: reading numbers, multipliers, units, intervals and hedges in English and Chinese, a claim's own units (also
learned from its wordings), and comparing.
May not live here: words and units (they are data in `config/lexicon/units.yaml`), or how a figure is worded for people.
"""

from checks.figures.compare import FigureComparer
from checks.figures.reading import FigureReader
from checks.figures.units import Quantity, UnitTable

__all__ = ["FigureComparer", "FigureReader", "Quantity", "UnitTable"]
