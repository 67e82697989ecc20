"""Landlock: what a process that has been restricted may still do with files, sockets and signals."""

from __future__ import annotations

import struct

NEWEST = 6
"""The newest version of Landlock's interface that adds a wall of ours; later ones take its rules just as well."""

EXECUTE, READ_FILE = 1, 4
RULE_PATH_BENEATH = 1

# Rights over files that each version can take away: 13 at first, then moving between folders, cutting files short,
# commands to devices. With the fourth came TCP, with the sixth abstract sockets and signals.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16, 6: 16}
_TCP = 0b11
_SCOPES = 0b11


def ruleset(version: int) -> bytes:
    """`struct landlock_ruleset_attr` that takes away all that this version of the interface (1 to NEWEST) can."""
    fields = [(1 << _FILE_RIGHTS[version]) - 1]
    if version >= 4:
        fields.append(_TCP)
    if version >= 6:
        fields.append(_SCOPES)
    return struct.pack(f"<{len(fields)}Q", *fields)


def path_rule(rights: int, descriptor: int) -> bytes:
    """`struct landlock_path_beneath_attr`: these rights over the file, or all below the folder, that is open there."""
    return struct.pack("<Qi", rights, descriptor)
