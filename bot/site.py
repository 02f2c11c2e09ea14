"""The claims as a small static site: a page a claim in each language, lists and feeds, for any web server to hand out.

The folder remembers which files are the site's own (`MANIFEST`): only these are ever replaced or taken away.
"""

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any, cast

from bot.reply import Composer, claim_path
from bot.service import Touchstone
from bot.site_pages import (
    Frame,
    SiteClaim,
    claim_page,
    entry_page,
    feed,
    index_page,
    withdrawn_page,
)
from bot.texts import Texts
from claims.exchange.claimreview import Node, Publishing, review_nodes
from claims.exchange.reviews_in import Ratings
from claims.moderation.editor import ClaimView
from claims.moderation.history import History
from claims.moderation.rights import Actor
from claims.record import ClaimRecord, DocumentRecord
from config.errors import SiteError
from config.languages import SHOWN

MANIFEST = ".touchstone-site.json"
_INDEX = "index.html"


@dataclass(frozen=True, slots=True)
class SiteReport:
    """What was done to the folder, in files; `claims` counts the claims that are shown."""

    claims: int
    written: int
    unchanged: int
    removed: int


def write_site(touchstone: Touchstone, folder: Path, frame: Frame, server: int | None = None) -> SiteReport:
    """Bring the site in a folder up to date with the published claims that the server sees (None: the shared ones).

    Each file is put in place whole, one that stays the same is left alone, and pages of claims that are gone go.

    Raises:
        SiteError: the folder cannot be written, or holds a file of somebody else's where a page belongs.
    """
    site = _Site(touchstone, frame, server)
    try:
        return _Folder(folder).write(site)
    except OSError as error:
        raise SiteError(
            "{path} cannot be written ({reason}). Look at the disk and at the rights there.",
            path=error.filename or folder, reason=error.strerror or type(error).__name__,
        ) from error  # fmt: skip


class _Site:
    """What the site holds, read from the base once."""

    def __init__(self, touchstone: Touchstone, frame: Frame, server: int | None) -> None:
        base = touchstone.base
        every = ClaimView(base).all(Actor.operator(server))
        history = History(base)
        self.claims = {claim.id: claim for claim in base.claims(server)}
        public = [claim for claim in every if claim.id in self.claims or claim.status == "withdrawn"]
        self._past = {claim.id: history.milestones(claim) for claim in public}
        self._gone = [claim for claim in public if claim.id not in self.claims and self._past[claim.id]]
        self._frame = frame
        self._packs = {pack.id: pack for pack in base.packs()}
        self._documents = {document.id: document for document in base.documents(server)}
        self._texts = [touchstone.texts(language) for language in SHOWN]
        self._passage = cache(lambda citation: base.passage(citation).text)
        self._today = base.clock().date()
        self._ratings = Ratings.load()

    def paths(self) -> set[str]:
        """Return the names of all files."""
        claims = [*self.claims.values(), *self._gone]
        every = {claim_path(claim.id, texts.language) for claim in claims for texts in self._texts}
        return every | {f"{each.language}/{name}" for each in self._texts for name in (_INDEX, "feed.xml")} | {_INDEX}

    def files(self) -> Iterator[tuple[str, str]]:
        """Yield name and content of each file, pages before the lists that lead to them."""
        for texts in self._texts:
            shown = list(self._shown(texts))
            for each in shown:
                yield claim_path(each.claim.id, texts.language), claim_page(each, texts, self._frame)
            for claim in self._gone:
                page = withdrawn_page(claim, self._past[claim.id], texts, self._frame)
                yield claim_path(claim.id, texts.language), page
            yield f"{texts.language}/{_INDEX}", index_page(self._by_pack(shown, texts).items(), texts, self._frame)
            yield f"{texts.language}/feed.xml", feed(shown, texts, self._frame)
        yield _INDEX, entry_page(self._texts, self._frame)

    def _shown(self, texts: Texts) -> Iterator[SiteClaim]:
        composer = Composer(self.claims, self._documents, texts, self._passage, self._today)
        for claim in self.claims.values():
            cited = [citation for point in claim.points for citation in point.citations]
            passages = {citation: self._passage(citation) for citation in cited}
            reviews = tuple(_reviews(claim, self._documents, self._ratings, texts, self._frame))
            yield SiteClaim(claim, composer.describe(claim.id), passages, self._past[claim.id], reviews)

    def _by_pack(self, shown: list[SiteClaim], texts: Texts) -> Mapping[str, list[SiteClaim]]:
        found: dict[str, list[SiteClaim]] = {}
        for each in shown:
            pack = self._packs.get(each.claim.pack)
            title = texts.pick(pack.title) if pack else ""
            found.setdefault(title, []).append(each)
        return found


