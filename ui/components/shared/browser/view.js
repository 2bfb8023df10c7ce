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
 * and hover survive.
 */
export function mounted(make, update) {
  const views = new WeakMap();
  return (component) => {
    const { parentElement, data } = component;
    if (!views.has(parentElement)) views.set(parentElement, make(parentElement, data));
    update(views.get(parentElement), component);
  };
}
