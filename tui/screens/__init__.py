"""What fills the terminal: the main screen, the runbook, questions, help, errors."""
