"""Tests of reading and comparing figures."""
