"""Whatever comes in, a reading comes out, and twins in both scripts read the same."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from checks.stance import StanceReader
from checks.stance.cues import StanceLexicon
from checks.text import TextFolder
from tests.checks.stance.conftest import Read

PHRASES = [
    "AI is a bubble",
    "不是",
    "泡沫",
    "no ",
    "who says ",
    "?",
    "吗",
    ", but ",
    '"',
    "「",
    "> ",
    "\n",
    "…",
    "#",
    "only 3%",
    "\ud800",
]
chat = st.lists(st.sampled_from(PHRASES) | st.text(max_size=12), max_size=40).map("".join)
spans = st.lists(st.tuples(st.integers(-5, 500), st.integers(-5, 500)), max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=chat | st.text(st.characters(), max_size=300), anchors=spans, wording=chat, quoted=spans)
def test_any_text_is_read(
    reader: StanceReader, text: str, anchors: list[tuple[int, int]], wording: str, quoted: list[tuple[int, int]]
) -> None:
    assert reader.read(text, anchors, wording, quoted).stance in {"asserts", "denies", "asks"}


@pytest.mark.parametrize(
    "text",
    [
        "a" * 4000,
        "不" * 4000,
        "no, " * 1000,
        "?" * 4000,
        '"「' * 2000,
        "how is" + " " * 3990 + "a",
        "who says AI is not a bubble but " * 125,
        "\u202e" + "א" * 3999,
        "e" + "\u0301" * 3999,
        "AI is a bubble " * 1000,
    ],
)
def test_hostile_text_is_read(reader: StanceReader, text: str) -> None:
    assert reader.read(text, (), "AI is a bubble").stance in {"asserts", "denies", "asks"}


@pytest.mark.parametrize(
    "text",
    [
        "别再说银价是AI推高的,跟AI没关系",
        "银价真的是AI推高的吗,有没有来源",
        "难道银价不是AI推高的",
        "AI推高了银价,还能跌吗",
        "说银价是AI推高的都错了,是美联储",
    ],
)
def test_twins_read_the_same(read: Read, text: str) -> None:
    wording = "银价是AI推高的"
    simplified, traditional, taiwanese = (
        read(converted, wording) for converted in (text, OpenCC("s2t").convert(text), OpenCC("s2twp").convert(text))
    )
    assert simplified == traditional == taiwanese


def test_every_cue_finds_itself(folder: TextFolder) -> None:
    finder = StanceLexicon.load(folder.fold).cues
    for cue in finder.cues:
        plain = cue.phrase.translate({ord("…"): " ", ord("#"): "3", ord("*"): "", ord("^"): "", ord("$"): ""})
        assert cue in {hit.cue for hit in finder.find(plain)}, cue.phrase
