"""A run file becomes objects; a trained model is kept and comes back."""
