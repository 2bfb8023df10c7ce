// The stage: a sheet, the whole network alive beside it, the answer, and under them the strip that
// trains. All that moves comes by the pen's channel; Streamlit is told only of deliberate steps.
//
// Parts: ../canvas (the sheet), channel.js and message.js (the way to the server), network.js and
// layout.js (the picture of all layers), loupe.js (one unit opened), strip.js (training).

import { View as Sheet } from "../ui.components.canvas/canvas.js";
import { bytesOf, isDark } from "../ui.components.shared/contrast.js";
import { element, mounted, still } from "../ui.components.shared/view.js";
import { say, sayMany } from "../ui.components.shared/words.js";
import { Channel } from "./channel.js";
import { middleOf, neighbour, unitAt } from "./layout.js";
import { button, Loupe, nameOf } from "./loupe.js";
import { NetworkPicture } from "./network.js";
import { percent, short } from "./numbers.js";
import { openingStroke, SECONDS } from "./opening.js";
import { Strip } from "./strip.js";

const PAUSE = 30; // ms between two readings of a stroke
const REST = 30; // ms that a moving pointer rests at a unit before it is asked about
const NARROW_WIDTH = 640; // CSS pixels of all layers on a phone, to swipe
const STORE = "digitscope.stage.opened";
const LINE = 2; // the place of the colour of lines among those from beside zero to the strongest
const PULSE = 450; // ms in which the path grows at pen-up

export default mounted(
  (parent, data) => new Stage(parent, data),
  (stage, { data, setTriggerValue }) => {
    stage.trigger = setTriggerValue;
    stage.update(data);
  },
);

class Stage {
  constructor(parent, data) {
    this.readings = 0;
    this.data = data;
    this.header = null;
    this.pointed = null; // the unit under the pointer or the keyboard's focus
    this.why = null; // what was said of it
    this.path = null;
    this.output = null; // the output whose path was asked for
    this.step = 0; // of the lesson, 1 to 5; 0: none
    this.asked = {}; // numbers of the newest questions, by kind
    this.wanted = data.at; // a unit that a link opens, when there is a reading
    this.build(parent, data);
  }

  build(parent, data) {
    this.root = element(parent, "div", "stage");
    this.root.dataset.digit = "";
    this.root.dataset.judgement = "";
    this.root.dataset.readings = 0;
    this.main = element(this.root, "div", "main");
    const left = (this.left = element(this.main, "div", "left"));
    this.sheet = new Sheet(left, { ...data.sheet, pause: PAUSE });
    this.sheet.send = (message) => this.inked(message);
    this.sheet.root.addEventListener("pointerdown", () => this.endOpening(true), true);
    this.sheet.root.addEventListener("click", () => this.endOpening(false), true);
    const draws = ({ key, target }) => target === this.sheet.canvas && (key === " " || key.startsWith("Arrow"));
    this.sheet.root.addEventListener("keydown", (event) => draws(event) && this.endOpening(true), true);
    this.given = element(left, "p", "given");
    this.state = element(left, "p", "state");
    this.state.setAttribute("role", "status");
    const middle = element(this.main, "div", "middle");
    this.area = element(middle, "div", "network");
    this.area.tabIndex = 0;
    this.area.setAttribute("role", "application");
    this.area.setAttribute("aria-roledescription", say("network"));
    const base = element(this.area, "canvas", "");
    const over = element(this.area, "canvas", "over");
    for (const canvas of [base, over]) canvas.setAttribute("aria-hidden", "true");
    this.picture = new NetworkPicture(base, over);
    this.answer = element(this.area, "div", "answer");
    this.digit = element(this.answer, "div", "digit");
    this.several = element(this.answer, "div", "several");
    this.several.setAttribute("role", "group");
    this.judgement = element(this.answer, "div", "judgement");
    this.whose = element(this.answer, "div", "whose");
    this.off = element(this.answer, "div", "off");
    this.offWords = element(this.off, "span", "");
    button(this.off, say("Switch all on"), () => this.switchOff([]));
    this.off.hidden = true;
    this.tip = element(this.area, "div", "pointed");
    this.tip.hidden = true;
    this.spoken = element(this.area, "p", "spoken");
    this.spoken.setAttribute("aria-live", "polite");
    this.loupe = new Loupe(middle, this.picture, {
      move: (unit) => this.askSum(unit),
      close: () => this.closeLoupe(),
      open: (unit) => this.trigger("open", { ...unit, at: Date.now() }),
      off: (filter) => this.toggleOff(filter),
    });
    this.lesson = element(this.root, "div", "lesson");
    this.lessonWords = element(this.lesson, "p", "");
    this.lessonWords.setAttribute("role", "status");
    this.strip = new Strip(this.root, {
      start: () => this.trigger("train", Date.now()),
      steer: (command) => this.channel.ask({ ask: "run", do: command }),
      epoch: (epoch) => this.channel.ask({ ask: "epoch", epoch }),
    });
    this.strip.chosen = data.epoch;
    this.listen();
    const address = new URL(data.channel, document.baseURI);
    address.protocol = address.protocol.replace("http", "ws");
    this.address = address.href;
    this.connect(data.token);
  }

