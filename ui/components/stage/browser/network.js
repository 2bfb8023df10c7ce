// The whole network on one canvas: every channel of every layer, and the ten outputs.
//
// Values come as bytes, ready to be looked up in the ramp. A second canvas above it holds what
// changes with the pointer: lines, outlines. So a line never costs a painting of all maps.

import { colourOf, css, ramps } from "./colours.js";
import { CLASSES, layout, middleOf, square } from "./layout.js";
import { percent } from "./numbers.js";

const LINE = [0.75, 4]; // CSS pixels: of the weakest and of the strongest contribution

export class NetworkPicture {
  constructor(base, over) {
    this.base = base;
    this.over = over;
    this.layers = [];
    this.header = null;
    this.arrays = {};
    this.tiles = new Map(); // by layer: a canvas with all its maps, one pixel a value
    this.spotlight = null; // names of the layers that are brought forward; null: all
    this.chosen = null; // the output whose path is shown; null: the answer
  }

  // layers: as the server describes them. theme: {paper, ink, faint, line, accent, signed, font}.
  arrange(layers, width, height, answer, theme) {
    const shown = layers.filter(({ name, kind }) => kind !== "flatten" && kind !== "dropout" && name !== "output");
    this.layers = shown;
    this.shapes = new Map(layers.map((layer) => [layer.name, layer]));
    this.plan = layout(shown, width, height, answer);
    this.theme = theme;
    this.ramps = ramps(theme.paper, theme.signed);
    this.inkRamp = inkRamp(theme); // the input is ink, not a signed value
    this.size = [width, height];
    for (const canvas of [this.base, this.over]) {
      const ratio = window.devicePixelRatio;
      const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
      if (canvas.width !== w) canvas.width = w;
      if (canvas.height !== h) canvas.height = h;
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    this.tileAll();
    this.paint();
  }

  show(header, arrays) {
    this.header = header;
    this.arrays = arrays;
    this.tileAll();
    this.paint();
  }

  // The value of a unit as its colour shows it: exact to 1/255 of the layer's largest.
  roughly({ layer, channel, row, column }) {
    const about = this.header?.layers?.find(({ name }) => name === layer);
    const array = this.arrays[layer];
    if (!array) return null;
    if (array.shape.length === 1) return array.values[channel];
    const [height, width] = array.shape.slice(-2);
    const byte = array.values[(channel * height + row) * width + column];
    if (layer === "input") return byte / 255;
    return about.signed ? ((byte - 128) / 127) * about.top : (byte / 255) * about.top;
  }

  tileAll() {
    this.tiles.clear();
    for (const block of this.plan?.blocks ?? []) {
      const array = this.arrays[block.name];
      if (array) this.tiles.set(block.name, this.tile(block, array));
    }
  }

  tile(block, { values, shape }) {
    const about = this.header.layers.find(({ name }) => name === block.name);
    if (shape.length === 1) return this.units(values, about);
    const [height, width] = block.maps;
    const channels = block.channels;
    const canvas = new OffscreenCanvas(width, height * channels); // one below the other
    const context = canvas.getContext("2d");
    const image = context.createImageData(width, height * channels);
    const pixels = new Uint32Array(image.data.buffer);
    const ramp = block.name === "input" ? this.inkRamp : about.signed ? this.ramps.signed : this.ramps.unsigned;
    for (let i = 0; i < pixels.length; i++) pixels[i] = ramp[values[i]];
    context.putImageData(image, 0, 0);
    return canvas;
  }

  units(values, { top }) {
    return Array.from(values, (value) => css(colourOf(this.ramps, top > 0 ? value / top : 0)));
  }

  paint() {
    if (!this.plan) return;
    const context = this.base.getContext("2d");
    const ratio = window.devicePixelRatio;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, ...this.size);
    for (const block of this.plan.blocks) this.paintBlock(context, block);
    this.paintOutputs(context);
    context.globalAlpha = 1;
  }

