// What can be read on a colour. Components import it from "../ui.components.shared/contrast.js".

/**
 * Whether text on a colour is black (or white), by the relative luminance of its bytes as WCAG 2
 * defines it; at 0.179 black and white text are equally readable.
 */
export function blackOn(...rgb) {
  const [red, green, blue] = rgb.map((byte) => {
    const share = byte / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179;
}
