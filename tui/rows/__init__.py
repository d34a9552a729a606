"""Facts to rows: pure functions, one file for each kind of thing that is shown."""
