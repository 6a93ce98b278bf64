"""What a trained model is worth, and what it answers: matrices of scores, and predictions."""
