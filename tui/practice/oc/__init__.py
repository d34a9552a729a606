"""A stand-in for `oc` that talks to the practice cluster and to nothing else.

Run it as `python -m tui.practice.oc ARGS...`. It understands the commands that procedures use and
answers in oc's words; what it does not know it says so and exits with 1. It needs the standard
library and PyYAML alone, so that it starts quickly.
"""
