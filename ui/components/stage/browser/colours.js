// Values as colours: zero is the paper around the maps, orange is positive, blue negative. On dark
// paper a large value is light, on white paper it is dark. No DOM.

const STOPS = {
  light: {
    positive: ["#fdd0a2", "#f08a3c", "#c2410c", "#6b1d06"],
    negative: ["#a9cdf0", "#4f93d6", "#1c5aa6", "#0a2a5e"],
  },
  dark: {
    positive: ["#6b2a10", "#c2571d", "#f08a3c", "#fde3c8"],
    negative: ["#143a66", "#2a6cb3", "#62a5e6", "#d3e7fa"],
  },
};

// [red, green, blue] of "#rrggbb".
export function rgb(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

// One arm of the ramp: `steps` colours from zero to the strongest, as [red, green, blue].
export function arm(zero, stops, steps) {
  const points = [zero, ...stops.map(rgb)];
  return Array.from({ length: steps }, (_, step) => {
    const at = (step / (steps - 1)) * (points.length - 1);
    const from = Math.min(Math.floor(at), points.length - 2);
    return points[from].map((value, i) => Math.round(value + (at - from) * (points[from + 1][i] - value)));
  });
}

// The colours of bytes as they come from the server: of values from 0, and of signed ones, where
// 128 is zero. Each is (256,) uint32 as ImageData has it, opaque.
export function ramps(zero, dark) {
  const { positive, negative } = STOPS[dark ? "dark" : "light"];
  const up = arm(zero, positive, 256);
  const [half, down] = [arm(zero, positive, 128), arm(zero, negative, 129)];
  const signed = Array.from({ length: 256 }, (_, i) => (i < 128 ? down[128 - i] : half[i - 128]));
  return { unsigned: packedColours(up), signed: packedColours(signed), up, down };
}

function packedColours(colours) {
  return Uint32Array.from(colours, ([red, green, blue]) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0);
}

// The colour of a value from -1 to 1 as CSS.
export function css({ up, down }, share) {
  const list = share < 0 ? down : up;
  const at = Math.round(Math.min(Math.abs(share), 1) * (list.length - 1));
  return `rgb(${list[at].join(" ")})`;
}

// Whether text on this colour is black (or white): by its relative luminance, see WCAG 2.
export function blackOn(colour) {
  const [red, green, blue] = colour.match(/\d+/g).map((byte) => {
    const share = Number(byte) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179;
}
