"""Objects for `with`: `suppress`, `nullcontext`, `closing`, `ExitStack`, `redirect_stdout` and `redirect_stderr`.

Lacks: `contextmanager`, which needs `yield`, and all that is asynchronous. What is redirected is written when the `with` ends.
"""

LACKS = {
    "contextmanager": "Monty has no `yield`: write a class with `__enter__` and `__exit__`.",
    "asynccontextmanager": "Monty has no `async with`: use `try` and `finally`.",
    "AsyncExitStack": "Monty has no `async with`: use `try` and `finally`.",
    "aclosing": "Monty has no `async with`: use `try` and `finally`.",
    "AbstractContextManager": "Monty has no inheritance: leave the base out, `__enter__` and `__exit__` are enough.",
    "AbstractAsyncContextManager": "Monty has no inheritance and no `async with`: use `try` and `finally`.",
    "AsyncContextDecorator": "Monty has no inheritance: use `try` and `finally` inside the function.",
    "ContextDecorator": "Monty has no inheritance: use `with` inside the function.",
    "chdir": "the working folder stays the same: write whole paths.",
}


class suppress:
    def __init__(self, *exceptions):
        self._exceptions = exceptions

    def __enter__(self):
        return None

    def __exit__(self, kind, error, trace):
        return error is not None and isinstance(error, self._exceptions)


class nullcontext:
    def __init__(self, enter_result=None):
        self.enter_result = enter_result

    def __enter__(self):
        return self.enter_result

    def __exit__(self, *raised):
        return None


class closing:
    def __init__(self, thing):
        self.thing = thing

    def __enter__(self):
        return self.thing

    def __exit__(self, *raised):
        self.thing.close()


def _enter(self):
    self._numbers.append(__mk_capture(self._stream))
    return self._target


def _exit(self, *raised):
    text = __mk_captured(self._numbers.pop())
    if text and self._target is not None:
        self._target.write(text)


class redirect_stdout:
    def __init__(self, new_target):
        self._stream = "stdout"
        self._target = new_target
        self._numbers = []

    __enter__ = _enter
    __exit__ = _exit


class redirect_stderr:
    def __init__(self, new_target):
        self._stream = "stderr"
        self._target = new_target
        self._numbers = []

    __enter__ = _enter
    __exit__ = _exit


class ExitStack:
    def __init__(self):
        self._exits = []

    def __enter__(self):
        return self

    def enter_context(self, context):
        result = context.__enter__()
        self._exits.append(context.__exit__)
        return result

    def push(self, exit):
        self._exits.append(exit.__exit__ if hasattr(exit, "__exit__") else exit)
        return exit

    def callback(self, function, /, *args, **options):
        def called(kind, error, trace):
            function(*args, **options)

        self._exits.append(called)
        return function

    def pop_all(self):
        other = type(self)()
        other._exits[:] = self._exits
        self._exits[:] = []
        return other

    def close(self):
        self.__exit__(None, None, None)

    def __exit__(self, kind, error, trace):
        pending, suppressed = error, False
        while self._exits:
            leave = self._exits.pop()
            try:
                if pending is None:
                    leave(None, None, None)
                elif leave(type(pending), pending, None):
                    pending, suppressed = None, True
            except BaseException as raised:
                pending, suppressed = raised, False
        if pending is not None and pending is not error:
            raise pending
        return suppressed and pending is None
