"""The packs that come with Touchstone, and the form of every pack: its YAML, its schema, its claims as plain data.

Lives here: `*.yaml` packs and the vectors of their texts, `pack.schema.json`, reading YAML with its lines, and
what a pack has to fit.
May not live here: what becomes of a pack in a base; that is an import (`claims.exchange`).
"""
