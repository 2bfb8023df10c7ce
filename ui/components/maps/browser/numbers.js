// The numbers of feature maps: out of a message, into a colour, into text.

import { numberText } from "../ui.components.shared/words.js";

const ZERO = 128; // the ramp's index of zero, and its steps to full colour: see ui/style/colours.py
const REACH = 127;
const FORMS = { float32: [Float32Array, 0], int16: [Int16Array, 32767], int8: [Int8Array, 127] };

function fromBase64(text, Type) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return new Type(bytes.buffer);
}

export function decode(data) {
  const [Type, most] = FORMS[data.form];
  const raw = fromBase64(data.values, Type);
  const lowest = fromBase64(data.lowest, Float32Array);
  const highest = fromBase64(data.highest, Float32Array);
  const scales = fromBase64(data.scales, Float32Array);
  const bytes = fromBase64(data.ramp, Uint8Array);
  const ramp = Array.from({ length: 256 }, (_, i) => bytes.subarray(3 * i, 3 * i + 3));
  const pixels = data.height * data.width;
  const channels = Array.from({ length: data.channels }, (_, c) => {
    const part = raw.subarray(c * pixels, (c + 1) * pixels);
    const unit = Math.max(-lowest[c], highest[c]);
    const step = most ? unit / most : 0; // 0: the values came as they are
    const values = step ? Float32Array.from(part, (number) => number * step) : part;
    const scale = scales.length > 1 ? scales[c] : scales[0];
    return { values, step, scale, lowest: lowest[c], highest: highest[c] };
  });
  return { ...data, ramp, channels, ownScales: scales.length > 1 };
}

export function colourIndex(value, scale) {
  if (!(scale > 0)) return ZERO;
  return ZERO + Math.round(Math.max(-1, Math.min(1, value / scale)) * REACH);
}

const minus = (text) => text.replace("-", "\u2212");

const superscript = (text) => text.replace(/./g, (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)] ?? "");

// Four significant digits; fewer, and "≈", where the value came rounded more coarsely than that.
export function exactly(value, step = 0) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const power = Number(size.toExponential(3).split("e")[1]); // of the rounded: 0.00009999996 is 1e-4
  if (size < 1e-6 || size >= 1e7) {
    const [digits, exponent] = value.toExponential(3).split("e");
    return `${minus(numberText(digits, 3))} × 10${superscript(exponent)}`;
  }
  const known = step > 10 ** (power - 3) ? Math.ceil(-Math.log10(step)) : 3 - power;
  const text = minus(numberText(value, Math.max(0, known)));
  return known < 3 - power ? `≈ ${text}` : text;
}

// Two decimals for a cell: "0" is exactly zero, "0.00" is not.
export function briefly(value) {
  if (value === 0) return "0";
  return Math.abs(value) < 0.005 ? numberText(0, 2) : minus(numberText(value, 2));
}
