"""The ways to start a program: natively, or with objects preloaded."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "toolkit"))
import toolkit  # noqa: E402
from claim import check  # noqa: E402

PRELOAD = os.environ.get("PRELOAD", toolkit.SHIM)
AUDIT, COMMAND = toolkit.RECORDER, toolkit.NOINHERIT
FDLOOK = toolkit.helper("fdlook")


class Variant:
    """A way to start a program: which objects are preloaded, and by what."""

    def __init__(self, name, objects=(), prefix=(), enforces=False):
        self.name = name
        self.objects = objects      # preloaded, in this order
        self.prefix = prefix        # put before the command
        self.enforces = enforces

    def missing(self):
        needed = [FDLOOK, *self.objects] + [COMMAND] * bool(self.prefix)
        return [path for path in needed if not os.path.exists(path)]


VARIANTS = {variant.name: variant for variant in (
    Variant("native"),
    Variant("shim", [PRELOAD], enforces=True),
    Variant("audit", [AUDIT]),
    Variant("both", [AUDIT, PRELOAD], enforces=True),
    Variant("run", [PRELOAD], ["run", "--"], enforces=True),
)}


def chosen_variants():
    names = os.environ.get("VARIANTS")
    if names:
        unknown = [name for name in names.split(",") if name not in VARIANTS]
        check(not unknown, "VARIANTS: there is no variant %s; choose from: %s"
              % (unknown, ", ".join(VARIANTS)))
        return [VARIANTS[name] for name in names.split(",")]
    return [VARIANTS["native"], VARIANTS["shim"]] + \
        [VARIANTS["audit"]] * os.path.exists(AUDIT)
