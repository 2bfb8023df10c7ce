// The pen's channel: a WebSocket that carries ink to the server and readings back.
//
// What is on the way is bounded: at most two readings at a time, and of the ink that waits only the
// newest is sent. A lost connection is opened again; the newest ink then goes first.

import { Connection } from "../ui.components.shared/connection.js";
import { inkFrame, opened } from "./message.js";

const ON_THE_WAY = 2;
const LOST = 2000; // ms: an answer that was not there by then does not come (it was replaced)

export class Channel {
  // on: {reading(header, arrays, inkAt), answer(header, arrays), run(news), state(name, words)};
  // the states are "connecting", "open", "away" and "lost" (for good: the page must be loaded again).
  constructor(address, token, side, on) {
    Object.assign(this, { side, on });
    this.number = 0;
    this.waiting = null; // the newest ink that was not sent yet
    this.sent = new Map(); // number → when the ink was taken, of readings that are on the way
    this.last = null; // the newest ink of all, for a new connection
    this.turn = Promise.resolve(); // answers are opened one after the other
    this.connection = new Connection(address, token, {
      connecting: () => on.state("connecting"),
      opened: () => this.begin(),
      arrived: (data) => this.arrived(data),
      away: () => on.state("away"),
      lost: () => on.state("lost"),
    });
  }

  begin() {
    this.sent.clear();
    this.on.state("open");
    if (this.last) this.waiting = this.last;
    this.push();
  }

  close() {
    clearTimeout(this.retry);
    this.connection.close();
  }

  // ink: base64 pairs or null; at: performance.now() of the movement.
  draw(ink, finished, at) {
    this.last = this.waiting = { ink, finished, at };
    this.push();
  }

  push() {
    if (!this.connection.open || !this.waiting) return;
    const now = performance.now();
    for (const [number, { since }] of this.sent) if (now - since > LOST) this.sent.delete(number);
    clearTimeout(this.retry);
    if (this.sent.size >= ON_THE_WAY) {
      this.retry = setTimeout(() => this.push(), LOST / 4);
      return;
    }
    const { ink, finished, at } = this.waiting;
    this.waiting = null;
    const number = ++this.number;
    this.sent.set(number, { at, since: now });
    this.connection.send(inkFrame(number, ink, finished, this.side));
  }

  // Asks for something else than a reading of ink; returns its number, 0 when there is no connection.
  ask(question) {
    if (!this.connection.open) return 0;
    const number = ++this.number;
    this.connection.send(JSON.stringify({ ...question, n: number }));
    return number;
  }

  // The sheet does not count any more: a digit from elsewhere is read.
  forget() {
    this.last = this.waiting = null;
  }

  arrived(data) {
    if (typeof data === "string") return this.told(JSON.parse(data));
    this.turn = this.turn.then(async () => {
      const { kind, header, arrays } = await opened(data);
      const sent = this.sent.get(header.n);
      for (const number of this.sent.keys()) if (number <= header.n) this.sent.delete(number);
      if (kind === 1) this.on.reading(header, arrays, sent?.at ?? null);
      else this.on.answer(header, arrays);
      this.push();
    });
  }

  told(news) {
    if (news.kind === "run") this.on.run(news);
    else if (news.kind === "fault") {
      this.sent.delete(news.n);
      this.on.state("busy", news.words);
    } else if (news.kind === "ready") {
      this.on.state("open");
      if (this.last && !this.waiting) this.waiting = this.last;
      this.push();
    }
  }
}
