"""The names that the kernel supplies to cells, as a stub in Python."""

STUB = '''
def input(prompt=""):
    """Ask the person at the keyboard for a line of text and return it."""
    return ""
def get_ipython():
    """The object by which a notebook asks for magics that only look, and for `last_execution_result`."""
def help(name=None):
    """Show what is known of an object: signature, docstring, source. The same as `name?`."""
def display(*objs, include=None, exclude=None, metadata=None, transient=None, display_id=None, raw=False, clear=False):
    """Show objects as richly as the front end can: HTML, Markdown, images, or text.

    include, exclude: MIME types to keep or leave out.
    display_id: an id by which `update_display` can replace what was shown; True makes one. A DisplayHandle is returned.
    raw: the objects are MIME bundles already (dicts of MIME type -> data).
    clear: remove what the cell has shown so far."""
    return DisplayHandle()
def update_display(obj, *, display_id, include=None, exclude=None, metadata=None, transient=None, raw=False):
    """Replace what was shown under `display_id`."""
def clear_output(wait=False):
    """Remove what the cell has shown so far. With wait, only when the next output comes: no flicker."""
class DisplayHandle:
    """A display that can be replaced: `handle.update(obj)`."""
    def __init__(self, display_id=None):
        self.display_id = display_id or ""
    def display(self, obj, **options):
        """Show an object under this handle's id, as a new display."""
    def update(self, obj, **options):
        """Replace what is shown under this handle's id."""
class HTML:
    """An HTML text, shown as such: `HTML("<b>bold</b>")`."""
    def __init__(self, data=None, metadata=None):
        self.data = data or ""
        self.metadata = metadata
class Markdown:
    """A Markdown text, shown as such: `Markdown("**bold**")`."""
    def __init__(self, data=None, metadata=None):
        self.data = data or ""
        self.metadata = metadata
class Latex:
    """A LaTeX text, shown typeset: `Latex("$E = mc^2$")`."""
    def __init__(self, data=None, metadata=None):
        self.data = data or ""
        self.metadata = metadata
class Math:
    """A LaTeX formula without its dollar signs, shown typeset: `Math("E = mc^2")`."""
    def __init__(self, data=None, metadata=None):
        self.data = data or ""
        self.metadata = metadata
class Pretty:
    """A text, shown without quotes."""
    def __init__(self, data=None, metadata=None):
        self.data = data or ""
        self.metadata = metadata
class SVG:
    """An SVG drawing, given as text or bytes."""
    def __init__(self, data=None, metadata=None):
        self.data = data or ""
        self.metadata = metadata
class JSON:
    """Plain data or a JSON text, shown as a tree that can be unfolded."""
    def __init__(self, data=None, expanded=False, root="root", metadata=None):
        self.data = data
        self.expanded = expanded
        self.root = root
        self.metadata = metadata
class Image:
    """A picture given as bytes (PNG, JPEG, GIF or WebP). The sandbox opens no file and no address of its own."""
    def __init__(self, data=None, format=None, width=None, height=None, alt=None, metadata=None):
        self.data = data
        self.format = format or ""
        self.width = width
        self.height = height
        self.alt = alt
        self.metadata = metadata
'''
