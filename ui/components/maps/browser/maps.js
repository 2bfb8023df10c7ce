// Draws feature maps: a grid of small ones, or one big one with its numbers.
// Only a pick goes to Python.
//
// Beside the maps can stand the drawing that they were made of: what of it the pixel under the
// pointer depends on is outlined in there as fast as the pointer moves.

import { element, mounted } from "../ui.components.shared/view.js";
import { say } from "../ui.components.shared/words.js";
import { OutlinedDigit } from "./drawing.js";
import { counted, numbered } from "./nouns.js";
import { decode, exactly } from "./numbers.js";
import { paintCells, paintPixels } from "./painting.js";

const NARROW = 560; // CSS pixels: below, the drawing stands in the foot, which stays in sight
const LARGEST_CELL = 96; // CSS pixels: a 3×3 kernel need not fill the page
const KEYS_PAUSE = 80; // ms of rest before arrow keys are reported: held down they repeat fast
const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

const make = (parent, { kind }) => (kind === "grid" ? new Grid(parent) : new Big(parent));

export default mounted(make, (view, { data, setStateValue }) => {
  view.send = (pick) => setStateValue("clicked", pick);
  view.update(data);
});

// ---- what both views share: the frame, the colour bar, the read-out ----

class View {
  constructor(parent) {
    this.root = element(parent, "div", "maps");
    this.body = element(this.root, "div", "body");
    this.drawing = new OutlinedDigit(this.root, (text) => (text ? (this.line.textContent = text) : this.say()));
    const foot = (this.foot = element(this.root, "div", "foot"));
    const scale = element(foot, "div", "scale");
    this.bar = element(scale, "canvas", "bar");
    this.bar.setAttribute("aria-hidden", "true"); // its ends stand below it in words
    this.ticks = element(scale, "div", "ticks");
    this.line = element(foot, "div", "line");
    this.line.setAttribute("aria-live", "off");
    this.told = {}; // what Python last asked for: it is obeyed when it changes
    this.pointed = null; // {channel, row, column} under the pointer
    this.observer = new ResizeObserver(() => {
      this.root.classList.toggle("narrow", this.root.clientWidth < NARROW);
      if (this.maps) this.layOut();
    });
    this.observer.observe(this.root);
  }

  obey(name, wish) {
    const text = JSON.stringify(wish);
    if (this.told[name] !== text) this[name] = wish;
    this.told[name] = text;
  }

  update(data) {
    this.maps = decode(data);
    this.foot.hidden = data.bar === false;
    const { height, width, channels } = this.maps;
    this.obey("place", data.place);
    this.obey("selected", data.selected);
    if (this.place && (this.place[0] >= height || this.place[1] >= width)) this.place = null;
    if (this.selected >= channels.length) this.selected = null;
    const { channel, row, column } = this.pointed ?? {};
    if (channel >= channels.length || row >= height || column >= width) this.pointed = null;
    this.font = getComputedStyle(this.root).fontFamily;
    this.root.classList.toggle("seeing", Boolean(data.drawing));
    this.drawing.update(data.drawing, this.maps.ramp);
    this.layOut(true);
    this.paintBar();
    this.say();
  }

