// The strip under the network: it trains. Buttons, loss and accuracy as they grow, and the epochs to
// go back to.

import { element } from "../ui.components.shared/view.js";
import { numberText, say } from "../ui.components.shared/words.js";
import { button } from "./loupe.js";
import { duration, percent, short } from "./numbers.js";

const MOVING = ["starting", "training", "recovering"];
const PLAY = 900; // ms at each epoch while they are played
const RECENT = 20; // batches that the figure beside a chart is the mean of

export class Strip {
  // on: {start(), steer(command), epoch(number or null)}
  constructor(parent, on) {
    this.on = on;
    this.points = { x: [], loss: [], accuracy: [] };
    this.news = { phase: null, history: [], epochs: [] };
    this.root = element(parent, "section", "strip");
    this.root.setAttribute("aria-label", say("Training"));
    const tools = element(this.root, "div", "tools");
    this.train = button(tools, say("Train"), () => this.go(), "primary");
    this.batch = button(tools, say("One batch"), () => on.steer("batch"));
    this.stop = button(tools, say("Stop"), () => on.steer("stop"));
    this.charts = {};
    for (const name of ["loss", "accuracy"]) {
      const figure = element(this.root, "figure", "chart");
      const caption = element(figure, "figcaption", "");
      element(caption, "span", "", name === "loss" ? say("Loss") : say("Accuracy"));
      caption.append(" ");
      const figures = element(caption, "b", "");
      const canvas = element(figure, "canvas", "");
      canvas.setAttribute("role", "img");
      this.charts[name] = { canvas, figures };
    }
    const place = element(this.root, "div", "place");
    this.words = element(place, "p", "");
    this.words.setAttribute("role", "status");
    const label = element(place, "div", "epochs");
    this.label = element(label, "span", "");
    this.slider = element(label, "input", "");
    Object.assign(this.slider, { type: "range", min: 0, step: 1 });
    this.slider.setAttribute("aria-label", say("Network after epoch"));
    this.slider.addEventListener("input", () => {
      this.pause();
      this.scrub();
    });
    this.play = button(label, say("Play"), () => (this.playing ? this.pause() : this.start()));
    this.observer = new ResizeObserver(() => this.paint());
    this.observer.observe(this.root);
    this.chosen = null;
    this.show();
  }

  close() {
    this.pause();
    this.observer.disconnect();
  }

  // ---- the epochs one after the other ----

  playWhenReady() {
    this.wanted = true;
    if (this.canPlay) this.start();
  }

  get canPlay() {
    return !this.moving && (this.news.epochs?.length ?? 0) > 1;
  }

  start() {
    this.wanted = false;
    let at = 0;
    const step = () => {
      const kept = this.news.epochs;
      this.slider.value = kept[at];
      this.scrub();
      if (++at === kept.length) this.pause();
    };
    this.playing = setInterval(step, PLAY);
    this.play.textContent = say("Pause");
    step();
  }

  pause() {
    clearInterval(this.playing);
    this.playing = null;
    this.play.textContent = say("Play");
  }

  // An epoch that was chosen elsewhere on the page.
  choose(epoch) {
    this.chosen = epoch;
    this.show();
  }

  get moving() {
    return MOVING.includes(this.news.phase);
  }

  go() {
    if (this.moving) this.on.steer("pause");
    else if (this.news.phase === "paused") this.on.steer("resume");
    else {
      this.train.setAttribute("aria-disabled", "true");
      this.words.textContent = say("Starting …");
      this.on.start();
    }
  }

  // News of the run as the server tells them: points from n on, the rest whole.
  update(news, theme) {
    this.theme = theme ?? this.theme;
    const { points } = this;
    if (news.id_changed || news.phase === null || news.generation !== this.news.generation) {
      for (const name of Object.keys(points)) points[name] = [];
      const another = news.id_changed && this.news.generation !== undefined;
      if (another || news.phase === null) {
        this.chosen = null;
        this.pause();
      }
    }
    if (news.phase !== null && news.from !== undefined) {
      for (const name of Object.keys(points)) points[name] = [...points[name].slice(0, news.from), ...news[name]];
    }
    const { history, epochs } = news.phase === null ? { history: [], epochs: [] } : this.news;
    this.news = { history, epochs, ...news };
    this.show();
    if (this.wanted && this.canPlay) this.start();
  }

  show() {
    const { news } = this;
    const { moving } = this;
    this.train.removeAttribute("aria-disabled");
    const next = news.phase === "paused" ? say("Resume") : news.phase ? say("Train anew") : say("Train");
    this.train.textContent = moving ? say("Pause") : next;
    this.batch.hidden = !(moving || news.phase === "paused");
    this.stop.hidden = this.batch.hidden;
    this.words.textContent = this.sentence();
    this.root.classList.toggle("idle", !news.phase);
    this.root.dataset.phase = news.phase ?? "";
    this.root.dataset.epoch = news.epoch ?? "";
    const last = news.epochs.at(-1) ?? 0;
    this.slider.parentElement.hidden = last < 1;
    this.play.hidden = moving;
    this.slider.max = last + (moving || news.batch ? 1 : 0); // one further to the right: this moment
    this.slider.value = this.chosen ?? this.slider.max;
    this.slider.setAttribute("aria-valuetext", this.place());
    this.label.textContent = this.place();
    this.paint();
  }

