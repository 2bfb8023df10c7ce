// What axe does not ask, and this app wants: pictures on canvas have names, no letters are smaller
// than 12 px, and captions stand out at 6:1. Returns sentences. Tests read this file, after axe has
// been put into the page; nothing serves it.
async () => {
  const all = [];
  const walk = (root) => {
    for (const element of root.querySelectorAll("*")) {
      all.push(element);
      if (element.shadowRoot) walk(element.shadowRoot);
    }
  };
  walk(document.body);
  const above = (element) => element.parentElement ?? element.getRootNode().host ?? null;
  const within = (element, selector) => {
    for (let at = element; at; at = above(at)) if (at.matches(selector)) return true;
    return false;
  };
  const seen = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  };
  const told = (element) => `<${element.tagName.toLowerCase()}> “${element.textContent.trim().slice(0, 40)}”`;

  const faults = new Set();
  for (const element of all.filter(seen)) {
    const named = "[role=application], [role=option], [role=img], [aria-hidden=true]";
    if (element.matches("canvas:not([aria-label])") && !within(element, named))
      faults.add(`a picture without a name: ${told(element)}`);
    const texts = [...element.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE);
    const text = texts.map(({ data }) => data).join("").replaceAll("\u200b", "").trim();
    const size = parseFloat(getComputedStyle(element).fontSize);
    if (text && size && size < 11.99 && !within(element, "svg, style, script, noscript"))
      faults.add(`letters of ${size} px: ${told(element)}`);
  }

  const captions = "[data-testid=stCaptionContainer]";
  if (document.querySelector(captions)) {
    const contrastRatio = { normal: { expected: 6 }, large: { expected: 6 } };
    const found = await axe.run(
      { include: [captions] },
      { runOnly: ["color-contrast"], checks: { "color-contrast": { options: { contrastRatio } } } },
    );
    for (const { nodes } of found.violations)
      for (const { html, any } of nodes) faults.add(`a caption: ${any[0].message} ${html.slice(0, 80)}`);
  }
  return [...faults];
}
