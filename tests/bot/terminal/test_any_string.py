"""Whatever a message, a line, a file or an argument holds: no fault ends a stream, and nothing ends in a traceback."""

import json
import re

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.bot.exports import message, write_export
from tests.quick import examples

DIGITS = "9" * 4_301
# What has ended programs before: half characters beside Han, endless numbers, signs without width, markup never closed.
SIGNS = "\ud83d\udc00銀٣½﷽ﬀİẞ\0\r\n\\{}%\u202e\ufeff\u200d\U000e0001"
WORDS = "白银 二万亿 1e400 \x1b[31m || ``` “ [x]( <@1> kg {0} %s AI is a bubble not 不"
PIECES = st.sampled_from([*SIGNS, *WORDS.split(" "), DIGITS, f"{DIGITS}.{DIGITS}", "> ", "e" + "\u0301" * 50])
TEXTS = st.lists(PIECES | st.text(st.characters(codec=None), max_size=12), max_size=8).map("".join)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
LINES = (
    st.fixed_dictionaries({"id": JSON, "text": TEXTS}).map(lambda line: json.dumps(line).encode())
    | JSON.map(lambda line: json.dumps(line).encode())
    | st.binary(max_size=40).map(lambda line: line.replace(b"\n", b""))
    | st.sampled_from(
        [b'{"id": %b, "text": "x"}' % DIGITS.encode(), b"[" * 9_000, b'{"id": 1, "text": "' + b"\xff" * 9]
    )
)
KEPT = settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@KEPT
@given(st.lists(LINES, max_size=12))
def test_a_stream_answers_each_message_and_names_each_other_line(call, lines):
    last = b'{"id": "the last one", "text": "AI is a bubble"}'
    done = call("check", "--jsonl", typed=b"\n".join([*lines, last]))
    answered = [json.loads(line) for line in done.out.split("\n") if line]
    assert answered[-1]["id"] == "the last one"
    told = [line for line in done.err.split("\n") if line]
    assert len(answered) + len(told) == sum(bool(line.strip()) for line in lines) + 1
    assert all(re.search(r"line \d+: ", line) for line in told)


@KEPT
@given(st.lists(TEXTS, max_size=6))
def test_a_chat_answers_every_line(call, texts):
    typed = [text.replace("\n", " ").replace("\r", " ").strip() or "x" for text in texts]
    done = call("chat", typed="\n".join([*typed, ""]).encode("utf-8", "surrogatepass"))
    assert done.code == 0


@KEPT
@given(TEXTS, st.sampled_from([(), ("--json",), ("--card", "discord")]))
def test_any_text_is_checked(call, text, options):
    assert call("check", *options, "--", text).code in {0, 1}


@KEPT
@given(st.lists(TEXTS, max_size=12))
def test_a_past_with_any_texts_is_read(call, tmp_path, texts):
    file = write_export(tmp_path)
    whole = json.loads(file.read_text("utf-8"))
    whole["messages"] = [message(number, text) for number, text in enumerate(texts, 1)]
    file.write_text(json.dumps(whole), "ascii")
    assert call("backtest", str(file)).code == 0


COMMANDS = (
    "check claims list show import export documents packs doctor evaluate messages backtest restore publish history"
)
OPTIONS = "--json --server --help --out --yes --format csv - -- -1"
ARGUMENTS = st.lists(
    st.sampled_from([*COMMANDS.split(), *OPTIONS.split()]) | TEXTS.filter(lambda text: "\0" not in text), max_size=5
)


@KEPT
@given(ARGUMENTS)
@example(["doctor", "\ud83d"])
def test_any_arguments_end_in_words(call, arguments):
    # `run` would go online, and these ask or write where they stand.
    if not {"run", "demo"} & set(arguments[:1]):
        assert call(*arguments).code in {0, 1, 2}
