// A question with its answers: to choose from, and how they are spread.

import { element } from "../ui.components.shared/view.js";
import { say } from "../ui.components.shared/words.js";
import { paint, sheetOf } from "./picture.js";

const LETTERS = "ABCD";

/** Whether the ten digits are the answers. */
export const many = ({ options }) => options.length > LETTERS.length;

/** An answer with its letter; the ten digits need none. */
export function lettered(options, place) {
  return many({ options }) ? options[place] : `${LETTERS[place]}: ${options[place]}`;
}

/** The digit that a question is about, where there is one. */
export function asked(parent, picture) {
  if (!picture) return;
  const canvas = sheetOf(parent);
  canvas.className = "asked-about";
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", say("The digit of the question"));
  paint(canvas, picture);
}

/** What is being waited for, in a sentence. */
export function stageWords(question) {
  const { stage, answered, count, round } = question;
  if (stage === "asked") {
    const counts = { answered, count };
    return round > 1
      ? say("Second round: {answered} of {count} have answered", counts)
      : say("{answered} of {count} have answered", counts);
  }
  if (stage === "shown") return round > 1 ? say("Before and after talking") : say("Talk with your neighbour");
  return question.right === null ? say("This is how the class answered") : say("The right answer is marked");
}

/** Bars of each opened round below each other; the right answer is marked when it is revealed. */
export function spread(parent, question) {
  const box = element(parent, "div", "spread");
  box.classList.toggle("many", many(question));
  const most = Math.max(1, ...question.spread.flat());
  question.options.forEach((_, place) => {
    const row = element(box, "div", "row");
    row.classList.toggle("right", question.right === place);
    element(row, "span", "option", lettered(question.options, place));
    const bars = element(row, "div", "bars");
    question.spread.forEach((counts, round) => {
      const bar = element(bars, "div", `bar round-${round + 1}`);
      element(bar, "i").style.width = `${(100 * counts[place]) / most}%`;
      element(bar, "b", "", String(counts[place]));
    });
    if (question.right === place) element(row, "em", "", say("right"));
  });
  if (question.spread.length > 1) {
    const legend = element(box, "p", "legend");
    element(legend, "span", "round-1", say("before talking"));
    element(legend, "span", "round-2", say("after talking"));
  }
  return box;
}