  listen(target) {
    const point = (event) => this.point(this.pixelAt(event));
    target.addEventListener("pointermove", point);
    target.addEventListener("pointerdown", point);
    target.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse") this.point(null); // a finger's reading stays readable
    });
    target.addEventListener("keydown", (event) => {
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
      if (plain && this.press(event.key, event.shiftKey)) event.preventDefault();
    });
  }

  point(pixel) {
    this.pointed = pixel;
    this.mark();
    this.say();
  }

  inside(canvas, event) {
    const box = canvas.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * this.maps.height);
    const column = Math.floor(((event.clientX - box.left) / box.width) * this.maps.width);
    const hit = row >= 0 && column >= 0 && row < this.maps.height && column < this.maps.width;
    return hit ? { row, column } : null;
  }

  name(channel) {
    const label = this.maps.labels[channel];
    return /^\d+$/.test(label) ? numbered[this.maps.noun](label) : label;
  }

  reading({ channel, row, column }) {
    const { values, step } = this.maps.channels[channel];
    const value = exactly(values[row * this.maps.width + column], step);
    const place = values.length > 1 ? [say("row {row}, column {column}", { row, column })] : []; // a unit has none
    return [this.name(channel), ...place, value, ...this.drawing.words(row, column)].join(" · ");
  }

  // The place to outline: under the pointer, or else the one that was picked.
  get shown() {
    return this.pointed ?? (this.place && { row: this.place[0], column: this.place[1] });
  }

  range(channel) {
    const { lowest, highest, values } = this.maps.channels[channel];
    if (values.length === 1) return this.reading({ channel, row: 0, column: 0 });
    if (lowest === 0 && highest === 0) return say("{name}: all zero", { name: this.name(channel) });
    const ends = { name: this.name(channel), lowest: exactly(lowest), highest: exactly(highest) };
    return say("{name}: minimum {lowest}, maximum {highest}", ends);
  }

  // From the lowest number (or 0) to the highest (or 0), in the colours that the maps have.
  paintBar() {
    const { channels, ramp, ownScales } = this.maps;
    const lowest = ownScales ? -1 : Math.min(0, ...channels.map((channel) => channel.lowest));
    const highest = ownScales ? 1 : Math.max(0, ...channels.map((channel) => channel.highest));
    const values = Float32Array.from({ length: 256 }, (_, i) => lowest + ((highest - lowest) * i) / 255);
    const scale = ownScales ? 1 : channels[0].scale;
    paintPixels(this.bar, { width: 256, height: 1, ramp }, { values, scale });
    const zero = highest > lowest ? -lowest / (highest - lowest) : 0;
    const ends = ownScales ? ["\u2212", "+"] : [exactly(lowest), exactly(highest)];
    const ticks = [[0, ends[0]], [1, ends[1]]];
    // At an end the zero is the end's own number; close to one it would cover that number.
    if (zero > 0.2 && zero < 0.8) {
      ticks.push([zero, ownScales ? say("0, each map on its own scale") : "0"]);
    }
    if (highest === lowest) ticks.pop();
    this.ticks.replaceChildren();
    for (const [at, text] of ticks) {
      const tick = element(this.ticks, "span", at === 0 ? "first" : at === 1 ? "last" : "");
      tick.style.left = `${at * 100}%`;
      tick.textContent = text;
    }
  }
}

// ---- many maps ----

class Grid extends View {
  constructor(parent) {
    super(parent);
    this.body.classList.add("grid");
    this.body.setAttribute("role", "listbox");
    this.cells = [];
    this.active = 0; // the one cell that Tab reaches
    this.listen(this.body);
    this.body.addEventListener("click", (event) => this.click(event));
    this.body.addEventListener("focusin", (event) => {
      this.activate(this.cells.findIndex((cell) => cell.box === event.target));
      this.say();
    });
    this.body.addEventListener("focusout", () => this.say());
  }

  update(data) {
    while (this.cells.length > data.channels) this.cells.pop().box.remove();
    while (this.cells.length < data.channels) this.cells.push(this.cell());
    const about = { count: counted[data.noun](data.channels), height: data.height, width: data.width };
    const size = say("{count}, {height} × {width}.", about);
    const keys = say("Arrow keys go from map to map, with Shift from pixel to pixel.");
    this.body.setAttribute("aria-label", say("{text} {more}", { text: size, more: keys }));
    super.update(data);
  }

  cell() {
    const box = element(this.body, "div", "cell");
    box.setAttribute("role", "option");
    const picture = element(box, "div", "picture");
    const canvas = element(picture, "canvas", "map");
    element(picture, "i", "spot");
    return { box, canvas, label: element(box, "span", "label") };
  }

