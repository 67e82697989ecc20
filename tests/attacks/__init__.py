"""A collection of escape attempts, run in a real kernel and watched from outside."""
