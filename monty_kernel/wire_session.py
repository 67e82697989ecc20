"""A Session that any text fits into: front ends send lone surrogates, which UTF-8 cannot say but JSON can escape."""

from __future__ import annotations

import json
from typing import Any

from jupyter_client.jsonutil import json_default
from jupyter_client.session import Session


class WireSession(Session):
    """jupyter_client's Session; what it cannot encode goes out as JSON in pure ASCII."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        pack = self.pack

        def pack_any(obj: Any) -> bytes:
            try:
                return pack(obj)  # type: ignore[no-any-return]
            except UnicodeEncodeError:
                return json.dumps(obj, default=json_default, ensure_ascii=True, allow_nan=False).encode()

        self.pack = pack_any