  layOut(repaint = false) {
    const { width, height, size } = this.maps;
    const ratio = window.devicePixelRatio;
    if (!repaint && ratio === this.ratio) return;
    this.ratio = ratio;
    // Whole screen pixels for each map pixel: otherwise some rows come out thicker than others.
    this.edge = Math.max(1, Math.floor((size * ratio) / Math.max(width, height))) / ratio;
    const style = this.body.style;
    style.setProperty("--size", `${Math.max(size, this.edge * width)}px`);
    style.setProperty("--width", `${this.edge * width}px`);
    style.setProperty("--height", `${this.edge * height}px`);
    style.setProperty("--edge", `${this.edge}px`);
    this.cells.forEach((cell, i) => this.paint(cell, i));
    this.activate(this.active < this.cells.length ? this.active : 0);
    this.mark();
  }

  paint({ box, canvas, label }, i) {
    const { channels, labels, markEmpty, numbers } = this.maps;
    const channel = channels[i];
    const empty = channel.lowest === 0 && channel.highest === 0;
    if (numbers) paintCells(canvas, this.maps, channel, this.edge, true, this.font);
    else paintPixels(canvas, this.maps, channel);
    box.classList.toggle("empty", markEmpty && empty);
    box.setAttribute("aria-label", this.range(i).replace(":", ","));
    box.title = labels[i].length > 8 ? labels[i] : "";
    label.textContent = labels[i];
  }

  activate(index) {
    if (index < 0) return;
    this.active = index;
    this.cells.forEach(({ box }, i) => (box.tabIndex = i === index ? 0 : -1));
  }

  // Two properties on the grid move the outline in every map at once.
  mark() {
    const spot = this.shown;
    this.drawing.outline(spot);
    this.body.classList.toggle("spotted", Boolean(spot));
    if (spot) {
      this.body.style.setProperty("--row", spot.row);
      this.body.style.setProperty("--column", spot.column);
    }
    this.cells.forEach(({ box }, i) => box.setAttribute("aria-selected", i === this.selected));
  }

  pixelAt(event) {
    const index = this.cells.findIndex(({ box }) => box.contains(event.target));
    const pixel = index < 0 ? null : this.inside(this.cells[index].canvas, event);
    return pixel && { channel: index, ...pixel };
  }

  click(event) {
    const index = this.cells.findIndex(({ box }) => box.contains(event.target));
    if (index >= 0) this.pick(this.pixelAt(event) ?? this.usual(index));
  }

  // The pixel meant by a pick that points at none (keyboard, label): the place outlined, or else
  // the strongest.
  usual(channel) {
    if (this.place) return { channel, row: this.place[0], column: this.place[1] };
    const sizes = this.maps.channels[channel].values.map(Math.abs);
    const at = sizes.indexOf(sizes.reduce((a, b) => Math.max(a, b)));
    return { channel, row: Math.floor(at / this.maps.width), column: at % this.maps.width };
  }

  pick({ channel, row, column }) {
    this.selected = channel;
    this.place = [row, column];
    this.activate(channel);
    this.mark();
    this.say();
    this.send([channel, row, column]);
  }

  // Arrows go from map to map; with Shift, from pixel to pixel in the map that has the focus.
  press(key, shift) {
    if (shift && key in ARROWS) return this.step(...ARROWS[key]);
    const last = this.cells.length - 1;
    const top = this.cells[0].box.offsetTop;
    const found = this.cells.findIndex(({ box }) => box.offsetTop > top);
    const columns = found < 0 ? last + 1 : found;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
    if (key === "Enter" || key === " ") this.pick(this.meant());
    else if (key === "Home" || key === "End") this.focus(key === "Home" ? 0 : last);
    else if (key in steps) this.focus(this.active + steps[key]);
    else return false;
    return true;
  }

  // The pixel that the keys are at.
  meant() {
    return this.pointed?.channel === this.active ? this.pointed : this.usual(this.active);
  }

  focus(index) {
    if (!this.cells[index]) return;
    if (this.pointed) this.pointed = { ...this.pointed, channel: index }; // the same place in it
    this.cells[index].box.focus();
  }

  step(down, right) {
    const { channel, row, column } = this.meant();
    const [below, beside] = [row + down, column + right];
    const { height, width } = this.maps;
    if (below < 0 || beside < 0 || below >= height || beside >= width) return true;
    this.point({ channel, row: below, column: beside });
    return true;
  }

