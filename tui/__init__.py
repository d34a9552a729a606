"""oadp-doctor: what is seen (this package), what can be done (`tui.engine`), rehearsals."""

__version__ = "0.1.0"
