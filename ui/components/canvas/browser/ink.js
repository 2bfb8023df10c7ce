// The ink as it travels: what Python unpacks is in ui/components/canvas. No DOM, no canvas.

export const FINE = 4; // the sheet that the ink is read from is FINE times finer than the ink

// (count, grey) pairs of bytes in base64, row by row, 255 = full ink: a digit takes about 1.5 kB.
// Each grey is the mean over its FINE × FINE pixels. pixels: RGBA of the sheet, white on black;
// side: of the ink, in cells.
export function packed(pixels, side) {
  const edge = side * FINE;
  const pairs = [];
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      let sum = 0;
      for (let y = row * FINE; y < (row + 1) * FINE; y++) {
        const start = y * edge + column * FINE;
        for (let pixel = start; pixel < start + FINE; pixel++) sum += pixels[4 * pixel];
      }
      const grey = Math.round(sum / FINE ** 2);
      const at = pairs.length - 2;
      if (pairs[at + 1] === grey && pairs[at] < 255) pairs[at]++;
      else pairs.push(1, grey);
    }
  }
  return btoa(String.fromCharCode(...pairs));
}
