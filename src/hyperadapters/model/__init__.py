"""The adapted model: a backbone with adapters, how it is made, and what can be counted of it."""
