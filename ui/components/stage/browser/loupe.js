// One unit opened: the sum behind one number, part by part, as the server worked it out.
//
// It stands over the network, in the same place; what it shows slides with the pointer over the
// large map, and with the arrow keys.

import { blackOn } from "../ui.components.shared/contrast.js";
import { element, still } from "../ui.components.shared/view.js";
import { numberText, say, sayMany } from "../ui.components.shared/words.js";
import { colourOf, css } from "./colours.js";
import { percent, short } from "./numbers.js";

const SWITCHED = ["convolution", "pooling"]; // kinds whose maps can be switched off
const SHOWN = 3; // channels of a convolution, with their numbers; the others are one sum
const LARGE = 176; // CSS pixels of the large map
const TERMS = 8; // of a dense unit's products

export class Loupe {
  // on: {move(unit), close(), open(unit), off(filter)}
  constructor(parent, picture, on) {
    Object.assign(this, { picture, on, unit: null });
    this.root = element(parent, "section", "loupe");
    this.root.hidden = true;
    this.root.tabIndex = -1;
    this.root.setAttribute("role", "dialog");
    this.root.setAttribute("aria-label", say("The sum behind one number"));
    const head = element(this.root, "header", "");
    this.title = element(head, "h2", "");
    this.switch = button(head, "", () => this.on.off(this.filter()));
    button(head, say("Open on its own page"), () => this.on.open(this.unit));
    button(head, say("Close"), () => this.on.close()).title = say("Close (Escape)");
    this.body = element(this.root, "div", "parts");
    this.result = element(this.root, "p", "result");
    this.result.setAttribute("aria-live", "polite");
    this.root.addEventListener("keydown", (event) => this.key(event));
  }

  get isOpen() {
    return !this.root.hidden;
  }

  // Grows out of the place of its unit.
  open(unit, [x, y]) {
    this.unit = unit;
    const was = this.isOpen;
    this.root.hidden = false;
    if (was) return;
    this.root.style.transformOrigin = `${x}px ${y}px`;
    this.root.animate?.(
      [{ transform: "scale(0.05)", opacity: 0.2 }, { transform: "none", opacity: 1 }],
      { duration: still() ? 0 : 300, easing: "ease-out" },
    );
    this.body.textContent = "";
    this.result.textContent = "";
    this.root.focus({ preventScroll: true });
  }

  // The filter that makes the map which is open: {layer, channel}; null where it is no map. A pooled
  // map is made by the filter below it.
  filter() {
    const layers = this.picture.layers;
    let at = layers.findIndex(({ name }) => name === this.unit?.layer);
    if (at < 0 || !SWITCHED.includes(layers[at].kind)) return null;
    while (at > 0 && layers[at].kind === "pooling") at--;
    return layers[at].kind === "convolution" ? { layer: layers[at].name, channel: this.unit.channel } : null;
  }

  // off: [[layer, channel], …] of all filters that are switched off.
  sayOff(off) {
    const filter = this.filter();
    this.switch.hidden = !filter;
    if (!filter) return;
    const isOff = off.some(([layer, channel]) => layer === filter.layer && channel === filter.channel);
    this.switch.textContent = isOff ? say("Switch this map on") : say("Switch this map off");
    this.switch.classList.toggle("primary", isOff);
  }

  close() {
    this.root.hidden = true;
    this.unit = null;
  }

