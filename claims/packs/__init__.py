"""The packs that come with Touchstone, and the schema that every pack is held against.

Lives here: `*.yaml` packs and `pack.schema.json`. May not live here: code; it is in `claims/pack_*.py`.
"""
