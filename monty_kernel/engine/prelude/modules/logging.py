"""Messages with levels, written to stderr: `basicConfig`, `getLogger`, handlers and formatters.

Lacks: files, `shutdown` and `config`. Where a message came from is not known: `%(lineno)d` is 0 and `%(funcName)s` is `?`.
`exc_info=error` shows the error; `exception()` and `exc_info=True` know no error by themselves.
"""

import sys
import time

LACKS = {
    "FileHandler": "Collect the texts, and write the file by open(name, 'a').",
    "LoggerAdapter": "Give extra={'name': value} with the message.",
    "captureWarnings": "Use logging.warning() where you would warn.",
    "shutdown": "Leave it out: nothing is held back.",
    "setLoggerClass": "Monty has no inheritance: use a handler.",
    "setLogRecordFactory": "Give extra={'name': value} with the message.",
}

CRITICAL = FATAL = 50
ERROR = 40
WARNING = WARN = 30
INFO = 20
DEBUG = 10
NOTSET = 0
BASIC_FORMAT = "%(levelname)s:%(name)s:%(message)s"
_names = {50: "CRITICAL", 40: "ERROR", 30: "WARNING", 20: "INFO", 10: "DEBUG", 0: "NOTSET"}
_numbers = {"FATAL": 50, "WARN": 30, **{name: level for level, name in _names.items()}}
_loggers = {}
_state = {"disabled": 0}
_started = time.time()


def getLevelName(level):
    return _names.get(level) or _numbers.get(level) or f"Level {level}"


def addLevelName(level, levelName):
    _names[level] = levelName
    _numbers[levelName] = level


def _level(level):
    if type(level) is str:
        if level not in _numbers:
            raise ValueError(f"Unknown level: {level!r}")
        return _numbers[level]
    if type(level) is not int:
        raise TypeError(f"Level not an integer or a valid string: {level!r}")
    return level


class LogRecord:
    def __init__(self, name, level, msg, args, exc_info, extra):
        now = time.time()
        self._values = {
            "name": name, "msg": msg, "args": args, "levelname": getLevelName(level), "levelno": level, "created": now,
            "msecs": int(now % 1 * 1000), "relativeCreated": (now - _started) * 1000, "exc_info": exc_info, "lineno": 0,
            "funcName": "?", "filename": "?", "pathname": "?", "module": "?", "process": 1, "processName": "MainProcess",
            "thread": 1, "threadName": "MainThread", "taskName": None, "stack_info": None, **extra,
        }  # fmt: skip
        for key in self._values:
            setattr(self, key, self._values[key])

    def getMessage(self):
        text = str(self.msg)
        if len(self.args) == 1 and type(self.args[0]) is dict and self.args[0]:
            return text % self.args[0]
        return text % self.args if self.args else text

    def __repr__(self):
        return f'<LogRecord: {self.name}, {self.levelno}, {self.pathname}, {self.lineno}, "{self.msg}">'


class Formatter:
    def __init__(self, fmt=None, datefmt=None, style="%", validate=True, *, defaults=None):
        if style not in ("%", "{"):
            raise ValueError("Style must be one of: %,{")
        self._fmt = fmt or ("%(message)s" if style == "%" else "{message}")
        self._style, self.datefmt, self._defaults = style, datefmt, defaults or {}

    def usesTime(self):
        return ("%(asctime)" if self._style == "%" else "{asctime") in self._fmt

    def formatTime(self, record, datefmt=None):
        when = time.localtime(record.created)
        if datefmt:
            return time.strftime(datefmt, when)
        return f"{time.strftime('%Y-%m-%d %H:%M:%S', when)},{record.msecs:03d}"

    def formatException(self, exc_info):
        return repr(exc_info)

    def format(self, record):
        record.message = record.getMessage()
        values = {**self._defaults, **record._values, "message": record.message}
        if self.usesTime():
            record.asctime = values["asctime"] = self.formatTime(record, self.datefmt)
        text = self._fmt % values if self._style == "%" else self._fmt.format(**values)
        error = record.exc_info[1] if type(record.exc_info) is tuple else record.exc_info
        if error is None or error is True or error is False:
            return text
        return f"{text}\n{type(error).__name__}: {error}"


def _passes(filters, record):
    for each in filters:
        if not (each.filter(record) if hasattr(each, "filter") else each(record)):
            return False
    return True


class Filter:
    def __init__(self, name=""):
        self.name = name

    def filter(self, record):
        return not self.name or record.name == self.name or record.name.startswith(self.name + ".")


def _add_filter(self, filter):
    self.filters.append(filter)


def _remove_filter(self, filter):
    self.filters = [each for each in self.filters if each is not filter]


def _set_level(self, level):
    self.level = _level(level)


