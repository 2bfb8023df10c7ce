// A teacher's board: a tile for each student, the question, and the way in while nobody is there.

import { element } from "../ui.components.shared/view.js";
import { listed, paragraph, percentText, say, sayMany } from "../ui.components.shared/words.js";
import { invitation } from "./invitation.js";
import { paint, sheetOf } from "./picture.js";
import { asked, spread, stageWords } from "./question.js";

const IDLE = 180; // seconds without anything done
const MOST = 12; // students who train that are named in one line
const LOOK = 5000; // ms between two looks at who is idle

export class Board {
  constructor(parent) {
    this.root = element(parent, "div", "classroom board");
    this.invitation = element(this.root, "div", "invitation");
    this.question = element(this.root, "section", "asked");
    this.queue = element(this.root, "p", "queue");
    this.grid = element(this.root, "div", "tiles");
    this.tiles = new Map(); // by name of the part
    this.large = element(this.root, "dialog", "large");
    this.large.addEventListener("click", () => this.large.close());
    this.offset = 0; // seconds that the server's clock is ahead
    this.parts = {};
    this.timer = setInterval(() => this.idle(), LOOK);
  }

  update({ invite, names }) {
    Object.assign(this, { invite, names });
    this.render();
  }

  close() {
    clearInterval(this.timer);
    this.root.remove();
  }

  show(parts, now) {
    this.parts = parts;
    this.offset = now - Date.now() / 1000;
    this.render();
  }

  render() {
    const { parts } = this;
    const names = Object.keys(parts).filter((name) => name.startsWith("tile "));
    this.invitation.hidden = names.length > 0;
    invitation(this.invitation, this.invite, parts.class?.count ?? 0);
    this.asked(parts.question, parts.picture);
    for (const [name, tile] of this.tiles) {
      if (parts[name]) continue;
      tile.root.remove();
      this.tiles.delete(name);
    }
    for (const name of names) {
      if (!this.tiles.has(name)) this.tiles.set(name, this.tile(name));
      const tile = this.tiles.get(name);
      tile.root.style.order = parts[name].place;
      fill(tile, parts[name], this.names);
    }
    if (this.large.open) this.enlarge(this.enlarged);
    this.trainings(names.map((name) => parts[name]));
    this.idle();
  }

  // Who trains, and who waits to begin: all share the computer alike.
  trainings(parts) {
    const training = parts.filter(({ here, run }) => here && run?.moving).sort((a, b) => (a.run.place ?? 0) - (b.run.place ?? 0));
    const count = training.reduce((sum, { run }) => sum + run.count, 0);
    this.queue.hidden = count === 0;
    const each = training.map(({ name, run }) => {
      const epoch = Math.min(run.epoch + 1, run.target);
      const where = [run.place ? say("waits, number {place}", run) : say("epoch {epoch} of {target}", { ...run, epoch })];
      if (run.count > 1) where.push(say("{count} at a time", run));
      return say("{name} ({about})", { name, about: listed(where) });
    });
    const words = [sayMany("{count} training is under way.", "{count} trainings are under way.", count)];
    if (training.length > 1) words.push(say("Students take turns, each alike."));
    if (this.names) words.push(listed(each.length > MOST ? [...each.slice(0, MOST), "…"] : each));
    this.queue.textContent = paragraph(...words);
  }

  tile(name) {
    const root = element(this.grid, "button", "tile");
    root.type = "button";
    root.addEventListener("click", () => {
      this.enlarged = name;
      this.enlarge(name);
      this.large.showModal();
    });
    return made(root);
  }

  enlarge(name) {
    const part = this.parts[name];
    if (!part) return this.large.close();
    if (!this.larger) this.larger = made(element(this.large, "div", "tile"));
    fill(this.larger, part, this.names);
    return undefined;
  }

  asked(question, picture) {
    this.question.hidden = !question;
    const text = JSON.stringify([question ?? null, picture ?? null]);
    if (!question || text === this.last) return;
    this.last = text;
    this.question.replaceChildren();
    element(this.question, "h2", "", question.text);
    asked(this.question, picture);
    element(this.question, "p", "stage", stageWords(question));
    if (question.spread.length) spread(this.question, question);
  }

  // Who has done nothing for three minutes: told by this screen's own clock, so nothing is asked.
  idle() {
    const now = Date.now() / 1000 + this.offset;
    for (const [name, { root, words }] of this.tiles) {
      const { here, active } = this.parts[name];
      const minutes = Math.floor((now - active) / 60);
      const quiet = now - active >= IDLE;
      root.classList.toggle("idle", quiet);
      root.classList.toggle("gone", !here);
      words.textContent = !here ? say("not connected") : quiet ? sayMany("nothing for {count} minute", "nothing for {count} minutes", minutes) : "";
    }
  }
}

function made(root) {
  const head = element(root, "div", "head");
  const tile = { root, name: element(head, "b", "name"), hand: element(head, "span", "up", say("hand")) };
  tile.page = element(head, "span", "page");
  const body = element(root, "div", "body");
  tile.canvas = sheetOf(body);
  const side = element(body, "div", "side");
  tile.said = element(side, "span", "said");
  tile.share = element(side, "span", "share");
  tile.curve = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  tile.curve.setAttribute("viewBox", "0 0 100 40");
  tile.curve.setAttribute("preserveAspectRatio", "none");
  tile.line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
  tile.curve.append(tile.line);
  root.append(tile.curve);
  tile.run = element(root, "span", "run");
  tile.words = element(root, "span", "words");
  return tile;
}

function fill(tile, part, names) {
  tile.root.dataset.colour = part.colour;
  tile.root.classList.toggle("answered", part.answered);
  tile.name.textContent = names ? part.name : "";
  tile.page.textContent = part.page;
  tile.hand.hidden = part.hand === null;
  tile.said.textContent = part.said ?? "";
  tile.share.textContent = part.share ?? "";
  paint(tile.canvas, part.digit);
  const { run } = part;
  tile.curve.toggleAttribute("hidden", !run?.curve.length);
  tile.run.textContent = run ? runWords(run) : part.handed ? sayMany("{count} digit handed in", "{count} digits handed in", part.handed) : "";
  if (run?.curve.length) {
    const last = Math.max(1, run.curve.length - 1);
    tile.line.setAttribute("points", run.curve.map((y, x) => `${(100 * x) / last},${40 - 38 * y}`).join(" "));
  }
}

function runWords({ epoch, target, curve, moving }) {
  const where = say("epoch {epoch} of {target}", { epoch, target });
  const words = [moving ? say("trains: {where}", { where }) : where];
  if (curve.length) words.push(percentText(curve.at(-1)));
  return words.join(" · ");
}
