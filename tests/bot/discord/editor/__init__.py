"""The desk of a claim: each path, the rights, two at once, restarts and failures."""
