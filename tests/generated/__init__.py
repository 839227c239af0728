"""Tests of scripts/generate and of the package that it writes."""
