"""Documents: recognised by hash, shown passage by passage."""
