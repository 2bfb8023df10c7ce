"""DigitScope's entry: run it with `streamlit run app.py`.

It starts the engine, builds the menu and the sidebar, and runs the page that was asked for.
Nothing heavy is imported before the first page is painted; TensorFlow lives in the engine.
"""

import gc
import threading

import streamlit as st

from model.engine import engine
from ui.frame import sidebar
from ui.state.my_runs import keep_runs_in_url
from ui.style.stylesheet import apply_stylesheet


@st.cache_resource
def freeze_start_up() -> None:
    """Take all that start-up made out of the garbage collector's sight: it lives for good.

    A full collection then costs next to nothing; without this it held up every rerun.
    """
    gc.collect()
    gc.freeze()


@st.cache_resource
def started() -> threading.Event:
    """Whether a page was ever run on this server."""
    return threading.Event()


def mend_first_link(page: st.Page) -> None:
    """Load the page once more when a link to it was the very first request to this server.

    Until `st.navigation` has run once, Streamlit takes the folder pages/ for a menu of its own,
    finds no such page in it, and leaves a dialog "Page not found" open over the right page.
    """
    if page.url_path and not started().is_set():
        started().set()
        st.html("<script>window.location.reload()</script>", unsafe_allow_javascript=True)
        st.stop()
    started().set()


st.set_page_config(page_icon="🔢", layout="wide")
engine().start()
page = st.navigation(
    {
        "Start": [
            st.Page("pages/start/home.py", title="Home", icon="🏠", default=True),
            st.Page("pages/start/draw.py", title="Draw", icon="✏️", url_path="draw"),
            st.Page("pages/start/train.py", title="Train", icon="📈", url_path="train"),
        ],
        "Look inside": [
            st.Page(
                "pages/inside/network_view.py",
                title="Network view",
                icon="🧠",
                url_path="network_view",
            ),
            st.Page(
                "pages/inside/feature_maps.py",
                title="Feature maps",
                icon="🔍",
                url_path="feature_maps",
            ),
            st.Page("pages/inside/filters.py", title="Filters", icon="🧩", url_path="filters"),
            st.Page(
                "pages/inside/arithmetic.py", title="Arithmetic", icon="🧮", url_path="arithmetic"
            ),
            st.Page("pages/inside/what_if.py", title="What if?", icon="🔀", url_path="what_if"),
        ],
        "Judge": [
            st.Page("pages/judge/evaluate.py", title="Evaluate", icon="🎯", url_path="evaluate"),
            st.Page("pages/judge/map.py", title="Map of digits", icon="🗺️", url_path="map"),
            st.Page(
                "pages/judge/robustness.py",
                title="Robustness",
                icon="🌪️",
                url_path="robustness",
            ),
            st.Page("pages/judge/explain.py", title="Explain", icon="💡", url_path="explain"),
            st.Page("pages/judge/trust.py", title="Is it true?", icon="⚖️", url_path="trust"),
        ],
    },
    expanded=True,  # all pages in sight, none behind "more"
)
mend_first_link(page)
apply_stylesheet()
keep_runs_in_url()
sidebar.show()
page.run()
freeze_start_up()
