"""Whatever text comes in: no exception, spans inside the text, twins and scalings read alike."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from checks.figures import FigureComparer, FigureReader
from checks.model import KnownFigure
from config.languages import ByLanguage
from tests.quick import examples

READER = FigureReader.load()
COMPARER = FigureComparer(READER)
TO_TRADITIONAL = OpenCC("s2t")
_LATIN = (
    "ı 1 2 3 9 0 . , - / % $ ¥ k m b t kg g oz half a third one hundred million point and to or h100 2030 : ( ) £ ² ß"
)
_HAN = "年 月 个 万 亿 兆 千 百 十 一 两 三 半 成 倍 点 分之 百分之 多 几 约 超过 吨 克 盎司 美元 吉瓦 到 、"
PIECES = st.sampled_from(f"{_LATIN} {_HAN}".split())
NUMBERISH = st.lists(st.one_of(PIECES, st.just(" ")), max_size=60).map("".join)
FIGURES = (
    KnownFigure(1.2, 1.2, "kg", "exactly", "claim", ByLanguage(en="silver in one server", zh="一台服务器的含银量")),
    KnownFigure(8.6, 8.6, "percent", "about", "claim", ByLanguage(en="share of electricity", zh="用电比例")),
    KnownFigure(11, 11, "times", "over", "context", ByLanguage(en="speed of building", zh="建设速度")),
    KnownFigure(99, 99, "USD/oz", "under", "claim", ByLanguage(en="price", zh="价格")),
    KnownFigure(0, 0, "USD", "exactly", "claim", ByLanguage()),
)


@settings(max_examples=examples(300), deadline=None)
@given(st.one_of(st.text(max_size=300), NUMBERISH))
def test_any_text_is_read_and_compared(text):
    quantities = READER.read(text)
    assert len({(q.start, q.end) for q in quantities}) <= 64
    for quantity in quantities:
        assert 0 <= quantity.start < quantity.end <= len(text)
        assert quantity.text == text[quantity.start : quantity.end]
        assert quantity.low <= quantity.high
    COMPARER.compare(quantities, FIGURES, text)


@settings(max_examples=examples(100), deadline=None)
@given(st.text(st.characters(codec=None), max_size=80))
def test_lone_surrogates_and_control_characters_do_no_harm(text):
    READER.read(text + "5 kg")


@settings(max_examples=examples(200), deadline=None)
@given(NUMBERISH)
def test_simplified_and_traditional_twins_read_alike(text):
    twin = TO_TRADITIONAL.convert(text)
    # 克克, which nobody writes, becomes 剋剋 (to overcome): no grams, and no twin.
    if len(twin) == len(text) and "剋" not in twin:
        assert [(q.dimension, q.low, q.high) for q in READER.read(text)] == [
            (q.dimension, q.low, q.high) for q in READER.read(twin)
        ]


def one(text: str) -> tuple[str, float]:
    (quantity,) = READER.read(text)
    return quantity.dimension, quantity.low


@given(st.integers(1, 99_999))
def test_grams_and_kilograms_name_the_same_mass(grams):
    assert one(f"{grams} g")[1] == pytest.approx(one(f"{grams / 1000} kg")[1])


@given(st.integers(10, 999).map(lambda tenths: tenths / 10))
def test_trillions_and_wanyi_name_the_same_sum(value):
    for chinese in ("万亿美元", "兆美元"):
        assert one(f"{value}{chinese}")[1] == pytest.approx(one(f"${value} trillion")[1])


@given(st.integers(1, 9999))
def test_yi_is_a_tenth_of_a_billion(value):
    assert one(f"{value}亿美元")[1] == pytest.approx(one(f"${value / 10} billion")[1])


def claims_of_packs() -> list[dict]:
    packs = Path(__file__).parents[3] / "claims" / "packs"
    read = [yaml.load(path.read_text("utf-8"), yaml.CSafeLoader) for path in sorted(packs.glob("*.yaml"))]
    return [claim for pack in read for claim in (pack["claims"] if isinstance(pack, dict) else pack)]


def known(figure: dict) -> KnownFigure:
    ends = figure.get("range", figure)
    low, high = (float(ends.get(end, ends.get("value", 0))) for end in ("low", "high"))
    subject = figure["subject"]
    return KnownFigure(
        low,
        high,
        figure["unit"],
        figure["bound"],
        figure.get("role", "claim"),
        ByLanguage(en=subject["en"], zh=subject["zh"]),
    )


def test_no_wording_of_a_shipped_claim_differs_from_its_own_figures():
    claims = claims_of_packs()
    if not claims:
        pytest.skip("no pack is shipped yet")
    for claim in claims:
        figures = tuple(known(figure) for figure in claim.get("figures") or ())
        for wording in (*claim["wordings"]["en"], *claim["wordings"]["zh"]):
            findings = COMPARER.compare(READER.read(wording), figures, wording)
            assert all(finding.agrees for finding in findings), (claim["id"], wording, findings)
