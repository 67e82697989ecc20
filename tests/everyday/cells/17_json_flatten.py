import json
from typing import Any, Iterator


def flatten(value: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (path, leaf) pairs of a nested structure."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from flatten(child, f"{prefix}.{key}" if prefix else key)
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from flatten(child, f"{prefix}[{index}]")
    else:
        yield prefix, value


config = {
    "server": {"host": "localhost", "ports": [8000, 8001], "tls": {"enabled": False}},
    "users": [{"name": "root", "roles": ["admin"]}, {"name": "guest", "roles": []}],
    "debug": None,
}

for path, leaf in flatten(config):
    print(f"{path:<25} = {json.dumps(leaf)}")

flat = dict(flatten(config))
len(flat), flat["server.ports[1]"]
