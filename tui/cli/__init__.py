"""The command line: one file per command. Results go to standard output, all else to the error."""
