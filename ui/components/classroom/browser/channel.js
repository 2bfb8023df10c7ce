// The class's channel: changes come, requests go. A request is sent again until the server has
// answered it, so that none is lost with a connection, nor with the seat that it was asked from;
// all of them may be carried out twice.

import { Connection } from "../ui.components.shared/connection.js";

const AGAIN = 1000; // ms before a request is sent again that the server could not carry out now

// What one student asked and what is not answered yet. It outlives a channel: when a server is gone
// the page's script runs on another one, and the student's new seat has a channel of its own.
class Requests {
  constructor() {
    this.number = 0;
    this.waiting = new Map(); // number → {name, request}
  }
}

const everybodys = new Map(); // whose → Requests

function requestsOf(whose) {
  if (!everybodys.has(whose)) everybodys.set(whose, new Requests());
  return everybodys.get(whose);
}

export class Channel {
  // whose: who asks, on whatever server; "" where nobody asks anything.
  // on: {parts(all, now), state(name), refused(words), over()}; the states are "open", "away" and
  // "lost" (the seat is gone: the page's script must run again).
  constructor(address, token, whose, on) {
    Object.assign(this, { on, requests: requestsOf(whose) });
    this.parts = {};
    this.connection = new Connection(address, token, {
      opened: () => this.begin(),
      arrived: (data) => this.arrived(JSON.parse(data)),
      away: () => on.state("away"),
      lost: () => on.state("lost"),
    });
  }

  begin() {
    this.parts = {}; // the server sends all of them to a new connection
    for (const [n, asked] of this.requests.waiting) this.push(n, asked);
    this.on.state("open");
  }

  close() {
    this.connection.close();
  }

  // Asks for something; of two requests with one name only the newer one waits.
  ask(name, request) {
    const { waiting } = this.requests;
    for (const [n, older] of waiting) if (older.name === name) waiting.delete(n);
    const n = ++this.requests.number;
    waiting.set(n, { name, request });
    this.push(n, waiting.get(n));
  }

  // The request of this name that is not answered yet.
  waits(name) {
    for (const asked of this.requests.waiting.values()) if (asked.name === name) return asked.request;
  }

  push(n, { request }) {
    if (this.connection.open) this.connection.send(JSON.stringify({ ...request, n }));
  }

  arrived(news) {
    if (news.parts) {
      for (const [name, part] of Object.entries(news.parts)) {
        if (part === null && name.startsWith("tile ")) delete this.parts[name];
        else this.parts[name] = part;
      }
      this.on.parts(this.parts, news.now);
    } else if (news.over) this.on.over();
    else if (news.done !== undefined) this.requests.waiting.delete(news.done);
    else if (news.again) setTimeout(() => this.retry(news.refused), AGAIN);
    else {
      this.requests.waiting.delete(news.refused);
      this.on.refused(news.words);
    }
  }

  retry(n) {
    const asked = this.requests.waiting.get(n);
    if (asked) this.push(n, asked);
  }
}
