// What a page shows in words, and what of it is clipped: [[text, …], [clipped text, …]].
() => {
  const said = new Set();
  const clipped = new Set();
  const NAMED = ["aria-label", "aria-description", "title", "placeholder", "alt"];
  const seen = (element) => {
    const { width, height, right } = element.getBoundingClientRect();
    const { visibility, display, opacity } = getComputedStyle(element);
    // What lies left of the window is the menu of narrow windows, as long as it is shut.
    return width > 1 && height > 1 && right > 0 && visibility === "visible" && display !== "none" && opacity !== "0";
  };
  const visit = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) visit(element.shadowRoot);
      if (element.closest("script, style, code, pre, .katex, [data-testid=stIconMaterial], [role=img][aria-label$=' icon'], [aria-hidden=true]")) continue;
      if (!seen(element)) continue;
      for (const name of NAMED) if (element.getAttribute(name)) said.add(element.getAttribute(name));
      const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join(" ");
      if (!text.trim()) continue;
      said.add(text);
      // A child of a box that hides what runs over it counts too: up to the third box around it.
      for (let box = element, up = 0; box && up < 3; box = box.parentElement, up++) {
        const style = getComputedStyle(box);
        if (!/hidden|clip/.test(style.overflowX)) continue;
        const { left, right } = box.getBoundingClientRect();
        const range = document.createRange();
        range.selectNodeContents(element);
        const over = range.getBoundingClientRect();
        if (over.right > right + 1.5 || over.left < left - 1.5) clipped.add(text.trim().slice(0, 60));
      }
    }
  };
  visit(document);
  const { scrollWidth, clientWidth } = document.querySelector("[data-testid=stMain]");
  if (scrollWidth > clientWidth + 1) clipped.add(`the page is ${scrollWidth - clientWidth} px wider than its window`);
  return [[...said], [...clipped]];
}
