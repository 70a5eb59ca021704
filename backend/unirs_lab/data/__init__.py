"""Images with known answers that were not generated: what training and evaluation read."""
