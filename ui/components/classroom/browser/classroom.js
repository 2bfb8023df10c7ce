// The screens of a class; which one is shown is said by `data.show`. See ui/components/classroom.

import { mounted } from "../ui.components.shared/view.js";
import { Board } from "./board.js";
import { Channel } from "./channel.js";
import { Grid } from "./grid.js";
import { Projector } from "./projector.js";
import { Sign } from "./sign.js";

const KINDS = { sign: Sign, board: Board, projector: Projector, grid: Grid };
const BASE = new URL("../../", import.meta.url); // the app's own address, below any path

export default mounted(
  (parent, data) => new View(parent, data),
  (view, { data, setTriggerValue }) => {
    view.trigger = setTriggerValue;
    view.screen.update(data);
  },
  (view, { token, show }) => view.token === token && view.show === show,
);

class View {
  constructor(parent, data) {
    Object.assign(this, { token: data.token, show: data.show });
    this.screen = new KINDS[data.show](parent, {
      ask: (name, request) => this.channel.ask(name, request),
      waits: (name) => this.channel.waits(name),
      go: (number) => this.trigger("go", number),
      again: () => this.trigger("again", Date.now()),
      pick: (id) => this.trigger("pick", id),
    });
    if (!data.token) return; // it is told all by its data
    const address = new URL(data.channel, BASE);
    address.protocol = address.protocol.replace("http", "ws");
    this.channel = new Channel(address.href, data.token, data.whose ?? "", {
      parts: (parts, now) => this.screen.show(parts, now),
      refused: (words) => this.screen.refused?.(words),
      over: () => this.trigger("again", Date.now()),
      state: (state) => {
        this.screen.root.dataset.state = state;
        if (state === "lost") this.trigger("again", Date.now());
      },
    });
  }

  close() {
    this.channel?.close();
    this.screen.close();
  }
}
