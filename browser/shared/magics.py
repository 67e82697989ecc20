"""The declarations of magics: names, families, arguments, help pages, and what is refused with which reason."""

from __future__ import annotations

import argparse
from typing import Any

from monty_kernel.magics import declare, help, registry


def magics() -> dict[str, Any]:
    """All families, in the order in which `%lsmagic` lists them, and what people call some magics elsewhere."""
    return {
        "families": [
            {
                "title": family.title,
                "magics": [_magic(magic) for magic in family.magics],
                "refused": dict(family.refused),
            }
            for family in registry.FAMILIES
        ],
        "meant": registry.MEANT,
        "about": help.ABOUT,
    }


def _magic(magic: declare.Magic) -> dict[str, Any]:
    return {
        "name": magic.name,
        "kind": magic.kind,
        "code": magic.code,
        "changes": magic.changes,
        "words": list(magic.words),
        "kin": magic.kin,
        "midCell": magic.mid_cell,
        "looks": magic.looks,
        "takesPython": magic.takes_python,
        "summary": magic.summary,
        "usage": magic.usage,
        "help": magic.help,
        "arguments": [_argument(action) for action in magic.parser._actions],
    }


def _argument(action: argparse.Action) -> dict[str, Any]:
    return {
        "flags": list(action.option_strings),
        "dest": action.dest,
        "nargs": action.nargs,
        "const": action.const,
        "default": action.default,
        "type": None if action.type is None else getattr(action.type, "__name__", str(action.type)),
        "choices": None if action.choices is None else list(action.choices),
        "required": action.required,
        "name": action.metavar or action.dest,
    }
