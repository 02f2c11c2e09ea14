"""The claim base: packs, documents, history and what servers keep."""
