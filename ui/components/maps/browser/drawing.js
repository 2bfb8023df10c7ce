// The drawing that maps were made of, with the part outlined that one of their pixels depends on.
//
// Two numbers of the layer are enough for that: the side of the part, and the step from one pixel's
// part to its neighbour's.

import { element } from "../ui.components.shared/view.js";
import { say } from "../ui.components.shared/words.js";
import { decode, exactly } from "./numbers.js";
import { paintPixels } from "./painting.js";

export class OutlinedDigit {
  constructor(parent, tell) {
    this.root = element(parent, "div", "drawing");
    const picture = element(this.root, "div", "seen");
    this.canvas = element(picture, "canvas", "");
    this.canvas.setAttribute("role", "img");
    this.frame = element(picture, "i", "field");
    picture.addEventListener("pointermove", (event) => tell(this.reading(event)));
    picture.addEventListener("pointerdown", (event) => tell(this.reading(event)));
    picture.addEventListener("pointerleave", () => tell(null));
  }

  // {maps, field, jump}: its one map is the drawing; null where there is none.
  update(data, ramp) {
    this.data = data;
    this.root.hidden = !data;
    if (!data) return;
    this.maps = decode(data.maps);
    paintPixels(this.canvas, { ...this.maps, ramp }, this.maps.channels[0]);
    this.canvas.setAttribute("aria-label", say("the drawing"));
  }

  // (top, left) to (bottom, right), which is no longer inside: what a pixel of the maps depends on.
  field(row, column) {
    const { field, jump } = this.data;
    const { height, width } = this.maps;
    const [top, left] = [row * jump, column * jump];
    return [top, left, Math.min(top + field, height), Math.min(left + field, width)];
  }

  outline(place) {
    if (!this.data) return;
    this.frame.hidden = !place;
    if (!place) return;
    const { height, width } = this.maps;
    const [top, left, bottom, right] = this.field(place.row, place.column);
    const percent = (part, whole) => `${(100 * part) / whole}%`;
    Object.assign(this.frame.style, {
      top: percent(top, height),
      left: percent(left, width),
      height: percent(bottom - top, height),
      width: percent(right - left, width),
    });
  }

  words(row, column) {
    if (!this.data) return [];
    const [top, left, bottom, right] = this.field(row, column);
    const seen = { top, bottom: bottom - 1, left, right: right - 1 };
    return [say("sees rows {top} to {bottom}, columns {left} to {right} of the drawing", seen)];
  }

  reading(event) {
    const box = this.canvas.getBoundingClientRect();
    const { height, width, channels } = this.maps;
    const row = Math.floor(((event.clientY - box.top) / box.height) * height);
    const column = Math.floor(((event.clientX - box.left) / box.width) * width);
    const value = channels[0].values[row * width + column];
    if (row < 0 || row >= height || column < 0 || column >= width) return null;
    return [say("drawing"), say("row {row}, column {column}", { row, column }), exactly(value)].join(" · ");
  }
}