  place() {
    if (this.chosen === null && this.moving) return say("now");
    if (this.chosen === 0) return say("untrained");
    return say("epoch {number}", { number: this.chosen ?? this.news.epoch ?? 0 });
  }

  sentence() {
    const { phase, epoch, target, batch, batches, seconds_left: left, history } = this.news;
    if (!phase) return say("A new network, untrained, learns to read your digit before your eyes.");
    const now = this.moving ? Math.min(epoch + 1, target) : epoch;
    const parts = [phase === "starting" ? say("starting") : say("epoch {epoch} of {target}", { epoch: now, target })];
    const within = { batch: numberText(batch), batches: numberText(batches) };
    if (this.moving && batches && phase !== "starting") parts.push(say("batch {batch} of {batches}", within));
    if (phase === "paused") parts.push(say("paused"));
    if (phase === "stopped") parts.push(say("stopped"));
    if (phase === "failed") parts.push(say("could not go on"));
    const last = history.at(-1);
    if (last) parts.push(say("{share} of new digits right", { share: percent(last.validation_accuracy) }));
    if (this.moving && left) parts.push(say("about {time} left", { time: duration(left) }));
    return parts.join(" · ");
  }

  scrub() {
    const value = Number(this.slider.value);
    const kept = this.news.epochs;
    const newest = value > (kept.at(-1) ?? 0) || (!this.moving && !this.news.batch && value === kept.at(-1));
    // Of a long run not every epoch is kept: the last one before.
    this.chosen = newest ? null : (kept.filter((epoch) => epoch <= value).at(-1) ?? 0);
    this.label.textContent = this.place();
    this.slider.setAttribute("aria-valuetext", this.place());
    this.on.epoch(this.chosen);
    this.paint();
  }

  paint() {
    if (!this.theme) return;
    const { points, news } = this;
    for (const [name, { canvas, figures }] of Object.entries(this.charts)) {
      const recent = points[name].slice(-RECENT);
      const mean = recent.reduce((sum, value) => sum + value, 0) / recent.length;
      figures.textContent = recent.length ? (name === "loss" ? short(mean) : percent(mean)) : "";
      const validation = news.history.map((each) => [each.epoch, each[name === "loss" ? "validation_loss" : "validation_accuracy"]]);
      canvas.setAttribute("aria-label", chartName(name, recent.length ? figures.textContent : null));
      paintCurve(canvas, points.x, points[name], validation, {
        theme: this.theme,
        end: Math.max(news.target ?? 1, 1),
        top: name === "loss" ? null : 1,
        chosen: this.chosen,
      });
    }
  }
}

function chartName(name, value) {
  if (name === "loss") return value === null ? say("loss: nothing yet") : say("loss of the last batches: {value}", { value });
  return value === null ? say("accuracy: nothing yet") : say("accuracy of the last batches: {value}", { value });
}

// Faint: single batches. Bold: their running mean. Dots: new digits after each epoch.
function paintCurve(canvas, x, values, dots, { theme, end, top, chosen }) {
  const ratio = window.devicePixelRatio;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (!width || !height) return;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  const finite = values.filter(Number.isFinite);
  const high = top ?? Math.max(...finite.slice(0, 1), ...smooth(finite, 9), 0.1) * 1.05;
  const px = (at) => 1 + (at / end) * (width - 4);
  const py = (value) => height - 3 - (Math.min(Math.max(value, 0), high) / high) * (height - 6);
  context.strokeStyle = theme.line;
  context.strokeRect(0.5, 0.5, width - 1, height - 1);
  const step = Math.max(1, Math.floor(values.length / (2 * width)));
  const line = (list, colour, thick, alpha) => {
    context.beginPath();
    context.strokeStyle = colour;
    context.lineWidth = thick;
    context.globalAlpha = alpha;
    for (let i = 0; i < list.length; i += step) if (Number.isFinite(list[i])) context.lineTo(px(x[i]), py(list[i]));
    context.stroke();
    context.globalAlpha = 1;
  };
  line(values, theme.training, 1, 0.25);
  line(smooth(values, 25), theme.training, 2, 1);
  context.fillStyle = theme.validation;
  for (const [epoch, value] of dots) {
    context.beginPath();
    context.arc(px(epoch), py(value), 3, 0, 2 * Math.PI);
    context.fill();
  }
  if (chosen === null) return;
  context.strokeStyle = theme.ink;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(px(chosen), 0);
  context.lineTo(px(chosen), height);
  context.stroke();
}

// The mean of the last `count` values at each place.
export function smooth(values, count) {
  let sum = 0;
  return values.map((value, i) => {
    sum += value - (i >= count ? values[i - count] : 0);
    return sum / Math.min(i + 1, count);
  });
}
