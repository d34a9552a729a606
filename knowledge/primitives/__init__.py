"""The primitives that facts are made of, one small file each.

Importing this package registers them all: a new primitive is a new file here.
"""

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
