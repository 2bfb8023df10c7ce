// The class's digits as a teacher sees them: a press takes one out of the set, or back in.

import { element } from "../ui.components.shared/view.js";
import { paint, sheetOf } from "./picture.js";

export class Grid {
  constructor(parent, on) {
    this.on = on;
    this.root = element(parent, "div", "classroom grid");
    this.box = element(this.root, "div", "digits");
    this.cells = new Map(); // by id
  }

  update({ digits }) {
    const here = new Set(digits.map(({ id }) => id));
    for (const [id, cell] of this.cells) {
      if (here.has(id)) continue;
      cell.root.remove();
      this.cells.delete(id);
    }
    digits.forEach((digit, place) => {
      if (!this.cells.has(digit.id)) this.cells.set(digit.id, this.cell(digit.id));
      const cell = this.cells.get(digit.id);
      cell.root.style.order = place;
      cell.root.classList.toggle("held", digit.held);
      cell.root.classList.toggle("removed", digit.removed);
      cell.root.classList.toggle("wrong", digit.wrong);
      cell.root.dataset.colour = digit.colour;
      cell.root.setAttribute("aria-pressed", digit.held || digit.removed);
      cell.root.title = cell.label = digit.words;
      cell.root.setAttribute("aria-label", digit.words);
      cell.words.textContent = digit.said;
      paint(cell.canvas, digit.pixels);
    });
  }

  close() {
    this.root.remove();
  }

  cell(id) {
    const root = element(this.box, "button", "one");
    root.type = "button";
    root.addEventListener("click", () => this.on.pick(id));
    return { root, canvas: sheetOf(root), words: element(root, "span") };
  }
}
