// The line chart of ui.curves: two canvases (the lines; what follows the pointer), a legend of
// buttons, a tooltip. An update of data or theme keeps its canvases, its zoom and its hidden lines.
//
// Units: x and y are data, px is CSS pixels from the canvas' left or top.
// Everything that comes from people (names of runs) is set as text, never as HTML.

import { mounted } from "../ui.components.shared/view.js";
import { say, sayMany } from "../ui.components.shared/words.js";
import {
  drawAxes,
  drawCursor,
  drawLegend,
  drawLine,
  drawSelection,
  drawSentence,
  readTheme,
} from "./draw.js";
import {
  NOTHING,
  clamp,
  linearTicks,
  logTicks,
  lowerBound,
  nearest,
  niceStep,
  percentTick,
  received,
  valueText,
  xText,
} from "./numbers.js";

// Values one after the other, as the language of the page writes them.
const inRow = ([first = "", ...others]) =>
  others.reduce((row, value) => say("{row}; {value}", { row, value }), first);

const MARGIN = { top: 26, right: 14, bottom: 42 };
const DRAG_PX = 6; // a shorter drag is a click
const SNAP_PX = 9; // so near to an epoch's marker, the epoch is meant and not the batch beside it
const TIP_ROWS = 14;

export default mounted(
  (parent) => new Chart(parent),
  (chart, { data, setTriggerValue }) => chart.update(data, () => setTriggerValue("missing", true)),
);

// ---- DOM

function add(parent, tag, className, properties) {
  const node = document.createElement(tag);
  return parent.appendChild(Object.assign(node, { className, ...properties }));
}

// A short piece of the line as it is drawn: colour is never the only difference.
function swatch(parent, line) {
  const dash = line.dashed ? 'stroke-dasharray="5 3"' : "";
  const width = line.faint ? 1.5 : 2.5;
  const svg = `<svg width="20" height="10" aria-hidden="true"><line x1="1" x2="19" y1="5" y2="5"
    stroke="currentColor" stroke-width="${width}" ${dash} opacity="${line.faint ? 0.6 : 1}"/>
    ${line.faint ? "" : '<circle cx="10" cy="5" r="3.5" fill="currentColor"/>'}</svg>`;
  parent.insertAdjacentHTML("beforeend", svg);
  parent.lastElementChild.style.color = line.ink;
}

class Chart {
  constructor(parent) {
    this.lines = [];
    this.has = NOTHING; // the points, and which message told them
    this.hidden = new Set(); // names
    this.zoom = null; // [x0, x1]
    this.cursor = null; // the x whose values are shown
    this.pointers = new Map(); // pointerId → px, for pinching
    this.root = add(parent, "section", "curves");
    const head = add(this.root, "div", "head");
    this.title = add(head, "div", "title");
    this.reset = add(head, "button", "reset", { type: "button", textContent: say("Reset zoom") });
    this.save = add(head, "button", "save", { type: "button", textContent: say("Save PNG") });
    this.plot = add(this.root, "div", "plot");
    this.base = add(this.plot, "canvas", "base");
    this.over = add(this.plot, "canvas", "over", { tabIndex: 0 });
    this.base.setAttribute("aria-hidden", "true");
    this.over.setAttribute("role", "img");
    this.tip = add(this.plot, "div", "tip", { hidden: true });
    this.legend = add(this.root, "div", "legend");
    this.legend.setAttribute("role", "group");
    this.status = add(this.root, "div", "status");
    this.status.setAttribute("role", "status");
    this.listen();
    // All listeners sit on nodes of the chart, so it is collected with them: no clean-up needed.
    new ResizeObserver(() => this.paint()).observe(this.plot);
    document.fonts.ready.then(() => this.schedule());
  }

