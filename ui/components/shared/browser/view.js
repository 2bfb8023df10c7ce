// What components share; they import it from "../ui.components.shared/view.js".

/** Makes an element inside of `parent` and returns it. */
export function element(parent, tag, className = "", text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  parent.append(made);
  return made;
}

/** Whether nothing is to move: its person has told the system so. */
export function still() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/**
 * Returns the default export of a component. Streamlit calls it again whenever the data or the theme
 * change: the view that `make(parentElement, data)` returned at first is kept by its parent element,
 * and `update(view, component)` changes it in place, so that nothing flickers and focus, selection
 * and hover survive. Where `fits(view, data)` says no, another view takes its place. A view that has
 * `close()` is closed when it goes.
 */
export function mounted(make, update, fits = () => true) {
  const views = new WeakMap();
  const calls = new WeakMap(); // by view, the last call that showed it
  return (component) => {
    const { parentElement, data } = component;
    let view = views.get(parentElement);
    if (!view || !fits(view, data)) {
      view?.close?.();
      view = make(parentElement, data);
      views.set(parentElement, view);
    }
    update(view, component);
    if (!view.close) return undefined;
    // Streamlit also calls the clean-up of a call that a later one has overtaken: only the last one
    // may close what they share.
    const call = {};
    calls.set(view, call);
    return () => {
      if (calls.get(view) !== call || views.get(parentElement) !== view) return;
      views.delete(parentElement);
      view.close();
    };
  };
}