  connect(token) {
    this.channel?.close();
    this.token = token;
    this.channel = new Channel(this.address, token, this.data.sheet.side, {
      reading: (header, arrays, inkAt) => this.reading(header, arrays, inkAt),
      answer: (header, arrays) => this.answered(header, arrays),
      run: (news) => this.strip.update(news, this.theme),
      state: (name, words) => this.connection(name, words),
    });
  }

  listen() {
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(this.area);
    this.onResize = () => this.fit();
    window.addEventListener("resize", this.onResize);
    this.onKey = (event) => this.globalKey(event);
    window.addEventListener("keydown", this.onKey);
    const { area } = this;
    area.addEventListener("pointermove", (event) => this.pointAt(this.unitOf(event), event));
    area.addEventListener("pointerleave", () => this.pointAt(null));
    area.addEventListener("click", (event) => this.clicked(event));
    area.addEventListener("keydown", (event) => this.key(event));
    area.addEventListener("blur", () => this.pointAt(null));
  }

  close() {
    cancelAnimationFrame(this.frame);
    this.endOpening(true); // nobody drew it: it is on no other page's sheet
    this.sheet.close();
    this.channel.close();
    this.strip.close();
    this.observer.disconnect();
    window.removeEventListener("resize", this.onResize);
    window.removeEventListener("keydown", this.onKey);
    this.root.remove();
  }

  // ---- what Python says ----

  update(data) {
    const before = this.data;
    this.data = data;
    this.root.classList.toggle("present", data.present);
    if (data.token !== this.token) this.connect(data.token);
    if (data.epoch !== before.epoch) this.strip.choose(data.epoch);
    if (data.play) this.strip.playWhenReady();
    if (this.loupe.isOpen) this.loupe.sayOff(data.off);
    this.given.textContent = data.given ? say("Shown: {digit}. Draw to replace it.", { digit: data.given.words }) : "";
    this.theme = this.themeNow();
    const about = { layers: data.layers.length };
    this.area.setAttribute("aria-label", say("The network, {layers} layers. Arrow keys go from map to map, Enter opens one.", about));
    this.sheet.update({ label: data.sheet.label });
    this.fit();
    if (data.given && (data.given.number !== before.given?.number || !this.readings)) this.askGiven();
    this.openAtFirst();
  }

  themeNow() {
    const style = getComputedStyle(this.root);
    const triple = (colour) => bytesOf(this.root, colour);
    const css = (colour) => `rgb(${triple(colour).join(" ")})`;
    const dark = isDark(this.root);
    this.root.classList.toggle("dark", dark);
    const signed = this.data.colours[dark ? "dark" : "light"];
    const [positive, negative] = [signed.positive[LINE], signed.negative[LINE]];
    this.root.style.setProperty("--positive", positive);
    this.root.style.setProperty("--negative", negative);
    return {
      paper: triple("var(--paper)"),
      signed,
      positive,
      negative,
      inkRgb: triple("var(--st-text-color)"),
      ink: css("var(--st-text-color)"),
      faint: css("var(--faint)"),
      line: css("var(--line)"),
      empty: css("var(--empty)"),
      accent: css("var(--st-primary-color)"),
      training: signed.training,
      validation: signed.validation,
      font: style.fontFamily, // how large text is depends on the window: see `fit`
    };
  }

