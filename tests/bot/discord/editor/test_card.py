"""The private card of a claim: what it says, and what its buttons do."""

import re

import discord
import pytest

from bot.discord import create_bot
from bot.discord.cards import draw_lines
from bot.discord.editor.screen import OPEN_EDITOR
from claims.moderation.editor import NewClaim
from claims.moderation.edits import AddWordings, EditPoint, EditTexts, EditWordings, RemoveWordings, SetStatus
from tests.bot.discord.editor.conftest import CRANE_ID, FERRY_ID, LAMP_ID
from tests.bot.discord.world import labels_of, text_of
from tests.claims.people import administrator

FIRST = ["Edit", "Wordings", "Points", "Figures", "History"]
LAST = ["What is heard", "Try a sentence"]


async def test_it_says_all_there_is_to_know(desk):
    shown = text_of(await desk.open(LAMP_ID))
    for line in (
        "### The lamp of the lighthouse draws 40 kW",
        "Title in English: The lamp of the lighthouse draws 40 kW",
        "Title in Chinese: 灯塔的灯耗电40千瓦",
        "Kind: reported in the documents · Status: published · Version: 1",
        "As of: 1 May 2025",
        "-# The shared claim. The first change here makes a version of this server's own. Nobody has changed it here.",
        "-# Id: lighthouse-40-kw",
        "**Wordings in English: 6**\n- The lamp of the lighthouse draws 40 kW",
        "-# 3 more",
        "**Points: 1**\n1. **Context** 40 kW is the connection of the whole island; the lamp itself draws 2 kW.",
        r"-# The harbour's yearbook · May 2025 · \[1\]",
        "**Figures: 1**\n- the whole island around 40 kW",
        r"-# \[1\] [From the harbour's yearbook](https://harbour.example/yearbook) · Harbour office · 1 May 2025",
    ):
        assert line in shown
    assert labels_of(await desk.open(LAMP_ID)) == [*FIRST, "Withdraw", "Make a draft", "Mute", "Cut-off", *LAST]


async def test_a_claim_past_its_review_says_so(desk):
    shown = text_of(await desk.open(FERRY_ID))
    assert "Review by: 31 December 2025" in shown
    assert "**Its review is due: see whether it still holds.**" in shown


async def test_it_names_whose_version_it_is_and_who_changed_it(desk):
    desk.edit(EditTexts({"en": "Ours"}))
    shown = text_of(await desk.open())
    assert "-# This server's own version of a shared claim. Last changed by <@99>." in shown
    desk.moderation.editor.begin(desk.other, NewClaim("The whale of the bay"))
    assert "-# A claim of this server's own. Last changed by <@99>." in text_of(await desk.open("whale"))


async def test_what_keeps_a_claim_from_being_answered_is_said(world, desk):
    desk.moderation.claim_settings.set_cut_off(desk.other, CRANE_ID, 0.75)
    assert "**Answered from 0.75 on; other claims have the server's cut-off.**" in text_of(await desk.open())
    world.touchstone.moderation.setup.change(administrator(world.guild.id), packs=())
    assert "**This server does not use its pack harbour, so it is not answered.**" in text_of(await desk.open())
    desk.moderation.editor.begin(desk.other, NewClaim("The whale of the bay"))
    assert "**A draft is not answered." in text_of(await desk.open("whale"))


async def test_what_people_wrote_is_shown_letter_by_letter(desk):
    desk.edit(EditTexts({"en": "**Bold** @everyone [x](https://evil.example)", "zh": "# 标题"}))
    desk.edit(AddWordings("~~gone~~ <@1>"))
    desk.edit(EditPoint(0, text={"en": "_low_ ||hidden||"}, speaker={"en": "`code`"}))
    shown = text_of(await desk.open())
    assert "\\*\\*Bold\\*\\* @\u200beveryone \\[x\\](https:\u200b//evil.example)" in shown
    assert r"\_low\_ \|\|hidden\|\|" in shown
    assert r"\`code\`" in shown
    shown = text_of(await desk.press(await desk.open(), "Wordings"))
    assert "\\~\\~gone\\~\\~ \\<@\u200b1\\>" in shown


