# What else `IPython.display` has: sound and films from bytes, code, progress bars, functions for one type each, and stand-ins
# for what loads or runs something, which show a line that says so. Cells that name one of these have this part.


def __mk_make_media():
    def has_data(self, data=None, url=None, filename=None, metadata=None):
        __mk_only_data(type(self).__name__, data, url, filename)
        self.data = data
        self.metadata = metadata

    def described(self):
        return f"<IPython.core.display.{type(self).__name__} object>"

    class DisplayObject:
        __init__ = has_data
        __repr__ = described

    class TextDisplayObject:
        __init__ = has_data
        __repr__ = described

    class Code:
        def __init__(self, data=None, url=None, filename=None, language=None):
            __mk_only_data("Code", data, url, filename)
            self.data = data
            self.language = language

        def __repr__(self):
            return self.data

        def _repr_markdown_(self):
            fence = "```"
            while fence in self.data:
                fence += "`"
            return fence + (self.language or "") + "\n" + self.data + "\n" + fence

    class ProgressBar:
        def __init__(self, total):
            self.total = total
            self.progress = 0
            self.html_width = "60ex"
            self.text_width = 60
            self._display_id = None

        def __repr__(self):
            fraction = self.progress / self.total if self.total else 0
            filled = "=" * int(fraction * self.text_width)
            return f"[{filled}{' ' * (self.text_width - len(filled))}] {self.progress}/{self.total}"

        def _repr_html_(self):
            return f"<progress style='width:{self.html_width}' max='{self.total}' value='{self.progress}'></progress>"

        def display(self):
            handle = __mk_display_function(self, display_id=self._display_id or True)
            self._display_id = handle.display_id

        def update(self):
            if self._display_id is not None:
                __mk_update_display(self, display_id=self._display_id)

        def __iter__(self):
            import sys

            text = (
                "[ProgressBar: only a loop in the cell that makes it, for step in bar:, shows it here. Elsewhere call"
            )
            print(text, "bar.display() first, and then set bar.progress.]", file=sys.stderr)
            return iter(range(self.total))

    def encoded(data):
        if type(data) is str:
            return data
        import base64

        return base64.b64encode(data).decode()

    def wav(samples, rate, normalize):
        # 16-bit PCM; samples: numbers, or a list of numbers for each channel
        channels = (
            [list(each) for each in samples] if type(samples[0]) is list or type(samples[0]) is tuple else [samples]
        )
        most = max([max(max(each), -min(each)) for each in channels])
        if not normalize and most > 1:
            raise ValueError("Audio data must be between -1 and 1 when normalize=False.")
        scale = 32767 / most if normalize and most else 32767
        body = []  # Monty makes no bytes from numbers: each is written as hexadecimal digits
        for number in range(len(channels[0])):
            for each in channels:
                value = int(each[number] * scale)
                body.append(f"{value & 255:02x}{value >> 8 & 255:02x}")
        head = []
        count = len(channels)
        length = 2 * len(body)
        for size, value in (
            (4, 36 + length), (0, "57415645666d7420"), (4, 16), (2, 1), (2, count), (4, int(rate)),
            (4, int(rate) * count * 2), (2, count * 2), (2, 16), (0, "64617461"), (4, length),
        ):  # fmt: skip
            if not size:
                head.append(value)  # "WAVEfmt ", "data"
            for _ in range(size):
                head.append(f"{value & 255:02x}")
                value = value >> 8
        return b"RIFF" + __mk_b_bytes.fromhex("".join(head) + "".join(body))

    class Audio:
        __repr__ = described

        def __init__(
            self,
            data=None,
            filename=None,
            url=None,
            embed=None,
            rate=None,
            autoplay=False,
            normalize=True,
            *,
            element_id=None,
        ):
            if filename is None and url is None and data is None:
                raise ValueError("No audio data found. Expecting filename, url, or data.")
            self.url = url if data is None else None
            self.filename = filename
            if type(data) is str:
                self.url = data
                data = None
            if data is not None and type(data) is not bytes:
                if rate is None:
                    raise ValueError("rate must be specified when data is a numpy array or list of audio samples.")
                data = wav(data, rate, normalize)
            self.data = data
            self.autoplay = autoplay
            self.mimetype = "audio/wav"
            if data is not None:
                for start, kind in ((b"ID3", "mpeg"), (b"\xff\xfb", "mpeg"), (b"OggS", "ogg"), (b"fLaC", "flac")):
                    if data[: len(start)] == start:
                        self.mimetype = "audio/" + kind
                if data[4:8] == b"ftyp":
                    self.mimetype = "audio/mp4"

        def _repr_mimebundle_(self, include=None, exclude=None):
            if self.data is None:
                return unshown("Audio", self.url or self.filename)
            source = f"data:{self.mimetype};base64,{encoded(self.data)}"
            return {"text/html": f'<audio controls="controls" src="{source}"></audio>'}

    class Video:
        __repr__ = described

        def __init__(
            self,
            data=None,
            url=None,
            filename=None,
            embed=False,
            mimetype=None,
            width=None,
            height=None,
            html_attributes="controls",
        ):
            if url is None and type(data) is str and not embed:
                url = data
                data = None
            if data is not None and not embed:
                raise ValueError("To embed videos, you must pass embed=True (this may make your notebook files huge)")
            self.data = data
            self.url = url
            self.filename = filename
            self.embed = embed
            self.mimetype = mimetype
            self.width = width
            self.height = height
            self.html_attributes = html_attributes

        def _repr_mimebundle_(self, include=None, exclude=None):
            if self.data is None:
                return unshown("Video", self.url or self.filename)
            mimetype = self.mimetype
            if mimetype is None:
                webm = type(self.data) is bytes and self.data[:4] == b"\x1a\x45\xdf\xa3"
                mimetype = "video/webm" if webm else "video/mp4"
            shown = ""
            for key, value in (("width", self.width), ("height", self.height)):
                if value:
                    shown += f' {key}="{int(value)}"'
            source = f"data:{mimetype};base64,{encoded(self.data)}"
            return {"text/html": f'<video controls="controls"{shown} src="{source}"></video>'}

    def unshown(name, address=None, why="outputs load nothing from other places"):
        address = None if address is None else str(address)
        text = f"[{name} is not shown here: {why}{'' if address is None else '. Its address: ' + address}]"
        made = {"text/plain": text}
        odd = address is None or len([sign for sign in " \\\"'<>`" if sign in address])
        if not odd and (address.startswith(("https://", "http://"))):
            quoted = address.replace("&", "&amp;")
            made["text/html"] = text.split("Its address: ")[0] + f'Its address: <a href="{quoted}">{quoted}</a>]'
        return made

    def kept(self, src=None, width=None, height=None, extras=None, **params):
        self.src = src
        self.width = width
        self.height = height
        self.params = params

    class IFrame:
        __init__ = kept
        __repr__ = described

        def _repr_mimebundle_(self, include=None, exclude=None):
            return unshown("IFrame", self.src)

    def of_site(before, after=""):
        def __init__(self, id, width=400, height=300, allow_autoplay=False, **params):
            self.id = id
            self.src = before + f"{id}" + after
            self.width = width
            self.height = height
            self.params = params

        return __init__

    def shown_as_address(self, include=None, exclude=None):
        return unshown(type(self).__name__, self.src)

    class YouTubeVideo:
        __init__ = of_site("https://www.youtube.com/watch?v=")
        __repr__ = described
        _repr_mimebundle_ = shown_as_address

    class VimeoVideo:
        __init__ = of_site("https://vimeo.com/")
        __repr__ = described
        _repr_mimebundle_ = shown_as_address

    class ScribdDocument:
        __init__ = of_site("https://www.scribd.com/document/")
        __repr__ = described
        _repr_mimebundle_ = shown_as_address

    class Javascript:
        __repr__ = described

        def __init__(self, data=None, url=None, filename=None, lib=None, css=None):
            self.data = data
            self.url = url
            self.filename = filename

        def _repr_mimebundle_(self, include=None, exclude=None):
            return unshown("Javascript", None, "this kernel sends no programs to the browser")

    class GeoJSON:
        __repr__ = described

        def __init__(self, data=None, url=None, filename=None, **params):
            self.data = data

        def _repr_mimebundle_(self, include=None, exclude=None):
            return unshown("GeoJSON", None, "a map would load its tiles from other places. JSON(data) shows the data")

    class FileLinks:
        __repr__ = described

        def __init__(self, path=None, **params):
            self.path = path

        def _repr_mimebundle_(self, include=None, exclude=None):
            return unshown("FileLinks", None, "it would list files of this computer")

    class FileLink:
        def __init__(self, path, url_prefix="", result_html_prefix="", result_html_suffix="<br>"):
            self.path = str(path)

        def __repr__(self):
            return self.path

        def _ipython_display_(self):
            import os

            __mk_download(self.path, os.path.abspath(self.path))

    def of_type(mime):
        def show(*objs, raw=False, metadata=None, **options):
            if raw:
                for data in objs:
                    __mk_display_function({mime: data}, raw=True, metadata=metadata, **options)
            else:
                __mk_display_function(*objs, include=[mime], metadata=metadata, **options)

        return show

    def publish_display_data(data, metadata=None, *, transient=None, **options):
        __mk_display_function(data, raw=True, metadata=metadata, display_id=(transient or {}).get("display_id"))

    names = __mk_names
    names.DisplayObject = DisplayObject
    names.TextDisplayObject = TextDisplayObject
    names.Code = Code
    names.ProgressBar = ProgressBar
    names.Audio = Audio
    names.Video = Video
    names.IFrame = IFrame
    names.YouTubeVideo = YouTubeVideo
    names.VimeoVideo = VimeoVideo
    names.ScribdDocument = ScribdDocument
    names.Javascript = Javascript
    names.GeoJSON = GeoJSON
    names.FileLink = FileLink
    names.FileLinks = FileLinks
    names.display_pretty = of_type("text/plain")
    names.display_html = of_type("text/html")
    names.display_markdown = of_type("text/markdown")
    names.display_svg = of_type("image/svg+xml")
    names.display_png = of_type("image/png")
    names.display_jpeg = of_type("image/jpeg")
    names.display_latex = of_type("text/latex")
    names.display_json = of_type("application/json")
    names.display_javascript = of_type("application/javascript")
    names.display_pdf = of_type("application/pdf")
    names.publish_display_data = publish_display_data


__mk_make_media()
