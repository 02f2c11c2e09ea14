"""Tests of checks/calibrate."""
