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
class Use:
    """The id of a button or menu, and what is chosen in it (a button: nothing)."""

    custom_id: str
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


def _worded(world) -> dict[str, Any]:
    return _loaded(world) | {"claim": CRANE_ID, "words": "quay sinks"}


COMMANDS: Mapping[str, Command] = {
    "about": Command("member"),
    "privacy": Command("member"),
    "forget-me": Command("member"),
    "check": Command("member", lambda _: {"text": "the old crane"}),
    "browse": Command("member"),
    "propose": Command("member"),
    "ignore-me": Command("member", lambda _: {"ignore": "no"}),
    "claims find": Command("moderator", lambda _: {"claim": CRANE_ID}),
    "claims new": Command("moderator"),
    "claims source": Command("moderator"),
    "claims point": Command("moderator", _worded),
    "claims candidates": Command("moderator", _loaded),
    "claims export": Command("moderator"),
    "claims import": Command("moderator", lambda _: {"file": ("claims.yaml", b"claims: []")}),
    "documents add": Command("moderator", lambda _: {"file": ("quay.txt", b"The quay sinks by 3 cm a year.")}),
    "documents list": Command("moderator"),
    "documents show": Command("moderator", lambda _: {"document": "harbour-yearbook"}),
    "documents remove": Command("moderator", lambda _: {"document": "harbour-yearbook"}),
    "queue": Command("moderator"),
    "digest": Command("moderator"),
    "history": Command("moderator"),
    "status": Command("moderator"),
    "trends": Command("moderator"),
    "backtest": Command("moderator", lambda world: {"channel": world.channel}),
    "touchstone watch": Command("moderator", lambda _: {"mode": "hint"}),
    "touchstone language": Command("moderator", lambda _: {"language": "en"}),
    "touchstone settings": Command("moderator", lambda _: {"pause_reports": 4}),
    "touchstone exempt": Command("moderator"),
    "touchstone snooze": Command("moderator", lambda _: {"hours": 0}),
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
# A way to use each button and menu; which right it needs, its route says.
USES: tuple[Use, ...] = (
    Use("ts:setup-step:roles"),
    Use("ts:setup:language", ("en",)),
    Use("ts:setup-roles", of="roles"),
    Use("ts:setup-told", of="channels"),
    Use("ts:setup-log:on"),
    Use("ts:setup-channels:on", of="channels"),
    Use(f"ts:desk:open:{CRANE_ID}"),
    Use(f"ts:desk:go:words:{CRANE_ID}"),
    Use(f"ts:desk:act:mute:1:{CRANE_ID}"),
    Use(f"ts:desk:back:{CRANE_ID}"),
    Use(f"ts:desk:menu:points:0:1:{CRANE_ID}", ("0",)),
    Use(f"ts:desk:drop:points:0:1:{CRANE_ID}"),
    Use(f"ts:desk:list:{CRANE_ID}", ("en",)),
    Use(f"ts:desk:page:en:0:{CRANE_ID}"),
    Use(f"ts:desk:out:en:0:{CRANE_ID}", ("0" * 8,)),
    Use(f"ts:desk:take:{CRANE_ID}", ("0",)),
    Use(f"ts:desk:model:{CRANE_ID}"),
    Use(f"ts:history:claim:{CRANE_ID}"),
    Use("ts:history:page:0:0:"),
    Use("ts:history:open:0:0:", ("1",)),
    Use("ts:history:u:1:0:"),
    Use("ts:history:U:1:0:"),
    Use(f"ts:import:write:{ANY}:{ANY}"),
    Use("ts:q:drop:1:all"),
    Use("ts:q:next:1:all"),
    Use("ts:q:list:0:all"),
    Use("ts:q:kind", ("all",)),
    Use("ts:q:open:all", ("1",)),
    Use("ts:q:to:1:all", (CRANE_ID,)),
    Use("ts:labels-open:backtest:0"),
    Use("ts:labels:backtest:0:0"),
    Use("ts:label:right:backtest:0:0", ("1:1:0",)),
    Use("ts:labels-file"),
    Use("ts:tick:right:1:1:0"),
    Use("ts:cut-off:0.90"),
    Use("ts:cut-off-set:0.90"),
    Use("ts:doc:list:0"),
    Use("ts:doc:open", ("harbour-yearbook",)),
    Use("ts:doc:show:harbour-yearbook"),
    Use("ts:doc:read:0:harbour-yearbook"),
    Use("ts:doc:look:harbour-yearbook"),
    Use("ts:doc:ask:harbour-yearbook"),
    Use("ts:doc:drop:harbour-yearbook"),
    Use("ts:shadow-clear:0"),
    Use("ts:shadow-clear-now:0"),
    Use("ts:example:label:1:1", ("-",)),
    Use("ts:examples:delete:1:0"),
    Use("ts:examples:file"),
    Use("ts:examples:page:0"),
)
# Routes that everybody may use, or whose handler decides: an author's card, an example, a draft of one's own.
OPEN_TO_ALL = (
    f"ts:more:{CRANE_ID}",
    f"ts:sources:{CRANE_ID}",
    f"ts:helpful:{CRANE_ID}",
    "ts:hint:open:1:1",
    "ts:hint:more:1:1",
    "ts:hint:show:1:1",
    f"ts:why:{CRANE_ID}",
    f"ts:not:{CRANE_ID}",
    "ts:report:not-said:1:0",
    "ts:hide:1",
    "ts:page:0",
    "ts:open",
    "ts:fo:new|",
    "ts:fm:new|",
    "ts:fd:new|",
    "ts:import:discard",
    "ts:example:forget:1:1",
)
# The id of each kind of form, without its prefix.
FORMS: Mapping[str, str] = {
    "prop": "prop||",
    "qword": "qword|1|word|all|",
    "qclaim": "qclaim|1|all|",
    "qcand": "qcand|1|all|",
    "qpoint": "qpoint|1|all|",
    "texts": f"texts|{CRANE_ID}|",
    "new": "new|",
    "cutoff": f"cutoff|{CRANE_ID}|",
    "wadd": f"wadd|{CRANE_ID}|en|",
    "wlist": f"wlist|{CRANE_ID}|en|",
    "pnew": f"pnew|{CRANE_ID}|",
    "ptext": f"ptext|{CRANE_ID}|0|<fingerprint of the point>|",
    "psrc": f"psrc|{CRANE_ID}|0|<fingerprint of the point>|",
    "figure": f"figure|{LAMP_ID}|0|<fingerprint of the figure>|",
    "fignew": f"fignew|{CRANE_ID}|",
    "source": "source|",
    "docfct": "docfct|harbour-yearbook|",
    "tryall": "tryall|",
    "try": f"try|{CRANE_ID}|",
}
