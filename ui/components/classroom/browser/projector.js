// What a projector shows: the question when there is one, or a league's result, or else the way in.

import { element } from "../ui.components.shared/view.js";
import { say, sayMany } from "../ui.components.shared/words.js";
import { invitation } from "./invitation.js";
import { asked, lettered, many, spread, stageWords } from "./question.js";

export class Projector {
  constructor(parent, on) {
    this.on = on;
    this.root = element(parent, "div", "classroom projector");
    this.invitation = element(this.root, "div", "invitation");
    this.question = element(this.root, "section", "asked");
    this.league = element(this.root, "section", "asked league");
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
    const { question, picture, league, class: all } = this.parts;
    this.invitation.hidden = Boolean(question || league);
    this.question.hidden = !question;
    this.league.hidden = Boolean(question) || !league;
    if (league) this.rank(league);
    invitation(this.invitation, this.invite, all?.count ?? 0);
    const text = JSON.stringify([question ?? null, picture ?? null]);
    if (!question || text === this.last) return;
    this.last = text;
    this.question.replaceChildren();
    element(this.question, "h2", "", question.text);
    asked(this.question, picture);
    if (question.spread.length && question.stage !== "asked") spread(this.question, question);
    else {
      const box = element(this.question, "ol", "options");
      box.classList.toggle("many", many(question));
      question.options.forEach((_, place) => {
        element(box, "li", "", lettered(question.options, place));
      });
    }
    element(this.question, "p", "stage", stageWords(question));
  }

  // A league's first places.
  rank(league) {
    const text = JSON.stringify(league);
    if (text === this.ranked) return;
    this.ranked = text;
    this.league.replaceChildren();
    element(this.league, "h2", "", say("Whose network reads us best?"));
    element(this.league, "p", "stage", say("Digits read rightly, of {test} that were held back", { test: league.test }));
    const box = element(this.league, "ol", "ranking");
    for (const { place, name, colour, right, share } of league.rows) {
      const row = element(box, "li");
      element(row, "b", "", String(place));
      const who = element(row, "span", "name", name);
      who.dataset.colour = colour;
      element(element(row, "span", "bar"), "i").style.width = `${(100 * right) / league.test}%`;
      element(row, "span", "right", `${right} (${share})`);
    }
    const { more } = league;
    if (more) element(this.league, "p", "stage", sayMany("and {count} more", "and {count} more", more));
  }
}
