"""What the native kernel makes of many cells, for tests that the kernel in the browser makes the same."""