  fit() {
    const { clientWidth, clientHeight: height } = this.area;
    if (!clientWidth || !height || !this.theme) return;
    // On a phone the answer stands beside the sheet, and the layers are wider than the screen.
    const narrow = getComputedStyle(this.root).getPropertyValue("--narrow").trim() === "1";
    const width = narrow ? Math.max(clientWidth, NARROW_WIDTH) : clientWidth;
    const home = narrow ? this.left : this.area;
    if (this.answer.parentElement !== home) home.append(this.answer);
    const answer = narrow ? { width: 128, top: 40 } : { width: Math.min(Math.max(width * 0.15, 132), 210), top: 0 };
    this.answer.style.width = narrow ? "" : `${answer.width - 12}px`;
    this.answerHeight = this.answer.offsetHeight;
    if (!narrow) answer.top = this.answerHeight + 8;
    this.root.style.setProperty("--answer", narrow ? "0px" : `${answer.width}px`);
    this.theme.small = parseFloat(getComputedStyle(this.root).getPropertyValue("--small")) || 13;
    const layers = this.header?.layers ?? this.data.layers;
    this.picture.arrange(layers, width, height, answer, this.theme);
    this.lines();
    this.strip.theme = this.theme;
    this.strip.paint();
  }

  // ---- the digit that draws itself ----

  openAtFirst() {
    if (this.opened) return;
    this.opened = true;
    if (this.sheet.sheet.strokes.length || this.data.given) return;
    const whole = openingStroke();
    const wholeAtOnce = still() || seenBefore();
    const began = performance.now();
    const grow = () => {
      if (!this.opening) return;
      const share = wholeAtOnce ? 1 : Math.min((performance.now() - began) / (1000 * SECONDS), 1);
      const count = Math.max(Math.round((share * whole.points.length) / 2), 1);
      const stroke = { width: whole.width, points: whole.points.slice(0, 2 * count) };
      const { sheet } = this;
      if (share < 1) {
        sheet.stroke = stroke;
        sheet.paint();
        sheet.report();
        this.frame = requestAnimationFrame(grow);
      } else {
        sheet.stroke = null;
        sheet.sheet.strokes = [stroke]; // not put: it is no step to undo, and is not kept
        sheet.paint();
        sheet.flush();
      }
    };
    this.opening = true;
    grow();
  }

  // The first touch clears it.
  endOpening(clear) {
    if (!this.opening) return;
    this.opening = false;
    cancelAnimationFrame(this.frame);
    const { sheet } = this;
    if (!clear) return;
    sheet.stroke = null;
    sheet.sheet.strokes = [];
    sheet.paint();
  }

  // ---- ink, and what is said of it ----

  inked(message) {
    const at = performance.now();
    if (message === null && this.data.given && !this.drew) return; // an empty sheet beside a given digit
    if (message !== null) {
      if (this.data.given && !this.drew) this.trigger("drawn", Date.now()); // it is kept in its place
      this.drew = true;
    }
    this.given.hidden = message !== null || !this.data.given;
    this.channel.draw(message?.ink ?? null, message?.finished ?? true, at);
  }

  askGiven() {
    this.endOpening(true);
    this.given.hidden = false;
    this.drew = false;
    this.channel.forget();
    this.sheet.sheet.strokes = [];
    this.sheet.sheet.save();
    this.sheet.paint();
    this.ask({ ask: "given" });
  }

  // A question that is asked again when the connection is there.
  ask(question) {
    const number = this.channel.ask(question);
    if (!number) this.missed = question;
    return number;
  }

