# `@staticmethod` and `@classmethod`, after the class is made: an object that is called is bound to nothing.


def __mk_make_classes():
    class static:
        def __init__(self, call):
            self._call = call

        def __call__(self, *args, **options):
            return self._call(*args, **options)

    def bound(call, owner):
        return lambda *args, **options: call(owner, *args, **options)

    def unbound(owner, methods):
        for name in methods:
            call = getattr(owner, name)
            setattr(owner, name, static(call if methods[name] == "staticmethod" else bound(call, owner)))

    return unbound


__mk_unbound_methods = __mk_make_classes()
