"""`rich.progress`: `track`, with a bar as `tqdm` has it. Lacks: `Progress` and its columns."""

from tqdm import tqdm as _bar

LACKS = {
    "Progress": "Use tqdm(total=100) of the module tqdm, and its update().",
    "BarColumn": "Use tqdm(total=100) of the module tqdm.",
    "SpinnerColumn": "Use tqdm(total=100) of the module tqdm.",
    "TextColumn": "Use tqdm(total=100, desc='text') of the module tqdm.",
    "open": "Use open().",
}


def track(
    sequence,
    description="Working...",
    total=None,
    completed=0,
    auto_refresh=True,
    console=None,
    transient=False,
    get_time=None,
    refresh_per_second=10,
    style=None,
    complete_style=None,
    finished_style=None,
    pulse_style=None,
    update_period=0.1,
    disable=False,
    show_speed=True,
):
    return _bar(sequence, desc=description, total=total, initial=completed, leave=not transient, disable=disable)
