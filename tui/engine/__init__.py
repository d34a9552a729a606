"""What can be done: cluster I/O, `oc`, runbook sessions, journals. No Textual below this line."""
