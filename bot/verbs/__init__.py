"""The command line's verbs, by what they are for: one verb, one use case."""
