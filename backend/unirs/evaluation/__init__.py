"""How models are scored: metrics, the benchmark of the small model, reports, the model card."""
