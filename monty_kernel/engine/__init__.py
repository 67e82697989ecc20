"""Runs cells in a Monty worker. Knows nothing about ZeroMQ, front ends or notebook files."""
