"""Completion, inspection and is-complete: what the front end asks about code without running it."""

from .interface import Completions, Inspection, Kind, MagicCatalogue, Session
from .introspector import Introspector
from .prelude import INTROSPECTION_PRELUDE

__all__ = ["INTROSPECTION_PRELUDE", "Completions", "Inspection", "Introspector", "Kind", "MagicCatalogue", "Session"]