  key(event) {
    const { unit } = this;
    if (event.key === "Escape") this.on.close();
    else if (unit?.row !== null && event.key.startsWith("Arrow")) {
      const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      this.slide(unit.row + down, unit.column + right);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  slide(row, column) {
    const block = this.picture.plan.blocks.find(({ name }) => name === this.unit.layer);
    if (!block?.maps) return;
    const [height, width] = block.maps;
    const unit = {
      ...this.unit,
      row: Math.min(Math.max(row, 0), height - 1),
      column: Math.min(Math.max(column, 0), width - 1),
    };
    if (unit.row === this.unit.row && unit.column === this.unit.column) return;
    this.unit = unit;
    this.on.move(unit);
  }

  // The sum as it came: see `Sum` in model/interpretability/contributions.py.
  show(header, arrays) {
    const { unit } = header;
    if (!this.isOpen || unit.layer !== this.unit.layer || unit.channel !== this.unit.channel) return;
    this.title.textContent = nameOf(unit);
    const kept = this.body.querySelector(".large");
    this.body.textContent = "";
    if (unit.row !== null && unit.row !== undefined) this.map(unit, kept);
    if (header.kind === "convolution") this.convolution(header, arrays);
    else if (header.kind === "pooling") this.pooling(header, arrays);
    else this.dense(header, arrays);
  }

  // The whole map, large; the pointer slides the window over it.
  map(unit, kept) {
    const figure = kept ?? element(this.body, "figure", "large");
    this.body.append(figure);
    if (!kept) {
      this.canvas = element(figure, "canvas", "");
      this.canvas.setAttribute("role", "img");
      element(figure, "figcaption", "");
      const at = (event) => {
        const box = this.canvas.getBoundingClientRect();
        const { width, height } = this.canvas;
        const [row, column] = [((event.clientY - box.top) / box.height) * height, ((event.clientX - box.left) / box.width) * width];
        this.slide(Math.floor(row / this.zoom), Math.floor(column / this.zoom));
      };
      this.canvas.addEventListener("pointermove", at);
      this.canvas.addEventListener("pointerdown", at);
    }
    this.paintMap(unit);
    const { layer, channel } = unit;
    figure.lastChild.textContent = say("{layer}, map {channel}: slide over it, or use the arrow keys", { layer, channel });
    this.canvas.setAttribute("aria-label", say("Map {channel} of {layer}", { layer, channel }));
  }

  paintMap(unit) {
    const { picture, canvas } = this;
    const block = picture.plan.blocks.find(({ name }) => name === unit.layer);
    const [height, width] = block.maps;
    this.zoom = Math.max(Math.floor(LARGE / Math.max(height, width)), 1);
    canvas.width = width * this.zoom;
    canvas.height = height * this.zoom;
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    const tile = picture.tiles.get(unit.layer);
    if (tile) context.drawImage(tile, 0, unit.channel * height, width, height, 0, 0, canvas.width, canvas.height);
    context.strokeStyle = picture.theme.accent;
    context.lineWidth = 2;
    context.strokeRect(unit.column * this.zoom, unit.row * this.zoom, this.zoom, this.zoom);
  }

  convolution(header, arrays) {
    const { inputs, kernels, products, channel_sums: sums } = arrays;
    const [channels, height, width] = inputs.shape;
    const size = height * width;
    const shown = header.order.slice(0, SHOWN);
    const tops = [inputs, kernels, products].map(({ values }) => largest(values));
    const table = element(this.body, "div", "sums");
    const heads = [say("below"), say("input"), "", say("kernel"), "", say("products"), "", say("sum")];
    for (const head of heads) element(table, "span", "column", head);
    for (const channel of shown) {
      const part = ({ values }) => values.subarray(channel * size, (channel + 1) * size);
      element(table, "span", "name", channels === 1 ? say("picture") : say("map {number}", { number: channel }));
      this.grid(table, part(inputs), width, tops[0]);
      element(table, "span", "sign", "×");
      this.grid(table, part(kernels), width, tops[1]);
      element(table, "span", "sign", "≈"); // the numbers are rounded
      this.grid(table, part(products), width, tops[2]);
      element(table, "span", "sign", "→");
      element(table, "b", "", short(sums.values[channel]));
    }
    const rest = header.order.slice(SHOWN).reduce((sum, channel) => sum + sums.values[channel], 0);
    const first = shown.reduce((sum, channel) => sum + sums.values[channel], 0);
    const above = sayMany("{count} map above", "{count} maps above", shown.length);
    const rows = [[channels === 1 ? say("The products") : above, first]];
    if (channels > SHOWN) rows.push([sayMany("{count} other map", "{count} other maps", channels - SHOWN), rest]);
    this.end(rows, header);
  }

  pooling(header, { inputs }) {
    const [, width] = inputs.shape;
    const table = element(this.body, "div", "pool");
    this.grid(table, inputs.values, width, largest(inputs.values), header.winner);
    const value = short(header.value);
    this.result.textContent = header.winner
      ? say("The largest of these goes on: {value}.", { value })
      : say("Their mean goes on: {value}.", { value });
  }

  dense(header, arrays) {
    const { inputs, kernels, products } = arrays;
    const order = Array.from(products.values.keys()).sort(
      (a, b) => Math.abs(products.values[b]) - Math.abs(products.values[a]),
    );
    const top = Math.abs(products.values[order[0]] ?? 0);
    const list = element(this.body, "ol", "terms");
    for (const at of order.slice(0, TERMS)) {
      const row = element(list, "li", "");
      const product = products.values[at];
      element(row, "span", "", `${short(inputs.values[at])} × ${short(kernels.values[at])} ≈`);
      element(row, "b", "", short(product));
      const bar = element(row, "i", product < 0 ? "negative" : "positive");
      bar.style.width = `${top ? (100 * Math.abs(product)) / top : 0}%`;
    }
    const first = order.slice(0, TERMS).reduce((sum, at) => sum + products.values[at], 0);
    const rest = order.slice(TERMS).reduce((sum, at) => sum + products.values[at], 0);
    const terms = Math.min(TERMS, order.length);
    const rows = [[sayMany("{count} largest product", "{count} largest products", terms), first]];
    const others = order.length - TERMS;
    const count = numberText(others);
    if (others > 0) rows.push([sayMany("{count} other product", "{count} other products", others, { count }), rest]);
    this.end(rows, header);
  }

  // The parts, the bias, what the activation function makes of it, and Keras' own value.
  end(rows, header) {
    const list = element(this.body, "dl", "total");
    const said = (name, words, kind = "") => {
      const pair = element(list, "div", kind);
      element(pair, "dt", "", name);
      element(pair, "dd", "", words);
    };
    const line = (name, value, kind) => said(name, short(value), kind);
    for (const [name, value] of rows) line(name, value);
    line(say("Bias"), header.bias);
    line(say("Sum z"), header.before, "sum");
    if (header.activation === "relu") line("ReLU: max(0, z)", header.value, "sum");
    else if (header.activation === "softmax") said(say("Softmax: its share"), percent(header.value), "sum");
    const value = header.activation === "softmax" ? percent(header.keras) : short(header.keras);
    this.result.textContent = say("Keras computes {value} for the same number.", { value });
  }

  // Numbers as coloured squares.
  grid(parent, values, width, top, winner = null) {
    const grid = element(parent, "div", "grid");
    grid.style.setProperty("--columns", width);
    values.forEach((value, i) => {
      const cell = element(grid, "span", "", short(value, 2));
      const colour = colourOf(this.picture.ramps, top ? value / top : 0);
      cell.style.background = css(colour);
      cell.style.color = blackOn(...colour) ? "#000" : "#fff";
      if (winner && winner[0] * width + winner[1] === i) cell.className = "winner";
    });
  }
}

export function nameOf({ layer, channel, row, column }) {
  if (layer === "input") return say("picture, row {row}, column {column}", { row, column });
  if (layer === "output") return say("output {digit}", { digit: channel });
  if (row === null || row === undefined) return say("{layer}, unit {channel}", { layer, channel });
  return say("{layer}, map {channel}, row {row}, column {column}", { layer, channel, row, column });
}

function largest(values) {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

export function button(parent, text, act, className = "") {
  const made = element(parent, "button", className, text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}
