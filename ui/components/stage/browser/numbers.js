// Numbers as they stand on the stage. No DOM.

import { numberText, percentText, say } from "../ui.components.shared/words.js";

// A share as "99.8%", which no line break parts; what is not quite all or nothing never reads 100.0 or 0.0.
export function percent(share) {
  if (share > 0.9995 && share < 1) return `>\u00a0${percentText(0.999)}`;
  if (share > 0 && share < 0.0005) return `<\u00a0${percentText(0.001)}`;
  return percentText(share);
}

// Three places; a real minus, no "−0.000".
export function short(value, places = 3) {
  const text = numberText(Math.abs(value), places);
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

// "2 min 5 s" of seconds.
export function duration(seconds) {
  if (seconds < 60) return say("{seconds} s", { seconds: Math.max(Math.round(seconds), 1) });
  const whole = Math.round(seconds);
  return say("{minutes} min {seconds} s", { minutes: Math.floor(whole / 60), seconds: whole % 60 });
}
