# What Monty's paths and sets lack: `__mk_of_paths('relative_to', v, base)` is `v.relative_to(base)`.


def __mk_make_paths():
    def relative(v, others):
        from pathlib import Path

        base = Path(*others)
        if v.parts[: len(base.parts)] != base.parts:
            raise ValueError(f"{str(v)!r} is not in the subpath of {str(base)!r}")
        return Path(*v.parts[len(base.parts) :])

    def touch(v, mode=438, exist_ok=True):
        if not exist_ok and v.exists():
            raise FileExistsError(f"[Errno 17] File exists: {str(v)!r}")
        with open(v, "a"):
            pass

    def encoded(name, v, args, options):
        encoding = options.pop("encoding")
        if encoding is not None and encoding.lower().replace("_", "-") not in ("utf-8", "utf8"):
            options["encoding"] = encoding
        return v.read_text(*args, **options) if name == "read_text" else v.write_text(*args, **options)

    def in_place(name, v, others):
        found = set(v)
        for other in others:
            other = set(other)
            if name == "difference_update":
                found = found - other
            elif name == "intersection_update":
                found = found & other
            elif name == "symmetric_difference_update":
                found = found ^ other
            else:
                found = found | other
        v.clear()
        v.update(found)

    def called(name, v, *args, **options):
        kind = type(v).__name__
        if v is set:
            return called(name, *args, **options)
        if kind == "set" and name.endswith("update"):
            return in_place(name, v, args)
        if kind == "PosixPath":
            if name == "relative_to":
                return relative(v, args)
            if name == "is_relative_to":
                try:
                    relative(v, args)
                    return True
                except ValueError:
                    return False
            if name == "touch":
                return touch(v, *args, **options)
            if name == "read_text" or name == "write_text":
                return encoded(name, v, args, options)
        if name == "update":
            return v.update(*args, **options)
        return getattr(v, name)(*args, **options)

    def attribute(name, v):
        if type(v).__name__ == "PosixPath":
            found = []
            while v.parent != v:
                v = v.parent
                found.append(v)
            return tuple(found)
        return getattr(v, name)

    return called, attribute


__mk_of_paths, __mk_at_paths = __mk_make_paths()
