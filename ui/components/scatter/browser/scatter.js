// Draws digits at points of a plane. Pointing stays in the browser; only a pick goes to Python.

import { mounted } from "../ui.components.shared/view.js";
import { say } from "../ui.components.shared/words.js";

const MARGIN = 18; // CSS pixels around the points
const REACH = 24; // how near the pointer must come to a point
const HEIGHT = 0.72; // of the width
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

const make = (parent) => new Plane(parent);

export default mounted(make, (view, { data, setStateValue }) => {
  view.send = (place) => setStateValue("picked", place);
  view.update(data);
});

class Plane {
  constructor(parent) {
    const box = document.createElement("div");
    box.className = "plane";
    box.innerHTML =
      "<canvas tabindex='0' role='img'></canvas><div class='below'>" +
      "<span role='status'></span><button type='button'></button></div>";
    parent.append(box);
    this.canvas = box.querySelector("canvas");
    this.status = box.querySelector("span");
    this.at = null; // the point under the pointer or the keyboard
    this.picked = null;
    this.canvas.onpointermove = (event) => this.point(this.nearest(event));
    this.canvas.onpointerleave = () => this.point(null);
    this.canvas.onclick = (event) => this.pick(this.nearest(event));
    this.canvas.onkeydown = (event) => this.key(event);
    const save = box.querySelector("button");
    save.textContent = say("Save picture");
    save.onclick = () => this.save();
    new ResizeObserver(() => this.paint()).observe(this.canvas);
  }

  update(data) {
    const bytes = Uint8Array.from(atob(data.points), (letter) => letter.charCodeAt(0));
    this.points = new Float32Array(bytes.buffer);
    if (this.data && this.data.labels !== data.labels) this.picked = this.at = null;
    this.data = data;
    this.near = new Set(data.near);
    const about = { title: data.title, count: data.labels.length };
    this.canvas.ariaLabel =
      say("{title}: {count} digits. Arrow keys go from point to point, Enter picks.", about);
    this.paint();
  }

  // Where every point stands on the canvas, in CSS pixels; one scale for both directions.
  place(width, height) {
    const all = [...this.points, ...(this.data.own ?? [])];
    const [xs, ys] = [0, 1].map((side) => all.filter((_, i) => i % 2 === side));
    const [left, right] = [Math.min(...xs), Math.max(...xs)];
    const [low, high] = [Math.min(...ys), Math.max(...ys)];
    const scale = Math.min(
      (width - 2 * MARGIN) / (right - left || 1),
      (height - 2 * MARGIN) / (high - low || 1),
    );
    const x = (value) => width / 2 + (value - (left + right) / 2) * scale;
    const y = (value) => height / 2 - (value - (low + high) / 2) * scale;
    this.spots = xs.map((value, i) => [x(value), y(ys[i])]);
    this.own = this.data.own ? this.spots.pop() : null;
  }

  paint() {
    const width = this.canvas.clientWidth;
    if (!width || !this.data) return;
    const height = Math.round(width * HEIGHT);
    const ratio = window.devicePixelRatio;
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
    this.place(width, height);
    const style = getComputedStyle(this.canvas);
    const background = style.getPropertyValue("--st-background-color").trim() || "#ffffff";
    const text = style.color;
    const context = this.canvas.getContext("2d");
    context.scale(ratio, ratio);
    context.fillStyle = background;
    context.fillRect(0, 0, width, height);
    const colours = isDark(context, background) ? this.data.dark : this.data.light;
    const size = width < 480 ? 10 : 13;
    context.font = `600 ${size}px ${style.fontFamily}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    this.spots.forEach(([x, y], i) => {
      const label = this.data.labels[i];
      context.fillStyle = colours[label];
      context.fillText(label, x, y + 1);
      if (this.data.answers[i] !== label) {
        context.strokeStyle = text;
        context.lineWidth = 1;
        context.strokeRect(x - size * 0.6, y - size * 0.65, size * 1.2, size * 1.3);
      }
    });
    context.lineWidth = 2;
    this.near.forEach((i) => ring(context, this.spots[i], size * 0.8, text));
    if (this.own) star(context, this.own, size * 1.1, text, background);
    if (this.picked !== null) ring(context, this.spots[this.picked], size, "#0f766e");
    if (this.at !== null) ring(context, this.spots[this.at], size, text);
  }

  nearest(event) {
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let [best, distance] = [null, REACH];
    this.spots.forEach((spot, i) => {
      const away = Math.hypot(spot[0] - x, spot[1] - y);
      if (away < distance) [best, distance] = [i, away];
    });
    return best;
  }

  point(place) {
    if (place === this.at) return;
    this.at = place;
    this.status.textContent = place === null ? "" : this.words(place);
    this.paint();
  }

  words(place) {
    const [truth, answer] = [this.data.labels[place], this.data.answers[place]];
    return truth === answer
      ? say("a {truth}, read rightly", { truth })
      : say("a {truth}, read as {answer}", { truth, answer });
  }

  pick(place) {
    if (place === null) return;
    this.picked = place;
    this.status.textContent = this.words(place);
    this.paint();
    this.send(place);
  }

  key(event) {
    if (event.key === "Enter") return this.pick(this.at);
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    if (this.at === null) return this.point(this.picked ?? 0);
    const [x, y] = this.spots[this.at];
    let [best, cost] = [null, Infinity];
    this.spots.forEach((spot, i) => {
      const [dx, dy] = [spot[0] - x, spot[1] - y];
      const ahead = dx * arrow[0] + dy * arrow[1];
      const aside = Math.abs(dx * arrow[1]) + Math.abs(dy * arrow[0]);
      if (i !== this.at && ahead > 0 && aside <= ahead && ahead + aside < cost) {
        [best, cost] = [i, ahead + aside];
      }
    });
    if (best !== null) this.point(best);
  }

  save() {
    this.canvas.toBlob((blob) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = `${this.data.file}.png`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    });
  }
}

function ring(context, [x, y], radius, colour) {
  context.strokeStyle = colour;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
}

function star(context, [x, y], radius, colour, background) {
  context.beginPath();
  for (let corner = 0; corner < 10; corner++) {
    const reach = corner % 2 ? radius * 0.45 : radius;
    const angle = (Math.PI * corner) / 5 - Math.PI / 2;
    context.lineTo(x + reach * Math.cos(angle), y + reach * Math.sin(angle));
  }
  context.closePath();
  context.fillStyle = colour;
  context.strokeStyle = background;
  context.fill();
  context.stroke();
}

function isDark(context, background) {
  context.fillStyle = background; // the canvas turns every notation into #rrggbb
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(context.fillStyle.slice(at, at + 2), 16));
  return 0.3 * r + 0.59 * g + 0.11 * b < 128;
}
