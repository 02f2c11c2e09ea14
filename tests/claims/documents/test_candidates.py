"""Candidates: which sentences of a document look like claims that can be checked."""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from checks.lexicon import Lexicon
from claims.documents.candidates import MOST_RANKED, Candidate, CandidateReader, SourceText
from claims.documents.worthiness import CandidateCues

SHARED = Path(os.environ.get("TOUCHSTONE_SHARED", Path(__file__).parents[4] / "shared"))
Find = Callable[[str], tuple[Candidate, ...]]


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.load()


@pytest.fixture(scope="module")
def reader(lexicon: Lexicon) -> CandidateReader:
    return CandidateReader(lexicon)


@pytest.fixture
def find(reader: CandidateReader) -> Find:
    """Find candidates in a raw text."""
    return lambda raw: reader.survey(SourceText("paper", raw))


@pytest.mark.parametrize(
    ("sentence", "signals"),
    [
        ("A server for artificial intelligence holds 1.2 kg of silver.", ("figure",)),
        ("每台人工智能服务器要用掉1.2公斤白银。", ("figure",)),
        ("The lamps went out because the turbine had stopped.", ("cause",)),
        ("因为数据中心越建越多，所以白银不够用。", ("cause",)),
        ("Nothing but silver will ever cool a data centre.", ("predicts",)),
        ("Silver can never be replaced in servers.", ("absolute",)),
        ("Servers use more silver than phones.", ("compare",)),
        ("The price of silver has doubled again.", ("trend",)),
        ("批评者说白银价格并非由机房推高。", ("reports", "rejects", "cause")),
        ("稳定币非常安全，散户很喜欢。", ("judgement",)),
        ("白银是唯一能给机房散热的金属。", ("absolute",)),
        ("白銀需求將會在2030年前增長三成，因為機房越建越多。", ("figure", "cause", "predicts")),
    ],
)
def test_figures_causes_and_absolutes_make_a_candidate(find: Find, sentence: str, signals: tuple[str, ...]) -> None:
    (candidate,) = find(sentence)
    assert sentence.endswith(candidate.text)
    assert set(signals) <= set(candidate.signals)
    assert candidate.language == ("en" if sentence.isascii() else "zh")


@pytest.mark.parametrize(
    "sentence",
    [
        "Does a server for artificial intelligence hold 1.2 kg of silver?",
        "每台人工智能服务器真的要用掉1.2公斤白银吗？",
        "The report on silver was published in the year 2025.",  # a year is no figure
        "The talk about silver took two weeks and one afternoon.",
        "The harbour was quiet and the boats lay still.",
        "Silver hit $99.",
        "白银涨了5%。",
        f"Silver rose by 5 per cent {'and then it rose again ' * 10}.",
        f"白银涨了5%{'，后来又跌回去' * 30}。",
        "Subscribe to our newsletter and save 50% on silver today.",
        "点击这里领取白银优惠，立减50美元。",
        "Silver up 5% on strong demand from makers of servers",  # a headline
        "嗯白银这个涨了5%大家都很开心很开心。",
    ],
)
def test_other_sentences_make_none(find: Find, sentence: str) -> None:
    assert find(sentence) == ()


def test_the_place_is_that_of_the_raw_words(find: Find) -> None:
    raw = "A first sentence.\n\n• Silver  demand rose by\u200b 30% in 2025. And so on.\n"
    (candidate,) = find(raw)
    assert raw[candidate.start : candidate.end] == "Silver  demand rose by\u200b 30% in 2025."
    assert candidate.text == "Silver demand rose by 30% in 2025."


def test_the_best_come_first_and_those_alike_in_their_order(find: Find) -> None:
    raw = (
        "Copper is the first metal that people used. Silver demand rose by 30% in 2025. "
        "Gold demand is up 12% since spring. This will leave silver mines empty in the end."
    )
    assert [candidate.text[:6] for candidate in find(raw)] == ["Silver", "Gold d", "Copper"]


def test_nearly_the_same_comes_once(find: Find) -> None:
    raw = "银价在2025年上涨了150%，创下纪录。银价在2025年上涨了近150%，创下记录。銀價在2025年上漲了150%，創下紀錄。"
    assert len(find(raw)) == 1
    assert len(find("Silver demand rose by 30% in 2025. Copper demand rose by 30% in 2025.")) == 2


def test_of_many_candidates_the_best_are_taken(find: Find, reader: CandidateReader) -> None:
    found = find("\n".join(f"{metal} demand rose by 30% in 2025." for metal in ("Silver", "Gold", "Copper", "Lithium")))
    assert reader.merged([found], 3) == list(found[:3])


def test_of_a_very_long_document_the_best_are_held_against_one_another(reader: CandidateReader) -> None:
    dice = random.Random(7)
    named = ["".join(chr(dice.randrange(0x4E00, 0x9F00)) for _ in range(12)) for _ in range(MOST_RANKED + 60)]
    best = "因为数据中心越建越多，白银需求在2025年增长了30%。"
    raw = "".join(f"{name}增长了{dice.randrange(10, 99)}%。\n" for name in named) + best
    found = reader.survey(SourceText("paper", raw))
    assert MOST_RANKED // 2 < len(found) <= MOST_RANKED
    assert best in [each.text for each in found[: MOST_RANKED // 2]]


def test_a_text_full_of_talk_must_say_more(find: Find) -> None:
    claim = "铜是所有金属中最常用的。"
    assert len(find(claim)) == 1
    assert find(claim + "嗯对吧，大家好。" * 3) == ()


def test_the_same_passage_has_the_same_occasion_wherever_it_stands(find: Find) -> None:
    sentence = "Silver demand rose by 30% in 2025."
    (here,), (there,) = find(sentence), find(f"Something else stands above it.\n{sentence}")
    assert here.start != there.start
    assert here.occasion == there.occasion
    assert here.occasion.startswith("paper/")


def test_the_payload_has_a_title_in_the_language_of_the_sentence(find: Find) -> None:
    (english,), (chinese,) = find("Silver demand rose by 30% in 2025."), find("白银需求在2025年增长了30%。")
    assert english.payload == {
        "title": {"en": english.text}, "text": english.text, "source": "paper", "start": 0, "end": 34,
        "speaker": "", "attitude": "asserts", "counter": None, "near": [],
    }  # fmt: skip
    assert chinese.payload["title"] == {"zh": "白银需求在2025年增长了30%。"}


def test_progress_ends_with_all_sentences(reader: CandidateReader) -> None:
    seen: list[tuple[int, int]] = []
    reader.survey(SourceText("paper", "One. Two. Three went on and on."), lambda *at: seen.append(at))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_cues_are_written_as_they_are_looked_for(lexicon: Lexicon) -> None:
    cues = CandidateCues.load()
    phrases = [cue.phrase.replace(" … ", " ").replace("…", "") for cue in cues.finder.cues] + [
        *cues.ends,
        *cues.file.abbreviations,
    ]
    assert [phrase for phrase in phrases if lexicon.folder.fold(phrase) != phrase] == []


@pytest.mark.slow
@pytest.mark.skipif(not (SHARED / "seeds").is_dir(), reason="the source documents are not here")
def test_the_source_documents_give_sentences_that_say_something(reader: CandidateReader) -> None:
    for path in sorted((SHARED / "seeds").glob("0*.txt")):
        source = SourceText(path.name, path.read_bytes().decode())
        found = reader.survey(source)
        assert found
        assert all(candidate.signals for candidate in found)
        assert not any("KDK" in candidate.text or "wǎng" in candidate.text for candidate in found)
        assert reader.survey(source) == found
