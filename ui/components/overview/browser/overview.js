// The columns of the network view. Python sends a picture of all channels for each column; here
// they are placed side by side, as large as the page allows, and the channel under the pointer is
// found by its place in the picture.
// Under the pen only the sources of the images and some texts change.

import { element, mounted } from "../ui.components.shared/view.js";
import { listed, say, sayMany } from "../ui.components.shared/words.js";

const ZOOMS = [1.4, 1.3, 1.2, 1.1, 1, 0.9, 0.8, 0.7]; // tried until all columns stand in one row
const WRAPPED = 0.62; // when none fits, they go on in the next row, and two rows fit a screen

const numbered = {
  map: (number) => say("map {number}", { number }),
  unit: (number) => say("unit {number}", { number }),
};
const counted = {
  map: (count) => sayMany("{count} map", "{count} maps", count),
  unit: (count) => sayMany("{count} unit", "{count} units", count),
};

const make = (parent) => new Overview(parent);

export default mounted(make, (view, { data, setTriggerValue }) => {
  view.send = (place) => setTriggerValue("opened", place);
  view.update(data.columns);
});

class Overview {
  constructor(parent) {
    this.root = element(parent, "div", "overview");
    this.strip = element(this.root, "div", "strip");
    this.strip.setAttribute("role", "group");
    this.strip.setAttribute("aria-label", say("The layers of the network, from the picture on"));
    this.line = element(this.root, "div", "line");
    this.line.setAttribute("role", "status");
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(this.root);
  }

  update(columns) {
    const form = JSON.stringify(
      columns.map(({ name, panels }) => [name, panels.map(({ count, width }) => [count, width])]),
    );
    this.columns = columns;
    if (form !== this.form) {
      this.form = form;
      this.build();
      this.fitted = null;
    }
    this.panels.forEach((panel) => panel.fill(columns[panel.column].panels[panel.number]));
    this.fit();
  }

  build() {
    this.strip.replaceChildren();
    this.panels = [];
    this.say(null);
    this.columns.forEach(({ name, title, facts, panels }, column) => {
      const box = element(this.strip, "div", "column");
      box.dataset.layer = name;
      const head = element(box, column ? "button" : "div", "head");
      element(head, "b", "", column ? name : title);
      const words = column ? [title, ...facts] : facts;
      words.forEach((fact) => element(head, "span", "", fact));
      if (column) {
        head.setAttribute("aria-label", say("Open {name}: {facts}", { name, facts: listed(words) }));
        head.addEventListener("click", () => this.open(column, panels.length - 1, null));
      }
      const row = element(box, "div", "panels");
      panels.forEach((panel, number) => {
        const Form = panel.rows ? Outputs : Sheet;
        this.panels.push(new Form(this, row, column, number, panel));
      });
    });
  }

  // The largest zoom with which all columns stand side by side; several rows where none does.
  fit() {
    const room = this.root.clientWidth;
    if (!room || room === this.fitted) return;
    this.fitted = room;
    this.strip.classList.remove("wrapped");
    const fits = ZOOMS.find((zoom) => {
      this.zoom(zoom);
      return this.strip.scrollWidth <= this.strip.clientWidth;
    });
    this.strip.classList.toggle("wrapped", !fits);
    if (!fits) this.zoom(WRAPPED);
  }

  zoom(zoom) {
    this.strip.style.setProperty("--zoom", zoom);
    this.strip.classList.toggle("small", zoom < 1);
  }

  open(column, panel, channel) {
    if (column) this.send({ column, panel, channel });
  }

  name(column, number, channel) {
    const { name, panels } = this.columns[column];
    const { caption, noun } = panels[number];
    return [name, caption, numbered[noun](channel)].filter(Boolean).join(" · ");
  }

  say(text) {
    this.line.textContent = text ?? say("Point at a picture for its name, click to open it.");
  }
}

