// Cards with a picture, a sentence and a switch. They stay over updates and get new contents.

import { isDark } from "../ui.components.shared/contrast.js";
import { element, mounted } from "../ui.components.shared/view.js";
import { say } from "../ui.components.shared/words.js";

const make = (parent) => new Strip(parent);

export default mounted(make, (strip, { data, setStateValue, setTriggerValue }) => {
  strip.send = (off) => setStateValue("off", off);
  strip.open = (key) => setTriggerValue("opened", key);
  strip.update(data);
});

class Strip {
  constructor(parent) {
    this.list = element(parent, "ol", "film");
    this.cards = new Map(); // by the step's key
  }

  update({ label, card, frames }) {
    this.list.setAttribute("aria-label", label);
    this.list.style.setProperty("--card", `${card}px`);
    this.list.classList.toggle("dark", isDark(this.list));
    const wanted = new Set(frames.map(({ key }) => key));
    for (const [key, { item }] of this.cards) {
      if (wanted.has(key)) continue;
      item.remove();
      this.cards.delete(key);
    }
    frames.forEach((frame, place) => {
      if (!this.cards.has(frame.key)) this.cards.set(frame.key, this.card(frame.key));
      const card = this.cards.get(frame.key);
      if (this.list.children[place] !== card.item) {
        this.list.insertBefore(card.item, this.list.children[place] ?? null);
      }
      this.fill(card, frame, place);
    });
    this.edge = card;
  }

  card(key) {
    const item = element(this.list, "li");
    item.dataset.key = key;
    const picture = element(item, "button", "picture");
    picture.type = "button";
    picture.addEventListener("click", () => this.open(key));
    const inner = element(picture, "span", "inner");
    const image = element(inner, "img");
    const head = element(item, "div", "head");
    const title = element(head, "span", "title");
    const button = element(head, "button");
    element(button, "i");
    button.type = "button";
    button.setAttribute("role", "switch");
    button.addEventListener("click", () => this.toggle(key));
    const sentence = element(item, "p");
    const opener = element(item, "button", "opener"); // says what a press on the picture does
    opener.type = "button";
    opener.addEventListener("click", () => this.open(key));
    return { item, picture, opener, inner, image, title, button, sentence, boxes: [] };
  }

  fill(card, frame, place) {
    const { item, picture, opener, inner, image, title, button, sentence } = card;
    const most = parseFloat(this.list.style.getPropertyValue("--card"));
    // To scale: 28 pixels fill a card. Other pictures are as large as fits.
    const zoom = frame.scale ? most / 28 : most / Math.max(frame.width, frame.height);
    inner.style.width = `${frame.width * zoom}px`;
    inner.style.height = `${frame.height * zoom}px`;
    inner.style.flex = "none";
    if (image.getAttribute("src") !== frame.source) image.src = frame.source;
    image.alt = frame.title;
    // A picture that opens nothing is no button to anybody.
    picture.disabled = opener.hidden = frame.open === null;
    picture.setAttribute("aria-expanded", frame.open === true);
    opener.textContent = frame.open ? say("Hide the numbers") : say("Show the numbers");
    const name = `${place + 1}. ${frame.title}`;
    title.textContent = name;
    sentence.textContent = frame.sentence;
    button.hidden = frame.on === null;
    this.set(card, frame.on !== false);
    button.setAttribute("aria-label", frame.title);
    item.dataset.on = frame.on;
    item.classList.toggle("ink", frame.ink);
    this.outline(card, frame, zoom);
  }

  set({ item, button }, on) {
    item.classList.toggle("off", !on);
    button.setAttribute("aria-checked", on);
  }

  outline(card, { boxes, selected }, zoom) {
    while (card.boxes.length > boxes.length) card.boxes.pop().remove();
    while (card.boxes.length < boxes.length) {
      const box = element(card.inner, "div", "box");
      element(box, "b");
      card.boxes.push(box);
    }
    boxes.forEach(([top, left, bottom, right], i) => {
      const { style, classList, firstChild } = card.boxes[i];
      Object.assign(style, { top: `${top * zoom}px`, left: `${left * zoom}px` });
      Object.assign(style, { width: `${(right - left) * zoom}px` });
      Object.assign(style, { height: `${(bottom - top) * zoom}px` });
      classList.toggle("selected", i === selected);
      firstChild.textContent = i + 1;
    });
  }

  // Shown at once; the pictures and the answer follow from Python.
  toggle(key) {
    const card = this.cards.get(key);
    this.set(card, card.button.getAttribute("aria-checked") !== "true");
    const off = [];
    for (const [name, { button }] of this.cards) {
      if (!button.hidden && button.getAttribute("aria-checked") !== "true") off.push(name);
    }
    this.send(off);
  }
}
