// All that Streamlit sends of a component with each update. What it needs is fetched once.
const FOLDER = new URL("{folder}", document.baseURI);
const FILES = {files};
const fetched = (globalThis.digitscope ??= new Map()); // by address

export default function (component) {
  const { parentElement } = component;
  const root = parentElement.getRootNode();
  const files = Promise.all(FILES.map((file) => once(new URL(file, FOLDER).href)));
  files.catch(() => say(parentElement));
  let over = false; // gone, or overtaken by newer data, before its files had come
  const shown = files.then(([{ default: show }, ...sheets]) => {
    if (over) return undefined;
    parentElement.querySelector(".not-arrived")?.remove();
    for (const sheet of sheets)
      if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
    return show(component);
  });
  return () => {
    over = true;
    return shown.then((close) => close?.());
  };
}

function once(address) {
  if (!fetched.has(address)) {
    const file = address.endsWith(".js") ? import(address) : sheetAt(address);
    file.catch(() => fetched.delete(address)); // the next update tries again
    fetched.set(address, file);
  }
  return fetched.get(address);
}

async function sheetAt(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: status ${answer.status}`);
  return new CSSStyleSheet().replace(await answer.text());
}

function say(place) {
  if (place.querySelector(".not-arrived")) return;
  const sentence = "This part of the page did not arrive. Please load the page again.";
  place.prepend(Object.assign(document.createElement("p"), { className: "not-arrived", textContent: sentence }));
}