class StreamHandler:
    terminator = "\n"
    addFilter = _add_filter
    removeFilter = _remove_filter
    setLevel = _set_level

    def __init__(self, stream=None):
        self.stream, self.level, self.formatter, self.filters = stream, 0, None, []

    def setFormatter(self, fmt):
        self.formatter = fmt

    def format(self, record):
        return (self.formatter or Formatter()).format(record)

    def handle(self, record):
        if not _passes(self.filters, record):
            return
        try:
            self.emit(record)
        except Exception as error:  # as a message whose arguments do not fit must not end what it tells of
            print(f"--- Logging error ---\n{type(error).__name__}: {error}", file=sys.stderr)

    def emit(self, record):
        text = self.format(record) + self.terminator
        if self.stream is None:
            print(text, end="", file=sys.stderr)
        else:
            self.stream.write(text)

    def flush(self):
        return None

    def close(self):
        return None


class NullHandler:
    level = 0
    setLevel = _set_level

    def handle(self, record):
        return None


class Logger:
    addFilter = _add_filter
    removeFilter = _remove_filter
    setLevel = _set_level

    def __init__(self, name, level=0):
        self.name, self.level = name, _level(level)
        self.handlers, self.filters, self.propagate, self.disabled, self.parent = [], [], True, False, None

    def getEffectiveLevel(self):
        logger = self
        while logger is not None:
            if logger.level:
                return logger.level
            logger = logger.parent
        return 0

    def isEnabledFor(self, level):
        return not self.disabled and level > _state["disabled"] and level >= self.getEffectiveLevel()

    def getChild(self, suffix):
        return getLogger(suffix if self.parent is None else f"{self.name}.{suffix}")

    def addHandler(self, hdlr):
        if not any([each is hdlr for each in self.handlers]):
            self.handlers.append(hdlr)

    def removeHandler(self, hdlr):
        self.handlers = [each for each in self.handlers if each is not hdlr]

    def _all_handlers(self):
        found, logger = [], self
        while logger is not None:
            found += logger.handlers
            logger = logger.parent if logger.propagate else None
        return found

    def hasHandlers(self):
        return bool(self._all_handlers())

    def log(self, level, msg, *args, exc_info=None, stack_info=False, stacklevel=1, extra=None):
        if type(level) is not int:
            raise TypeError("level must be an integer")
        if self.isEnabledFor(level):
            self.handle(LogRecord(self.name, level, msg, args, exc_info, extra or {}))

    def handle(self, record):
        if not _passes(self.filters, record):
            return
        handlers = self._all_handlers()
        for each in handlers or [lastResort]:
            if record.levelno >= each.level:
                each.handle(record)

    def debug(self, msg, *args, **kwargs):
        self.log(DEBUG, msg, *args, **kwargs)

    def info(self, msg, *args, **kwargs):
        self.log(INFO, msg, *args, **kwargs)

    def warning(self, msg, *args, **kwargs):
        self.log(WARNING, msg, *args, **kwargs)

    def error(self, msg, *args, **kwargs):
        self.log(ERROR, msg, *args, **kwargs)

    def critical(self, msg, *args, **kwargs):
        self.log(CRITICAL, msg, *args, **kwargs)

    def exception(self, msg, *args, exc_info=True, **kwargs):
        self.log(ERROR, msg, *args, exc_info=exc_info, **kwargs)

    def __repr__(self):
        kind = "RootLogger" if self.parent is None else "Logger"
        return f"<{kind} {self.name} ({getLevelName(self.getEffectiveLevel())})>"


root = Logger("root", WARNING)
lastResort = StreamHandler()
lastResort.setLevel(WARNING)


def getLogger(name=None):
    if not name or name == "root":
        return root
    if name not in _loggers:
        _loggers[name] = made = Logger(name)
        made.parent = getLogger(name.rpartition(".")[0])
    return _loggers[name]


def basicConfig(
    *, filename=None, format=None, datefmt=None, style="%", level=None, stream=None, handlers=None, force=False, **options
):  # fmt: skip
    if filename is not None:
        raise ValueError("logging writes no files here: leave filename= out, or give stream=io.StringIO()")
    if force:
        root.handlers = []
    if not root.handlers:
        brace = "{levelname}:{name}:{message}"
        formatter = Formatter(format or (BASIC_FORMAT if style == "%" else brace), datefmt, style)
        for each in [StreamHandler(stream)] if handlers is None else handlers:
            if hasattr(each, "formatter") and each.formatter is None:
                each.setFormatter(formatter)
            root.addHandler(each)
        if level is not None:
            root.setLevel(level)


def disable(level=CRITICAL):
    _state["disabled"] = _level(level)


def log(level, msg, *args, **kwargs):
    basicConfig()
    root.log(level, msg, *args, **kwargs)


def debug(msg, *args, **kwargs):
    log(DEBUG, msg, *args, **kwargs)


def info(msg, *args, **kwargs):
    log(INFO, msg, *args, **kwargs)


def warning(msg, *args, **kwargs):
    log(WARNING, msg, *args, **kwargs)


def error(msg, *args, **kwargs):
    log(ERROR, msg, *args, **kwargs)


def critical(msg, *args, **kwargs):
    log(CRITICAL, msg, *args, **kwargs)


def exception(msg, *args, exc_info=True, **kwargs):
    log(ERROR, msg, *args, exc_info=exc_info, **kwargs)
