"""Logs of any size, read where they are looked at: no Textual here."""