  // askForAll lets Python send everything: what came builds on points that are not here.
  update(data, askForAll) {
    const has = received(this.has, data.sent, data.lines);
    if (has) this.has = has;
    else if (this.askedAfter !== data.sent.number) askForAll();
    this.askedAfter = has ? undefined : data.sent.number; // once for each message
    this.data = data;
    this.title.textContent = data.title;
    this.plot.style.height = `${data.height}px`;
    this.legend.setAttribute("aria-label", say("Lines of {title}", { title: data.title }));
    this.theme = readTheme(this.root);
    this.lines = data.lines.map((line, i) => ({
      ...line,
      ink: this.theme.dark ? line.dark : line.light,
      ...(this.has.points[i] ?? { x: new Float32Array(), y: new Float32Array() }),
    }));
    this.fillLegend();
    this.over.setAttribute("aria-label", this.inWords());
    this.schedule();
  }

  // Paint with the next frame; only what follows the pointer where the lines stay as they are.
  schedule(lines = true) {
    this.stale ||= lines;
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      if (this.stale) this.paint();
      else this.paintOver();
    });
  }

  shown() {
    return this.lines.filter((line) => !this.hidden.has(line.name) && line.x.length > 0);
  }

  // Text alternative: what the chart is, and where every line stands.
  inWords() {
    const { title, xLabel, percent, empty } = this.data;
    const ends = this.lines.filter((line) => line.x.length > 0).map((line) => {
      const last = line.x.length - 1;
      const value = valueText(line.y[last], percent);
      return say("{name} {value} at {place}", { name: line.name, value, place: xText(line.x[last]) });
    });
    const chart = say("{title}, line chart along {axis}.", { title, axis: xLabel });
    const state = ends.length ? say("Last values: {values}.", { values: inRow(ends) }) : empty;
    return `${chart} ${state}`;
  }

  // ---- legend

  // One line a name: a run's epochs stand for its batches of the same name.
  named(lines) {
    const all = new Map();
    for (const line of lines) {
      if (!all.has(line.name) || all.get(line.name).faint) all.set(line.name, line);
    }
    return [...all.values()];
  }

  fillLegend() {
    const named = this.named(this.lines);
    const looks = JSON.stringify(named.map((l) => [l.name, l.ink, l.faint, l.dashed]));
    if (looks === this.looks) return; // the buttons stay: one of them may have the focus
    this.looks = looks;
    this.legend.replaceChildren();
    for (const line of named) {
      const button = add(this.legend, "button", "", { type: "button", title: line.name });
      const press = () => button.setAttribute("aria-pressed", String(!this.hidden.has(line.name)));
      swatch(button, line);
      add(button, "span", "", { textContent: line.name });
      press();
      button.addEventListener("click", () => {
        if (!this.hidden.delete(line.name)) this.hidden.add(line.name);
        press();
        this.schedule();
      });
    }
  }

  // ---- scales

  fullX() {
    const xs = this.lines.filter((l) => l.x.length > 0).flatMap((l) => [l.x[0], l.x.at(-1)]);
    if (xs.length === 0) return [0, 1];
    const [low, high] = [Math.min(...xs), Math.max(...xs)];
    return low < high ? [low, high] : [low - 0.5, high + 0.5];
  }

  // A value as the axis can show it: NaN (a gap) for what it can't.
  drawable = (v) => (Number.isFinite(v) && (v > 0 || !this.data.log) ? v : NaN);

  fullY([x0, x1]) {
    const { log, yRange } = this.data;
    if (yRange && !this.zoom && !(log && yRange[0] <= 0)) return yRange;
    let [low, high] = [Infinity, -Infinity];
    for (const line of this.shown()) {
      for (let i = lowerBound(line.x, x0); i < line.x.length && line.x[i] <= x1; i++) {
        const v = this.drawable(line.y[i]);
        if (v < low) low = v;
        if (v > high) high = v;
      }
    }
    if (low > high) return log ? [0.1, 1] : yRange ?? [0, 1];
    if (log) return low < high ? [low / 1.1, high * 1.1] : [low / 2, high * 2];
    if (!this.zoom && low > 0 && low < high / 2) low = 0; // honest heights where zero is near
    const spare = low < high ? 0 : Math.abs(low) / 10 || 1;
    const step = niceStep(high - low + 2 * spare, 5);
    return [Math.floor((low - spare) / step + 1e-6) * step, Math.ceil((high + spare) / step - 1e-6) * step];
  }

  // Where data comes to lie on a canvas of this size.
  scales(ctx, width, height) {
    const { log, percent } = this.data;
    const [x0, x1] = this.zoom ?? this.fullX();
    const [y0, y1] = this.fullY([x0, x1]);
    const rows = Math.max(2, Math.floor((height - MARGIN.top - MARGIN.bottom) / 34));
    const scale = percent ? 100 : 1; // nice numbers are nice as they are read
    const written = percent ? percentTick : undefined;
    const yTicks = (log ? logTicks : linearTicks)(y0 * scale, y1 * scale, rows, written)
      .map(({ v, label }) => ({ v: v / scale, label }));
    const left = 12 + Math.max(...yTicks.map((t) => ctx.measureText(t.label).width));
    const [right, bottom] = [width - MARGIN.right, height - MARGIN.bottom];
    const f = log ? Math.log : (v) => v;
    return {
      x0, x1, left, right, bottom, top: MARGIN.top, yTicks, width,
      xTicks: linearTicks(x0, x1, clamp(Math.floor((right - left) / 48), 2, 12)),
      x: (v) => left + ((v - x0) / (x1 - x0)) * (right - left),
      y: (v) => bottom - ((f(v) - f(y0)) / (f(y1) - f(y0))) * (bottom - MARGIN.top),
      xAt: (px) => x0 + ((clamp(px, left, right) - left) / (right - left)) * (x1 - x0),
    };
  }

  // ---- drawing

  paint() {
    const [width, height] = [this.plot.clientWidth, this.plot.clientHeight];
    if (!this.data || width === 0 || height === 0) return; // a hidden tab of the page
    const ratio = window.devicePixelRatio;
    for (const canvas of [this.base, this.over]) {
      const size = [Math.round(width * ratio), Math.round(height * ratio)];
      if (canvas.width !== size[0]) canvas.width = size[0];
      if (canvas.height !== size[1]) canvas.height = size[1];
      canvas.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    const ctx = this.base.getContext("2d");
    ctx.clearRect(0, 0, width, height);
    this.at = this.paintChart(ctx, width, height);
    this.reset.hidden = !this.zoom;
    this.stale = false;
    if (this.hoverPx !== undefined) this.cursor = this.snap(this.hoverPx);
    this.paintOver();
  }

  paintChart(ctx, width, height) {
    ctx.font = `12px ${this.theme.font}`;
    const at = this.scales(ctx, width, height);
    drawAxes(ctx, at, this.theme, this.data);
    ctx.save();
    ctx.beginPath();
    const spill = this.zoom ? 0 : 5; // room for the markers of the first and the last epoch
    ctx.rect(at.left - spill, at.top - 5, at.right - at.left + 2 * spill, at.bottom - at.top + 10);
    ctx.clip();
    const faintFirst = this.shown().sort((a, b) => b.faint - a.faint);
    for (const line of faintFirst) drawLine(ctx, at, line, this.drawable);
    ctx.restore();
    const nothing = this.lines.every((line) => line.x.length === 0);
    if (nothing) drawSentence(ctx, at, this.theme, this.data.empty);
    return at;
  }

  paintOver() {
    if (!this.at) return; // not painted yet: the chart has no size
    const { at, cursor, drag, theme } = this;
    const ctx = this.over.getContext("2d");
    ctx.clearRect(0, 0, this.plot.clientWidth, this.plot.clientHeight);
    if (drag) drawSelection(ctx, at, theme, drag.from, drag.to);
    const rows = cursor === null ? [] : this.readout(cursor);
    this.tip.hidden = rows.length === 0;
    if (rows.length === 0) return;
    drawCursor(ctx, at, theme, cursor, rows, this.drawable);
    this.fillTip(rows);
  }

  // ---- values under the pointer

  // The x nearest to the pointer at which a line has a point; an epoch's wins over a batch's.
  snap(px) {
    let best = { distance: Infinity, x: null };
    for (const line of this.shown()) {
      const x = line.x[nearest(line.x, this.at.xAt(px))];
      if (x < this.at.x0 || x > this.at.x1) continue;
      let distance = Math.abs(this.at.x(x) - px);
      if (!line.faint && distance <= SNAP_PX) distance -= SNAP_PX;
      if (distance < best.distance) best = { distance, x };
    }
    return best.x;
  }

  placeInWords(x) {
    return say("{quantity} {value}", { quantity: this.data.xLabel, value: xText(x) });
  }

  // Every shown line's point nearest to x.
  readout(x) {
    return this.shown().map((line) => {
      const i = nearest(line.x, x);
      const same = Math.abs(line.x[i] - x) < 1e-4;
      const value = valueText(line.y[i], this.data.percent);
      return { line, x: line.x[i], y: line.y[i], value, at: same ? "" : xText(line.x[i]) };
    });
  }

  fillTip(rows) {
    const { at, cursor, tip } = this;
    const far = (row) => Math.abs(at.y(this.drawable(row.y)) - (this.hoverPy ?? at.top)) || 0;
    const near = [...rows].sort((a, b) => far(a) - far(b)).slice(0, TIP_ROWS);
    tip.replaceChildren();
    add(tip, "b", "", { textContent: this.placeInWords(cursor) });
    for (const row of rows.filter((r) => near.includes(r))) {
      const node = add(tip, "div", "row");
      swatch(node, row.line);
      add(node, "span", "name", { textContent: row.line.name });
      add(node, "span", "at", { textContent: row.at && say("at {place}", { place: row.at }) });
      add(node, "span", "value", { textContent: row.value });
    }
    const more = rows.length - near.length;
    if (more > 0) add(tip, "div", "more", { textContent: sayMany("and {count} more line", "and {count} more lines", more) });
    const px = at.x(cursor);
    const right = px + 14 + tip.offsetWidth <= at.width;
    const left = right ? px + 14 : Math.max(0, px - 14 - tip.offsetWidth);
    tip.style.left = `${Math.min(left, Math.max(0, at.width - tip.offsetWidth))}px`;
    tip.style.top = `${at.top + 2}px`;
  }

  hover(event) {
    if (!this.at) return;
    [this.hoverPx, this.hoverPy] = this.px(event);
    this.cursor = this.snap(this.hoverPx);
    this.schedule(false);
  }

  forgetCursor() {
    this.hoverPx = this.hoverPy = undefined;
    this.cursor = this.drag = null;
    this.schedule(false);
  }

  // ---- pointer, wheel and keys

  px(event) {
    const box = this.over.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  listen() {
    const on = (name, action) => this.over.addEventListener(name, action, { passive: false });
    on("pointerdown", (event) => this.press(event));
    on("pointermove", (event) => this.move(event));
    on("pointerup", (event) => this.release(event));
    on("pointercancel", (event) => this.release(event));
    on("pointerleave", (event) => {
      if (event.pointerType !== "touch") this.forgetCursor(); // a finger's values stay to be read
    });
    on("blur", () => this.forgetCursor());
    on("dblclick", () => this.zoomTo(null));
    on("wheel", (event) => this.wheel(event));
    on("keydown", (event) => this.type(event));
    this.reset.addEventListener("click", () => {
      this.zoomTo(null);
      this.over.focus(); // the button vanishes
    });
    this.save.addEventListener("click", () => this.savePicture());
  }

  press(event) {
    if (event.button !== 0 || !this.at) return;
    this.over.setPointerCapture(event.pointerId);
    const [px] = this.px(event);
    this.pointers.set(event.pointerId, px);
    this.drag = event.pointerType === "touch" ? null : { from: px, to: px };
    this.pinch = this.pointers.size === 2 ? [...this.pointers.values()].map(this.at.xAt) : null;
    this.hover(event);
  }

  move(event) {
    const [px] = this.px(event);
    if (this.pointers.has(event.pointerId)) this.pointers.set(event.pointerId, px);
    if (this.pinch) return this.spread();
    if (this.drag) this.drag.to = clamp(px, this.at.left, this.at.right);
    return this.hover(event);
  }

  // Zoom so that what was under the two fingers stays under them.
  spread() {
    const [[a, b], [p, q]] = [this.pinch, [...this.pointers.values()]];
    const perPx = (b - a) / (q - p);
    const x0 = a - (p - this.at.left) * perPx;
    if (perPx > 0) this.zoomTo([x0, x0 + (this.at.right - this.at.left) * perPx]);
  }

  release(event) {
    const { drag } = this;
    this.drag = this.pinch = null;
    this.pointers.delete(event.pointerId);
    if (drag && event.type === "pointerup" && Math.abs(drag.to - drag.from) >= DRAG_PX) {
      this.zoomTo([this.at.xAt(drag.from), this.at.xAt(drag.to)].sort((a, b) => a - b));
    }
    this.schedule(false);
  }

  wheel(event) {
    if (!event.ctrlKey || !this.at) return; // the plain wheel scrolls the page
    event.preventDefault();
    this.zoomBy(Math.exp(clamp(event.deltaY, -100, 100) / 250), this.at.xAt(this.px(event)[0]));
  }

  zoomBy(factor, centre) {
    const { x0, x1 } = this.at;
    this.zoomTo([centre - (centre - x0) * factor, centre + (x1 - centre) * factor]);
  }

  zoomTo(range) {
    this.zoom = null;
    const [low, high] = this.fullX();
    if (range && range[1] - range[0] < (high - low) * 0.999) {
      const span = Math.max(range[1] - range[0], (high - low) / 2000);
      const start = clamp(range[0], low, high - span);
      this.zoom = [start, start + span];
    }
    this.schedule();
  }

  type(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity };
    if (event.ctrlKey || event.metaKey || event.altKey || !this.at) return;
    const middle = this.cursor ?? (this.at.x0 + this.at.x1) / 2;
    if (event.key in steps) this.step(steps[event.key] * (event.shiftKey ? 10 : 1));
    else if (event.key === "+" || event.key === "=") this.zoomBy(0.5, middle);
    else if (event.key === "-") this.zoomBy(2, middle);
    else if (event.key === "0") this.zoomTo(null);
    else if (event.key === "Escape") this.forgetCursor();
    else return;
    event.preventDefault();
  }

  // Go to the next point along x, bring it into view and say its values.
  step(count) {
    const all = new Set(this.shown().flatMap((line) => [...line.x]));
    const xs = Float64Array.from(all).sort();
    if (xs.length === 0) return;
    const here = this.cursor === null ? (count > 0 ? -1 : xs.length) : nearest(xs, this.cursor);
    this.hoverPx = this.hoverPy = undefined;
    this.cursor = xs[clamp(here + count, 0, xs.length - 1)];
    if (this.zoom) {
      const [x0, x1] = this.zoom;
      const shift = Math.min(0, this.cursor - x0) + Math.max(0, this.cursor - x1);
      this.zoomTo([x0 + shift, x1 + shift]);
    }
    const said = this.readout(this.cursor).map(({ line: { name }, value, at }) =>
      at ? say("{name} {value} at {place}", { name, value, place: at }) : `${name} ${value}`,
    );
    const place = this.placeInWords(this.cursor);
    this.status.textContent = say("{place}: {values}", { place, values: inRow(said) });
    this.schedule(false);
  }

  // ---- the chart as a picture

  savePicture() {
    const [width, height] = [this.plot.clientWidth, this.plot.clientHeight];
    const { theme } = this;
    const named = this.named(this.shown());
    const spare = document.createElement("canvas").getContext("2d");
    const whole = [width + 24, height + 40 + drawLegend(spare, theme, named, width)];
    const canvas = document.createElement("canvas");
    const scale = Math.max(2, window.devicePixelRatio); // sharp on paper and on a projector
    [canvas.width, canvas.height] = whole.map((px) => px * scale);
    const ctx = canvas.getContext("2d");
    ctx.scale(scale, scale);
    ctx.fillStyle = theme.background;
    ctx.fillRect(0, 0, ...whole);
    ctx.translate(12, 36);
    Object.assign(ctx, { fillStyle: theme.text, font: `600 15px ${theme.font}` });
    ctx.fillText(this.data.title, 2, -10);
    this.paintChart(ctx, width, height);
    ctx.translate(0, height);
    drawLegend(ctx, theme, named, width);
    canvas.toBlob((blob) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = `${this.data.title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-")}.png`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    });
  }
}
