"""Players of sound and film: only with data that the output holds, of listed types, and only when the person starts them."""

from __future__ import annotations

import pytest

from monty_kernel.sanitize.html import sanitized_html

SOUND = "data:audio/wav;base64,UklGRg=="
PLAYER = f'<audio src="{SOUND}" controls="controls" preload="none"></audio>'


def clean(text: str) -> str:
    return sanitized_html(text).text.replace('<div style="contain:paint;overflow:auto">', "").removesuffix("</div>")


@pytest.mark.parametrize(
    "text",
    [
        f"<audio src='{SOUND}'></audio>",
        f"<audio controls autoplay onplay=alert(1) src={SOUND}>Your browser is old.</audio>",
        f'<audio controls="controls"><source src="{SOUND}" type="audio/wav" />Your browser is old.</audio>',
        f"<AUDIO PRELOAD=auto SRC='{SOUND}'><track src=x><script>alert(1)</script></AUDIO>",
        f"<audio src='{SOUND}'>",
        PLAYER,
    ],
)
def test_what_holds_its_data_stays_and_does_not_start_by_itself(text: str) -> None:
    assert clean(text) == PLAYER
    assert clean(clean(text)) == PLAYER


def test_films_keep_their_size() -> None:
    film = '<video width="320" src="data:video/mp4;base64,AAAA" loop poster="https://x/y"></video>after'
    kept = clean(film)
    assert 'width="320"' in kept and 'preload="none"' in kept and "poster" not in kept and kept.endswith("after")


@pytest.mark.parametrize(
    "source",
    [
        "https://example.com/a.wav", "//example.com/a.wav", "a.wav", "/a.wav", "#a", "blob:x", "javascript:alert(1)", "",
        "data:audio/wav,abc", "data:text/html;base64,AAAA", "data:image/svg+xml;base64,AAAA", "data:audio/x;base64,AAAA",
        "data:audio/wav;base64,AA<AA", "data:audio/wav;base64,AAAA&quot; onerror=alert(1)", "DATA:audio/wav;base64,A\\u0000",
    ],
)  # fmt: skip
def test_nothing_else_is_a_source(source: str) -> None:
    for text in (f'<audio controls src="{source}">a</audio>', f'<video><source src="{source}"></video>'):
        found = sanitized_html(text)
        assert not any(word in found.text for word in ("<audio", "<video", "src=", "onerror"))
        assert found.removed["<audio>"] or found.removed["<video>"]


def test_players_in_tables_and_drawings() -> None:
    assert "<audio" in clean(f"<table><tr><td><audio src='{SOUND}'></audio></td></tr></table>")
    assert "<audio" not in clean(f"<table><audio src='{SOUND}'></audio></table>")
    assert "<audio" not in clean(f"<svg><audio src='{SOUND}'></audio></svg>")
