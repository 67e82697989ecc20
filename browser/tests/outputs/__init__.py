"""Outputs in the browser's page: they are what the native kernel makes of them, and run and load nothing."""
