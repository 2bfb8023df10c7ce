// A student's sign on every page: who they are, their hand, and what the teacher asks.

import { element } from "../ui.components.shared/view.js";
import { say } from "../ui.components.shared/words.js";
import { View as Sheet } from "../ui.components.canvas/canvas.js";
import { asked, lettered, spread, stageWords } from "./question.js";

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
    this.writing = element(this.root, "section", "panel writing");
    this.writing.hidden = true;
    this.build(this.writing);
    this.front = element(this.root, "dialog", "front");
    element(this.front, "p", "", say("Eyes to the front"));
    this.front.addEventListener("cancel", (event) => event.preventDefault());
  }

  // Where digits for the class's own set are written.
  build(box) {
    const head = element(box, "div", "head");
    this.wish = element(head, "h2");
    const later = element(head, "button", "later", say("Later"));
    later.type = "button";
    later.addEventListener("click", () => this.put(true));
    this.place = element(box, "div", "place");
    const foot = element(box, "div", "foot");
    const send = element(foot, "button", "send", say("Hand in"));
    send.type = "button";
    send.addEventListener("click", () => this.handIn());
    this.count = element(foot, "span", "stage");
    this.count.setAttribute("role", "status");
    this.write = element(this.root, "button", "write", say("Write digits"));
    this.write.type = "button";
    this.write.hidden = true;
    this.write.addEventListener("click", () => this.put(false));
    this.later = false;
  }

  put(later) {
    this.later = later;
    this.prompt(this.prompted, this.questioned);
  }

  // The sheet is made when it is first needed: it measures itself.
  prompt(prompt, question) {
    Object.assign(this, { prompted: prompt, questioned: question });
    this.writing.hidden = !prompt || Boolean(question) || this.later;
    this.write.hidden = !prompt || !this.later;
    if (!prompt) return;
    this.wish.textContent = say("Draw a {digit}", { digit: prompt.digit });
    if (this.writing.hidden) return;
    if (!this.sheet) {
      this.sheet = new Sheet(this.place, this.sheetData);
      this.sheet.send = () => {};
      this.sheet.update({ label: say("Sheet for the class's digits") });
    }
    if (this.number !== prompt.number) {
      if (this.number !== undefined) this.sheet.wipe();
      this.number = prompt.number;
      this.count.textContent = prompt.number ? say("{number} handed in", { number: prompt.number }) : "";
    }
  }

  handIn() {
    const drawn = this.sheet?.message();
    if (!drawn) {
      this.count.textContent = say("Draw first");
      return;
    }
    const { digit, number } = this.prompted;
    this.count.textContent = "…";
    this.on.ask(`digit ${number}`, { do: "digit", number, digit, ink: drawn.ink });
  }

  update({ name, colour, followed, shown, spoken, sheet }) {
    Object.assign(this, { shown, spoken });
    this.sheetData = sheet;
    this.who.textContent = name;
    this.who.dataset.away = say("connecting again");
    this.root.dataset.colour = colour;
    this.followed = Math.max(this.followed, followed);
    this.up(this.hand);
  }

  close() {
    this.sheet?.close();
    this.root.remove();
  }

  show({ class: all, me, go, question, picture, prompt }) {
    if (me) this.up(this.on.waits("hand")?.up ?? me.hand);
    this.note.textContent = all?.paused ? say("Your teacher has paused all trainings") : "";
    if (all?.front && !this.front.open) this.front.showModal();
    else if (!all?.front && this.front.open) this.front.close();
    this.ask(question, picture);
    this.prompt(prompt, question);
    if (all && (all.shown !== this.shown || all.language !== this.spoken)) {
      Object.assign(this, { shown: all.shown, spoken: all.language });
      this.on.again(); // other pages are open now, or the class has another language
    }
    if (go > this.followed) {
      this.followed = go;
      this.on.go(go);
    }
  }

  refused(words) {
    this.note.textContent = words;
    this.count.textContent = words;
  }

  raise(up) {
    this.up(up);
    this.on.ask("hand", { do: "hand", up });
  }

  up(up) {
    this.hand = up;
    this.button.textContent = up ? say("Hand is up") : say("Raise hand");
    this.button.setAttribute("aria-pressed", up);
  }

  // Others answer while somebody presses: what is asked as before keeps its buttons, since one that
  // is replaced between press and release is not clicked.
  ask(question, picture) {
    this.panel.hidden = !question;
    if (!question) return;
    const { id, round, text, options, stage, mine } = question;
    const open = stage === "asked";
    const form = JSON.stringify(open ? [id, round, text, options, picture ?? null] : [question, picture ?? null]);
    if (form !== this.asked) {
      this.asked = form;
      const focused = this.panel.querySelector(":focus")?.dataset.place;
      this.panel.replaceChildren();
      element(this.panel, "h2", "", text);
      asked(this.panel, picture);
      this.choices = open ? this.choose(question) : [];
      if (!open) spread(this.panel, question);
      this.stage = element(this.panel, "p", "stage");
      this.panel.querySelector(`[data-place="${focused}"]`)?.focus();
    }
    const chosen = this.on.waits(`answer ${id} ${round}`)?.choice ?? mine;
    this.choices.forEach((button, place) => button.setAttribute("aria-pressed", place === chosen));
    const words = [stageWords(question)];
    if (open && mine !== null) words.push(say("you can still change yours"));
    this.stage.textContent = words.join(" · ");
  }

  choose({ id, round, options }) {
    const box = element(this.panel, "div", options.length > 4 ? "choices digits" : "choices");
    return options.map((_, place) => {
      const button = element(box, "button", "", lettered(options, place));
      button.type = "button";
      button.dataset.place = place;
      button.addEventListener("click", () => {
        for (const other of box.children) other.setAttribute("aria-pressed", other === button);
        this.on.ask(`answer ${id} ${round}`, { do: "answer", question: id, round, choice: place });
      });
      return button;
    });
  }
}