def _reviews(
    claim: ClaimRecord, documents: Mapping[str, DocumentRecord], ratings: Ratings, texts: Texts, frame: Frame
) -> Iterator[Node]:
    """Yield the claim's review in the language of the texts; none where it has no title in it."""
    address = f"{frame.address}/{claim_path(claim.id, texts.language)}" if frame.address else ""
    publishing = Publishing(frame.publisher, frame.address)
    for node in review_nodes(claim, documents, ratings, publishing):
        if node["inLanguage"][:2] == texts.language[:2]:
            made = {**_reworded(node, texts), "inLanguage": texts.language}
            # The rating is said in words by which importers know it.
            if rating := ratings.ours[claim.kind].get(texts.language):
                made["reviewRating"] = {**made["reviewRating"], "alternateName": rating}
            yield made | ({"url": address} if address else {})


# The texts that people read.
_READ = frozenset({"claimReviewed", "reviewBody", "name", "creditText"})


def _reworded(node: Node, texts: Texts) -> Node:
    made: Node = {}
    # Titles, authors and publishers are those of others.
    reworded = texts.quoted if node.get("@type") in ("CreativeWork", "Organization") else texts.reworded
    for key, value in node.items():
        if isinstance(value, dict):
            made[key] = _reworded(cast("Node", value), texts)
        elif isinstance(value, list):
            each = cast("list[Any]", value)
            made[key] = [_reworded(one, texts) if isinstance(one, dict) else one for one in each]
        else:
            made[key] = reworded(value) if key in _READ and isinstance(value, str) else value
    return made


class _Folder:
    """A folder that holds a site, or will."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, site: _Site) -> SiteReport:
        wanted, own = site.paths(), self._own()
        self._path.mkdir(parents=True, exist_ok=True)
        foreign = sorted(name for name in wanted - own if (self._path / name).exists())
        if not (self._path / MANIFEST).exists():
            # Hidden ones are of tools, such as the .git of a site that is published from there.
            foreign += sorted(each.name for each in self._path.iterdir() if not each.name.startswith("."))
        if foreign:
            raise SiteError(
                "{path} holds files that are not of a site written before, such as {name}. Give an empty folder, or a"
                " new one.",
                path=self._path, name=foreign[0],
            )  # fmt: skip
        # Before the first page: after a crash the next run must know all of them for its own.
        self._remember(own | wanted)
        written = sum(self._put(name, content.encode()) for name, content in site.files())
        gone = [name for name in sorted(own - wanted) if self._remove(name)]
        self._remember(wanted)
        return SiteReport(len(site.claims), written, len(wanted) - written, len(gone))

    def _own(self) -> set[str]:
        try:
            kept = json.loads((self._path / MANIFEST).read_text("utf-8"))
        except FileNotFoundError:
            return set()
        except (ValueError, RecursionError):
            kept = None
        names = cast("dict[str, object]", kept).get("files") if isinstance(kept, dict) else None
        if not isinstance(names, list):
            raise SiteError(
                "{path} does not say which files are the site's. Give an empty folder, or a new one.",
                path=self._path / MANIFEST,
            )
        return {str(name) for name in cast("list[object]", names) if _is_inside(str(name))}

    def _remember(self, names: set[str]) -> None:
        self._put(MANIFEST, json.dumps({"files": sorted(names)}, indent=0).encode())

    def _put(self, name: str, content: bytes) -> bool:
        """Write a file beside its place and move it there; False where it stands there already."""
        target = self._path / name
        if target.is_file() and target.read_bytes() == content:
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{secrets.token_hex(6)}.new")
        try:
            temporary.write_bytes(content)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        return True

    def _remove(self, name: str) -> bool:
        target = self._path / name
        if not target.is_file():
            return False
        target.unlink()
        return True


def _is_inside(name: str) -> bool:
    """Tell whether a name of the manifest stays within the folder, whatever somebody has written there."""
    path = PurePosixPath(name)
    return bool(name) and not path.is_absolute() and ".." not in path.parts and "\\" not in name and ":" not in name
