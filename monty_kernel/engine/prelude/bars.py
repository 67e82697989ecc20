# Monty's enumerate() and zip() take all of a bar before the first round of the loop. Where a cell calls them on one, the bar
# itself gives what they would.


def __mk_over_bar(function, *args, **options):
    if function is __mk_b_enumerate and args and hasattr(args[0], "_mk_bar"):
        return args[0]._enumerated(*args[1:], **options)
    if function is __mk_b_zip and not options:
        for number, value in enumerate(args):
            if hasattr(value, "_mk_bar"):
                return value._zipped(args[:number], args[number + 1 :])
    return function(*args, **options)
