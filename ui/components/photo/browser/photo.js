// A picture and its outlines, in shares of its sides. The elements stay over updates.

import { element, mounted } from "../ui.components.shared/view.js";
import { say } from "../ui.components.shared/words.js";

export default mounted(build, (view, { data, setStateValue }) => {
  view.send = (place) => setStateValue("picked", place);
  if (view.image.getAttribute("src") !== data.source) view.image.src = data.source;
  view.image.alt = data.name;
  view.box.dataset.digits = data.boxes.length;
  while (view.outlines.length > data.boxes.length) view.outlines.pop().remove();
  while (view.outlines.length < data.boxes.length) view.outlines.push(outline(view));
  data.boxes.forEach(([top, left, bottom, right], place) => {
    const button = view.outlines[place];
    const percent = (share) => `${100 * share}%`;
    Object.assign(button.style, { top: percent(top), left: percent(left) });
    Object.assign(button.style, { height: percent(bottom - top), width: percent(right - left) });
    const alone = data.boxes.length === 1;
    button.disabled = alone; // a single digit is followed anyway
    button.firstChild.textContent = alone ? "" : place + 1;
    button.title = alone ? "" : say("Follow digit {number}", { number: place + 1 });
    button.setAttribute("aria-label", say("Digit {number}", { number: place + 1 }));
    button.setAttribute("aria-pressed", place === data.selected);
  });
});

function build(parent) {
  const box = element(parent, "div", "photo");
  return { box, image: element(box, "img"), outlines: [], send: null };
}

function outline(view) {
  const button = element(view.box, "button");
  button.type = "button";
  element(button, "b");
  const place = view.outlines.length;
  button.addEventListener("click", () => view.send(place));
  return button;
}
