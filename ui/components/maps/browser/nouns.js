// What the pictures of a grid are, in the language of the page; Python names them by the keys.

import { say, sayMany } from "../ui.components.shared/words.js";

// One of them by its number.
export const numbered = {
  digit: (number) => say("digit {number}", { number }),
  epoch: (number) => say("epoch {number}", { number }),
  filter: (number) => say("filter {number}", { number }),
  map: (number) => say("map {number}", { number }),
  picture: (number) => say("picture {number}", { number }),
  piece: (number) => say("piece {number}", { number }),
  slice: (number) => say("slice {number}", { number }),
  unit: (number) => say("unit {number}", { number }),
};

// So many of them.
export const counted = {
  digit: (count) => sayMany("{count} digit", "{count} digits", count),
  epoch: (count) => sayMany("{count} epoch", "{count} epochs", count),
  filter: (count) => sayMany("{count} filter", "{count} filters", count),
  map: (count) => sayMany("{count} map", "{count} maps", count),
  picture: (count) => sayMany("{count} picture", "{count} pictures", count),
  piece: (count) => sayMany("{count} piece", "{count} pieces", count),
  slice: (count) => sayMany("{count} slice", "{count} slices", count),
  unit: (count) => sayMany("{count} unit", "{count} units", count),
};