  reading(header, arrays, inkAt) {
    const configured = JSON.stringify((header.layers?.length ? header.layers : null)?.map(({ name, shape }) => [name, shape]));
    const isNew = configured !== undefined && configured !== this.configured;
    // Where there is no digit the maps stay empty, in their places.
    if (!header.layers?.length) header.layers = this.header?.layers ?? this.data.layers;
    this.header = header;
    this.path = header.path ?? null;
    if (!header.finished || header.digit === null) this.output = null;
    this.picture.chosen = this.output;
    if (isNew) {
      this.configured = configured;
      this.fit();
    }
    this.picture.show(header, header.digit === null ? {} : arrays);
    this.sayAnswer(header);
    this.why = null;
    if (this.pointed) this.askWhy(this.pointed);
    if (header.finished && header.digit !== null && this.output !== null) this.askPath(this.output);
    if (header.finished && this.path && inkAt !== null) this.pulse();
    else this.lines();
    if (this.loupe.isOpen) this.askSum(this.loupe.unit);
    this.readings++;
    const { dataset } = this.root;
    dataset.digit = header.digit ?? "";
    dataset.judgement = header.judgement ?? "";
    dataset.readings = this.readings;
    dataset.network = header.network?.title ?? "";
    dataset.epoch = header.network?.epoch ?? "";
    dataset.off = header.network?.off?.length ?? 0;
    dataset.lines = this.path?.levels.length ?? 0;
    if (this.wanted && header.digit !== null) this.openWanted();
    window.dispatchEvent(new CustomEvent("digitscope:painted", { detail: { inkAt, paintedAt: performance.now() } }));
  }

  openWanted() {
    const unit = this.wanted;
    this.wanted = null;
    const about = this.header.layers.find(({ name }) => name === unit.layer);
    // Flatten and dropout have no picture of their own that could grow.
    if (!about || unit.channel >= about.shape.at(-1) || !middleOf(this.picture.plan, unit)) return;
    this.openLoupe(unit);
  }

  sayAnswer(header) {
    const { digit, judgement, finished } = header;
    const none = digit === null;
    const strange = judgement === "strange" && finished;
    this.digit.textContent = none ? "" : header.number || (strange ? "?" : digit);
    this.digit.classList.toggle("long", (header.number ?? "").length > 1);
    this.root.classList.toggle("drawing", !finished);
    const words = none ? this.nothing(header) : this.judged(header);
    this.judgement.textContent = words;
    this.offerOthers(header);
    this.sayWhose(header);
    const answer = say("The answer is {digit}.", { digit: this.digit.textContent });
    if (finished) this.spoken.textContent = none ? words : say("{text} {more}", { text: answer, more: words });
  }

  // Of several digits on the sheet another can be shown.
  offerOthers({ each, followed }) {
    const count = each?.length > 1 ? each.length : 0;
    const { several } = this;
    several.hidden = !count;
    several.setAttribute("aria-label", say("Which digit the network shows"));
    while (several.children.length > count) several.lastChild.remove();
    for (let place = several.children.length; place < count; place++)
      button(several, "", () => this.channel.ask({ ask: "follow", place }));
    [...several.children].forEach((one, place) => {
      one.textContent = each[place] ?? "?";
      one.setAttribute("aria-pressed", place === followed);
    });
  }

  sayWhose({ network, whole, finished }) {
    const { title: name = "", epoch = null, batch = null, off = [] } = network ?? {};
    this.whose.textContent =
      epoch === null
        ? say("Read by: {name}", { name })
        : epoch === 0 && batch === null
          ? say("Read by: {name}, untrained", { name })
          : say("Read by: {name}, epoch {epoch}", { name, epoch });
    this.off.hidden = !off.length;
    if (off.length && finished) this.sayOff(off, whole);
    if (this.answer.offsetHeight !== this.answerHeight) this.fit(); // the outputs stand below it
  }

  sayOff(off, whole) {
    const text = sayMany("{count} map is off.", "{count} maps are off.", off.length);
    const answer = whole && { digit: whole.digit, share: percent(whole.probability) };
    const more = whole && say("With all maps: {digit}, {share}.", answer);
    this.offWords.textContent = whole ? say("{text} {more}", { text, more }) : text;
  }

  toggleOff({ layer, channel }) {
    const others = this.data.off.filter(([name, number]) => name !== layer || number !== channel);
    const isOn = others.length === this.data.off.length;
    this.switchOff(isOn ? [...others, [layer, channel]] : others);
  }

  switchOff(off) {
    this.trigger("off", { filters: off.map(([layer, channel]) => ({ layer, channel })), at: Date.now() });
  }

  nothing({ problem }) {
    return this.data.words.problems[problem] ?? this.data.words.empty;
  }

