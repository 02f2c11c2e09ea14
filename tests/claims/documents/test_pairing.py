"""What a document holds against a claim, beside the claim."""

import pytest

from checks.lexicon import Lexicon
from claims.documents.candidates import Candidate, CandidateReader, SourceText


@pytest.fixture(scope="module")
def reader() -> CandidateReader:
    return CandidateReader(Lexicon.load())


def found(reader: CandidateReader, raw: str, words: str) -> Candidate:
    return next(each for each in reader.survey(SourceText("paper", raw, "2026-01-23")) if words in each.text)


@pytest.mark.parametrize(
    ("raw", "words", "against"),
    [
        (
            "Some people claim that silver cannot be replaced in servers. In fact copper has replaced most of it.",
            "cannot be replaced", "copper has replaced most of it.",
        ),
        (
            "也有人认为，白银的需求只会上涨。但事实上机房已经开始改用铜缆，需求不再增长。",
            "只会上涨", "机房已经开始改用铜缆，需求不再增长。",
        ),
        (
            "有人認為白銀的需求增速很快，會打破供需平衡。但機房一定會繼續擴張嗎？在模型變便宜的今天，這個前提不成立。",
            "打破供需平衡", "機房一定會繼續擴張嗎？在模型變便宜的今天，這個前提不成立。",
        ),
        (
            "Critics claim that a pack must be replaced after two years. The workshops disagree: 81 percent held.",
            "replaced after two years", "The workshops disagree: 81 percent held.",
        ),
        (
            "坊间流传，电动自行车的电池两年就必须更换。维修店并不同意：其中81%在四年之后仍然好用。",
            "两年就必须更换", "维修店并不同意：其中81%在四年之后仍然好用。",
        ),
        ("許多人相信微波爐會破壞營養，其實維生素的保留率比水煮高出兩成。", "破壞", "維生素的保留率比水煮高出兩成。"),
        (
            "Critics claim that chargers ruin 30% of all cells, in fact they ruin none of them.",
            "ruin 30%", "they ruin none of them.",
        ),
        ("並非隔夜的時間讓菜變毒，而是溫度讓細菌長大。", "並非隔夜", "而是溫度讓細菌長大。"),
        ("白银的上涨并非由于机房，而是因为利率下降。", "白银的上涨", "而是因为利率下降。"),
        ("Silver is not scarce, but hard to mine for most.", "not scarce", "but hard to mine for most."),
    ],
)  # fmt: skip
def test_a_rejected_claim_stands_beside_what_rejects_it(
    reader: CandidateReader, raw: str, words: str, against: str
) -> None:
    candidate = found(reader, raw, words)
    assert candidate.attitude == "rejects"
    assert candidate.counterpoint is not None
    assert candidate.counterpoint.text == against
    assert raw[candidate.counterpoint.start : candidate.counterpoint.end] == against


@pytest.mark.parametrize(
    ("raw", "words", "attitude"),
    [
        (
            "Some say that silver demand will double by 2030. Copper demand rose by 5% in 2025.",
            "silver demand",
            "reports",
        ),
        ("Silver demand will double by 2030.", "Silver demand", "predicts"),
        ("Silver demand rose by 30% in 2025.", "Silver demand", "asserts"),
        ("世界白银协会指出，去年的需求增长了三成。不过铜的用量增长更快。", "增长了三成", "reports"),
    ],
)
def test_what_nobody_turns_against_stands_alone(reader: CandidateReader, raw: str, words: str, attitude: str) -> None:
    candidate = found(reader, raw, words)
    assert (candidate.attitude, candidate.counterpoint) == (attitude, None)


TALK = (
    "李雷：\n很多人说没有机房银价就会完蛋，您怎么看？有人说白银已经被机房用完了。\n\n"
    "韩梅：\n这个说法不准确。白银的工业需求只有三成来自机房。\n\n李雷：\n那铜呢？铜价上涨了5%。\n\n韩梅：\n铜的需求稳定，价格上涨了。\n"
)


def test_in_an_interview_the_answer_stands_against_what_the_host_reports(reader: CandidateReader) -> None:
    candidate = found(reader, TALK, "用完了")
    assert candidate.counterpoint is not None
    assert "不准确" in candidate.counterpoint.text
    assert found(reader, TALK, "三成来自机房").speaker == "韩梅"


def test_a_quotation_that_goes_on_is_by_who_was_named(reader: CandidateReader) -> None:
    raw = (
        "“The worst is a pack left empty,” said Marta Keller, who mends them. “We see about 60 of them every spring.”\n"
    )
    assert found(reader, raw, "about 60").speaker == "Marta Keller"
    told = raw + "It is often said that chargers ruin 30% of all cells within a year.\n"
    assert found(reader, told, "ruin 30%").speaker == ""


def test_what_some_say_ends_where_the_sentence_turns_against_it(reader: CandidateReader) -> None:
    raw = "許多人相信微波爐會破壞食物的營養，其實維生素的保留率比水煮高出兩成。"
    assert found(reader, raw, "破壞").text == "微波爐會破壞食物的營養"
    whole = "有人认为白银占AI成本的比例很小，但是增长很快，会打破供需平衡。"
    assert found(reader, whole, "比例很小").counterpoint is None


@pytest.mark.parametrize(
    ("raw", "text", "speaker"),
    [
        (
            "“Chargers ruin 30% of all cells,” said Marta Keller, who mends them.",
            "Chargers ruin 30% of all cells", "Marta Keller",
        ),
        (
            "“A pack is dear,” said Marta Keller, who mends them. “Chargers ruin 30% of all cells,” she added.",
            "Chargers ruin 30% of all cells", "Marta Keller",
        ),
        (
            "「真正該擔心的是溫度，」維修店的陳怡君表示，「電池在室外過冬會損失三成的容量。」",
            "電池在室外過冬會損失三成的容量。", "陳怡君",
        ),
    ],
)  # fmt: skip
def test_a_sentence_that_is_a_quotation_is_what_stands_in_it(
    reader: CandidateReader, raw: str, text: str, speaker: str
) -> None:
    candidate = found(reader, raw, text)
    assert (candidate.text, candidate.speaker) == (text, speaker)
    assert raw[candidate.start : candidate.end] == text


def test_what_is_cited_already_does_not_come_again(reader: CandidateReader) -> None:
    raw = "Silver demand rose by 30% in 2025. Gold demand is up 12% since spring."
    (only,) = reader.survey(SourceText("paper", raw, cited=((5, 12),)))
    assert only.text.startswith("Gold")


def test_what_several_documents_say_comes_once_and_names_them(reader: CandidateReader) -> None:
    surveys = [
        reader.survey(SourceText(name, text))
        for name, text in (("a", "Silver demand rose by 30% in 2025."), ("b", "Silver demand rose by 30% in 2025!"))
    ]
    (only,) = reader.merged(surveys)
    assert (only.document, only.also) == ("a", ("b",))
