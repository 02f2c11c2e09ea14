"""The export of claims, in each of the formats."""

from collections.abc import Collection, Iterator

from claims.base import ClaimBase
from claims.exchange.claimreview import Publishing, write_reviews
from claims.exchange.formats import Format, read_contents
from claims.exchange.reading import write_yaml
from claims.exchange.sheet import write_sheet


def export_claims(
    base: ClaimBase,
    file_format: Format,
    server: int | None = None,
    *,
    only: Collection[str] = (),
    byte_order_mark: bool = False,
    publishing: Publishing | None = None,
) -> Iterator[str]:
    """Yield the text of an export in pieces, to be written as UTF-8 without any change of line ends.

    It holds what the server sees (None: what is shared): claims of any status in `yaml` and `csv`, published ones in
    `claimreview`. `yaml` is lossless; what a server sets on a claim (muted, cut-off), versions and history stay behind.
    `byte_order_mark` leads a `csv` with one, by which Excel knows UTF-8; `publishing` says by whom and
    where a `claimreview` is published. `only`: the claims of these ids. May raise DatabaseError at once, and
    UnknownClaimError.
    """
    contents = read_contents(base, server, only)
    match file_format:
        case "yaml":
            return write_yaml(contents)
        case "csv":
            return write_sheet(contents, bom=byte_order_mark)
        case "claimreview":
            return write_reviews(contents, publishing)
