"""Measurements. None of them is a test: a slow machine must not fail anything."""