// All channels of one layer in one picture.
class Sheet {
  constructor(view, parent, column, number, { caption, width, height }) {
    Object.assign(this, { view, column, number, channel: null });
    const box = element(parent, "div", "panel");
    if (caption || view.columns[column].panels.length > 1) {
      element(box, "div", "caption", caption);
    }
    this.sheet = element(box, column ? "button" : "div", "sheet framed");
    this.sheet.style.setProperty("--width", `${width}px`);
    this.sheet.style.setProperty("--height", `${height}px`);
    this.image = element(this.sheet, "img", "");
    this.image.draggable = false;
    this.frame = element(this.sheet, "i", "frame");
    this.range = element(box, "div", "range");
    this.point(null);
    if (!column) return;
    this.sheet.addEventListener("pointermove", (event) => this.point(this.at(event)));
    this.sheet.addEventListener("pointerleave", () => this.point(null));
    this.sheet.addEventListener("blur", () => this.point(null));
    this.sheet.addEventListener("click", (event) => {
      const channel = event.detail ? this.at(event) : this.channel; // 0: pressed by the keyboard
      this.view.open(column, number, channel);
    });
    this.sheet.addEventListener("keydown", (event) => {
      if (this.press(event.key)) event.preventDefault();
    });
  }

  fill(panel) {
    this.panel = panel;
    this.image.src = `data:image/png;base64,${panel.png}`;
    this.range.textContent = panel.range.join("\n");
    const { name, title } = this.view.columns[this.column];
    const words = [this.column ? name : title, panel.caption, counted[panel.noun](panel.count), ...panel.range];
    this.image.alt = listed(words.filter(Boolean));
  }

  at(event) {
    const { across, count, pitch, width, height } = this.panel;
    const box = this.sheet.getBoundingClientRect();
    const column = Math.floor((((event.clientX - box.left) / box.width) * width) / pitch[0]);
    const row = Math.floor((((event.clientY - box.top) / box.height) * height) / pitch[1]);
    const channel = row * across + column;
    return column >= 0 && column < across && channel >= 0 && channel < count ? channel : null;
  }

  point(channel) {
    this.channel = channel;
    this.frame.hidden = channel === null;
    this.view.say(channel === null ? null : this.view.name(this.column, this.number, channel));
    if (channel === null) return;
    const { across, pitch, gap, width, height } = this.panel;
    const percent = (part, whole) => `${(100 * part) / whole}%`;
    Object.assign(this.frame.style, {
      left: percent((channel % across) * pitch[0], width),
      top: percent(Math.floor(channel / across) * pitch[1], height),
      width: percent(pitch[0] - gap, width),
      height: percent(pitch[1] - gap, height),
    });
  }

  press(key) {
    const { across, count } = this.panel;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -across, ArrowDown: across };
    if (!(key in steps)) return false;
    const next = this.channel === null ? 0 : this.channel + steps[key];
    if (next >= 0 && next < count) this.point(next);
    return true;
  }
}

// The ten outputs: a score and a probability for each digit.
class Outputs {
  constructor(view, parent, column, number, { caption, rows }) {
    Object.assign(this, { column, number });
    const box = element(parent, "div", "panel");
    element(box, "div", "caption", caption);
    const list = element(box, "div", "outputs");
    this.rows = rows.map((_, digit) => {
      const row = element(list, "button", "output");
      element(row, "span", "digit", digit);
      const score = element(row, "span", "score");
      const bar = element(element(row, "span", "bar"), "i", "");
      const percent = element(row, "span", "percent");
      row.addEventListener("click", () => view.open(column, number, digit));
      return { row, score, bar, percent };
    });
    this.range = element(box, "div", "range");
  }

  fill({ rows, best, range }) {
    this.range.textContent = listed(range);
    this.rows.forEach(({ row, score, bar, percent }, digit) => {
      row.classList.toggle("best", digit === best);
      const answer = { digit, share: rows[digit].percent };
      row.setAttribute("aria-label", say("Digit {digit}: {share}", answer));
      score.textContent = rows[digit].score;
      percent.textContent = rows[digit].percent;
      bar.style.width = `${100 * rows[digit].share}%`;
    });
  }
}
