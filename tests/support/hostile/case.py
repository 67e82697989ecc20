"""How a family of attacks is written down: a kind, and a text for each name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.support.hostile.attacks import Attack

MIME = {
    "html": "text/html",
    "svg": "image/svg+xml",
    "markdown": "text/markdown",
    "latex": "text/latex",
}


def family(kind: str, subject: str, texts: Mapping[str, str] | Iterable[str]) -> tuple[Attack, ...]:
    """An attack for each text, named after its kind, the subject and its own name (or the text, where that says it best)."""
    named = texts if isinstance(texts, Mapping) else {text: text for text in texts}
    return tuple(
        Attack(f"{kind}: {subject}: {name}", {MIME[kind]: text, "text/plain": "-"}) for name, text in named.items()
    )


def text_of(attack: Attack) -> str:
    """The text that an author could also put into a cell that holds no code; empty if there is none."""
    found = (value for mime, value in attack.bundle.items() if mime in MIME.values() or mime == "text/plain")
    return next((value for value in found if isinstance(value, str)), "")
