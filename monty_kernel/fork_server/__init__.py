"""Kernels that start at once: a process with everything imported forks them, beside the process that starts kernels."""
