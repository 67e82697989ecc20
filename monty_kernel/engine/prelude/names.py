# The contents of `IPython.display`: the display classes and functions that a notebook may import.


def __mk_update_display(obj, *, display_id, include=None, exclude=None, metadata=None, transient=None, raw=False):
    __mk_display((obj,), include, exclude, metadata, display_id, raw, True)


def __mk_clear_output(wait=False):
    try:
        __mk_clear(bool(wait))
    except NotImplementedError:  # Monty cannot suspend here, and names what it called
        raise NotImplementedError(
            "external function 'clear_output' cannot suspend in this synchronous context"
        ) from None


def __mk_only_data(name, data, url, filename):
    if url is not None or filename is not None or (data is None and name == "Image"):
        raise PermissionError(f"{name} takes the data itself: the sandbox opens no file and no URL")


def __mk_make_names():
    # the classes are made in a function, so that a session has their names only after it imports them
    class DisplayHandle:
        def __init__(self, display_id=None):
            self.display_id = display_id if display_id is not None else __mk_emit({}, {}, "", True, False)

        def __repr__(self):
            return f"<DisplayHandle display_id={self.display_id}>"

        def display(self, obj, **options):
            __mk_display_function(obj, display_id=self.display_id, **options)

        def update(self, obj, **options):
            __mk_update_display(obj, display_id=self.display_id, **options)

    # Monty has no inheritance: what the classes have in common are functions that each names
    def __init__(self, data=None, url=None, filename=None, metadata=None):
        name = type(self).__name__
        __mk_only_data(name, data, url, filename)
        self.data = data.decode() if name == "SVG" and type(data) is bytes else data
        self.metadata = metadata

    holds_data = __init__

    def described(self):
        return f"<IPython.core.display.{type(self).__name__} object>"

    def with_metadata(self):
        return self.data if not self.metadata else (self.data, self.metadata)

    class HTML:
        __init__ = holds_data
        __repr__ = described
        _repr_html_ = with_metadata

    class Markdown:
        __init__ = holds_data
        __repr__ = described
        _repr_markdown_ = with_metadata

    class Latex:
        __init__ = holds_data
        __repr__ = described
        _repr_latex_ = with_metadata

    class Math:
        __init__ = holds_data
        __repr__ = described

        def _repr_latex_(self):
            return "$\\displaystyle " + self.data.strip("$") + "$"

    class Pretty:
        __init__ = holds_data

        def __repr__(self):
            return self.data

    class SVG:
        __init__ = holds_data
        __repr__ = described
        _repr_svg_ = with_metadata

    class JSON:
        __repr__ = described

        def __init__(self, data=None, url=None, filename=None, expanded=False, root="root", metadata=None):
            __mk_only_data("JSON", data, url, filename)
            self.data = data
            self.expanded = expanded
            self.root = root
            self.metadata = metadata

        def _repr_mimebundle_(self, include=None, exclude=None):
            data = self.data
            if type(data) is str:
                import json

                data = json.loads(data)
            shown = {"expanded": self.expanded, "root": self.root}
            for key in self.metadata or {}:
                shown[key] = self.metadata[key]
            return {"application/json": data}, {"application/json": shown}

    class Image:
        __repr__ = described

        def __init__(
            self,
            data=None,
            url=None,
            filename=None,
            format=None,
            embed=None,
            width=None,
            height=None,
            alt=None,
            metadata=None,
        ):
            __mk_only_data("Image", None if type(data) is str else data, url, filename)
            if type(data) is not bytes:
                raise TypeError("Image takes raw data, b'...', not " + type(data).__name__)
            if format is None:
                if data[:3] == b"\xff\xd8\xff":
                    format = "jpeg"
                elif data[:4] == b"GIF8":
                    format = "gif"
                elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
                    format = "webp"
                else:
                    format = "png"
            self.data = data
            self.format = "jpeg" if format == "jpg" else format
            self.width = width
            self.height = height
            self.alt = alt
            self.metadata = metadata

        def _repr_mimebundle_(self, include=None, exclude=None):
            shown = {}
            for key, value in (("width", self.width), ("height", self.height), ("alt", self.alt)):
                if value is not None:
                    shown[key] = value
            for key in self.metadata or {}:
                shown[key] = self.metadata[key]
            mime = "image/" + self.format
            return {mime: self.data}, {mime: shown} if shown else {}

    class module:
        # stands in for the modules IPython and IPython.display
        def __init__(self, name):
            self.__name__ = name

        def __repr__(self):
            return f"<module '{self.__name__}'>"

    names = module("IPython.display")
    names.DisplayHandle = DisplayHandle
    names.HTML = HTML
    names.Markdown = Markdown
    names.Latex = Latex
    names.Math = Math
    names.Pretty = Pretty
    names.SVG = SVG
    names.JSON = JSON
    names.Image = Image
    names.display = __mk_display_function
    names.update_display = __mk_update_display
    names.clear_output = __mk_clear_output
    package = module("IPython")
    package.display = names
    return names, package


__mk_names, __mk_ipython = __mk_make_names()
