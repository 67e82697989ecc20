"""What Monty's `sys` has in part: `stdout` and `stderr` with `write`, `writelines`, `flush` and `isatty`.

Lacks: streams of one's own in their place.
"""

import sys

OVERRIDES = ("stdout", "stderr")


class _TextIOWrapper:
    def __init__(self, name, stream):
        self.name = name
        self.encoding = "utf-8"
        self.errors = "strict"
        self.closed = False
        self._stream = stream

    def __repr__(self):
        return f"<{self.name[1:-1]}>"

    def write(self, text, /):
        if type(text) is not str:
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        print(text, end="", file=self._stream)
        return len(text)

    def writelines(self, lines, /):
        for line in lines:
            self.write(line)

    def flush(self):
        pass

    def isatty(self):
        return False

    def writable(self):
        return True

    def readable(self):
        return False


stdout = _TextIOWrapper("<stdout>", sys.stdout)
stderr = _TextIOWrapper("<stderr>", sys.stderr)