  judged({ judgement, probability, runner_up: second, margin, number, digit }) {
    if (number?.length > 1) return say("Several digits. The network shows the marked one.");
    const next = percent(Math.max(probability - margin, 0));
    const about = { digit, share: percent(probability), second, next };
    if (judgement === "sure") return say("Sure. {share}; next is {second} with {next}.", about);
    if (judgement === "unsure") return say("Not sure. {share}; next is {second} with {next}.", about);
    if (judgement === "unfinished") return say("So far perhaps a {digit}.", about);
    if (judgement === "strange") return say("This does not look like a digit. The likeliest guess is {digit}.", about);
    return say("{share}; next is {second} with {next}.", about); // not known whether it is sure
  }

  // ---- lines: why this value, which way to the answer ----

  lines(share = 1) {
    const { picture, why, pointed, path, header } = this;
    if (!picture.plan) return;
    if (this.step) return picture.connect([], [], []);
    if (pointed && why) return picture.connect(linesOf(why), [why.field].filter(Boolean), [pointed]);
    if (pointed) return picture.connect([], [], [pointed]);
    if (path && header?.finished && header.digit !== null) return picture.connect(pathLines(path), [], [], share);
    picture.connect([], [], []);
  }

  pulse() {
    if (still()) return this.lines();
    const began = performance.now();
    const grow = () => {
      const share = Math.min((performance.now() - began) / PULSE, 1);
      this.lines(share);
      if (share < 1 && this.header.finished && !this.pointed) this.pulsing = requestAnimationFrame(grow);
    };
    cancelAnimationFrame(this.pulsing);
    grow();
  }

  unitOf(event) {
    const { left, top } = this.area.getBoundingClientRect();
    if (!this.picture.plan) return null;
    return unitAt(this.picture.plan, event.clientX - left + this.area.scrollLeft, event.clientY - top);
  }

  pointAt(unit) {
    if (JSON.stringify(unit) === JSON.stringify(this.pointed)) return;
    this.pointed = unit;
    this.why = null;
    this.tip.hidden = !unit;
    clearTimeout(this.resting);
    if (unit) {
      this.sayTip(unit, this.picture.roughly(unit));
      if (this.header?.digit !== null) this.resting = setTimeout(() => this.askWhy(unit), REST);
    }
    this.lines();
  }

  sayTip(unit, value, exact = false) {
    const { tip, picture } = this;
    const [x, y] = middleOf(picture.plan, unit);
    const number = value === null || value === undefined ? "" : `${exact ? "" : "≈ "}${short(value)}`;
    tip.textContent = unit.layer === "output" ? nameOf(unit) : `${nameOf(unit)}: ${number}`;
    if (unit.layer === "output" && this.header?.probabilities) tip.textContent += `: ${percent(this.header.probabilities[unit.channel])}`;
    const room = picture.size[0];
    tip.classList.toggle("turned", x > room / 2);
    tip.style.left = `${x}px`;
    tip.style.top = `${y}px`;
    if (exact) this.spoken.textContent = tip.textContent;
  }

  askWhy(unit) {
    if (unit.layer === "input") return;
    this.asked.why = this.channel.ask({ ask: "why", ...unit });
  }

  askSum(unit) {
    this.asked.sum = this.ask({ ask: "sum", ...unit });
  }

  askPath(output) {
    this.asked.path = this.ask({ ask: "path", output });
  }

  answered(header, arrays) {
    if (header.n === this.asked.why && this.pointed) {
      this.why = header;
      if (this.pointed.layer !== "output") this.sayTip(this.pointed, header.value, true);
      this.lines();
    } else if (header.n === this.asked.sum) this.loupe.show(header, arrays);
    else if (header.n === this.asked.path) {
      this.path = header;
      if (this.fresh) this.pulse();
      else this.lines();
      this.fresh = false;
    }
  }

  // ---- opening and choosing ----

  clicked(event) {
    const unit = this.unitOf(event);
    if (event.target.closest?.(".pointed, button")) return;
    if (!unit || !this.header || this.header.digit === null) return this.pointAt(null);
    // A finger points with the first tap and opens with the second.
    const touch = event.pointerType === "touch";
    if (touch && JSON.stringify(unit) !== this.tapped) {
      this.tapped = JSON.stringify(unit);
      return this.pointAt(unit);
    }
    this.choose(unit);
  }

