"""The paper's ablations at small size: what is trained, how it is compared, what comes of it."""
