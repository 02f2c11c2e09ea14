"""Words of others are shown letter by letter."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.cards import escape, link, quote

ZERO_WIDTH = "\u200b"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (
            "**bold** __under__ ~~gone~~ ||spoiler|| `code`",
            r"\*\*bold\*\* \_\_under\_\_ \~\~gone\~\~ \|\|spoiler\|\| \`code\`",
        ),
        ("[click](https://evil.example)", rf"\[click\](https:{ZERO_WIDTH}//evil.example)"),
        ("@everyone and <@123>", rf"@{ZERO_WIDTH}everyone and \<@{ZERO_WIDTH}123\>"),
        (
            "# heading\n- list\n1. first\n-# small",
            f"{ZERO_WIDTH}# heading\n{ZERO_WIDTH}- list\n{ZERO_WIDTH}1. first\n{ZERO_WIDTH}-# small",
        ),
        ("> quoted", r"\> quoted"),
        ("白银 3%—6%", "白银 3%—6%"),
    ],
)
def test_markup_mentions_and_links_are_disarmed(written, shown):
    assert escape(written) == shown


@given(st.text())
def test_nothing_is_lost(text):
    assert re.sub(r"\\(.)", r"\1", escape(text).replace(ZERO_WIDTH, ""), flags=re.DOTALL) == text.replace(
        ZERO_WIDTH, ""
    )


@given(st.text(alphabet="\\*_~|`[]<>@#-+1.:/ahtps \n"))
def test_no_active_character_stays_unescaped(text):
    bare = re.sub(r"\\.", "x", escape(text), flags=re.DOTALL)
    assert not set("*_~|`[]<>") & set(bare)
    assert "://" not in bare
    assert not re.search(r"@[^\s\u200b]", bare)
    assert not re.search(r"^\s*(#|[-+]|\d+[.)])", bare, re.MULTILINE)


@given(st.text())
def test_every_line_of_a_quotation_is_one(text):
    assert all(line.startswith("> ") for line in quote(text).split("\n") if line)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "https://a.example/) [x](https://b.example", "https://a b"])
def test_an_address_that_could_break_out_of_a_link_is_left_out(address):
    assert link("Title", address) == "Title"


def test_the_title_of_a_link_is_escaped():
    assert link("a [b]", "https://a.example/x#:~:text=c") == r"[a \[b\]](https://a.example/x#:~:text=c)"
