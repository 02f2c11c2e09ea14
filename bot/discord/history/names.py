"""What the things of a revision are called: claims by their titles, channels and settings by what they are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.texts import Texts
from claims.history import ChangeRecord
from claims.keepers.claim import CLAIM
from claims.keepers.claim_origin import CLAIM_ORIGIN


@dataclass(frozen=True, slots=True)
class Names:
    """Names things in one language. `titles` are those of the claims that the server sees now; nothing is escaped."""

    texts: Texts
    titles: Mapping[str, str]
    channel: Callable[[int], str]

    def of(self, change: ChangeRecord) -> str:
        """Return the name of the thing that was changed."""
        state, texts = change.after or change.before or {}, self.texts
        match change.kind:
            case "claim" | "pack" if "title_en" in state:
                return texts.pick(state["title_en"], state["title_zh"])
            case "source" | "document" if "title" in state:
                return state["title"]
            case "claim setting" | "claim origin":
                return self.titles.get(change.subject, change.subject)
            case "server":
                return texts("Settings of the server")
            case "channel":
                return self.channel(int(change.subject.partition("/")[2]))
            case "queue item":
                return texts("Item {number} of the queue", number=change.subject)
            case "example":
                return texts("Example {number}", number=change.subject)
            case _:
                return change.subject

    def of_all(self, changes: Sequence[ChangeRecord]) -> str:
        """Return the names of all things, shortened to the first one and a count."""
        names = list(dict.fromkeys(self.of(change) for change in changes if change.kind != CLAIM_ORIGIN))
        if len(names) < 2:
            return "".join(names)
        return self.texts.plural("{name} and {count} more", "{name} and {count} more", len(names) - 1, name=names[0])


def restorable(changes: Sequence[ChangeRecord]) -> str | None:
    """Return the one claim whose version a revision holds, or None where it holds none or several."""
    claims = [change for change in changes if change.kind == CLAIM]
    return claims[0].subject if len(claims) == 1 and claims[0].after is not None else None
