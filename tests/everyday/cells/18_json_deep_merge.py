import copy
import json
from pathlib import Path

DEFAULTS = {
    "theme": "light",
    "editor": {"font": "Fira Code", "size": 12, "rulers": [80]},
    "plugins": {"spellcheck": True},
}


def deep_merge(base: dict, override: dict) -> dict:
    """Return a new dict with override merged into base recursively."""
    result = copy.deepcopy(base)
    for key, value in override.items():
        if isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = deep_merge(result[key], value)
        else:
            result[key] = value
    return result


settings_file = Path("settings.json")
settings_file.write_text(json.dumps({"theme": "dark", "editor": {"size": 14, "rulers": [80, 120]}}, indent=4))

try:
    with settings_file.open() as f:
        user_settings = json.load(f)
except FileNotFoundError:
    user_settings = {}

settings = deep_merge(DEFAULTS, user_settings)
assert DEFAULTS["theme"] == "light", "defaults must not change"
print(json.dumps(settings, indent=2))
