"""Must-gathers as a source: folders and archives, read as streams, nothing unpacked to disk."""
