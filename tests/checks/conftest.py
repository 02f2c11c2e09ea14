"""What the tests of the checks share."""

import pytest

from checks.checker import Checker
from checks.lexicon import Lexicon
from checks.model import KnownClaim, KnownFigure, KnownWording
from config.languages import ByLanguage


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return Lexicon.load()


def claim(claim_id: str, english: list[str], chinese: list[str], **more: object) -> KnownClaim:
    """Return a claim with these wordings; those that begin with `-` are negative."""
    wordings = [
        KnownWording(text.removeprefix("-"), "en" if text in english else "zh", negative=text.startswith("-"))
        for text in [*english, *chinese]
    ]
    return KnownClaim(claim_id, "contested", ByLanguage(en=english[0], zh=chinese[0]), tuple(wordings), **more)  # type: ignore[arg-type]


COFFEE = claim(
    "coffee-dehydrates",
    [
        "Coffee dries out your body",
        "drinking coffee dehydrates you",
        "every cup of coffee costs your body water",
        "espresso makes you lose more water than you drink",
        "caffeine is a diuretic so coffee leaves you dehydrated",
        "you need two glasses of water for each coffee, it dehydrates",
        "-the coffee machine is out of water",
    ],
    [
        "喝咖啡会让身体脱水",
        "咖啡越喝越缺水",
        "一杯咖啡要配两杯水，不然脱水",
        "咖啡因利尿，喝了反而缺水",
        "-咖啡机没水了",
    ],
    figures=(
        KnownFigure(
            2, 2, "count", "exactly", "claim", ByLanguage(en="glasses of water for one coffee", zh="一杯咖啡要喝的水")
        ),
    ),
)
NVIDIA = claim(
    "nvidia-overvalued",
    [
        "NVIDIA is overvalued",
        "NVDA trades at an insane valuation",
        "Nvidia stock is way too expensive here",
        "nobody should pay this price for nvidia shares",
        "the market cap of nvidia makes no sense",
        "nvidia at this multiple is madness",
    ],
    ["英伟达被严重高估", "英伟达的估值太离谱", "老黄的股票贵得没道理", "NVDA这个价格谁买谁傻"],
)
RENT = claim(
    "gpu-rent-2-dollars",
    [
        "Renting an H100 costs 2 dollars an hour",
        "an H100 rents for $2 per hour",
        "you get an H100 for two bucks an hour these days",
        "H100 rental is down to 2 dollars hourly",
        "hourly price of an H100 is about $2",
        "cloud H100s go for 2 dollars per hour",
    ],
    ["租一张H100每小时2美元", "H100时租只要两美元", "现在H100一小时才2刀", "H100租金跌到每小时2美元"],
    figures=(
        KnownFigure(
            2, 2, "USD", "exactly", "claim", ByLanguage(en="hourly rent of one H100", zh="一张H100每小时的租金")
        ),
    ),
)


@pytest.fixture(scope="session")
def checker(lexicon: Lexicon) -> Checker:
    return Checker([COFFEE, NVIDIA, RENT], lexicon)
