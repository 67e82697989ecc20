"""Magics: one module a family; each magic is one small function with its arguments declared once."""
