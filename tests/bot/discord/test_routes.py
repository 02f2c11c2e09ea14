"""Clicks are understood from the id alone; what cannot be read, or may not be done, reaches no handler."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.app import create_bot
from bot.discord.routes import UNREADABLE, Route, Router
from config.settings import Settings
from tests.bot.discord.rights_table import OPEN_TO_ALL, USES, Use
from tests.bot.discord.test_rights import put_up, said, use_part
from tests.bot.discord.world import MODERATORS_ONLY

ITEM = Route("ts:t:{step:look|drop}:{number:number}:{page:page}:{claim:some}")


@given(
    step=st.sampled_from(["look", "drop"]),
    number=st.integers(0, 2**63 - 1),
    page=st.integers(-1, 999_999),
    claim=st.text("abcdefghij0123456789-", min_size=1, max_size=40),
)
def test_whatever_is_drawn_is_read_again(step, number, page, claim):
    parts = {"step": step, "number": str(number), "page": str(page), "claim": claim}
    assert ITEM.read(ITEM.id(step=step, number=number, page=page, claim=claim)) == parts


@pytest.mark.parametrize(
    "custom_id",
    [
        "ts:t:look:1:0",
        "ts:t:look:1:0:",
        "ts:t:look:-1:0:c",
        "ts:t:jump:1:0:c",
        "ts:t:look:9223372036854775808:0:c",
        "ts:t:look:1:12345678:c",
        "ts:t:look:١:0:c",
        "ts:t:look:1:0:c\n",
    ],
)
def test_an_id_that_says_less_more_or_other_than_the_route_is_not_read(custom_id):
    assert ITEM.read(custom_id) is None


@pytest.mark.parametrize("parts", [{"step": "jump"}, {"number": -1}, {"claim": ""}, {"claim": "c" * 100}])
def test_an_id_that_would_not_be_read_again_is_not_drawn(parts):
    with pytest.raises(ValueError, match="no id of"):
        ITEM.id(**({"step": "look", "number": 1, "page": 0, "claim": "c"} | parts))


@given(st.sampled_from([*(use.custom_id for use in USES), *OPEN_TO_ALL]))
def test_each_id_is_read_by_one_route(custom_id):
    router = next(part for part in create_bot(Settings(shard_count=1)).parts if isinstance(part, Router))
    assert len([route for route in router.routes if route.read(custom_id) is not None]) == 1


@pytest.mark.parametrize(
    "use",
    [
        Use("ts:nothing"),
        Use("ts:q:next:99999999999999999999:all"),
        Use("ts:q:drop:1"),
        Use("ts:q:open:all", ("first",)),
        Use("ts:fo:nothing|"),
        Use("ts:fo:nothing"),
        Use("ts:fo:qword|1|"),
        Use("ts:fo:ptext|crane-built-1920|first|AAAABBBB|"),
        Use("ts:fo:qclaim|9999999999999999999|all|"),
    ],
    ids=lambda use: use.custom_id,
)
async def test_a_click_that_cannot_be_read_is_refused_in_one_sentence(world, use):
    assert UNREADABLE in said(await use_part(world.chief, await put_up(world, use), use))
    assert world.env.errors == []


async def test_who_lacks_the_right_does_not_learn_whether_there_is_such_an_item(world):
    use = Use("ts:q:next:1:all")
    answer = said(await use_part(world.alice, await put_up(world, use), use))
    assert MODERATORS_ONLY in answer
    assert "Nothing waits" not in answer
