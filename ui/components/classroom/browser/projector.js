// What a projector shows: the question when there is one, or else the way in.

import { element } from "../ui.components.shared/view.js";
import { invitation } from "./invitation.js";
import { lettered, spread, stageWords } from "./question.js";

export class Projector {
  constructor(parent, on) {
    this.on = on;
    this.root = element(parent, "div", "classroom projector");
    this.invitation = element(this.root, "div", "invitation");
    this.question = element(this.root, "section", "asked");
    this.parts = {};
  }

  update({ invite, spoken }) {
    Object.assign(this, { invite, spoken });
    this.render();
  }

  close() {
    this.root.remove();
  }

  show(parts) {
    this.parts = parts;
    const language = parts.class?.language ?? this.spoken;
    if (language !== this.spoken) {
      this.spoken = language;
      this.on.again(); // the class has another language now
    }
    this.render();
  }

  render() {
    const { question, class: all } = this.parts;
    this.invitation.hidden = Boolean(question);
    this.question.hidden = !question;
    invitation(this.invitation, this.invite, all?.count ?? 0);
    const text = JSON.stringify(question ?? null);
    if (!question || text === this.last) return;
    this.last = text;
    this.question.replaceChildren();
    element(this.question, "h2", "", question.text);
    if (question.spread.length && question.stage !== "asked") spread(this.question, question);
    else {
      const box = element(this.question, "ol", "options");
      question.options.forEach((_, place) => {
        element(box, "li", "", lettered(question.options, place));
      });
    }
    element(this.question, "p", "stage", stageWords(question));
  }
}
