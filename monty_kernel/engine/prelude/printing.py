# What `print(…, file=f)` becomes: Monty's own writes to its two streams only.


def __mk_print(builtin, *values, sep=" ", end="\n", file=None, flush=False):
    own = type(builtin).__name__ != "builtin_function_or_method"  # a cell replaced it before
    if own or file is None or (str(file) in ("<stdout>", "<stderr>") and not hasattr(file, "write")):
        return builtin(*values, sep=sep, end=end, file=file, flush=flush)
    for name, given in (("sep", sep), ("end", end)):
        if given is not None and type(given) is not str:
            raise TypeError(f"{name} must be None or a string, not {type(given).__name__}")
    text = (" " if sep is None else sep).join([str(value) for value in values])
    file.write(text + ("\n" if end is None else end))
    if flush:
        file.flush()
    return None