  say() {
    const focused = this.cells[this.active].box.matches(":focus-visible") ? this.active : null;
    const empty = this.maps.markEmpty
      ? this.maps.channels.filter(({ lowest, highest }) => lowest === 0 && highest === 0).length
      : 0;
    const count = counted[this.maps.noun](this.cells.length);
    const shown = focused ?? this.selected;
    if (this.pointed) this.line.textContent = this.reading(this.pointed);
    else if (shown !== null) this.line.textContent = this.range(shown);
    else this.line.textContent = empty ? say("{count}, {empty} of them all zero (hatched)", { count, empty }) : count;
  }
}

// ---- one map ----

class Big extends View {
  constructor(parent) {
    super(parent);
    this.stage = element(this.body, "div", "stage");
    this.stage.tabIndex = 0;
    this.stage.setAttribute("role", "application");
    this.canvas = element(this.stage, "canvas", "map");
    this.frame = element(this.stage, "i", "window");
    this.picked = element(this.stage, "i", "picked");
    this.spot = element(this.stage, "i", "spot");
    this.spoken = element(this.root, "span", "spoken");
    this.spoken.setAttribute("role", "status");
    this.listen(this.stage);
    this.stage.addEventListener("click", (event) => {
      const pixel = this.pixelAt(event);
      if (pixel) this.pick(pixel.row, pixel.column);
    });
  }

  layOut(repaint = false) {
    const { width, height, size, numbers, channels } = this.maps;
    const ratio = window.devicePixelRatio;
    const room = Math.min(size, this.body.clientWidth - 4); // the picked cell's outline
    const fit = Math.min(LARGEST_CELL, room / width, size / height);
    const edge = Math.max(1, Math.floor(fit * ratio)) / ratio;
    if (!repaint && edge === this.edge && ratio === this.ratio) return;
    [this.edge, this.ratio] = [edge, ratio];
    this.stage.style.width = `${edge * width}px`;
    this.stage.style.height = `${edge * height}px`;
    const about = { range: this.range(0), height, width };
    this.stage.setAttribute(
      "aria-label",
      say("{range}, {height} rows, {width} columns. Arrow keys move the picked cell.", about),
    );
    paintCells(this.canvas, this.maps, channels[0], edge, numbers, this.font);
    this.mark();
  }

  // (top, left) to (bottom, right), which is no longer inside; null hides the frame.
  put(frame, box) {
    frame.hidden = !box;
    if (!box) return;
    const [top, left, bottom, right] = box.map((at) => at * this.edge);
    Object.assign(frame.style, { top: `${top}px`, left: `${left}px` });
    Object.assign(frame.style, { width: `${right - left}px`, height: `${bottom - top}px` });
  }

  mark() {
    const around = (row, column) => [row, column, row + 1, column + 1];
    this.put(this.frame, this.maps.window);
    this.put(this.picked, this.place && around(...this.place));
    this.put(this.spot, this.pointed && around(this.pointed.row, this.pointed.column));
    this.drawing.outline(this.shown);
  }

  pixelAt(event) {
    const pixel = this.inside(this.canvas, event);
    return pixel && { channel: 0, ...pixel };
  }

  pick(row, column, pause = 0) {
    this.place = [row, column];
    this.mark();
    this.say();
    clearTimeout(this.later);
    if (pause) this.later = setTimeout(() => this.send([0, row, column]), pause);
    else this.send([0, row, column]);
  }

  press(key) {
    if (!(key in ARROWS)) return false;
    const { height, width } = this.maps;
    const middle = [Math.floor(height / 2), Math.floor(width / 2)];
    const [row, column] = this.place
      ? this.place.map((at, axis) => at + ARROWS[key][axis])
      : middle;
    if (row >= 0 && column >= 0 && row < height && column < width) {
      this.pointed = null; // the keys speak now, wherever the mouse rests
      this.pick(row, column, KEYS_PAUSE);
      this.spoken.textContent = this.reading({ channel: 0, row, column });
    }
    return true;
  }

  say() {
    const place = this.place && { channel: 0, row: this.place[0], column: this.place[1] };
    const shown = this.pointed ?? place;
    this.line.textContent = shown ? this.reading(shown) : this.range(0);
  }
}
