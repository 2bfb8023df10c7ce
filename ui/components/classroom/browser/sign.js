// A student's sign on every page: who they are, their hand, and what the teacher asks.

import { element } from "../ui.components.shared/view.js";
import { letter, spread, stageWords } from "./question.js";

export class Sign {
  constructor(parent, on) {
    Object.assign(this, { on, followed: 0, hand: false });
    this.root = element(parent, "div", "classroom sign");
    this.who = element(this.root, "span", "who");
    this.button = element(this.root, "button", "hand");
    this.button.type = "button";
    this.button.addEventListener("click", () => this.raise(!this.hand));
    this.note = element(this.root, "span", "note");
    this.note.setAttribute("role", "status");
    this.panel = element(this.root, "section", "panel");
    this.panel.hidden = true;
    this.front = element(this.root, "dialog", "front");
    element(this.front, "p", "", "Eyes to the front");
    this.front.addEventListener("cancel", (event) => event.preventDefault());
  }

  update({ name, colour, followed }) {
    this.who.textContent = name;
    this.root.dataset.colour = colour;
    this.followed = Math.max(this.followed, followed);
    this.up(this.hand);
  }

  close() {
    this.root.remove();
  }

  show({ class: all, me, go, question }) {
    if (me) this.up(me.hand);
    this.note.textContent = all?.paused ? "Your teacher has paused all trainings" : "";
    if (all?.front && !this.front.open) this.front.showModal();
    else if (!all?.front && this.front.open) this.front.close();
    this.ask(question);
    if (go > this.followed) {
      this.followed = go;
      this.on.go(go);
    }
  }

  refused(words) {
    this.note.textContent = words;
  }

  raise(up) {
    this.up(up);
    this.on.ask("hand", { do: "hand", up });
  }

  up(up) {
    this.hand = up;
    this.button.textContent = up ? "Hand is up" : "Raise hand";
    this.button.setAttribute("aria-pressed", up);
  }

  ask(question) {
    this.panel.hidden = !question;
    const text = JSON.stringify(question ?? null);
    if (!question || text === this.asked) return;
    this.asked = text;
    const focused = this.panel.querySelector(":focus")?.dataset.place;
    this.panel.replaceChildren();
    element(this.panel, "h2", "", question.text);
    if (question.stage === "asked") this.choose(question);
    else spread(this.panel, question);
    const words = element(this.panel, "p", "stage", stageWords(question));
    if (question.stage === "asked" && question.mine !== null) words.textContent += ". You can still change yours.";
    this.panel.querySelector(`[data-place="${focused}"]`)?.focus();
  }

  choose({ id, round, options, mine }) {
    const box = element(this.panel, "div", options.length > 4 ? "choices digits" : "choices");
    options.forEach((option, place) => {
      const tag = letter(place, options.length);
      const button = element(box, "button", "", tag ? `${tag}  ${option}` : option);
      button.type = "button";
      button.dataset.place = place;
      button.setAttribute("aria-pressed", place === mine);
      button.addEventListener("click", () => {
        for (const other of box.children) other.setAttribute("aria-pressed", other === button);
        this.on.ask(`answer ${id} ${round}`, { do: "answer", question: id, round, choice: place });
      });
    });
  }
}
