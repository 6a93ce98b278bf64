"""One network that writes the adapters: hypernetworks and adapters for tasks and languages, on
today's Transformers.
"""
