// Drawing for ui.curves: what goes onto a canvas, of the page or of the saved picture.
// ctx is a 2D context in CSS pixels; at is what Chart.scales returns; a line has its `ink`, the
// colour for the theme of the moment; theme is what readTheme returns.

import { lowerBound } from "./numbers.js";

// The colours and the font that Streamlit gives to this place of the page.
export function readTheme(node) {
  const style = getComputedStyle(node);
  const get = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
  const background = get("--st-background-color", "#ffffff");
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = background;
  probe.fillRect(0, 0, 1, 1);
  const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
  const dark = 0.3 * r + 0.59 * g + 0.11 * b < 128;
  const grid = dark ? "rgba(255, 255, 255, 0.13)" : "rgba(0, 0, 0, 0.09)";
  const text = get("--st-text-color", dark ? "#fafafa" : "#222222");
  return { background, dark, text, grid, font: get("--st-font", "sans-serif") };
}

function polyline(ctx, points) {
  ctx.beginPath();
  for (const [px, py] of points) ctx.lineTo(px, py);
  ctx.stroke();
}

const crisp = (px) => Math.round(px) + 0.5; // a one-pixel rule on one row of pixels, not on two

export function drawAxes(ctx, at, theme, { xLabel, yLabel }) {
  Object.assign(ctx, { lineWidth: 1, strokeStyle: theme.grid, fillStyle: theme.text });
  Object.assign(ctx, { textAlign: "right", textBaseline: "middle" });
  ctx.globalAlpha = 0.8;
  for (const { v, label } of at.yTicks) {
    polyline(ctx, [[at.left, crisp(at.y(v))], [at.right, crisp(at.y(v))]]);
    ctx.fillText(label, at.left - 7, at.y(v));
  }
  Object.assign(ctx, { textAlign: "center", textBaseline: "alphabetic" });
  for (const { v, label } of at.xTicks) {
    polyline(ctx, [[crisp(at.x(v)), at.top], [crisp(at.x(v)), at.bottom]]);
    ctx.fillText(label, at.x(v), at.bottom + 16);
  }
  ctx.fillText(xLabel, (at.left + at.right) / 2, at.bottom + 34);
  ctx.textAlign = "left";
  ctx.fillText(yLabel, 2, 12);
  ctx.strokeStyle = theme.text;
  ctx.globalAlpha = 0.35;
  const corner = [crisp(at.left), crisp(at.bottom)];
  polyline(ctx, [[corner[0], at.top], corner, [at.right, corner[1]]]);
  ctx.globalAlpha = 1;
}

export function drawSentence(ctx, at, theme, sentence) {
  Object.assign(ctx, { fillStyle: theme.text, textAlign: "center", font: `14px ${theme.font}` });
  const [px, py] = [(at.left + at.right) / 2, (at.top + at.bottom) / 2];
  const halo = { strokeStyle: theme.background, lineWidth: 6, lineJoin: "round" };
  Object.assign(ctx, halo);
  ctx.strokeText(sentence, px, py); // the grid does not run through the words
  ctx.fillText(sentence, px, py);
}

// valueOf gives NaN for a value that this axis cannot show: there the line has a gap.
export function drawLine(ctx, at, line, valueOf) {
  const first = Math.max(0, lowerBound(line.x, at.x0) - 1);
  const last = Math.min(line.x.length - 1, lowerBound(line.x, at.x1) + 1);
  const [path, marks] = [new Path2D(), new Path2D()];
  const marked = !line.faint && (at.right - at.left) / (last - first + 1) > 7; // px a marker
  Object.assign(ctx, { strokeStyle: line.ink, fillStyle: line.ink });
  let pen = false; // whether the point before is part of the line
  for (let i = first; i <= last; i++) {
    const [px, v] = [at.x(line.x[i]), valueOf(line.y[i])];
    if (Number.isNaN(v)) {
      if (!Number.isFinite(line.y[i]) && (pen || i === 0)) drawCross(ctx, px, at.top + 6);
      pen = false;
      continue;
    }
    const py = at.y(v);
    if (pen) path.lineTo(px, py);
    else path.moveTo(px, py);
    const alone = !pen && (i === last || Number.isNaN(valueOf(line.y[i + 1])));
    if (alone || marked) {
      const radius = line.faint ? 1.5 : 3;
      marks.moveTo(px + radius, py);
      marks.arc(px, py, radius, 0, 2 * Math.PI);
    }
    pen = true;
  }
  Object.assign(ctx, { lineJoin: "round", lineCap: line.dashed ? "butt" : "round" });
  ctx.lineWidth = line.faint ? 1 : 2.25;
  ctx.globalAlpha = line.faint ? 0.4 : 1;
  ctx.setLineDash(line.dashed ? [6, 4] : []);
  ctx.stroke(path);
  ctx.setLineDash([]);
  ctx.fill(marks);
  ctx.globalAlpha = 1;
}

// Here a line stopped being a number (a diverged loss).
function drawCross(ctx, px, py) {
  ctx.lineWidth = 2;
  polyline(ctx, [[px - 4, py - 4], [px + 4, py + 4]]);
  polyline(ctx, [[px - 4, py + 4], [px + 4, py - 4]]);
}

// The values under the pointer: a rule and a ring on every line. rows as from Chart.readout.
export function drawCursor(ctx, at, theme, x, rows, valueOf) {
  Object.assign(ctx, { strokeStyle: theme.text, lineWidth: 1, globalAlpha: 0.5 });
  polyline(ctx, [[crisp(at.x(x)), at.top], [crisp(at.x(x)), at.bottom]]);
  Object.assign(ctx, { globalAlpha: 1, lineWidth: 2 });
  for (const row of rows) {
    const py = at.y(valueOf(row.y));
    const inside = row.x >= at.x0 && row.x <= at.x1 && py > at.top - 6 && py < at.bottom + 6;
    if (!inside) continue; // also where py is NaN
    ctx.beginPath();
    ctx.arc(at.x(row.x), py, 4.5, 0, 2 * Math.PI);
    Object.assign(ctx, { fillStyle: theme.background, strokeStyle: row.line.ink });
    ctx.fill();
    ctx.stroke();
  }
}

export function drawSelection(ctx, at, theme, from, to) {
  Object.assign(ctx, { fillStyle: theme.text, globalAlpha: 0.12 });
  ctx.fillRect(Math.min(from, to), at.top, Math.abs(to - from), at.bottom - at.top);
  ctx.globalAlpha = 1;
}

// The legend of the saved picture, wrapped to width; returns its height.
export function drawLegend(ctx, theme, lines, width) {
  Object.assign(ctx, { font: `12px ${theme.font}`, textAlign: "left", textBaseline: "middle" });
  let [px, py] = [2, 10];
  for (const line of lines) {
    const wide = 28 + ctx.measureText(line.name).width;
    if (px > 2 && px + wide > width) [px, py] = [2, py + 20];
    const sample = { left: px, right: px + 20, x0: 0, x1: 2, top: -99, x: (v) => px + 10 * v, y: () => py };
    drawLine(ctx, sample, { ...line, x: [0, 1, 2], y: [1, 1, 1] }, (v) => v);
    if (!line.faint) drawLine(ctx, sample, { ...line, x: [1], y: [1] }, (v) => v);
    ctx.fillStyle = theme.text;
    ctx.fillText(line.name, px + 26, py);
    px += wide + 14;
  }
  return py + 10;
}
