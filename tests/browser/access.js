// What a person with a screen reader, a keyboard or weak eyes would stumble over on a page, as
// sentences. Shadow roots are looked into. Tests read this file; nothing serves it.
() => {
  const faults = new Set();
  const say = (kind, element, more = "") => {
    const name = element.dataset?.testid ?? element.className?.toString?.() ?? "";
    const words = (element.getAttribute("aria-label") ?? element.textContent ?? "").trim().slice(0, 40);
    faults.add(`${kind}: <${element.tagName.toLowerCase()} ${name}> “${words}” ${more}`.trim());
  };
  const all = [];
  const roots = [document];
  const walk = (root) => {
    for (const element of root.querySelectorAll("*")) {
      all.push(element);
      if (element.shadowRoot) {
        roots.push(element.shadowRoot);
        walk(element.shadowRoot);
      }
    }
  };
  walk(document);
  const above = (element) => element.parentElement ?? (element.getRootNode() instanceof ShadowRoot ? element.getRootNode().host : null);
  const chain = (element) => {
    const list = [];
    for (let at = element; at; at = above(at)) list.push(at);
    return list;
  };
  const within = (element, selector) => chain(element).some((each) => each.matches(selector));
  const seen = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  };
  const shown = all.filter((element) => element.closest("body") || element.getRootNode() instanceof ShadowRoot).filter(seen);

  // ---- names ----
  const named = "button, a[href], input:not([type=hidden]), select, textarea, [role=button], [role=slider], [role=switch], [role=tab], [role=option], [role=combobox], [role=application], [role=dialog], [role=group][tabindex]";
  const nameOf = (element) => {
    const root = element.getRootNode();
    const by = (element.getAttribute("aria-labelledby") ?? "").split(" ").filter(Boolean).map((id) => root.getElementById(id)?.textContent ?? "");
    const label = element.id && root.querySelector(`label[for="${CSS.escape(element.id)}"]`);
    return [
      element.getAttribute("aria-label"), ...by, label?.textContent, element.closest("label")?.textContent,
      element.textContent, element.title, element.placeholder, element.querySelector("img")?.alt,
    ].find((words) => words?.trim()) ?? "";
  };
  for (const element of shown) {
    if (within(element, "[aria-hidden=true]")) continue;
    if (element.matches(named) && !nameOf(element)) say("no name", element);
    if (element.matches("img") && !element.hasAttribute("alt")) say("no alternative text", element);
    const drawn = element.matches("canvas") && !within(element, "[role=application], [role=option], [role=img]");
    if (drawn && !element.getAttribute("aria-label")) say("a picture without a name", element);
    if (element.matches("th") && !element.textContent.trim()) say("empty table header", element);
    if (element.matches("iframe") && !element.title) say("a frame without a title", element);
  }

  // ---- one h1, no level left out, landmarks, ids, language ----
  const headings = shown.filter((element) => /^H[1-6]$/.test(element.tagName));
  if (headings.filter(({ tagName }) => tagName === "H1").length !== 1) faults.add("not exactly one h1");
  headings.reduce((before, element) => {
    const level = Number(element.tagName[1]);
    if (level > before + 1) say(`heading jumps from ${before} to ${level}`, element);
    return level;
  }, 0);
  if (!document.querySelector("main, [role=main]")) faults.add("no main landmark");
  if (!document.querySelector("header, [role=banner], nav, [role=navigation]")) faults.add("no landmark for the menu");
  if (!document.documentElement.lang) faults.add("the page says no language");
  for (const root of roots) {
    const ids = [...root.querySelectorAll("[id]")].map(({ id }) => id).filter(Boolean);
    for (const id of new Set(ids)) if (ids.filter((each) => each === id).length > 1) faults.add(`id “${id}” twice`);
  }

  // ---- contrast ----
  const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const bytes = (colour) => {
    if (!known.has(colour)) {
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
      known.set(colour, [red, green, blue, alpha / 255]);
    }
    return known.get(colour);
  };
  const over = ([r, g, b, a], back) => [r, g, b].map((byte, i) => byte * a + back[i] * (1 - a));
  const light = (rgb) => {
    const [r, g, b] = rgb.map((byte) => (byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, two) => {
    const [high, low] = [light(one), light(two)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  for (const element of shown) {
    const text = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data).join("").replaceAll("\u200b", "").trim();
    if (!text || getComputedStyle(element).fontSize === "0px" || within(element, ":disabled, [aria-disabled=true], style, script, noscript, svg")) continue;
    if (within(element, "[data-testid=stIconMaterial]")) continue; // icons beside words
    if (within(element, "[data-testid=stSliderThumbValue]")) continue; // stands above the thumb that it is inside of
    const up = chain(element);
    if (up.some((each) => getComputedStyle(each).backgroundImage !== "none")) continue;
    const page = bytes(getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor).slice(0, 3);
    let back = page;
    let opacity = 1;
    for (const each of up.reverse()) {
      const style = getComputedStyle(each);
      opacity *= Number(style.opacity);
      back = over(bytes(style.backgroundColor), back);
    }
    const style = getComputedStyle(element);
    const [r, g, b, a] = bytes(style.color);
    const got = ratio(over([r, g, b, a * opacity], back), back);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const wanted = within(element, "[data-testid=stCaptionContainer]") ? 6 : large ? 3 : 4.5;
    if (got < wanted - 0.005) say(`contrast ${got.toFixed(2)} below ${wanted}`, element, `(${style.color})`);
    if (size < 11.99) say(`letters of ${size} px`, element);
  }
  return [...faults];
}
