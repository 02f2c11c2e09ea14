"""A server's own sources: articles and papers that no pack brings, so that its points can cite them."""

from dataclasses import dataclass

from claims.base import ClaimBase
from claims.fields import FormReader
from claims.moderation.rights import Actor, permit
from claims.store.changes import SOURCE, Change, write_changes
from claims.store.revisions import AuditEntry, last_revision

_ADDRESS = 2000


@dataclass(frozen=True, slots=True)
class NewSource:
    """A source as it is typed."""

    title: str
    publisher: str
    published: str
    address: str = ""
    author: str = ""
    language: str = "en"


class SourceBook:
    """The sources of single servers; no server sees another's."""

    def __init__(self, base: ClaimBase) -> None:
        self._base = base

    def add(self, actor: Actor, source: NewSource, reason: str = "") -> str:
        """Add a source and return its id, which citations name; raises NotAllowedError and InvalidEditError."""
        form = FormReader()
        address = source.address.strip()
        if address and (len(address) > _ADDRESS or not address.startswith(("https://", "http://")) or " " in address):
            form.refuse("address", "{value} is no address.", "Write it as https://…", value=address[:60])
        facts = {
            "title": form.needed("title", source.title),
            "author": form.text("author", source.author),
            "publisher": form.needed("publisher", source.publisher),
            "published": form.when("published", source.published),
            "language": form.choice("language", source.language, ("en", "zh-Hans", "zh-Hant")),
            "address": address or None,
        }
        form.finish(source)
        with self._base.database.changing() as session:
            permit(session, actor, "source.add")
            name = f"source-{last_revision(session) + 1}"
            entry = AuditEntry(actor.who, "source.add", reason, actor.server)
            write_changes(session, entry, [Change(SOURCE, name, facts)], self._base.clock())
        return name