async def test_the_longest_claim_fits_by_whole_lines(desk):
    long = {name: "\n".join(f"{name} {n} 𠀀 {'*' * 250}" for n in range(70)) for name in ("en", "not_en", "denials_en")}
    desk.edit(EditWordings(long))
    for n in range(18):
        desk.edit(
            EditPoint(
                text={"en": f"{n} {'_' * 590}"}, speaker={"en": "S" * 300}, date="2025", citations="harbour-yearbook"
            )
        )
    message = await desk.open()
    shown = text_of(message)
    assert len(shown.encode("utf-16-le")) // 2 <= 4000
    points = shown[shown.index("**Points: 20**") :]
    left_out = int(re.search(r"-# (\d+) more", points)[1])
    assert len(re.findall(r"^\d+\. ", points, re.MULTILINE)) + left_out == 20
    assert labels_of(message)[:5] == FIRST


async def test_status_is_changed_with_one_click(desk):
    message = await desk.press(await desk.open(), "Make a draft")
    assert text_of(message).startswith("✓ Now a draft: it is no longer answered.\n###")
    assert desk.claim().status == "draft"
    message = await desk.press(message, "Publish")
    assert text_of(message).startswith("✓ Published.")
    assert desk.claim().status == "published"
    message = await desk.press(message, "Withdraw")
    assert text_of(message).startswith("✓ Withdrawn: it is no longer answered")
    assert desk.claim().status == "withdrawn"
    assert labels_of(message)[5:] == [
        "Publish",
        "Make a draft",
        "Mute",
        "Cut-off",
        *LAST,
        "Use the shared version again",
    ]


async def test_what_an_answer_would_lack_keeps_a_draft_from_being_published(desk):
    draft = desk.moderation.editor.begin(desk.other, NewClaim("The whale of the bay")).claim
    desk.edit(RemoveWordings(("The whale of the bay",)), draft.id)
    refused = await desk.press(await desk.open(draft.id), "Publish")
    assert "A published claim needs a wording." in refused.content
    assert "A published claim needs a point." in refused.content
    assert desk.claim(draft.id).status == "draft"


async def test_a_claim_is_muted_and_answered_again(desk):
    message = await desk.press(await desk.open(), "Mute")
    assert text_of(message).startswith("✓ Muted.")
    assert "**Muted: it is found, but never answered.**" in text_of(message)
    assert desk.claim().muted
    message = await desk.press(message, "Unmute")
    assert text_of(message).startswith("✓ No longer muted.")
    assert not desk.claim().muted


async def test_a_paused_claim_is_resumed(world, desk):
    world.touchstone.moderation.setup.change(administrator(world.guild.id), pause_reports=1)
    card = await world.card()
    await world.bob.click(card, label="Not what I said")
    message = await desk.open()
    assert "**Paused after reports of members: not answered until a moderator resumes it.**" in text_of(message)
    message = await desk.press(message, "Resume")
    assert text_of(message).startswith("✓ Resumed: earlier reports count no more.")
    assert not desk.claim().paused
    assert "Resume" not in labels_of(message)


async def test_the_shared_version_comes_back_after_a_confirming_click(desk):
    desk.edit(EditTexts({"en": "Ours"}))
    question = await desk.press(await desk.open(), "Use the shared version again")
    assert "Give up this server's own version" in text_of(question)
    assert desk.claim().title["en"] == "Ours"
    message = await desk.press(question, "No")
    assert "### Ours" in text_of(message)
    message = await desk.press(message, "Use the shared version again", "Yes, use the shared version")
    assert text_of(message).startswith("✓ This server follows the shared claim again.\n### The old harbour crane")
    assert desk.claim().server is None
    assert "Use the shared version again" not in labels_of(message)


