"""Kernels that start at once: a small process with everything imported forks them, beside the Jupyter that starts them."""
