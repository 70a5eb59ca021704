"""The Python environment of the worker: finding an interpreter, set-up and repair."""
