"""Measures the Monty kernel against ipykernel in one run on one machine. `python -m benchmarks`; the method is in README.md."""
