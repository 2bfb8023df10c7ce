// A square sheet to draw a digit on: strokes with the pen, undo, redo, clear, and the width of the
// brush. What is on the sheet goes to Python while the pen still moves.
//
// Strokes are vectors in fractions of the sheet's side. They are painted twice: on the screen, as
// large and as fine as it is, and on a hidden sheet of fixed size from which the ink is read. So
// the ink does not depend on the screen, the theme or the width of the column.

import { mounted } from "../ui.components.shared/view.js";
import { paragraph, say } from "../ui.components.shared/words.js";
import { FINE, packed } from "./ink.js";

const PAUSE = 85; // ms between two messages of one stroke: 11 to 12 a second. By a faster way: less
const STEP = 0.003; // of the side: samples closer than that to the last one add nothing
const KEY_STEP = 0.04; // of the side: how far an arrow key moves the pen; with Shift a quarter
const STEPS_BACK = 100; // how much can be undone
const STORE = "digitscope.canvas.";
const BACK = "M8 5 3.5 9.5 8 14M4 9.5h9.5a5.5 5.5 0 0 1 0 11H9";

const sheets = new Map(); // by key: outlives the view, so that a change of page loses nothing

export default mounted(
  (parent, data) => new View(parent, data),
  (view, { data, setStateValue }) => {
    view.send = (message) => setStateValue("drawing", message);
    view.update(data);
  },
  (view, data) => view.key === data.key,
);

// ---- what is on the sheet ----

class Sheet {
  constructor({ key, brush, brushes }) {
    this.key = key;
    this.brushes = brushes; // narrowest and widest, in per cent of the side
    this.strokes = []; // of {width, points: [x, y, x, y, …]}, never changed once they are here
    this.past = []; // earlier values of `strokes`
    this.future = []; // those that were undone
    this.brush = brush;
    this.restore();
  }

  put(strokes) {
    this.past.push(this.strokes);
    if (this.past.length > STEPS_BACK) this.past.shift();
    this.future = [];
    this.strokes = strokes;
    this.save();
  }

  step(from, to) {
    if (!from.length) return false;
    to.push(this.strokes);
    this.strokes = from.pop();
    this.save();
    return true;
  }

  // sessionStorage belongs to one tab and survives its reload. It may be switched off or full: then
  // the drawing lives as long as the tab is not reloaded.
  save() {
    const { strokes, brush } = this;
    try {
      sessionStorage.setItem(STORE + this.key, JSON.stringify({ strokes, brush }));
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
    }
  }

  restore() {
    let kept;
    try {
      kept = JSON.parse(sessionStorage.getItem(STORE + this.key));
    } catch (error) {
      if (!(error instanceof DOMException || error instanceof SyntaxError)) throw error;
    }
    if (!Array.isArray(kept?.strokes) || !kept.strokes.every(isStroke)) return;
    this.strokes = kept.strokes;
    const [min, max] = this.brushes;
    if (kept.brush >= min && kept.brush <= max) this.brush = kept.brush;
  }
}

function isStroke(stroke) {
  const points = stroke?.points;
  if (!Number.isFinite(stroke?.width) || !Array.isArray(points)) return false;
  return points.length > 1 && points.length % 2 === 0 && points.every(Number.isFinite);
}

// ---- painting ----

