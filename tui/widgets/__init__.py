"""Widgets that know nothing of OADP."""
