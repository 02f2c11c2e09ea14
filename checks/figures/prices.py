"""Prices: the mass a price is quoted for, and the earnings a multiple is one of."""

from checks.figures.patterns import Patterns
from checks.figures.terms import Term
from checks.figures.units import UnitTable

_PRICE_WINDOW = 24
_EARNINGS_WINDOW = 14


def may_be_money(term: Term) -> bool:
    """Tell whether a term is an amount of money, or could be."""
    unit = term.unit or term.prefix
    return term.kind != "year" and (unit is None or unit.dimension in ("USD", "CNY"))


class PriceReader:
    """Reads what makes an amount a price."""

    def __init__(self, table: UnitTable, patterns: Patterns) -> None:
        """Take over the table and its expressions."""
        self._table = table
        self._patterns = patterns

    def share(self, terms: list[Term], text: str) -> None:
        """Give each price the mass it is quoted for (每盎司99美元), and drop such a mass (一盎司) from the terms."""
        for term in terms:
            if may_be_money(term) and not term.per and (term.unit or term.prefix):
                before = text[max(0, term.start - _PRICE_WINDOW) : term.start]
                if match := self._patterns.per_before.search(before):
                    term.per = self._table.words[match["word"]]
        self._drop_masses(terms, text)

    def _drop_masses(self, terms: list[Term], text: str) -> None:
        """Drop the mass a price is quoted for (一盎司99美元) from the terms, and give it to the price."""
        for mass in [t for t in terms if t.unit and t.unit.dimension == "kg" and t.low == 1]:
            price = next((t for t in terms if 0 <= t.start - mass.end <= _PRICE_WINDOW and may_be_money(t)), None)
            if price and "," not in text[mass.end : price.start]:
                price.per = price.per or mass.unit
                price.prefix = price.prefix or (None if price.unit else self._table.units["USD"])
                terms.remove(mass)

    def earnings(self, term: Term, text: str) -> None:
        """Make a factor beside "P/E" or 市盈率 a multiple of earnings."""
        if (term.unit is not None and term.unit.dimension != "times") or term.prefix or term.kind == "phrase":
            return
        window = text[max(0, term.start - _EARNINGS_WINDOW) : term.start]
        if self._patterns.earnings.search(window) or (
            term.unit and self._patterns.earnings.search(text, term.end, term.end + 6)
        ):
            term.unit = self._table.units["pe"]
