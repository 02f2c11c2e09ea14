"""Tests of checks/evaluate."""
