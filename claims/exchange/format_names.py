"""The formats of files: their names and the endings of files."""

from typing import Literal, get_args

Format = Literal["yaml", "csv", "claimreview"]
FORMATS: tuple[Format, ...] = get_args(Format)
SUFFIXES: dict[Format, str] = {"yaml": ".yaml", "csv": ".csv", "claimreview": ".json"}
