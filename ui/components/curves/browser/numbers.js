// Numbers for ui.curves: where ticks stand, how values are written, how points are found.
// No DOM, no canvas.

import { numberText, percentText, say } from "../ui.components.shared/words.js";

export const clamp = (v, low, high) => Math.min(Math.max(v, low), high);
const minus = (text) => text.replace(/-/g, "−");

// 1, 2 or 5 times a power of ten that divides span into at most `count` steps.
export function niceStep(span, count) {
  const power = 10 ** Math.floor(Math.log10(span / count));
  return [1, 2, 5, 10].find((m) => m * power * count >= span * 0.999999) * power;
}

// `text` writes a value that is a multiple of a step.
export function linearTicks(low, high, count, text = tickText) {
  const step = niceStep(high - low, count);
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-6); k <= high / step + 1e-6; k++) {
    ticks.push({ v: k * step, label: text(k * step, step) });
  }
  return ticks;
}

// 1, 2, 5 in every decade; only the powers of ten carry a label where all would crowd.
export function logTicks(low, high, count, text = tickText) {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const every = Math.ceil((last - first) / count);
  const ticks = [];
  for (let e = first; e <= last; e++) {
    for (const m of last - first > 4 * count ? [1] : [1, 2, 5]) {
      const v = m * 10 ** e;
      if (v < low * 0.9999 || v > high * 1.0001) continue;
      const labelled = m === 1 ? (e - first) % every === 0 : 3 * Math.log10(high / low) <= count + 2;
      ticks.push({ v, label: labelled ? text(v, v) : "" });
    }
  }
  return ticks.filter((t) => t.label).length >= 2 ? ticks : linearTicks(low, high, count, text);
}

function powerOfTen(v, digits) {
  const [m, e] = v.toExponential(digits).split("e");
  const raised = [...String(Number(e))].map((c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c])).join("");
  return Number(m) === 1 ? `10${raised}` : minus(`${numberText(m, 0, digits)} × 10${raised}`);
}

function tickText(v, step) {
  if (v === 0) return "0";
  if (Math.abs(v) >= 1e6 || step < 1e-5) return powerOfTen(v, 3);
  return minus(numberText(v, placesOf(step)));
}

const placesOf = (step) => Math.max(0, -Math.floor(Math.log10(step) + 1e-6));

// Of values and steps in hundredths: "50%".
export const percentTick = (v, step) => minus(percentText(v / 100, placesOf(step)));

// A value for reading: five significant digits, or a percentage with two decimals.
export function valueText(v, percent) {
  if (Number.isNaN(v)) return say("not a number");
  if (!Number.isFinite(v)) return say("infinite");
  if (percent) return minus(percentText(v, 2));
  if (v !== 0 && (Math.abs(v) >= 1e6 || Math.abs(v) < 1e-4)) return powerOfTen(v, 4);
  return minus(numberText(Number(v.toPrecision(5)), 0, 9));
}

export const xText = (x) => minus(numberText(x, 0, Math.abs(x) < 1 ? 3 : 2));

// The points of a line as Python packs them: all x, then all y, float32 in base64.
export function decode(points) {
  const bytes = Uint8Array.from(atob(points), (c) => c.charCodeAt(0));
  const both = new Float32Array(bytes.buffer);
  return { x: both.subarray(0, both.length / 2), y: both.subarray(both.length / 2) };
}

export const NOTHING = { series: null, number: 0, points: [] };

// What a chart has after a message, { series, number, points }, when it `had` the same before.
// Of each line the first `keep` points stay and those sent follow. null: the chart lacks what the
// message builds on. `sent` is null where every message is whole.
export function received(had, sent, lines) {
  const follows = sent !== null && had.series === sent.series;
  if (follows && had.number === sent.number) return had; // it was said again
  const whole = lines.every((line) => line.keep === 0);
  if (!whole && !(follows && had.number === sent.number - 1)) return null;
  const points = lines.map((line, i) => joined(had.points[i], line.keep, decode(line.points)));
  return { series: sent?.series ?? null, number: sent?.number ?? 0, points };
}

function joined(had, keep, sent) {
  if (keep === 0) return sent;
  const both = (a, b) => {
    const all = new Float32Array(keep + b.length);
    all.set(a.subarray(0, keep));
    all.set(b, keep);
    return all;
  };
  return { x: both(had.x, sent.x), y: both(had.y, sent.y) };
}

// The first index whose x is not below the given one.
export function lowerBound(xs, x) {
  let [low, high] = [0, xs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (xs[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function nearest(xs, x) {
  const i = lowerBound(xs, x);
  return i > 0 && (i === xs.length || x - xs[i - 1] <= xs[i] - x) ? i - 1 : i;
}
