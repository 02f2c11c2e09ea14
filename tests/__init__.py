"""The tests; their folders mirror the tree of the product."""
