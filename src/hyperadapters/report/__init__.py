"""What scores and embeddings show: intervals, maps, the papers' figures, reports."""
