"""Source documents: recognised by the SHA-256 of the raw file, kept as text, shown passage by passage.

Lives here: loading files and finding passages. May not live here: what a claim says about a passage.
"""