// A surface is one canvas with its colours. Overlapping pieces keep the stronger of their edges
// ("darken" or "lighten") instead of adding up, which would make soft edges hard; and the result is
// the same whether a stroke came piece by piece or all at once.
class Surface {
  constructor(canvas, options) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false, ...options });
  }

  empty(edge, paper, ink, blend) {
    const { canvas, context } = this;
    if (canvas.width !== edge) canvas.width = canvas.height = edge;
    context.globalCompositeOperation = "source-over";
    context.fillStyle = paper;
    context.fillRect(0, 0, edge, edge);
    Object.assign(context, { fillStyle: ink, strokeStyle: ink, lineCap: "round" });
    context.globalCompositeOperation = blend;
  }

  pixels() {
    const { width, height } = this.canvas;
    return this.context.getImageData(0, 0, width, height).data;
  }

  // Paints the pieces that end at points `from` and later: from middle to middle of neighbouring
  // points, bent towards the point between them. The very end is straight, and drawn when it is
  // known to be the end.
  trace({ width, points }, from, ended) {
    const { context } = this;
    const edge = this.canvas.width;
    const x = (i) => points[2 * i] * edge;
    const y = (i) => points[2 * i + 1] * edge;
    const middle = (i) => [(x(i - 1) + x(i)) / 2, (y(i - 1) + y(i)) / 2];
    const last = points.length / 2 - 1;
    context.lineWidth = (width / 100) * edge;
    if (from === 0) {
      context.beginPath();
      context.arc(x(0), y(0), context.lineWidth / 2, 0, 2 * Math.PI);
      context.fill();
    }
    for (let i = Math.max(from, 1); i <= last; i++) {
      context.beginPath();
      context.moveTo(...(i === 1 ? [x(0), y(0)] : middle(i - 1)));
      context.quadraticCurveTo(x(i - 1), y(i - 1), ...middle(i));
      context.stroke();
    }
    if (ended && last > 0) {
      context.beginPath();
      context.moveTo(...middle(last));
      context.lineTo(x(last), y(last));
      context.stroke();
    }
  }
}

// ---- the view ----

function element(parent, tag, attributes = {}, text = "") {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  parent.append(made);
  return made;
}

export class View {
  constructor(parent, data) {
    const { key, side, pause = PAUSE } = data;
    if (!sheets.has(key)) sheets.set(key, new Sheet(data));
    Object.assign(this, { key, side, pause, sheet: sheets.get(key) });
    this.stroke = null; // the one under the pen
    this.pointer = null; // which pen, finger or mouse draws it
    this.sent = "null"; // the last message as text: the server knows of nothing
    this.sentAt = -Infinity;
    this.timer = 0;
    this.build(parent);
    this.listen();
  }

  build(parent) {
    this.root = element(parent, "div", { class: "canvas" });
    const paper = element(this.root, "div", { class: "paper" });
    this.canvas = element(paper, "canvas", {
      role: "img",
      tabindex: "0",
      "aria-keyshortcuts": "Space ArrowUp ArrowDown ArrowLeft ArrowRight Control+Z Control+Y Escape",
    });
    element(paper, "div", { class: "marks" });
    this.hint = element(paper, "div", { class: "hint", "aria-hidden": "true" }, say("Draw a digit"));
    element(paper, "div", { class: "tip" });
    this.cursor = element(paper, "div", { class: "cursor", hidden: "" });
    this.by = [0.5, 0.2]; // where the pen is that the keys move
    const tools = element(this.root, "div", { class: "tools" });
    this.undo = this.button(tools, "undo", say("Undo"), () => this.back());
    this.redo = this.button(tools, "redo", say("Redo"), () => this.forth());
    this.clear = this.button(tools, "clear", say("Clear"), () => this.wipe());
    const label = element(tools, "label", {}, say("Brush"));
    const [min, max] = this.sheet.brushes;
    this.width = element(label, "input", { type: "range", min, max, "aria-label": say("Brush width") });
    this.screen = new Surface(this.canvas);
    this.hidden = new Surface(document.createElement("canvas"), { willReadFrequently: true });
    this.setBrush(this.sheet.brush);
  }

  button(parent, kind, name, act) {
    const made = element(parent, "button", { type: "button", title: name, "aria-label": name });
    if (kind === "clear") made.textContent = name;
    else made.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${BACK}"/></svg>`;
    made.className = kind;
    made.addEventListener("click", act);
    return made;
  }

