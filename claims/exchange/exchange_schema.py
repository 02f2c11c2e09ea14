"""The form of claims for import: that of packs, made wide enough for drafts and for claims that moderators wrote."""

from typing import Any

from claims.edits import STATUSES
from claims.pack_schema import read_schema

STATE = "^s[0-9a-f]{16}$"


def exchange_schema() -> dict[str, Any]:
    """Return the JSON Schema: packs, but with fewer wordings and points, one language, a status and a state mark."""
    schema = read_schema()
    parts, kinds = schema["properties"], schema["$defs"]
    parts["pack"]["type"] = ["object", "null"]
    for name in ("documents", "claims"):
        parts[name].pop("minItems", None)
        parts[name].pop("maxItems", None)
    kinds["text"]["properties"] = _both({"type": "string", "maxLength": kinds["line"]["maxLength"]})
    kinds["longText"]["properties"] = _both({"type": "string", "maxLength": kinds["sentence"]["maxLength"]})
    kinds["wordings"]["required"] = []
    for texts in kinds["wordings"]["properties"].values():
        texts["minItems"] = 0
    claim = kinds["claim"]["properties"]
    claim["status"] = {"enum": list(STATUSES)}
    claim["exported_state"] = {"type": "string", "pattern": STATE}
    claim["points"]["minItems"] = 0
    kinds["point"]["properties"]["citations"]["minItems"] = 0
    citation, document = kinds["citation"]["properties"], kinds["document"]["properties"]
    citation["end"]["minimum"] = 0
    document["author"] = document["publisher"] = {"type": "string", "maxLength": kinds["line"]["maxLength"]}
    # A source of a server's own is cited as a whole: there is no file of which to take a digest.
    document["sha256"] = {"type": "string", "pattern": "^([0-9a-f]{64})?$(?!\\n)"}
    return schema


def _both(text: dict[str, Any]) -> dict[str, Any]:
    return {"en": text, "zh": text}
