"""Numerals: what digits and number words are worth, however they are grouped and written; and how often."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from checks.figures.units import Numerals, Quantity, UnitTable, alternatives

_PIECE = re.compile(r"\d[\d,]*(?:\.\d+)?|\.\d+|\S")
_BLANKS = re.compile(r"\s+")
_COLLOQUIAL_FROM, _LEAST_SPOKEN = 100, 1e6
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_NUMBER_WORD = re.compile(r"[ -]?(?P<and>and )?(?P<word>[a-z]+)")
COUPLE = "couple"


RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺"
# The dot of 1·2 kg, as British journals print it; that of 1·10³ multiplies.
_RAISED_POINT = rf"·(?!10(?:\^|\*\*|[{RAISED}]|的))"
# At most 15 digits: more are no quantity, and a float would not hold them.
_GROUPS = {
    # 1 200 000 and 1'200'000, which may have either sign before their decimals.
    "spaced": r"[1-9]\d{0,2}(?:(?: \d{3}){1,4}|(?:'\d{3}){1,4})(?:[.,]\d{1,9})?(?![\d'])(?! \d{3}(?!\d))",
    "thousands": r"[1-9]\d{0,2}(?:,\d{3}){1,4}(?:\.\d{1,9})?(?!\d|,\d)",
    "lakhs": r"[1-9]\d?(?:,\d{2}){1,5},\d{3}(?:\.\d{1,9})?(?!\d|,\d)",
    "dotted": r"[1-9]\d{0,2}(?:(?:\.\d{3}){2,4}(?:,\d{1,9})?|\.\d{3},\d{1,9})(?![\d])(?![.,]\d)",
    "comma": r"\d{1,12},\d{1,9}(?!\d|[.,]\d)",
    "raised": rf"\d{{1,12}}{_RAISED_POINT}\d{{1,9}}(?![\d·]|\.\d)",
    "plain": rf"\d{{1,15}}(?:\.\d{{1,15}}|点\d{{1,9}})?(?!\d|\.\d|{_RAISED_POINT}\d)|\.\d{{1,15}}(?!\d|\.\d)",
}
# Speech recognition splits 0.5 % into "0. 5 %" and 2019 年 into "201 9年".
_SPLIT = r"\d{1,3}(?: \. ?|\. )\d{1,3}(?=\s?(?:%|倍|万|亿|个|成))|(?:20 ?\d ?\d|20\d ?\d)(?= ?年)"
_NUMBER = re.compile(rf"(?P<split>{_SPLIT})|" + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _GROUPS.items()))
PLAIN_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,9}|点\d{1,9})?|\.\d{1,9}"
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺−–", "0123456789-+--")
_POWER = (
    r"(?:(?:\^|\*\*)\s?(?P<caret{n}>\(?[-+−–]?\d{{1,3}}\)?)|(?P<raised{n}>[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{{1,3}})"
    r"|\s?的\s?(?P<words{n}>\d{{1,2}}|[一二三四五六七八九十]{{1,3}})\s?次方)"
)
_TIMES_POWER = re.compile(
    rf"\s?[x×*·]\s?10{_POWER.format(n=1)}|e(?P<letter>[-+]?\d{{1,2}})(?![\d_]|\.\d)|{_POWER.format(n=2)}"
)
_SMALL_PARTS = {
    sign: int(over) / int(under)
    for sign, over, under in zip("½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞", "112131234151357", "233445555668888", strict=True)
}
SMALL_PARTS = "".join(_SMALL_PARTS)
_PART_AFTER = re.compile(
    rf"\s?(?P<sign>[{SMALL_PARTS}])|(?:[ -]|\s?又\s?)(?P<over>[1-9]\d?)/(?P<under>[2-9]|[1-9]\d)(?![\d/])"
    r"| and (?:a|one) (?P<word>half|quarter|third)(?![a-z])"
    r"|又(?P<chinese_under>[二三四五六七八九十])分之(?P<chinese_over>[一二三四五六七八九])"
)
_YEARS = (1900, 2099)
_LEAST_GROUP, _LARGEST_GROUP = 3, 1000
_TEN, _LARGEST_POWER = 10, 24
_ADDRESS_PARTS, _LARGEST_BYTE = 4, 255


@dataclass(frozen=True, slots=True)
class WrittenNumber:
    """A number in digits as it stands in a text: its value, where it ends, and its plain digits.

    `unsure` numbers (1,2 and 1 200) are numbers only where a measure follows; 1,2 may then still be "1 or 2" of what is
    counted: `pair` names both. `thousands`: the point may stand between groups (1.200 is 1.2 or 1,200).
    """

    value: float
    end: int
    written: str
    unsure: bool = False
    pair: tuple[float, float] | None = None
    thousands: bool = False


class DigitNotation:
    """Reads numbers in digits: grouped by any sign, with a comma or point for decimals, as powers and mixed fractions.

    What cannot surely be read is left out as a whole, so that no piece of it passes for the number.
    """

    def read(self, text: str, start: int, *, commas: bool) -> WrittenNumber | None:
        """Return the number at `start`, or None; `commas`: elsewhere the author surely writes decimals with a comma."""
        match = _NUMBER.match(text, start)
        if not match:
            return None
        written, kind = match.group(), str(match.lastgroup)
        number = self._number(text, match.end(), written, kind, commas=commas)
        if number is None:
            return None
        return self._part(text, self._power(text, number)) if kind != "split" else number

    def decimal_commas(self, text: str) -> bool:
        """Tell whether a text surely has decimals after a comma (0,5 and 8,6 % are none of a list)."""
        return bool(_SURE_COMMA.search(text))

    def _number(self, text: str, end: int, written: str, kind: str, *, commas: bool) -> WrittenNumber | None:
        match kind:
            case "spaced":
                return WrittenNumber(_decimal(written, " '"), end, written, unsure=" " in written)
            case "thousands" | "lakhs":
                return (
                    None if commas and written.count(",") == 1 else WrittenNumber(_decimal(written, ","), end, written)
                )
            case "dotted":
                parts = written.split(".")
                if len(parts) == _ADDRESS_PARTS and all(
                    part.isdecimal() and int(part) <= _LARGEST_BYTE for part in parts
                ):
                    return None
                return WrittenNumber(_decimal(written, "."), end, written)
            case "comma":
                return self._comma(written, end)
            case "raised":
                return WrittenNumber(float(written.replace("·", ".")), end, written, unsure=True)
            case _:
                return self._plain(text, end, written, commas=commas)

    def _comma(self, written: str, end: int) -> WrittenNumber | None:
        """Read 1,2 as a decimal number; a year before the comma is a year (2025,5% …)."""
        whole, _, rest = written.partition(",")
        if len(whole) > _LEAST_GROUP and _YEARS[0] <= int(whole) <= _YEARS[1]:
            return WrittenNumber(float(whole), end - len(rest) - 1, whole)
        if len(rest) == _LEAST_GROUP and whole != "0":
            return None
        pair = (float(whole), float(rest)) if rest[0] != "0" and int(rest) == int(whole) + 1 else None
        sure = whole == "0"
        return WrittenNumber(_decimal(written, ""), end, written, unsure=not sure, pair=None if sure else pair)

    def _plain(self, text: str, end: int, written: str, *, commas: bool) -> WrittenNumber | None:
        year = len(written) == _LEAST_GROUP + 1 and written.isdecimal() and _YEARS[0] <= int(written) <= _YEARS[1]
        if written.startswith("00") or (
            not year and text[end : end + 1] in (",", "'") and text[end + 1 : end + 2].isdecimal()
        ):
            return None
        decimals = written.partition(".")[2]
        if commas and len(decimals) == _LEAST_GROUP and written[0] != "0":
            return None
        value = float(_BLANKS.sub("", written).replace("点", "."))
        grouped = len(decimals) == _LEAST_GROUP and 1 <= value < _LARGEST_GROUP
        return WrittenNumber(value, end, written, thousands=grouped)

    def _power(self, text: str, number: WrittenNumber) -> WrittenNumber | None:
        """Read 10^6, 1.2×10⁶ and 1e6; other powers are left out."""
        match = _TIMES_POWER.match(text, number.end)
        if not match:
            return None if text[number.end : number.end + 1] == "^" else number
        groups = match.groupdict()
        own = [groups[name] for name in ("caret2", "raised2", "words2") if groups[name]]
        raised = own or [groups[name] for name in ("caret1", "raised1", "words1", "letter") if groups[name]]
        power = _power_of(raised[0])
        if power is None or (own and number.value != _TEN):
            return None
        base = 1.0 if own else number.value
        return WrittenNumber(base * 10.0**power, match.end(), text[number.end - len(number.written) : match.end()])

    def _part(self, text: str, number: WrittenNumber | None) -> WrittenNumber | None:
        """Read the fraction after a whole number: 2 1/2, 2½, 1又3/4."""
        if number is None or not number.written.isdecimal() or not (mixed := self.mixed(text, number.end)):
            return number
        start = number.end - len(number.written)
        return WrittenNumber(number.value + mixed[0], mixed[1], text[start : mixed[1]])

    def mixed(self, text: str, end: int) -> tuple[float, int] | None:
        """Return the fraction that goes with the whole number before `end`, and where it ends itself."""
        match = _PART_AFTER.match(text, end)
        if not match:
            return None
        if match["sign"]:
            part = _SMALL_PARTS[match["sign"]]
        elif match["word"]:
            part = {"half": 0.5, "quarter": 0.25, "third": 1 / 3}[match["word"]]
        elif match["over"]:
            part = int(match["over"]) / int(match["under"])
        else:
            part = _CHINESE_DIGITS.index(match["chinese_over"]) / _CHINESE_DIGITS.index(match["chinese_under"])
        return (part, match.end()) if part < 1 else None


_CHINESE_DIGITS = "零一二三四五六七八九十"
_SURE_COMMA = re.compile(
    r"(?<![\d.,])(?:0,\d|\d{1,3},\d{1,2}(?=\s?(?:%|‰|kg|g |t |km|percent|million|billion|tonne|ton )))"
)


def small_part(sign: str) -> float:
    """Return the value of a fraction that is one sign (½)."""
    return _SMALL_PARTS[sign]


def _decimal(written: str, groups: str) -> float:
    for sign in groups:
        written = written.replace(sign, "")
    return float(written.replace(",", "."))


def _power_of(written: str) -> int | None:
    plain = written.translate(_RAISED).strip("()")
    if plain.lstrip("+-").isdecimal():
        power = int(plain)
    else:
        tens, found, ones = plain.rpartition("十")
        power = (_CHINESE_DIGITS.find(tens) if tens else 1) * 10 if found else 0
        power += _CHINESE_DIGITS.find(ones) if ones else 0
    return power if abs(power) <= _LARGEST_POWER else None


def _spelled(written: str) -> str:
    """Return Chinese numerals with 廿 and 卅 in full."""
    return written.replace("廿", "二十").replace("卅", "三十")


def english_pattern(table: UnitTable) -> str:
    """Return the expression for a run of English number words."""
    numerals, joining = table.numerals, table.joining
    small, scales, parts = (
        alternatives(words) for words in (numerals.english, numerals.english_scales, numerals.english_parts)
    )
    article = rf"an?(?= (?:{scales}|half|quarter|third))"
    halved = alternatives(word for word in table.words if word.isascii() and word.isalpha())
    more = rf"(?:[ -](?:and )?(?:{small}|{scales}|point(?= {small})|{parts}|{article})){{0,12}}"
    of_part = rf"(?:(?:an?|{small}) )?(?:{parts})(?: of)?(?: an?| the)?(?= {scales})|(?<=every )(?:{scales})"
    span = rf"(?:{alternatives(joining['stressed'])} )?{alternatives(joining['single'])}"
    one = rf"an?(?= (?:{scales}|{parts}|{span}|(?:full|whole) {halved})(?![a-z])| {halved} and a half)"
    stressed = rf"an?(?: full| whole| cool| good| solid)(?= {scales}|(?: {parts})(?![a-z]))"
    couple = rf"(?:an? )?couple(?: of)?(?= {scales})"
    return rf"(?:{of_part}|half|{small}|hundred(?= (?:and |{scales}))|{one}|{stressed}|{couple})(?:{more})(?![a-z])"


class NumeralReader:
    """Turns numerals, cut out of folded text, into numbers."""

    def __init__(self, numerals: Numerals) -> None:
        """Take over the values of the numeral words."""
        self._numerals = numerals
        self._digits, self._scales = "".join(numerals.chinese), "".join(numerals.chinese_scales)
        self._pair = re.compile(f"([{self._digits}])([{self._digits}])([{self._scales}]*)$")
        self._tens_pair = re.compile(f"([{self._digits}]?十)([{self._digits}])([{self._digits}])$")

    def digits(self, written: str) -> float:
        """Return the value of digits with thousands commas and a decimal point (also 点)."""
        return float(written.replace(",", "").replace("点", "."))

    def scaled(self, value: float, scales: str, tail: str) -> float:
        """Return a number in digits with the Chinese scales after it (1兆4000亿); a last digit is the next place."""
        total = self.chinese(f"{value:.9f}".rstrip("0").rstrip(".") + scales)
        return total + float(tail) * self.chinese("一" + scales[-1]) / 10 if tail else total

    def chinese_interval(self, written: str) -> tuple[float, float] | None:
        """Return the interval that neighbouring digits or numbers name (三四百, 三百四百: 300 to 400), or None."""
        written = _spelled(written)
        if two := self._two_ends(written):
            ends = self.chinese(two[0]), self.chinese(two[1])
            return ends if ends[0] < ends[1] else None
        for pattern, place in ((self._pair, 0), (self._tens_pair, 1)):
            if match := pattern.match(written):
                first, second, third = match.groups()
                low, high = (first, second) if place == 0 else (second, third)
                if not self._neighbours(low, high):
                    return None
                if place == 0:
                    scale = self.chinese("一" + third) if third else 1.0
                    ends = sorted((self._value(low) * scale, self._value(high) * scale))
                    return ends[0], ends[1]
                tens = self.chinese(first)
                return tens + self._value(low), tens + self._value(high)
        return None

    def _two_ends(self, written: str) -> tuple[str, str] | None:
        """Return the two numbers of a run that name the same scale at their ends (五万亿七万亿), or None."""
        scales = written[len(written.rstrip(self._scales)) :]
        for scale in (scales[start:] for start in range(len(scales))):
            at = written.find(scale, 1, -len(scale) - 1)
            if at > 0:
                return written[: at + len(scale)], written[at + len(scale) :]
        return None

    def chinese_year(self, written: str) -> float | None:
        """Return a year written digit by digit (二零三零), or None."""
        if not all(character in self._numerals.chinese for character in written):
            return None
        return float("".join(str(int(self._value(character))) for character in written))

    def chinese(self, written: str) -> float:
        """Return the value of a run of Chinese numerals, digits and scales: 一点四万亿, 1兆4000亿, 六千五."""
        whole, _, rest = _spelled(written).partition("点")
        if not rest:
            return self._sum(whole)
        decimals = len(rest) - len(rest.lstrip(self._digits))
        fraction = "".join(str(int(self._value(digit))) for digit in rest[:decimals])
        value = self._sum(whole) + (float(f"0.{fraction}") if fraction else 0.0)
        for scale in rest[decimals:]:
            value *= self._numerals.chinese_scales.get(scale, 1.0)
        return value

    def one_number(self, written: str) -> str:
        """Return as many number words as make one number: "nine and eight", "five six" and "ten-twelve" are two."""
        small, before, decimals = self._numerals.english, "", False
        for match in _NUMBER_WORD.finditer(written):
            word = match["word"]
            decimals = decimals or before == "point"
            ones = before in TENS and 0 < small.get(word, 0) < _TEN and not match["and"]
            if word in small and before in small and not decimals and not ones:
                return written[: match.start()]
            before, decimals = word, decimals and word in small
        return written

    def english(self, words: Sequence[str]) -> float:
        """Return the value of number words: one point four trillion, six hundred and fifty billion, two and a half."""
        total, current, decimal, last = 0.0, 0.0, 0.0, 0.0
        for position, word in enumerate(words):
            if word == "point":
                decimal = 0.1
            elif word == COUPLE:
                current = 2.0
            elif 0 < position == len(words) - 1 and self._is_next_place(words[-2:]):
                total += self._numerals.english[word] * self._numerals.english_scales[words[-2]] / 10
            elif word in self._numerals.english:
                current += self._numerals.english[word] * (decimal or 1.0)
                decimal, last = decimal / 10, 0.0
            elif word in self._numerals.english_parts:
                # A million and a half is half a million more.
                part = self._numerals.english_parts[word] * (last or 1.0)
                current = current + part if "and" in words[:position] else (current or 1.0) * part
            elif word in self._numerals.english_scales:
                last = scale = self._numerals.english_scales[word]
                decimal = 0.0
                if total and not current:
                    total *= scale
                    continue
                current = (current or 1.0) * scale
                if scale >= 1000:
                    total, current = total + current, 0.0
        return total + current

    def _is_next_place(self, words: Sequence[str]) -> bool:
        """Tell whether a digit behind a large scale is its tenths: a trillion four."""
        scale, digit = words
        return (
            self._numerals.english_scales.get(scale, 0) >= _LEAST_SPOKEN
            and 0 < self._numerals.english.get(digit, 0) < 10
        )

    def _value(self, character: str) -> float:
        return self._numerals.chinese[character]

    def _neighbours(self, low: str, high: str) -> bool:
        return low not in "零〇" and (self._value(high) - self._value(low) == 1 or low + high in ("三五", "三两"))

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


_FEW_ENGLISH = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_FEW_CHINESE = "[一二两三四五六七八九十]{1,3}"
_PER = " per| each| every"


class IntervalReader:
    """Reads how often something is: "twice a day", every other week, 每天."""

    def __init__(self, table: UnitTable) -> None:
        """Compile the words of the table."""
        self._numerals = NumeralReader(table.numerals)
        self._units, self._adverbs = table.intervals["units"], table.intervals["adverbs"]
        self._counts = table.intervals["counts"]
        units = alternatives(self._units)
        span = rf"半|\d{{1,3}}|{_FEW_CHINESE}"
        counts, few = alternatives(self._counts), rf"\d{{1,3}}|{_FEW_ENGLISH}"
        self._pattern = re.compile(
            "|".join(
                (
                    rf"(?<![a-z\d.,])(?:(?P<counted>{counts})|(?P<times>{few}) times)(?: an?|{_PER}) (?P<a>{units})",
                    rf"(?<![a-z])(?:every|each) (?:(?P<other>other|second) |(?P<few>{few}) )?(?P<b>{units})",
                    rf"(?<![a-z])(?P<adverb>{alternatives(self._adverbs)})",
                    rf"每隔?(?P<each>半|\d{{1,3}}|{_FEW_CHINESE})?(?P<c>{units})",
                    rf"(?P<span>{span})(?P<d>{units})[一-鿿]{{0,6}}?(?P<often>\d{{1,2}}|{_FEW_CHINESE})[次回遍]",
                )
            )
        )

    def read(self, folded: str, text: str) -> tuple[Quantity, ...]:
        """Return the intervals of a text in years; `folded` is the text as the reader folds it."""
        found: list[Quantity] = []
        for match in self._pattern.finditer(folded):
            years, times = self._years(match), self._times(match)
            if years > 0:
                said = text[match.start() : match.end()]
                found.append(Quantity("years", years, years, "years", said, match.start(), match.end(), times=times))
        return tuple(found)

    def _years(self, match: re.Match[str]) -> float:
        if match["adverb"]:
            return self._adverbs[match["adverb"]]
        if match["a"]:
            times = self._times(match)
            return self._units[match["a"]] / times if times else 0.0
        if match["b"]:
            return self._units[match["b"]] * (2.0 if match["other"] else self._number(match["few"]))
        if match["c"]:
            return self._units[match["c"]] * self._number(match["each"])
        return self._units[match["d"]] * self._number(match["span"]) / (self._number(match["often"]) or 1.0)

    def _times(self, match: re.Match[str]) -> float:
        if match["a"]:
            return self._counts.get(match["counted"] or "") or self._number(match["times"])
        return self._number(match["often"]) if match["often"] else 0.0

    def _number(self, written: str | None) -> float:
        if not written:
            return 1.0
        if written == "半":
            return 0.5
        if written.isdecimal():
            return float(written)
        return self._numerals.english([written]) if written.isascii() else self._numerals.chinese(written)
