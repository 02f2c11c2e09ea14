"""Source documents: taken in from files and addresses, recognised by the SHA-256 of their text, read through views.

Lives here: decoding, fetching, cleaning that keeps the way back to the raw text, passages, picking sentences that look
like claims, by rules or by a language model, and looking whether pages still say what is cited.
May not live here: what a claim says about a passage, or who may look through a document.
"""
