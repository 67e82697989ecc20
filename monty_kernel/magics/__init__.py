"""Magics: one module per family. Each magic is one small function that declares its arguments once.

To add a magic, write its function in a family's module and a test. Parsing, help, completion, `%lsmagic` and the
tables of `docs/magics.md` follow from the declaration. A new family is also named in `registry.FAMILIES`.
"""
