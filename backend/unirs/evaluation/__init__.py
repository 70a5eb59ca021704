"""How models are scored: scorers, the paper's benchmarks and that of the small model, reports, the model card."""
