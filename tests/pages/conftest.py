"""Modules of `ui` remember the functions that they import by name, for good.

So all of them are imported before the first test: what a test puts in the place of a function is
then never what a module goes on with after that test.
"""

import importlib
import pkgutil

import ui

for module in pkgutil.walk_packages(ui.__path__, "ui."):
    if module.name != "ui.frame.menu":  # the main script, which nobody imports
        importlib.import_module(module.name)
