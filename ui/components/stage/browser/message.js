// What travels on the pen's channel, as bytes: ui/state/pen/connection.py and
// model/evaluation/pen_reading.py are the other end. No DOM.

const INK = 1;
const FINISHED = 1;

// A frame with the ink of the sheet; `ink` is base64 of (count, grey) pairs, see canvas/ink.js, or
// null for an empty sheet.
export function inkFrame(number, ink, finished, side) {
  const pairs = ink === null ? blank(side) : Uint8Array.from(atob(ink), (letter) => letter.charCodeAt(0));
  const frame = new Uint8Array(6 + pairs.length);
  frame[0] = INK;
  frame[1] = finished ? FINISHED : 0;
  new DataView(frame.buffer).setUint32(2, number, true);
  frame.set(pairs, 6);
  return frame;
}

function blank(side) {
  const pairs = [];
  for (let left = side * side; left > 0; left -= 255) pairs.push(Math.min(left, 255), 0);
  return pairs;
}

// An answer: {kind, header, arrays}. arrays: by name {values, shape}; values are a view of what
// came, nothing is copied but what must be aligned.
export async function opened(frame) {
  const bytes = new Uint8Array(frame);
  const stream = new Blob([bytes.subarray(1)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return { kind: bytes[0], ...parsed(new Uint8Array(await new Response(stream).arrayBuffer())) };
}

// The header and the arrays of the unpacked bytes.
export function parsed(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const payload = bytes.slice(4 + length); // begins anew, so that floats can be aligned
  const arrays = {};
  let at = 0;
  for (const { name, dtype, shape } of header.arrays ?? []) {
    const count = shape.reduce((product, each) => product * each, 1);
    if (dtype === "f32") {
      at = Math.ceil(at / 4) * 4;
      arrays[name] = { values: new Float32Array(payload.buffer, at, count), shape };
      at += 4 * count;
    } else {
      arrays[name] = { values: payload.subarray(at, at + count), shape };
      at += count;
    }
  }
  return { header, arrays };
}
