"""`rich`: of it there is `rich.progress.track`. Lacks: all that prints in colours, as `print` and `inspect` do."""

LACKS = {
    "inspect": "help(value) says what a value is.",
    "get_console": "Use print().",
    "print": "The print of Python is there; display(HTML(text)) shows colours.",
    "print_json": "Use print(json.dumps(value, indent=2)).",
}
