"""Who may use what in Discord: every command, menu, button and form, with a way to use it.

What is added to the bot and not here fails `test_rights.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from claims.store.tables import DocumentText

Level = Literal["member", "moderator", "administrator"]
CRANE_ID, LAMP_ID = "crane-built-1920", "lighthouse-40-kw"
ANY = "0" * 16


@dataclass(frozen=True)
class Command:
    """The least level that may use a command, and its options, which may need the world."""

    level: Level
    options: Callable[[Any], Mapping[str, Any]] = lambda _world: {}


@dataclass(frozen=True)
class Part:
    """The least level that may use a button or menu, its id, and what is chosen in it (a button: nothing).

    For `member`, another rule may hold, which its own tests try: an author's card, an example, a draft of one's own.
    """

    level: Level
    custom_id: str = ""
    values: tuple[Any, ...] = ()
    of: Literal["words", "roles", "channels"] = field(default="words")


def _kept(world) -> dict[str, Any]:
    return {"message": world.said.jump_url, "claim": CRANE_ID, "makes_claim": False}


def _loaded(world) -> dict[str, Any]:
    base = world.touchstone.base
    (yearbook,) = base.documents()
    with base.database.writing() as session:
        session.merge(DocumentText(sha256=yearbook.sha256, text="The quay sinks.", loaded_at=base.clock()))
    return {"source": yearbook.id}


COMMANDS: Mapping[str, Command] = {
    "about": Command("member"),
    "privacy": Command("member"),
    "forget-me": Command("member"),
    "check": Command("member", lambda _: {"text": "the old crane"}),
    "claims browse": Command("member"),
    "claims propose": Command("member"),
    "claims find": Command("moderator", lambda _: {"claim": CRANE_ID}),
    "claims new": Command("moderator"),
    "claims source": Command("moderator"),
    "claims candidates": Command("moderator", _loaded),
    "claims export": Command("moderator"),
    "claims import": Command("moderator", lambda _: {"file": ("claims.yaml", b"claims: []")}),
    "queue": Command("moderator"),
    "digest": Command("moderator"),
    "history": Command("moderator"),
    "status": Command("moderator"),
    "trends": Command("moderator"),
    "backtest": Command("moderator", lambda world: {"channel": world.channel}),
    "touchstone watch": Command("moderator", lambda _: {"mode": "hint"}),
    "touchstone language": Command("moderator", lambda _: {"language": "en"}),
    "touchstone settings": Command("moderator", lambda _: {"pause_reports": 4}),
    "touchstone shadow": Command("moderator"),
    "touchstone examples": Command("moderator"),
    "touchstone keep": Command("moderator", _kept),
    "setup": Command("administrator"),
}
MENUS: Mapping[str, Level] = {
    "Check this message": "member",
    "Propose as claim": "member",
    "Keep as example": "moderator",
}
PARTS: Mapping[str, Part] = {
    "buttons.SourcesButton": Part("member"),
    "buttons.WhyButton": Part("member"),
    "feedback.NotSaidButton": Part("member"),
    "feedback.ReportButton": Part("member"),
    "hiding.HideButton": Part("member"),
    "pages.PageButton": Part("member"),
    "pages.OpenMenu": Part("member"),
    "forms.items.OpenFormButton": Part("member"),
    "forms.items.MineButton": Part("member"),
    "forms.items.DropButton": Part("member"),
    "exchange.items.DiscardButton": Part("member"),
    "examples.forget_button.ForgetExampleButton": Part("member"),
    "setup_items.StepButton": Part("administrator", "ts:setup-step:roles"),
    "setup_items.ChoiceMenu": Part("administrator", "ts:setup:language", ("en",)),
    "setup_items.RolesMenu": Part("administrator", "ts:setup-roles", of="roles"),
    "setup_items.ChannelsMenu": Part("administrator", "ts:setup-channels:on", of="channels"),
    "desk.items.OpenDeskButton": Part("moderator", f"ts:desk:open:{CRANE_ID}"),
    "desk.items.PartButton": Part("moderator", f"ts:desk:go:words:{CRANE_ID}"),
    "desk.items.ActButton": Part("moderator", f"ts:desk:act:mute:1:{CRANE_ID}"),
    "desk.items.AskSharedButton": Part("moderator", f"ts:desk:back:{CRANE_ID}"),
    "desk.entry_items.EntryMenu": Part("moderator", f"ts:desk:menu:points:0:1:{CRANE_ID}", ("0",)),
    "desk.entry_items.EntryButton": Part("moderator", f"ts:desk:drop:points:0:1:{CRANE_ID}"),
    "desk.wording_items.ListMenu": Part("moderator", f"ts:desk:list:{CRANE_ID}", ("en",)),
    "desk.wording_items.WordingPageButton": Part("moderator", f"ts:desk:page:en:0:{CRANE_ID}"),
    "desk.wording_items.RemoveMenu": Part("moderator", f"ts:desk:out:en:0:{CRANE_ID}", ("0" * 8,)),
    "history.items.HistoryButton": Part("moderator", f"ts:history:claim:{CRANE_ID}"),
    "history.items.PageButton": Part("moderator", "ts:history:page:0:0:"),
    "history.items.RevisionMenu": Part("moderator", "ts:history:open:0:0:", ("1",)),
    "history.items.StepButton": Part("moderator", "ts:history:u:1:0:"),
    "exchange.items.WriteButton": Part("moderator", f"ts:import:write:{ANY}:{ANY}"),
    "queue.buttons.DecideButton": Part("moderator", "ts:q:drop:1:all"),
    "queue.buttons.NextButton": Part("moderator", "ts:q:next:1:all"),
    "queue.buttons.ListButton": Part("moderator", "ts:q:list:0:all"),
    "queue.menus.KindMenu": Part("moderator", "ts:q:kind", ("all",)),
    "queue.menus.ItemMenu": Part("moderator", "ts:q:open:all", ("1",)),
    "queue.menus.ClaimMenu": Part("moderator", "ts:q:to:1:all", (CRANE_ID,)),
    "backtest_report.CutOffButton": Part("moderator", "ts:cut-off:0.9000"),
    "server.clear_button.ClearShadowButton": Part("moderator", "ts:shadow-clear:0"),
    "examples.label_menu.LabelMenu": Part("moderator", "ts:example:label:1:1", ("-",)),
    "examples.list_items.DeleteExampleButton": Part("moderator", "ts:examples:delete:1:0"),
    "examples.list_items.ExamplesFileButton": Part("moderator", "ts:examples:file"),
    "examples.list_items.ExamplesPageButton": Part("moderator", "ts:examples:page:0"),
}
# The id of each kind of form, without its prefix.
FORMS: Mapping[str, tuple[Level, str]] = {
    "prop": ("member", "prop||"),
    "qword": ("moderator", "qword|1|word|all|"),
    "qclaim": ("moderator", "qclaim|1|all|"),
    "texts": ("moderator", f"texts|{CRANE_ID}|"),
    "new": ("moderator", "new|"),
    "cutoff": ("moderator", f"cutoff|{CRANE_ID}|"),
    "wadd": ("moderator", f"wadd|{CRANE_ID}|en|"),
    "wlist": ("moderator", f"wlist|{CRANE_ID}|en|"),
    "pnew": ("moderator", f"pnew|{CRANE_ID}|"),
    "ptext": ("moderator", f"ptext|{CRANE_ID}|0|<mark of the point>|"),
    "psrc": ("moderator", f"psrc|{CRANE_ID}|0|<mark of the point>|"),
    "figure": ("moderator", f"figure|{LAMP_ID}|0|<mark of the figure>|"),
    "fignew": ("moderator", f"fignew|{CRANE_ID}|"),
    "source": ("moderator", "source|"),
}
