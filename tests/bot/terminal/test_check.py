"""`touchstone check`: cards for people, JSON for programs."""

import json

import pytest

from bot.terminal.check import decision_line
from bot.texts import Texts
from checks.model import Finding, Guard, Match

KEYS = {"claim", "score", "stance", "figures", "wording", "why"}
CLAIM = "every H100 server has 5 kg of silver inside"


def lines(*messages: object) -> bytes:
    return b"".join(json.dumps(message).encode() + b"\n" for message in messages)


def test_a_message_is_answered_with_its_card(call):
    done = call("check", *CLAIM.split())
    assert done.code == 0
    assert "The bot would reply" in done.out
    assert "You wrote 5 kg; the source says 1.2 kg" in done.out
    assert "[1]" in done.out


def test_small_talk_has_no_card(call):
    done = call("check", "anyone up for a raid tonight?")
    assert done.out.strip() == "The bot would stay silent: no known claim here."


@pytest.mark.parametrize(
    ("score", "on_topic", "said"),
    [
        (0.9, True, "the message itself disputes the claim."),
        (0.3, True, "the message seems to dispute a known claim."),
        (0.3, False, "no known claim here."),
    ],
)
def test_of_a_message_that_disputes_a_claim_it_is_not_said_that_no_claim_is_here(score, on_topic, said):
    guards = (Guard("stance", passed=False, seen="not"), Guard("topic", passed=on_topic))
    finding = Finding("it is not so", "en", "silent", (Match("a-claim", score, "denies", "it is so", guards=guards),))
    assert decision_line(finding, Texts.open("en")) == f"The bot would stay silent: {said}"


def test_where_a_further_claim_gets_a_card_it_is_not_said_that_no_claim_is_here():
    hardly = Match("a-claim", 0.44, "denies", "it is so", guards=(Guard("topic", passed=False),))
    meant = Match("another-claim", 0.97, "asserts", "it is so", action="reply")
    finding = Finding("it is so", "en", "silent", (hardly, meant))
    assert decision_line(finding, Texts.open("en")) == "The bot would stay silent: something speaks against an answer."


def test_a_message_can_come_from_standard_input(call):
    assert "H100" in call("check", typed=CLAIM.encode()).out


def test_the_card_speaks_the_language_of_the_message(call):
    assert "来源" in call("check", "一台H100服务器含有1.2公斤白银").out


def test_json_is_one_object_with_the_keys_of_the_contract(call):
    (line,) = call("check", "--json", CLAIM).out.splitlines()
    found = json.loads(line)
    assert set(found) == {"id", "action", "matches"}
    assert found["action"] == "reply"
    best = found["matches"][0]
    assert set(best) == KEYS
    assert best["claim"] == "silver-h100-1.2kg"
    assert isinstance(best["why"], str)
    assert isinstance(best["wording"], str)
    assert {"said": "5 kg", "documented": "1.2 kg", "agrees": False} in best["figures"]


def test_jsonl_answers_every_line_in_its_order(call):
    ids = [7, "b", None, {"nested": 1}]
    done = call("check", "--jsonl", typed=lines(*({"id": each, "text": CLAIM} for each in ids)))
    answers = [json.loads(line) for line in done.out.splitlines()]
    assert [answer["id"] for answer in answers] == ids
    assert all(set(answer) == {"id", "action", "matches"} and len(answer["matches"]) <= 3 for answer in answers)
    assert done.code == 0


def test_matches_come_best_first(call):
    text = "AI data centres drive the silver price, and H100 servers hold 1.2 kg of it"
    scores = [match["score"] for match in json.loads(call("check", "--json", text).out)["matches"]]
    assert scores == sorted(scores, reverse=True)


def test_empty_lines_and_a_missing_last_line_end_are_fine(call):
    done = call("check", "--jsonl", typed=b'\n{"id": 1, "text": ""}\n\n{"id": 2, "text": "hi"}')
    assert [json.loads(line)["id"] for line in done.out.splitlines()] == [1, 2]
    assert done.code == 0


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (b"hello", "no JSON"),
        (b"[1]", "no JSON object"),
        (b'{"text": "a"}', "`id`"),
        (b'{"id": 1}', "`text`"),
        (b'{"id": 1, "text": 5}', "`text`"),
        (b'{"id": 1, "text": "\xff"}', "UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_still_answered(call, bad, fault):
    typed = lines({"id": "a", "text": "hi"}) + bad + b"\n" + lines({"id": "b", "text": "hi"})
    done = call("check", "--jsonl", typed=typed)
    assert done.code == 2
    assert "line 2:" in done.err
    assert fault in done.err
    assert [json.loads(line)["id"] for line in done.out.splitlines()] == ["a", "b"]


def test_half_a_character_comes_back_as_it_went_in(call):
    done = call("check", "--jsonl", typed=b'{"id": "\\ud800", "text": "\\ud83d"}\n')
    assert json.loads(done.out)["id"] == "\ud800"


def test_a_line_separator_inside_a_text_is_no_end_of_line(call):
    done = call("check", "--jsonl", typed='{"id": 1, "text": "one\u2028two"}\n'.encode())
    assert len(done.out.splitlines()) == 1
    assert done.code == 0


def test_two_forms_of_output_at_once_are_refused(call):
    assert call("check", "--json", "--jsonl").code == 2
    assert call("check", "--jsonl", "text").code == 2


def test_the_card_of_discord_is_printed_as_it_would_be_posted(call):
    done = call("check", "--card", "discord", CLAIM)
    title, verdict, *_, source = done.out.splitlines()
    assert title == "**Claim: An NVIDIA H100 server holds 1.2 kg of silver**"
    assert verdict.startswith("**You wrote 5 kg; the source says 1.2 kg")
    assert source.startswith("-# Source: [")
    assert done.code == 0
    assert len(call("check", "--card", "discord", "--full", CLAIM).out) > len(done.out)


def test_the_card_of_discord_is_printed_also_where_the_bot_stays_silent(call):
    denial = "it is a myth that an H100 server has 1.2 kg of silver"
    assert json.loads(call("check", "--json", denial).out)["action"] == "silent"
    assert "**Claim: " in call("check", "--card", "discord", denial).out


def test_no_card_is_an_exit_code(call):
    done = call("check", "--card", "discord", "xyzzy")
    assert (done.code, done.out) == (1, "")
    assert "no known claim is near this text" in done.err


@pytest.mark.parametrize("options", [("--full",), ("--card", "discord", "--json")])
def test_options_that_do_not_go_together_are_refused(call, options):
    assert call("check", *options, CLAIM).code == 2


def test_a_dash_is_standard_input_and_who_sits_there_is_told(call, surroundings):
    assert call("check", "-", typed=CLAIM.encode()).out == call("check", CLAIM).out
    surroundings.setattr("bot.terminal.check.is_somebody_there", lambda: True)
    done = call("check", typed=CLAIM.encode())
    assert "Ctrl-D" in done.err
    assert done.out == call("check", CLAIM).out
