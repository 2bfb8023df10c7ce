// Colours as bytes, and what can be read on one. Components import it from
// "../ui.components.shared/contrast.js".

/** [red, green, blue] of a CSS colour, mixed or not, where `place` is: painted, and looked at. */
export function bytesOf(place, colour) {
  const probe = document.createElement("i");
  probe.style.color = colour;
  place.append(probe);
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  context.fillStyle = getComputedStyle(probe).color;
  probe.remove();
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data.subarray(0, 3)];
}

/** Whether the page around `place` is dark. */
export function isDark(place) {
  return bytesOf(place, "var(--st-background-color)").reduce((sum, byte) => sum + byte, 0) < 384;
}

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
