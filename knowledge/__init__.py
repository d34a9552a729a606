"""What is known: issues as data, and the pure rules that judge a snapshot against them.

Nothing in this package reads a cluster, starts a process or looks at a clock: the same
snapshot and the same files always give the same findings.
"""
