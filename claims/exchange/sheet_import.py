"""A sheet of claims for import: its rows, put together by their claims."""

import hashlib

from claims.exchange.incoming import Incoming, IncomingClaim, IncomingPack, RefusedClaim
from claims.exchange.reading import read_pack_data
from claims.exchange.sheet_claims import SheetClaims
from claims.exchange.sheet_order import in_order
from claims.exchange.sheet_rows import read_rows
from claims.exchange.source import Source


def read_sheet(source: Source) -> Incoming:
    """Read all rows; raises ImportRefusedError where this is no sheet, or one without the columns of an export.

    The claims belong to no pack of the file; those that the base knows stay in their packs.
    """
    sheet = SheetClaims()
    for line, cells in in_order(read_rows(source)):
        sheet.take(line, cells)
    digest = hashlib.sha256(source.text.encode()).hexdigest()
    read = read_pack_data(source.name, sheet, digest, set()).claims
    claims = tuple(_with_rows(each, sheet) for each in read)
    rest = (RefusedClaim(claim, faults[0].line, tuple(faults)) for claim, faults in sheet.faults.items())
    return Incoming(source.name, source.format, (IncomingPack(None, digest, (), (*claims, *rest)),))


def _with_rows(claim: IncomingClaim | RefusedClaim, sheet: SheetClaims) -> IncomingClaim | RefusedClaim:
    """Refuse the claim where one of its rows could not be read."""
    name = claim.claim if isinstance(claim, RefusedClaim) else claim.record.id
    faults = sheet.faults.pop(name, None)
    return claim if faults is None else RefusedClaim(name, claim.line, tuple(faults))