  paintBlock(context, block) {
    const { theme } = this;
    context.globalAlpha = this.dimmed(block.name) ? 0.12 : 1;
    this.paintHead(context, block);
    const tile = this.tiles.get(block.name);
    // Enlarged, a pixel stays a pixel; made smaller it is the mean of what it covers.
    context.imageSmoothingEnabled = !block.maps || block.cell * window.devicePixelRatio < block.maps[0];
    context.imageSmoothingQuality = "medium";
    for (let channel = 0; channel < block.channels; channel++) {
      const [x, y, side] = square(block, channel);
      if (!tile) {
        context.fillStyle = theme.empty;
        context.fillRect(x, y, side, side);
      } else if (Array.isArray(tile)) {
        context.fillStyle = tile[channel];
        context.fillRect(x, y, side, side);
      } else {
        const [height, width] = block.maps;
        context.drawImage(tile, 0, channel * height, width, height, x, y, side, side);
      }
      if (this.isOff(block, channel)) this.cross(context, x, y, side);
      if (block.kind === "input" || !tile) continue;
      context.strokeStyle = theme.line;
      context.lineWidth = 0.5;
      context.strokeRect(x + 0.25, y + 0.25, side - 0.5, side - 0.5);
    }
    if (block.kind !== "input") return;
    const [x, y, side] = square(block, 0);
    context.strokeStyle = theme.line;
    context.lineWidth = 1;
    context.strokeRect(x + 0.5, y + 0.5, side - 1, side - 1);
  }

  // Whether the filter that makes a map is switched off; a pooled map is made by the one below.
  isOff(block, channel) {
    const off = this.header?.network?.off;
    if (!off?.length) return false;
    let at = this.layers.findIndex(({ name }) => name === block.name);
    while (at > 0 && this.layers[at].kind === "pooling") at--;
    return off.some(([layer, number]) => layer === this.layers[at]?.name && number === channel);
  }

  cross(context, x, y, side) {
    context.strokeStyle = this.theme.ink;
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(x + 3, y + 3);
    context.lineTo(x + side - 3, y + side - 3);
    context.moveTo(x + side - 3, y + 3);
    context.lineTo(x + 3, y + side - 3);
    context.stroke();
  }

  paintHead(context, block) {
    const { theme } = this;
    const shape = this.shapes.get(block.name)?.shape;
    const [x, y] = [block.x + (block.columns * block.cell) / 2, block.y - 22];
    const room = block.columns * block.cell + this.plan.gap - 6;
    context.textAlign = block.kind === "input" ? "left" : "center";
    const left = block.kind === "input" ? block.x : x;
    context.textBaseline = "alphabetic";
    context.fillStyle = theme.ink;
    context.font = `600 ${theme.small}px ${theme.font}`;
    context.fillText(block.name, left, y + 3, room);
    context.fillStyle = theme.faint;
    context.font = `${theme.small - 1}px ${theme.font}`;
    context.fillText(shape ? shape.join("×") : "28×28", left, y + 17, room);
  }

  paintOutputs(context) {
    const { theme, header } = this;
    const { x, y, width, row } = this.plan.outputs;
    context.globalAlpha = this.dimmed("output") ? 0.12 : 1;
    const probabilities = header?.digit === null ? null : header?.probabilities;
    const best = header?.digit ?? -1;
    const font = Math.min(theme.small + 2, row - 3);
    context.textBaseline = "middle";
    const label = 14 + font;
    const bars = width - label - 4.2 * font;
    for (let digit = 0; digit < CLASSES; digit++) {
      const middle = y + (digit + 0.5) * row;
      const first = digit === best;
      context.font = `${first ? 700 : 400} ${font}px ${theme.font}`;
      context.fillStyle = first || this.chosen === digit ? theme.ink : theme.faint;
      context.textAlign = "left";
      context.fillText(String(digit), x + 12, middle);
      context.fillStyle = theme.empty;
      context.fillRect(x + label, middle - 3, bars, 6);
      if (probabilities) {
        const share = probabilities[digit];
        context.fillStyle = theme.accent;
        context.fillRect(x + label, middle - 3, Math.max(bars * share, share > 0.0005 ? 1 : 0), 6);
        context.fillStyle = first ? theme.ink : theme.faint;
        context.textAlign = "right";
        context.fillText(percent(share), x + width, middle);
      }
      if (this.chosen !== digit) continue;
      context.strokeStyle = theme.accent;
      context.lineWidth = 1.5;
      context.strokeRect(x + 6, middle - row / 2 + 1, width - 6, row - 2);
    }
  }

