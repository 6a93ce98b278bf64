"""Readers, one per file format: a path in, sentences out, errors with file and line."""
