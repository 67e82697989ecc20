"""Text and bytes in memory that are read and written like a file: `StringIO` and `BytesIO`.

Lacks: what reads real files by other means than `open`, and the base classes. A `StringIO` with `newline=None` is not for text with `\\r`.
"""

LACKS = {
    "TextIOWrapper": "the sandbox has text in memory alone: use io.StringIO(data.decode()).",
    "BufferedReader": "the sandbox has bytes in memory alone: use io.BytesIO(data).",
    "BufferedWriter": "the sandbox has bytes in memory alone: use io.BytesIO().",
    "FileIO": "open a file of a mounted folder with open(path).",
    "open": "call open(path) without the `io.`.",
}

SEEK_SET = 0
SEEK_CUR = 1
SEEK_END = 2
DEFAULT_BUFFER_SIZE = 8192
UnsupportedOperation = OSError


def _size(given):
    if given is None:
        return -1
    if type(given) is not int and type(given) is not bool:
        raise TypeError(f"argument should be integer or None, not '{type(given).__name__}'")
    return int(given)


def _read(self, size=-1, /):
    content, start = self._content(), self._place
    left = len(content) - start
    size = _size(size)
    end = start + (left if size < 0 or size > left else size)
    if left <= 0:
        return self._nothing
    self._place = end
    return content[start:end]


def _readline(self, size=-1, /):
    content, start = self._content(), self._place
    if start >= len(content):
        return self._nothing
    end = self._end_of_line(content, start)
    size = _size(size)
    if 0 <= size < end - start:
        end = start + size
    self._place = end
    return content[start:end]


def _readlines(self, hint=-1, /):
    self._check(".")
    lines, total = [], 0
    hint = _size(hint)
    while True:
        line = self.readline()
        if not line:
            return lines
        lines.append(line)
        total += len(line)
        if 0 < hint <= total:
            return lines


def _next(self):
    line = self.readline()
    if not line:
        raise StopIteration
    return line


def _put(self, data):
    # at the end, as nearly always, what is written is only collected
    if self._place == self._length:
        self._parts.append(data)
        self._length += len(data)
    else:
        content = self._content()
        content += self._zero * (self._place - self._length)
        content = content[: self._place] + data + content[self._place + len(data) :]
        self._parts[:] = [content]
        self._length = len(content)
    self._place += len(data)


def _all_of(self):
    self._check()
    if len(self._parts) > 1:
        self._parts[:] = [self._nothing.join(self._parts)]
    return self._parts[0] if self._parts else self._nothing


def _require_open(self, end=""):
    if self.closed:
        raise ValueError("I/O operation on closed file" + (end if self._nothing == "" else "."))


def _writelines(self, lines, /):
    self._check(".")
    for line in lines:
        self.write(line)


def _tell(self):
    self._check()
    return self._place


def _truncate(self, size=None, /):
    content = self._content()
    size = self._place if size is None else _size(size)
    if size < 0:
        raise ValueError(f"Negative size value {size}" if self._nothing == "" else f"negative size value {size}")
    self._parts[:] = [content[:size]]
    self._length = min(self._length, size)
    return size


def _close(self):
    self.closed = True
    self._parts[:] = []


def _flush(self):
    if self._nothing != "":
        self._check()


def _yes(self):
    self._check()
    return True


def _no(self):
    self._check()
    return False


def _enter(self):
    self._check(".")
    return self


def _exit(self, *raised):
    self.close()


class StringIO:
    def __init__(self, initial_value="", newline="\n"):
        if initial_value is not None and type(initial_value) is not str:
            raise TypeError(f"initial_value must be str or None, not {type(initial_value).__name__}")
        if newline not in (None, "", "\n", "\r", "\r\n"):
            raise ValueError(f"illegal newline value: {newline!r}")
        self._newline = newline
        self._nothing, self._zero = "", "\0"
        self._place = self._length = 0
        self._parts = []
        self.closed = False
        self.line_buffering = False
        self.encoding = self.errors = self.newlines = None
        if initial_value:
            self.write(initial_value)
            self._place = 0

    def __repr__(self):
        return "<_io.StringIO object>"

    def write(self, text, /):
        self._check()
        if type(text) is not str:
            raise TypeError(f"string argument expected, got '{type(text).__name__}'")
        size = len(text)
        if self._newline is None:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        elif self._newline in ("\r", "\r\n"):
            text = text.replace("\n", self._newline)
        if text:
            _put(self, text)
        return size

    def _end_of_line(self, content, start):
        if self._newline == "":
            found = content.find("\n", start)
            end = len(content) if found < 0 else found + 1
            found = content.find("\r", start, end)
            if found >= 0:
                return found + (2 if content[found + 1 : found + 2] == "\n" else 1)
            return end
        mark = self._newline or "\n"
        found = content.find(mark, start)
        return len(content) if found < 0 else found + len(mark)

    def getvalue(self):
        return self._content()

    def seek(self, place, whence=0, /):
        self._check()
        place = _size(place)
        if whence not in (0, 1, 2):
            raise ValueError(f"Invalid whence ({whence}, should be 0, 1 or 2)")
        if whence == 0 and place < 0:
            raise ValueError(f"Negative seek position {place}")
        if whence != 0 and place != 0:
            raise OSError("Can't do nonzero cur-relative seeks")
        self._place = place if whence == 0 else self._place if whence == 1 else self._length
        return self._place

    __iter__ = _enter
    __next__ = _next
    __enter__ = _enter
    __exit__ = _exit
    _content = _all_of
    _check = _require_open
    read = _read
    readline = _readline
    readlines = _readlines
    writelines = _writelines
    tell = _tell
    truncate = _truncate
    close = _close
    flush = _flush
    readable = _yes
    writable = _yes
    seekable = _yes
    isatty = _no


class BytesIO:
    def __init__(self, initial_bytes=b""):
        if initial_bytes is not None and type(initial_bytes) is not bytes:
            raise TypeError(f"a bytes-like object is required, not '{type(initial_bytes).__name__}'")
        self._nothing, self._zero = b"", b"\0"
        self._place = 0
        self._parts = [initial_bytes] if initial_bytes else []
        self._length = len(initial_bytes or b"")
        self.closed = False

    def __repr__(self):
        return "<_io.BytesIO object>"

    def write(self, data, /):
        self._check()
        if type(data) is not bytes:
            raise TypeError(f"a bytes-like object is required, not '{type(data).__name__}'")
        if data:
            _put(self, data)
        return len(data)

    def _end_of_line(self, content, start):
        found = content.find(b"\n", start)
        return len(content) if found < 0 else found + 1

    def getvalue(self):
        return self._content()

    def seek(self, place, whence=0, /):
        self._check()
        place = _size(place)
        if whence not in (0, 1, 2):
            raise ValueError(f"invalid whence ({whence}, should be 0, 1 or 2)")
        if whence == 0 and place < 0:
            raise ValueError(f"negative seek value {place}")
        self._place = max(0, place + (0 if whence == 0 else self._place if whence == 1 else self._length))
        return self._place

    __iter__ = _enter
    __next__ = _next
    __enter__ = _enter
    __exit__ = _exit
    _content = _all_of
    _check = _require_open
    read = _read
    read1 = _read
    readline = _readline
    readlines = _readlines
    writelines = _writelines
    tell = _tell
    truncate = _truncate
    close = _close
    flush = _flush
    readable = _yes
    writable = _yes
    seekable = _yes
    isatty = _no