  dimmed(name) {
    return this.spotlight !== null && !this.spotlight.includes(name);
  }

  // ---- above the maps ----

  clear() {
    const context = this.over.getContext("2d");
    const ratio = window.devicePixelRatio;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, ...(this.size ?? [0, 0]));
    return context;
  }

  // lines: [{from: unit, to: unit, product}]; fields: [[top, left, bottom, right]] on the input;
  // marked: units to outline; share: how much of the lines is drawn (0 to 1), for the pulse.
  connect(lines, fields, marked, share = 1) {
    const context = this.clear();
    if (!this.plan) return;
    const largest = {}; // a line is as thick as its product is large among those into its layer
    for (const { to, product } of lines) {
      largest[to.layer] = Math.max(largest[to.layer] ?? 0, Math.abs(product));
    }
    const weakFirst = [...lines].sort((a, b) => Math.abs(a.product) - Math.abs(b.product));
    for (const { from, to, product } of weakFirst) {
      const [start, end] = [middleOf(this.plan, from), middleOf(this.plan, to)];
      if (!start || !end || !product) continue;
      const part = Math.abs(product) / largest[to.layer];
      context.strokeStyle = product > 0 ? this.theme.positive : this.theme.negative;
      context.globalAlpha = 0.3 + 0.55 * part;
      context.lineWidth = LINE[0] + (LINE[1] - LINE[0]) * part;
      context.beginPath();
      context.moveTo(...start);
      const bend = (end[0] - start[0]) / 2;
      context.bezierCurveTo(start[0] + bend, start[1], end[0] - bend, end[1], ...end);
      if (share < 1) {
        const length = Math.hypot(end[0] - start[0], end[1] - start[1]) * 1.2;
        context.setLineDash([length * share, length]);
      }
      context.stroke();
      context.setLineDash([]);
    }
    context.globalAlpha = 1;
    for (const field of fields) this.outline(context, field);
    for (const unit of marked) this.mark(context, unit);
  }

  outline(context, [top, left, bottom, right]) {
    const [x, y, side] = square(this.plan.blocks[0], 0);
    const pixel = side / 28;
    context.strokeStyle = this.theme.accent;
    context.lineWidth = 1.5;
    context.strokeRect(x + left * pixel, y + top * pixel, (right - left) * pixel, (bottom - top) * pixel);
  }

  mark(context, unit) {
    const { theme } = this;
    context.strokeStyle = theme.accent;
    context.lineWidth = 2;
    if (unit.layer === "output") {
      const { x, y, width, row } = this.plan.outputs;
      context.strokeRect(x + 6, y + unit.channel * row + 1, width - 7, row - 2);
      return;
    }
    const block = this.plan.blocks.find(({ name }) => name === unit.layer);
    if (!block) return;
    const [x, y, side] = square(block, unit.channel);
    context.strokeRect(x - 1, y - 1, side + 2, side + 2);
    if (!block.maps || unit.row === null) return;
    const [height, width] = block.maps;
    const [w, h] = [side / width, side / height];
    const [left, top] = [x + unit.column * w, y + unit.row * h];
    context.strokeStyle = theme.ink;
    context.lineWidth = 1;
    context.strokeRect(left - 0.5, top - 0.5, Math.max(w, 2) + 1, Math.max(h, 2) + 1);
  }
}

function inkRamp({ paper, inkRgb }) {
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const [red, green, blue] = paper.map((from, k) => Math.round(from + (i / 255) * (inkRgb[k] - from)));
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  });
}
