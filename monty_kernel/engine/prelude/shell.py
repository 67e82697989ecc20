# What `get_ipython()` gives, and what else the package IPython has. Cells that name one of these have this part.


def __mk_make_shell():
    def refuse(text):
        __mk_magic("!usage", text)

    class ExecutionResult:
        def __init__(self, count, result, failure):
            self.execution_count = count
            self.result = result
            self.success = failure is None
            self.error_before_exec = None
            self.error_in_exec = failure

        def __repr__(self):
            return f"<ExecutionResult execution_count={self.execution_count} success={self.success} result={self.result!r}>"

    class ZMQInteractiveShell:
        def __init__(self):
            self.config = {"IPKernelApp": {}}
            self.execution_count = 1
            self.last_execution_result = ExecutionResult(0, None, None)
            self.last_execution_succeeded = True

        def __repr__(self):
            return "<ipykernel.zmqshell.ZMQInteractiveShell object>"

        def run_line_magic(self, magic_name, line, _stack_depth=1):
            return __mk_magic("!line", magic_name + "\n" + line)

        def run_cell_magic(self, magic_name, line, cell):
            return eval(__mk_magic("!cell", magic_name + "\n" + line + "\n" + cell))

        def magic(self, arg_s):
            name, _, line = arg_s.lstrip("%").partition(" ")
            return self.run_line_magic(name, line.strip())

        def system(self, cmd):
            self.run_line_magic("system", cmd)

        def getoutput(self, cmd, split=True, depth=0):
            self.run_line_magic("system", cmd)

        def run_cell(self, raw_cell, *rest, **options):
            refuse("get_ipython().run_cell(): a cell cannot run another one here: put the code into a cell of its own.")

        def set_next_input(self, text, replace=False):
            refuse("get_ipython().set_next_input(): this kernel puts no text into cells.")

        def register_magic_function(self, *rest, **options):
            refuse("get_ipython().register_magic_function(): there is no way to define magics of your own here.")

    def program(name):
        def start(*rest, **options):
            refuse(f"IPython.{name}(): the sandbox starts no programs; a cell is all there is.")

        return start

    shell = ZMQInteractiveShell()

    def get_ipython():
        return shell

    def refresh(number):
        # number: of the cell that begins, 0 if it is not recorded
        last = number - 1 if number else len(__mk_In) - 1
        failure = __mk_magic("!last", "")
        shell.execution_count = last + 1
        shell.last_execution_succeeded = failure is None
        error = None if failure is None else Exception(failure)
        shell.last_execution_result = ExecutionResult(last, __mk_Out.get(last), error)

    package = __mk_ipython
    package.get_ipython = get_ipython
    package.InteractiveShell = ZMQInteractiveShell
    package.embed = program("embed")
    package.embed_kernel = program("embed_kernel")
    package.start_ipython = program("start_ipython")
    package.extract_module_locals = program("extract_module_locals")
    package.sys_info = program("sys_info")
    package.version_info = (9, 0, 0, "")
    package.__version__ = "9.0.0"
    module = type(package)
    for name in ("core", "lib", "paths", "release", "testing", "utils"):
        inside = module("IPython." + name)
        if name == "core" or name == "lib":
            inside.display = package.display
        setattr(package, name, inside)
    return get_ipython, refresh


get_ipython, __mk_refresh = __mk_make_shell()
