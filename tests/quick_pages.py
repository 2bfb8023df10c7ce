"""What Streamlit's `AppTest` does for every page anew, and the app's server once or never."""

import sys
from functools import cache

import pytest


def hasten_pages(patch: pytest.MonkeyPatch) -> None:
    """Leave it out, in a process that has imported `AppTest`.

    Args:
        patch: undoes it.
    """
    if "streamlit.testing.v1" not in sys.modules:
        return
    from streamlit.components.v2 import manifest_scanner
    from streamlit.runtime.scriptrunner import script_runner

    # It reads what is told of every installed package: a server does so when it starts.
    scan = cache(manifest_scanner.scan_component_manifests)
    patch.setattr(manifest_scanner, "scan_component_manifests", scan)
    # Where tests have loaded Keras, it is emptied after each run of a page. That walks through all
    # objects of the process, for longer than the page itself takes. The server never loads Keras.
    patch.setattr(script_runner, "_clean_problem_modules", lambda: None)
