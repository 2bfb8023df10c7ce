// All that Streamlit sends of a component with each update. What it needs is fetched once.
const FOLDER = new URL("{folder}", document.baseURI);
const FILES = {files};
const fetched = (globalThis.digitscope ??= new Map()); // by address
const places = (globalThis.digitscopePlaces ??= new WeakMap()); // by parent element
const spoken = (globalThis.digitscopeSpoken ??= { language: "en", words: {} }); // see shared/browser/words.js

export default function (component) {
  const { parentElement, data } = component;
  const root = parentElement.getRootNode();
  const files = Promise.all(FILES.map((file) => once(new URL(file, FOLDER).href)));
  files.catch(() => sorry(parentElement, data.locale.sorry));
  let over = false; // gone, or overtaken by newer data, before its files had come
  const shown = files.then(([{ default: show }, ...sheets]) => {
    if (over) return undefined;
    parentElement.querySelector(".not-arrived")?.remove();
    for (const sheet of sheets)
      if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
    const { language, words } = data.locale;
    if (spoken.language !== language) Object.assign(spoken, { language, words: {} });
    Object.assign(spoken.words, words);
    return show({ ...component, parentElement: placeIn(parentElement, language) });
  });
  return () => {
    over = true;
    return shown.then((close) => close?.());
  };
}

// Another language makes the view anew. It is an element of its own, so that the component need not
// know.
function placeIn(parent, language) {
  let place = places.get(parent);
  if (place?.lang !== language) {
    place?.remove();
    place = Object.assign(document.createElement("div"), { lang: language });
    place.style.display = "contents";
    parent.append(place);
    places.set(parent, place);
  }
  return place;
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

function sorry(place, sentence) {
  if (place.querySelector(".not-arrived")) return;
  place.prepend(Object.assign(document.createElement("p"), { className: "not-arrived", textContent: sentence }));
}
