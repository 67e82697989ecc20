"""Magics: one module per family, all in one registry."""
