"""The modules that are written for Monty, and the names that they give, so that a cell is rewritten without reading them.

`prelude/modules/` holds those that Monty lacks. `prelude/gaps/` holds what the modules that it has lack, and what stands for names of
theirs that do less than CPython's. `tests/modules/test_shipped_names.py` holds these tables to the files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

MODULES: Mapping[str, tuple[str, ...]] = {
    module: tuple(names.split())
    for module, names in {
        "abc": "ABC ABCMeta abstractmethod",
        "calendar": (
            "IllegalMonthError IllegalWeekdayError MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY SUNDAY day_name "
            "day_abbr month_name month_abbr isleap leapdays weekday monthrange timegm TextCalendar Calendar "
            "firstweekday setfirstweekday monthcalendar month prmonth calendar prcal"
        ),
        "collections.abc": (
            "Callable Hashable Sequence MutableSequence Set MutableSet Mapping MutableMapping Sized Container "
            "Collection Iterable Reversible Iterator Generator Awaitable Coroutine"
        ),
        "contextlib": "suppress nullcontext closing redirect_stdout redirect_stderr ExitStack",
        "difflib": "Match SequenceMatcher get_close_matches unified_diff context_diff",
        "enum": "Enum IntEnum StrEnum auto unique",
        "fractions": "Fraction",
        "heapq": "heappush heappop heapreplace heappushpop heapify merge nlargest nsmallest",
        "io": "SEEK_SET SEEK_CUR SEEK_END DEFAULT_BUFFER_SIZE UnsupportedOperation StringIO BytesIO",
        "logging": (
            "CRITICAL FATAL ERROR WARNING WARN INFO DEBUG NOTSET BASIC_FORMAT getLevelName addLevelName LogRecord "
            "Formatter Filter StreamHandler NullHandler Logger root lastResort getLogger basicConfig disable log debug "
            "info warning error critical exception"
        ),
        "matplotlib": "rcParams use get_backend",
        "matplotlib.pyplot": (
            "style rcParams figure gcf gca subplots subplot show close clf plot bar barh hist pie bar_label "
            "scatter fill_between step semilogy loglog axhline axvline axhspan axvspan hlines vlines text "
            "annotate errorbar boxplot tick_params legend grid axis title xlabel ylabel xlim ylim xticks yticks "
            "xscale yscale suptitle tight_layout subplots_adjust savefig colorbar"
        ),
        "operator": (
            "add sub mul truediv floordiv mod pow neg pos abs invert and_ or_ xor lshift rshift eq ne lt le gt ge not_ "
            "truth is_ is_not contains concat countOf indexOf getitem setitem itemgetter attrgetter methodcaller"
        ),
        "pprint": "PrettyPrinter pformat pprint pp saferepr",
        "rich": "",
        "rich.progress": "track",
        "shlex": "split join quote",
        "statistics": (
            "StatisticsError LinearRegression mean fmean geometric_mean harmonic_mean median median_low median_high "
            "mode multimode quantiles variance pvariance stdev pstdev covariance correlation linear_regression "
            "NormalDist"
        ),
        "string": (
            "ascii_lowercase ascii_uppercase ascii_letters digits hexdigits octdigits punctuation whitespace printable "
            "capwords Template"
        ),
        "tabulate": "tabulate_formats tabulate",
        "textwrap": "TextWrapper wrap fill shorten dedent indent",
        "timeit": "default_timer Timer timeit repeat",
        "uuid": (
            "RESERVED_NCS RFC_4122 RESERVED_MICROSOFT RESERVED_FUTURE UUID NAMESPACE_DNS NAMESPACE_URL NAMESPACE_OID "
            "NAMESPACE_X500 uuid1 uuid3 uuid4 uuid5"
        ),
        "warnings": "filters WarningMessage filterwarnings simplefilter resetwarnings warn catch_warnings",
        "tqdm": "tqdm trange tqdm_notebook tnrange",
        "tqdm.auto": "tqdm trange",
        "tqdm.notebook": "tqdm trange tqdm_notebook tnrange",
    }.items()
}
"""The names of each module that a cell imports as a whole, in the order of its file."""

GAPS: Mapping[str, tuple[str, ...]] = {
    module: tuple(names.split())
    for module, names in {
        "collections": "OrderedDict ChainMap",
        "dataclasses": "fields asdict astuple replace",
        "datetime": "UTC MINYEAR MAXYEAR",
        "functools": "wraps update_wrapper cmp_to_key singledispatch",
        "sys": "stdout stderr",
        "re": "VERBOSE X",
        "typing": (
            "TypeVar NamedTuple TypedDict NewType cast overload runtime_checkable final no_type_check "
            "assert_never ParamSpec TypeAlias Text AnyStr Awaitable Coroutine AsyncIterator Deque DefaultDict "
            "OrderedDict Counter IO TextIO Hashable Sized Collection Container MutableMapping MutableSequence "
            "MutableSet AbstractSet Concatenate Required NotRequired TypeGuard SupportsInt SupportsFloat Pattern "
            "Match"
        ),
    }.items()
}
"""The names that a module of Monty's gets."""

NEEDS: Mapping[str, tuple[str, ...]] = {
    "module matplotlib.pyplot": ("module matplotlib",),
    "module rich.progress": ("module tqdm",),
    "module tqdm.auto": ("module tqdm",),
    "module tqdm.notebook": ("module tqdm",),
}
"""What a file imports of the others, by its part."""

MODULE = "module "
"""How the name of a part begins that is a module."""

GAP = "gap "
"""How the name of a part begins that has what a module of Monty's lacks."""


def parts() -> Iterator[str]:
    """The parts of all modules."""
    yield from (MODULE + module for module in MODULES)
    yield from (GAP + module for module in GAPS)


def parts_of(module: str) -> tuple[str, ...]:
    """The parts that an import of a module needs, each after those that it needs itself; none if none is written for it."""
    return tuple(dict.fromkeys(with_needs(MODULE + module if module in MODULES else GAP + module)))


def with_needs(part: str) -> Iterator[str]:
    """The part of a module, after those that it imports; none if there is no such part."""
    if part.removeprefix(MODULE) not in MODULES and part.removeprefix(GAP) not in GAPS:
        return
    name = part.removeprefix(MODULE)
    if part.startswith(MODULE) and "." in name:
        yield from with_needs(MODULE + name.rpartition(".")[0])
    for each in NEEDS.get(part, ()):
        yield from with_needs(each)
    yield part


def variable(part: str) -> str:
    """The name that a session has for the module of a part."""
    kind, name = (
        ("__mk_m_", part.removeprefix(MODULE)) if part.startswith(MODULE) else ("__mk_g_", part.removeprefix(GAP))
    )
    return kind + name.replace(".", "_")
