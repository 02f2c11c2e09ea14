"""Tests of `claims.store`."""
