"""Documented figures in plain notation."""

import pytest

from checks.figures.reading import notation
from checks.model import KnownFigure

WRITTEN = [
    (KnownFigure(1.2, 1.2, "kg"), "1.2 kg"),
    (KnownFigure(50, 100, "GW", "range"), "50–100 GW"),
    (KnownFigure(1.4e12, 1.4e12, "USD"), "$1.4 trillion"),
    (KnownFigure(6.5e11, 6.5e11, "USD"), "$650 billion"),
    (KnownFigure(1000, 1000, "t", "over"), "> 1,000 t"),
    (KnownFigure(99, 99, "USD/oz", "over"), "> $99/oz"),
    (KnownFigure(8.6, 8.6, "percent"), "8.6%"),
    (KnownFigure(2027, 2027, "year"), "2027"),
    (KnownFigure(2, 3, "years", "range"), "2–3 years"),
    (KnownFigure(11, 11, "times"), "11×"),
]


@pytest.mark.parametrize(("figure", "written"), WRITTEN)
def test_notation(figure, written):
    assert notation(figure) == written
