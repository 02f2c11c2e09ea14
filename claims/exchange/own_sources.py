"""The sources that a file brings along for one server, under ids that no other server has taken."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import select
from sqlmodel import Session, col

from claims.exchange.formats import Incoming, IncomingClaim, IncomingPack, RefusedClaim
from claims.record import ClaimRecord
from claims.store.tables import Document

_LONGEST_ID = 64
_DIGITS = 8


def for_server(session: Session, incoming: Incoming, server: int | None) -> Incoming:
    """Return the import with each source renamed whose id is another server's; the same file gives the same ids.

    So one file goes into any number of servers, each with sources of its own.
    """
    if server is None:
        return incoming
    given = {document.id for pack in incoming.packs for document in pack.documents if not document.sha256}
    elsewhere = col(Document.server).is_not(None) & (col(Document.server) != server)
    taken = session.scalars(select(col(Document.id)).where(col(Document.id).in_(given), elsewhere))
    names = {name: _own_id(name, server) for name in taken}
    return replace(incoming, packs=tuple(_renamed(pack, names) for pack in incoming.packs)) if names else incoming


def _own_id(name: str, server: int) -> str:
    digest = hashlib.sha256(f"{server}/{name}".encode()).hexdigest()[:_DIGITS]
    return f"{name[: _LONGEST_ID - _DIGITS - 1].rstrip('-.')}-{digest}"


def _renamed(pack: IncomingPack, names: Mapping[str, str]) -> IncomingPack:
    documents = tuple(replace(each, id=names.get(each.id, each.id)) for each in pack.documents)
    return replace(pack, documents=documents, claims=tuple(_claim(claim, names) for claim in pack.claims))


def _claim(claim: IncomingClaim | RefusedClaim, names: Mapping[str, str]) -> IncomingClaim | RefusedClaim:
    return claim if isinstance(claim, RefusedClaim) else replace(claim, record=_record(claim.record, names))


def _record(record: ClaimRecord, names: Mapping[str, str]) -> ClaimRecord:
    points = (
        replace(
            point,
            citations=tuple(
                replace(each, document=names.get(each.document, each.document)) for each in point.citations
            ),
        )
        for point in record.points
    )
    return replace(record, points=tuple(points))
