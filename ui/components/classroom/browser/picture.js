// A digit of 28×28 bytes as dark ink on white paper.

import { element } from "../ui.components.shared/view.js";

const SIDE = 28;
const painted = new WeakMap(); // canvas → what is on it

export function sheetOf(parent) {
  const canvas = element(parent, "canvas");
  canvas.width = canvas.height = SIDE;
  return canvas;
}

/** Paints a digit, base64 of 784 bytes (255 is ink) or null for none. */
export function paint(canvas, digit) {
  if (painted.get(canvas) === digit) return;
  painted.set(canvas, digit);
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, SIDE, SIDE);
  if (digit === null) return;
  const image = context.createImageData(SIDE, SIDE);
  const bytes = atob(digit);
  for (let i = 0; i < bytes.length; i++) {
    image.data.fill(255 - bytes.charCodeAt(i), 4 * i, 4 * i + 3);
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}
