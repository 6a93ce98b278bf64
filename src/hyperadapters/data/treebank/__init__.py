"""The built-in trees: thirty short sentences in three languages, written by hand in CoNLL-U."""
