# Bars that move by themselves: Monty calls no setter, and cannot ask the host in the middle of an iteration. So a cell's
# `bar.progress = 3` and `for step in bar:` become code that calls these.


def __mk_is_bar(v):
    return type(v).__name__ == "ProgressBar" and hasattr(v, "_display_id") and hasattr(v, "text_width")


def __mk_moved(v):
    if __mk_is_bar(v):
        v.update()


def __mk_looped(v):
    if not __mk_is_bar(v):
        return v
    v.display()
    v.progress = -1
    return range(v.total)


def __mk_step(v):
    if __mk_is_bar(v):
        v.progress += 1
        v.update()
