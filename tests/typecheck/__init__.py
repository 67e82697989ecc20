"""The type check of cells, below the wire."""