  listen() {
    const on = (type, act) => this.canvas.addEventListener(type, act);
    on("pointerdown", (event) => this.down(event));
    on("pointermove", (event) => this.move(event));
    on("pointerup", (event) => this.up(event));
    on("pointercancel", (event) => this.up(event));
    on("blur", () => {
      this.root.classList.remove("by-pen");
      this.putPen();
      this.cursor.hidden = true;
    });
    on("keydown", (event) => this.penKey(event));
    on("contextmenu", (event) => event.preventDefault()); // a long press is a slow stroke
    this.root.addEventListener("keydown", (event) => this.pressed(event));
    this.width.addEventListener("input", () => this.setBrush(Number(this.width.value)));
    this.width.addEventListener("change", () => this.sheet.save());
    this.resized = () => this.fit();
    this.observer = new ResizeObserver(this.resized);
    this.observer.observe(this.canvas);
    window.addEventListener("resize", this.resized); // zooming changes the pixels, not the size
  }

  update({ label, hint }) {
    if (hint) this.hint.textContent = hint;
    const sentences = [
      say("Draw a digit with the mouse, a finger or a pen."),
      say("With the keyboard: Space puts the pen down and lifts it, arrow keys move it."),
      say("Or take a test digit or upload a picture on this page."),
      say("Control Z undoes, Escape clears."),
    ];
    this.canvas.setAttribute("aria-label", paragraph(`${label}.`, ...sentences));
    this.paint();
    this.flush();
  }

  close() {
    this.end();
    clearTimeout(this.timer);
    this.observer.disconnect();
    window.removeEventListener("resize", this.resized);
    this.root.remove();
  }

  // ---- the pen ----

