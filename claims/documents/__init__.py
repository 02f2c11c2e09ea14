"""Source documents: recognised by the SHA-256 of the raw file, kept as text, shown passage by passage.

Lives here: loading files, finding passages, and picking sentences that look like claims.
May not live here: what a claim says about a passage, or who may look through a document.
"""
