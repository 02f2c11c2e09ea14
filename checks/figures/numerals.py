"""The values of numerals: digits, Chinese numerals, English number words, and mixtures of digits and Chinese scales."""

import re
from collections.abc import Sequence

from checks.figures.units import Numerals

_PIECE = re.compile(r"\d[\d,]*(?:\.\d+)?|\.\d+|\S")
_BLANKS = re.compile(r"\s+")
_COLLOQUIAL_FROM = 100


class NumeralReader:
    """Turns numerals, cut out of folded text, into numbers."""

    def __init__(self, numerals: Numerals) -> None:
        """Take over the values of the numeral words."""
        self._numerals = numerals
        self._digits = "".join(numerals.chinese)
        self._pair = re.compile(f"([{self._digits}])([{self._digits}])([{''.join(numerals.chinese_scales)}]*)$")
        self._tens_pair = re.compile(f"([{self._digits}]?十)([{self._digits}])([{self._digits}])$")

    def digits(self, written: str) -> float:
        """Return the value of digits with thousands commas, a decimal point (also 点), and gaps in between."""
        return float(_BLANKS.sub("", written).replace(",", "").replace("点", "."))

    def chinese_interval(self, written: str) -> tuple[float, float] | None:
        """Return the interval that neighbouring digits name (两三 is 2 to 3, 三四百 300 to 400), or None."""
        for pattern, place in ((self._pair, 0), (self._tens_pair, 1)):
            if match := pattern.match(written):
                first, second, third = match.groups()
                low, high = (first, second) if place == 0 else (second, third)
                if not self._neighbours(low, high):
                    return None
                if place == 0:
                    scale = self.chinese("一" + third) if third else 1.0
                    return self._value(low) * scale, self._value(high) * scale
                tens = self.chinese(first)
                return tens + self._value(low), tens + self._value(high)
        return None

    def chinese_year(self, written: str) -> float | None:
        """Return a year written digit by digit (二零三零), or None."""
        if not all(character in self._numerals.chinese for character in written):
            return None
        return float("".join(str(int(self._value(character))) for character in written))

    def chinese(self, written: str) -> float:
        """Return the value of a run of Chinese numerals, digits and scales: 一点四万亿, 1兆4000亿, 六千五."""
        whole, _, rest = written.partition("点")
        if not rest:
            return self._sum(whole)
        decimals = len(rest) - len(rest.lstrip(self._digits))
        fraction = "".join(str(int(self._value(digit))) for digit in rest[:decimals])
        value = self._sum(whole) + (float(f"0.{fraction}") if fraction else 0.0)
        for scale in rest[decimals:]:
            value *= self._numerals.chinese_scales.get(scale, 1.0)
        return value

    def english(self, words: Sequence[str]) -> float:
        """Return the value of number words: one point four trillion, six hundred and fifty billion, two and a half."""
        total, current, decimal = 0.0, 0.0, 0.0
        for position, word in enumerate(words):
            if word == "point":
                decimal = 0.1
            elif word in self._numerals.english:
                current += self._numerals.english[word] * (decimal or 1.0)
                decimal /= 10
            elif word in self._numerals.english_parts:
                part = self._numerals.english_parts[word]
                current = current + part if "and" in words[:position] else (current or 1.0) * part
            elif word in self._numerals.english_scales:
                scale, decimal = self._numerals.english_scales[word], 0.0
                current = (current or 1.0) * scale
                if scale >= 1000:
                    total, current = total + current, 0.0
        return total + current

    def _value(self, character: str) -> float:
        return self._numerals.chinese[character]

    def _neighbours(self, low: str, high: str) -> bool:
        return low not in "零〇" and (self._value(high) - self._value(low) == 1 or low + high == "三五")

    def _sum(self, written: str) -> float:
        """Add up a run: each scale multiplies whatever smaller parts stand before it."""
        parts: list[float] = []
        number: float | None = None
        last_scale = 0.0
        pieces: list[str] = _PIECE.findall(written)
        for piece in pieces:
            if scale := self._numerals.chinese_scales.get(piece):
                cut = next((i for i, part in enumerate(parts) if part < scale), len(parts))
                if number is None and cut == len(parts):
                    cut -= 1  # a scale on a scale: 100 百万
                smaller, parts = parts[max(0, cut) :], parts[: max(0, cut)]
                parts.append((sum(smaller) + (number or 0.0) or 1.0) * scale)
                number, last_scale = None, scale
            elif piece in self._numerals.chinese:
                digit = self._value(piece)
                number = digit if number is None or (not last_scale and number == 0) else number * 10 + digit
                last_scale = 0.0 if piece in "零〇" else last_scale
            else:
                number = self.digits(piece)
        if number is not None and last_scale >= _COLLOQUIAL_FROM and pieces[-1] in self._numerals.chinese:
            number *= last_scale / 10
        return sum(parts) + (number or 0.0)
