"""A trained model that answers many requests: those that wait are answered together."""

from hyperadapters.serve.service import Reply, Service

__all__ = ["Reply", "Service"]