  down(event) {
    if (!event.isPrimary || event.button !== 0 || this.stroke) return;
    event.preventDefault();
    // For Control Z and Escape. The frame that shows the keyboard's focus would only be in the way.
    this.root.classList.add("by-pen");
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId); // so that its end is seen, wherever it is
    this.pointer = event.pointerId;
    this.stroke = { width: this.sheet.brush, points: [] };
    this.add(event, 0);
    this.show();
    this.report();
  }

  move(event) {
    if (!this.stroke || event.pointerId !== this.pointer) return;
    // Between two frames the pen reports several times; the browser hands these over together.
    const samples = event.getCoalescedEvents?.() ?? [];
    for (const sample of samples.length ? samples : [event]) this.add(sample, STEP);
    this.report();
  }

  up(event) {
    if (!this.stroke || event.pointerId !== this.pointer) return;
    if (event.type === "pointerup") this.add(event, 0); // a cancelled one has no place
    this.end();
    this.show();
    this.flush();
  }

  add({ clientX, clientY }, nearest) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    const round = (fraction) => Math.round(fraction * 1e4) / 1e4;
    const [x, y] = [round((clientX - left) / width), round((clientY - top) / height)];
    const { points } = this.stroke;
    const gap = Math.hypot(x - points.at(-2), y - points.at(-1)); // NaN before the first point
    if (gap <= nearest) return;
    points.push(x, y);
    const from = points.length / 2 - 1;
    this.screen.trace(this.stroke, from, false);
    this.hidden.trace(this.stroke, from, false);
  }

  // Ends the stroke under the pen, if there is one, and keeps it.
  end() {
    const { stroke } = this;
    if (!stroke) return;
    this.stroke = this.pointer = null;
    const count = stroke.points.length / 2;
    this.screen.trace(stroke, count, true);
    this.hidden.trace(stroke, count, true);
    this.sheet.put([...this.sheet.strokes, stroke]);
  }

  // ---- the pen by keys: Space puts it down and lifts it, arrows move it ----

  penKey(event) {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || (!way && event.key !== " ")) return;
    event.preventDefault();
    event.stopPropagation();
    if (this.pointer !== null) return; // a hand draws
    if (!way && this.stroke) this.putPen();
    else if (!way) {
      this.stroke = { width: this.sheet.brush, points: [] };
      this.penAt();
    } else {
      const step = event.shiftKey ? KEY_STEP / 4 : KEY_STEP;
      this.by = this.by.map((at, axis) => Math.min(Math.max(at + step * way[axis], 0), 1));
      if (this.stroke) this.penAt();
    }
    this.root.classList.remove("by-pen");
    this.root.classList.toggle("pen-down", this.stroke !== null);
    this.cursor.hidden = false;
    Object.assign(this.cursor.style, { left: `${100 * this.by[0]}%`, top: `${100 * this.by[1]}%` });
  }

  penAt() {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    this.add({ clientX: left + this.by[0] * width, clientY: top + this.by[1] * height }, 0);
    this.show();
    this.report();
  }

  // Lifts the pen that the keys hold, if they do.
  putPen() {
    if (!this.stroke || this.pointer !== null || !this.root.classList.contains("pen-down")) return;
    this.end();
    this.root.classList.remove("pen-down");
    this.show();
    this.flush();
  }

  // ---- the tools ----

  pressed(event) {
    const key = event.key.toLowerCase();
    const command = event.ctrlKey || event.metaKey;
    let act;
    if (key === "escape") act = this.wipe;
    else if (command && key === "z") act = event.shiftKey ? this.forth : this.back;
    else if (event.ctrlKey && key === "y") act = this.forth;
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act.call(this);
  }

  back() {
    this.end();
    if (this.sheet.step(this.sheet.past, this.sheet.future)) this.changed();
  }

  forth() {
    this.end();
    if (this.sheet.step(this.sheet.future, this.sheet.past)) this.changed();
  }

  wipe() {
    this.end();
    if (!this.sheet.strokes.length) return;
    this.sheet.put([]);
    this.changed();
  }

  changed() {
    this.paint();
    this.flush();
  }

  setBrush(width) {
    this.sheet.brush = width;
    this.width.value = width;
    this.root.style.setProperty("--brush", `${width}%`);
  }

  // ---- the screen ----

  fit() {
    const edge = Math.round(this.canvas.clientWidth * window.devicePixelRatio);
    if (edge && edge !== this.canvas.width) this.paint();
  }

  paint() {
    const page = getComputedStyle(this.root).backgroundColor.match(/[\d.]+/g).map(Number);
    const dark = (page[0] + page[1] + page[2]) / 3 < 128;
    this.root.classList.toggle("dark", dark);
    const { backgroundColor, color } = getComputedStyle(this.canvas);
    const edge = Math.round(this.canvas.clientWidth * window.devicePixelRatio) || 1;
    this.screen.empty(edge, backgroundColor, color, dark ? "lighten" : "darken");
    this.hidden.empty(this.side * FINE, "#000", "#fff", "lighten");
    for (const surface of [this.screen, this.hidden]) {
      for (const stroke of this.sheet.strokes) surface.trace(stroke, 0, true);
      if (this.stroke) surface.trace(this.stroke, 0, false);
    }
    this.show();
  }

  show() {
    const { past, future, strokes } = this.sheet;
    const blank = !strokes.length && !this.stroke;
    this.root.classList.toggle("blank", blank);
    // Not `disabled`: that would throw the keyboard's focus off the button just pressed.
    this.undo.setAttribute("aria-disabled", !past.length);
    this.redo.setAttribute("aria-disabled", !future.length);
    this.clear.setAttribute("aria-disabled", blank);
  }

  // ---- the server ----

  // While the pen moves: now, or when the pause since the last message is over. When the server
  // needs longer than that, Streamlit merges what waits, and the newest ink wins.
  report() {
    if (this.timer) return;
    const rest = this.sentAt + this.pause - performance.now();
    if (rest <= 0) this.flush();
    else this.timer = setTimeout(() => this.flush(), rest);
  }

  flush() {
    clearTimeout(this.timer);
    this.timer = 0;
    const message = this.message();
    const text = JSON.stringify(message);
    if (text === this.sent) return;
    this.sent = text;
    this.sentAt = performance.now();
    this.send(message);
  }

  message() {
    const strokes = this.sheet.strokes.length + (this.stroke ? 1 : 0);
    if (!strokes) return null;
    return {
      ink: packed(this.hidden.pixels(), this.side),
      finished: !this.stroke,
      strokes,
    };
  }
}