  choose(unit) {
    if (unit.layer === "input") return;
    if (unit.layer === "output" && this.output !== unit.channel) {
      this.output = unit.channel === this.header.digit ? null : unit.channel;
      this.picture.chosen = this.output;
      this.picture.paint();
      this.fresh = true; // chosen just now: its path grows
      this.askPath(unit.channel);
      return;
    }
    this.openLoupe(unit);
  }

  openLoupe(unit) {
    this.pointAt(null);
    this.loupe.open(unit, middleOf(this.picture.plan, unit));
    this.loupe.sayOff(this.data.off);
    this.root.classList.add("opened");
    this.askSum(unit);
    this.trigger("place", { ...unit, at: Date.now() });
  }

  closeLoupe() {
    this.loupe.close();
    this.root.classList.remove("opened");
    this.area.focus({ preventScroll: true });
    this.trigger("place", { at: Date.now() });
  }

  key(event) {
    const { picture } = this;
    if (!picture.plan || event.target !== this.area) return;
    if (event.key.startsWith("Arrow")) {
      this.pointAt(this.pointed ? neighbour(picture.plan, this.pointed, event.key) : enterFirst(picture.plan));
    } else if ((event.key === "Enter" || event.key === " ") && this.pointed && this.header?.digit !== null) this.choose(this.pointed);
    else if (event.key === "Escape") {
      this.output = picture.chosen = null;
      this.path = this.header?.path ?? null;
      this.pointAt(null);
      picture.paint();
      this.lines();
    } else return;
    event.preventDefault();
  }

  // ---- the lesson's five steps, and presenting ----

  globalKey(event) {
    const field = event.composedPath()[0];
    const writes = field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field?.isContentEditable;
    if (writes || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = Number(event.key);
    if (this.data.present && Number.isInteger(step) && step >= 1 && step <= this.data.words.steps.length) this.bring(step === this.step ? 0 : step);
    else if (event.key === "0" || (event.key === "Escape" && this.step)) this.bring(0);
  }

  bring(step) {
    this.step = step;
    const about = this.data.words.steps[step - 1];
    this.lessonWords.textContent = about ? about.sentence : "";
    this.root.classList.toggle("stepping", Boolean(about));
    const kinds = about?.kinds ?? null;
    const layers = this.header?.layers ?? this.data.layers;
    this.picture.spotlight = kinds && [
      ...layers.filter(({ kind, name }) => kinds.includes(name === "output" ? "output" : kind)).map(({ name }) => name),
      ...(kinds.includes("input") ? ["input"] : []),
    ];
    this.picture.paint();
    this.lines();
  }

  // ---- the connection ----

  connection(name, words) {
    this.root.dataset.connection = name;
    const away = say("The connection is lost. Connecting again; your drawing is kept.");
    const lost = say("This page has lost its server. Load it again; your drawing is kept.");
    this.state.textContent = { away, lost, busy: words }[name] ?? "";
    if (name !== "open") return;
    if (this.missed) {
      const question = this.missed;
      this.missed = null;
      this.ask(question);
    } else if (this.data.given && !this.drew) this.ask({ ask: "given" });
  }
}

function enterFirst(plan) {
  const block = plan.blocks[1];
  const [row, column] = block.maps?.map((side) => Math.floor(side / 2)) ?? [null, null];
  return { layer: block.name, channel: 0, row, column };
}

// The lines of "why": from what a unit was made of, and to what it feeds.
function linesOf({ unit, inputs, feeds }) {
  return [
    ...inputs.map((from) => ({ from, to: unit, product: from.product })),
    ...(feeds ?? []).map((to) => ({ from: unit, to: { row: null, column: null, ...to }, product: to.product })),
  ];
}

// The lines of a path, level by level.
function pathLines({ output, levels }) {
  const lines = [];
  let above = [{ layer: "output", channel: output, row: null, column: null }];
  for (const { layer, units } of levels) {
    const here = units.map((unit) => ({ ...unit, layer }));
    here.forEach((from) => {
      const to = above[from.to];
      if (to) lines.push({ from, to, product: from.product });
    });
    above = here;
  }
  return lines;
}

// Whether the digit drew itself in this tab before: once is enough.
function seenBefore() {
  try {
    const seen = sessionStorage.getItem(STORE) === "1";
    sessionStorage.setItem(STORE, "1");
    return seen;
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return false;
  }
}