@pytest.mark.parametrize("label", ["Withdraw", "Make a draft", "Mute"])
async def test_a_click_on_an_older_card_shows_the_newer_one_and_does_nothing(desk, label):
    message = await desk.open()
    desk.edit(EditTexts({"en": "Theirs"}))
    message = await desk.press(message, label)
    assert text_of(message).startswith("Somebody else has changed this meanwhile, so I did nothing.")
    assert "### Theirs" in text_of(message)
    assert (desk.claim().status, desk.claim().muted) == ("published", False)


async def test_an_older_question_does_not_give_up_a_newer_version(desk):
    desk.edit(EditTexts({"en": "Ours"}))
    question = await desk.press(await desk.open(), "Use the shared version again")
    desk.edit(EditTexts({"en": "Theirs"}))
    message = await desk.press(question, "Yes, use the shared version")
    assert "Somebody else has changed this meanwhile" in text_of(message)
    assert desk.claim().title["en"] == "Theirs"


@pytest.mark.parametrize(
    "label", ["Edit", "Wordings", "Points", "Figures", "Withdraw", "Make a draft", "Mute", "Cut-off"]
)
@pytest.mark.parametrize("who", ["alice", "mod", "chief"])
async def test_every_button_asks_for_the_right_again(world, desk, who, label):
    message, before = await desk.put_up(), desk.claim()
    if who == "chief":
        desk.take_the_right_away()
    refused = await desk.press(message, label, person=getattr(world, who))
    assert "needs a moderator of the server" in refused.content
    assert desk.claim() == before


async def test_every_button_works_after_a_restart(world, desk, settings):
    message = await desk.open()
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    message = await desk.press(message, "Wordings", "To the claim", "Points", "To the claim", "Figures", "To the claim")
    assert "### The old harbour crane" in text_of(message)
    assert text_of(await desk.press(message, "Mute")).startswith("✓ Muted.")
    assert (await desk.form(message, "Edit")).modal


async def test_it_is_opened_from_elsewhere_too(world, desk):
    texts = world.touchstone.texts("en")
    message = await desk.post(draw_lines(["Here:"], texts, [OPEN_EDITOR.button("Open it", claim=CRANE_ID)]))
    shown = await desk.press(message, "Open it")
    assert "### The old harbour crane" in text_of(shown)
    refused = await desk.press(message, "Open it", person=world.alice)
    assert "needs a moderator of the server" in refused.content


async def test_the_history_is_one_click_away(desk):
    desk.edit(EditTexts({"en": "Ours"}))
    assert "Claim edited" in text_of(await desk.press(await desk.open(), "History"))


async def test_a_claim_that_is_gone_is_named_as_such(desk):
    draft = desk.moderation.editor.begin(desk.other, NewClaim("The whale of the bay")).claim
    message = await desk.open(draft.id)
    desk.moderation.editor.follow_shared(desk.other, draft.id, None)
    assert "There is no such claim here" in (await desk.press(message, "Wordings")).content


@pytest.mark.parametrize(
    ("locale", "said", "labels"),
    [
        (
            discord.Locale.chinese,
            ["### 港口的老吊车建于1920年", "发布状态：已发布", "共享的说法。", "**论点：2**", "**表述（英文）：6**"],
            ["编辑", "表述", "论点", "数字"],
        ),
        (
            discord.Locale.taiwan_chinese,
            ["### 港口的老吊車建於1920年", "發布狀態：已發布", "共用的說法。", "**論點：2**", "**表述（英文）：6**"],
            ["編輯", "表述", "論點", "數字"],
        ),
    ],
)  # fmt: skip
async def test_it_speaks_the_language_of_the_client(desk, in_language, locale, said, labels):
    in_language(locale)
    message = await desk.open()
    for line in said:
        assert line in text_of(message)
    assert labels_of(message)[:4] == labels


async def test_a_withdrawn_claim_says_so(desk):
    desk.edit(SetStatus("withdrawn"))
    assert "Status: withdrawn" in text_of(await desk.open())
