# Objects that lay themselves out with `_repr_pretty_(p, cycle)`: what IPython's RepresentationPrinter gives them as `p`,
# by its own way of breaking lines. Cells that name `_repr_pretty_` have this part.


def __mk_make_printer():
    class Open:
        # a group of places at which the line may break
        def __init__(self, depth):
            self.depth = depth
            self.places = 0
            self.want_break = False

    class Within:
        def __init__(self, begin, end):
            self.begin = begin
            self.end = end

        def __enter__(self):
            self.begin()

        def __exit__(self, kind, error, trace):
            self.end()

    class RepresentationPrinter:
        def __init__(self, above):
            self.max_width = 79
            self.max_seq_length = 1000
            self.newline = "\n"
            self.verbose = False
            self.indentation = 0
            self.output = []
            self.output_width = 0
            self.buffer = []
            self.buffer_width = 0
            first = Open(0)
            self.group_stack = [first]
            self.queue = [[first]]
            self.stack = list(above)

        def text(self, obj):
            if not self.buffer:
                self.output.append(obj)
                self.output_width += len(obj)
                return
            self.buffer.append((obj, None, 0))
            self.buffer_width += len(obj)
            self.break_outer_groups()

        def breakable(self, sep=" "):
            group = self.group_stack[-1]
            if group.want_break:
                self.flush()
                self.new_line(self.indentation)
                return
            group.places += 1
            self.buffer.append((sep, group, self.indentation))
            self.buffer_width += len(sep)
            self.break_outer_groups()

        def break_(self):
            group = self.next_group()
            if group is not None:
                self.break_one_group(group)
            self.flush()
            self.new_line(self.indentation)

        def begin_group(self, indent=0, open=""):
            if open:
                self.text(open)
            group = Open(self.group_stack[-1].depth + 1)
            self.group_stack.append(group)
            while len(self.queue) <= group.depth:
                self.queue.append([])
            self.queue[group.depth].append(group)
            self.indentation += indent

        def end_group(self, dedent=0, close=""):
            self.indentation -= dedent
            group = self.group_stack.pop()
            if not group.places:
                self.forget(group)
            if close:
                self.text(close)

        def group(self, indent=0, open="", close=""):
            return Within(lambda: self.begin_group(indent, open), lambda: self.end_group(indent, close))

        def indent(self, indent):
            return Within(lambda: self.indent_by(indent), lambda: self.indent_by(-indent))

        def indent_by(self, more):
            self.indentation += more

        def flush(self):
            while self.buffer:
                self.put_first()
            self.buffer_width = 0

        def new_line(self, indentation):
            self.output.append(self.newline + " " * indentation)
            self.output_width = indentation
            self.buffer_width = 0

        def put_first(self):
            text, group, indentation = self.buffer.pop(0)
            if group is not None:
                group.places -= 1
                if group.want_break:
                    rest = self.buffer_width
                    self.new_line(indentation)
                    self.buffer_width = rest
                    return
                if not group.places:
                    self.forget(group)
            self.output.append(text)
            self.output_width += len(text)

        def forget(self, group):
            kept = [other for other in self.queue[group.depth] if other is not group]
            self.queue[group.depth] = kept

        def next_group(self):
            for depth in range(len(self.queue)):
                groups = self.queue[depth]
                for index in range(len(groups)):
                    group = groups[len(groups) - 1 - index]
                    if group.places:
                        groups.pop(len(groups) - 1 - index)
                        group.want_break = True
                        return group
                for group in groups:
                    group.want_break = True
                self.queue[depth] = []
            return None

        def break_one_group(self, group):
            while group.places or (self.buffer and self.buffer[0][1] is None):
                self.buffer_width -= len(self.buffer[0][0])
                self.put_first()

        def break_outer_groups(self):
            while self.max_width < self.output_width + self.buffer_width:
                group = self.next_group()
                if group is None:
                    return
                self.break_one_group(group)

        def pretty(self, obj):
            t = type(obj)
            cycle = id(obj) in self.stack
            self.stack.append(id(obj))
            self.begin_group()
            if t is list or t is tuple or t is dict:
                opening, closing = ("[", "]") if t is list else ("{", "}") if t is dict else ("(", ")")
                if cycle:
                    self.text(opening + "..." + closing)
                else:
                    self.elements(obj, t is dict, opening, closing)
            elif hasattr(obj, "_repr_pretty_"):
                obj._repr_pretty_(self, cycle)
            else:
                lines = __mk_pretty(obj).split("\n")
                self.begin_group()
                for number, line in enumerate(lines):
                    if number:
                        self.break_()
                    self.text(line)
                self.end_group()
            self.end_group()
            self.stack.pop()

        def elements(self, obj, of_dict, opening, closing):
            self.begin_group(1, opening)
            number = 0
            for item in obj:
                if number:
                    self.text(",")
                    self.breakable()
                if number == self.max_seq_length:
                    self.text("...")
                    break
                self.pretty(item)
                if of_dict:
                    self.text(": ")
                    self.pretty(obj[item])
                number += 1
            if opening == "(" and len(obj) == 1:
                self.text(",")
            self.end_group(1, closing)

    def print_pretty(v, above):
        printer = RepresentationPrinter(above)
        try:
            printer.pretty(v)
            printer.flush()
            return "".join(printer.output)
        except Exception as error:
            __mk_complain(v, "_repr_pretty_", error)
            return __mk_described(v, __mk_repr(v))

    return print_pretty


__mk_print_pretty = __mk_make_printer()
