// The digit that draws itself when the stage opens: a 3, in fractions of the sheet's side. No DOM.

const WIDTH = 8; // per cent of the side, as the sheet's own brush
const COUNT = 24; // points of each bow
export const SECONDS = 1.5;

// The stroke as the sheet keeps it: {width, points: [x, y, x, y, …]}.
export function openingStroke() {
  const points = [
    ...bow(0.485, 0.335, 0.17, -160, 68),
    ...bow(0.475, 0.665, 0.195, -62, 155),
  ];
  return { width: WIDTH, points: points.map((value) => Math.round(value * 1e4) / 1e4) };
}

function bow(x, y, radius, from, to) {
  return Array.from({ length: COUNT }, (_, i) => ((from + (i / (COUNT - 1)) * (to - from)) * Math.PI) / 180).flatMap(
    (angle) => [x + radius * Math.cos(angle), y + radius * Math.sin(angle)],
  );
}
