// Values as colours: zero is the paper around the maps, orange is positive, blue negative. On dark
// paper a large value is light, on white paper it is dark: see ui/style/colours.py. No DOM.

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
// 128 is zero. Each is (256,) uint32 as ImageData has it, opaque. positive, negative: the colours from
// beside zero to the strongest.
export function ramps(zero, { positive, negative }) {
  const up = arm(zero, positive, 256);
  const [half, down] = [arm(zero, positive, 128), arm(zero, negative, 129)];
  const signed = Array.from({ length: 256 }, (_, i) => (i < 128 ? down[128 - i] : half[i - 128]));
  return { unsigned: packedColours(up), signed: packedColours(signed), up, down };
}

function packedColours(colours) {
  return Uint32Array.from(colours, ([red, green, blue]) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0);
}

// The colour of a value from -1 to 1: [red, green, blue].
export function colourOf({ up, down }, share) {
  const list = share < 0 ? down : up;
  return list[Math.round(Math.min(Math.abs(share), 1) * (list.length - 1))];
}

export function css(rgb) {
  return `rgb(${rgb.join(" ")})`;
}
