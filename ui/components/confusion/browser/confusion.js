// The confusion matrix: a table of buttons, made once and painted in place at each update.
// Arrow keys move between the cells; Tab enters and leaves the table at the selected cell.

import { blackOn, bytesOf, isDark } from "../ui.components.shared/contrast.js";
import { mounted } from "../ui.components.shared/view.js";
import { say } from "../ui.components.shared/words.js";

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const STRONGEST = 0.8; // of its colour is what the fullest cell gets

export default mounted(build, (view, { data, setStateValue }) => {
  view.send = (cell) => setStateValue("picked", cell);
  if (String(data.selected) !== view.told) {
    view.told = String(data.selected);
    select(view, data.selected);
  }
  paint(view, data.counts);
});

function build(parent) {
  const box = document.createElement("div");
  box.className = "matrix";
  box.innerHTML =
    "<table><caption></caption><thead><tr><td></td></tr></thead><tbody></tbody></table>";
  box.querySelector("caption").textContent =
    say("Rows: the true digit. Columns: what the network says.");
  const view = { box, buttons: [], told: "", selected: null };
  const [head, body] = [box.querySelector("tr"), box.querySelector("tbody")];
  for (let digit = 0; digit < 10; digit++) {
    head.append(heading(digit, "col"));
    const row = body.insertRow();
    row.append(heading(digit, "row"));
    view.buttons.push([...Array(10).keys()].map((answer) => cell(view, row, digit, answer)));
  }
  parent.append(box);
  return view;
}

function heading(digit, scope) {
  const made = document.createElement("th");
  made.scope = scope;
  made.textContent = digit;
  return made;
}

function cell(view, row, truth, answer) {
  const button = document.createElement("button");
  button.type = "button";
  button.tabIndex = -1;
  button.onclick = () => {
    select(view, [truth, answer]);
    view.send([truth, answer]);
  };
  button.onkeydown = (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    view.buttons[(truth + step[0] + 10) % 10][(answer + step[1] + 10) % 10].focus();
  };
  row.insertCell().append(button);
  return button;
}

function select(view, chosen) {
  view.buttons.flat().forEach((button, i) => {
    const here = chosen !== null && i === chosen[0] * 10 + chosen[1];
    button.setAttribute("aria-pressed", here);
    button.tabIndex = here || (chosen === null && i === 0) ? 0 : -1;
  });
}

function paint(view, counts) {
  view.box.classList.toggle("dark", isDark(view.box));
  const [empty, forRight, forWrong] = ["--empty", "--right", "--wrong"].map((name) => bytesOf(view.box, `var(${name})`));
  const worst = Math.max(1, ...counts.flatMap((row, i) => row.filter((_, j) => i !== j)));
  counts.forEach((row, truth) => {
    const total = row.reduce((a, b) => a + b, 0);
    row.forEach((count, answer) => {
      const right = truth === answer;
      // The square root lifts single mistakes: one of them is what a class looks for.
      const share = right ? (total ? count / total : 0) : Math.sqrt(count / worst);
      const button = view.buttons[truth][answer];
      const strength = STRONGEST * share;
      const full = right ? forRight : forWrong;
      const mixed = empty.map((byte, k) => Math.round(byte + strength * (full[k] - byte)));
      button.textContent = count;
      button.className = count ? "" : "none";
      button.style.background = `rgb(${mixed.join(" ")})`;
      button.style.color = count ? (blackOn(...mixed) ? "#000" : "#fff") : "";
      button.ariaLabel = say("true {truth}, read as {answer}: {count}", { truth, answer, count });
    });
  });
}
