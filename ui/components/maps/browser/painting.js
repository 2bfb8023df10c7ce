// Feature maps onto a canvas: small, pixel for pixel, or large, with lines and numbers.

import { blackOn } from "../ui.components.shared/contrast.js";
import { briefly, colourIndex } from "./numbers.js";

const SMALLEST_FONT = 8; // CSS pixels: below this numbers are left out

function sized(canvas, width, height) {
  // Setting a canvas's size empties it, even to the same size: a flicker.
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  return canvas.getContext("2d");
}

export function paintPixels(canvas, maps, channel) {
  const context = sized(canvas, maps.width, maps.height);
  const image = context.createImageData(maps.width, maps.height);
  channel.values.forEach((value, i) => {
    image.data.set(maps.ramp[colourIndex(value, channel.scale)], 4 * i);
    image.data[4 * i + 3] = 255;
  });
  context.putImageData(image, 0, 0);
}

// At the screen's own resolution, with lines between the cells and, if they fit, the numbers.
export function paintCells(canvas, maps, channel, cell, numbers, family) {
  const ratio = window.devicePixelRatio;
  const edge = Math.round(cell * ratio);
  const context = sized(canvas, maps.width * edge, maps.height * edge);
  const line = cell >= 8 ? Math.max(1, Math.round(ratio / 2)) : 0;
  const texts = numbers ? Array.from(channel.values, briefly) : [];
  const font = numbers ? fittingFont(context, texts, cell, family) * ratio : 0;
  context.font = `${font}px ${family}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  channel.values.forEach((value, i) => {
    const [x, y] = [(i % maps.width) * edge, Math.floor(i / maps.width) * edge];
    const [red, green, blue] = maps.ramp[colourIndex(value, channel.scale)];
    context.fillStyle = `rgb(${red} ${green} ${blue})`;
    context.fillRect(x, y, edge, edge);
    context.fillStyle = "rgb(128 128 128 / 40%)"; // seen on white and on the darkest colour
    context.fillRect(x + edge - line, y, line, edge);
    context.fillRect(x, y + edge - line, edge - line, line);
    if (!font) return;
    context.fillStyle = blackOn(red, green, blue) ? "#000" : "#fff";
    context.fillText(texts[i], x + edge / 2, y + edge / 2 + ratio / 2);
  });
}

function fittingFont(context, texts, cell, family) {
  context.font = `100px ${family}`;
  const widest = Math.max(...texts.map((text) => context.measureText(text).width));
  const font = Math.min(16, cell * 0.4, (cell * 86) / widest);
  return font < SMALLEST_FONT ? 0 : font;
}
