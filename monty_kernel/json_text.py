"""JSON for the wire that any text fits into: front ends send lone surrogates, which UTF-8 cannot say but JSON can escape."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from jupyter_client.jsonutil import json_default


def packer_of_any_text(pack: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    """`pack`, and where it cannot encode a text, JSON in pure ASCII."""

    def pack_any(obj: Any) -> bytes:
        try:
            return pack(obj)
        except UnicodeEncodeError:
            return json.dumps(obj, default=json_default, ensure_ascii=True, allow_nan=False).encode()

    return pack_any
