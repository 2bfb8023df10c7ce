// A WebSocket of a seat, for components that have a channel of their own; they import it from
// "../ui.components.shared/connection.js". Its first message says whose it is, and one that is lost
// is opened again.

const PAUSES = [250, 500, 1000, 2000, 4000]; // ms before the next try to connect
const WRONG_TOKEN = 4401;

export class Connection {
  // on: {connecting(), opened(), arrived(data), away(), lost()}; lost: the seat is gone for good.
  constructor(address, token, on) {
    Object.assign(this, { address, token, on, failures: 0 });
    this.connect();
  }

  connect() {
    this.on.connecting?.();
    const socket = new WebSocket(this.address);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onopen = () => {
      this.failures = 0;
      socket.send(JSON.stringify({ token: this.token }));
      this.on.opened();
    };
    socket.onmessage = ({ data }) => this.on.arrived(data);
    socket.onclose = ({ code }) => {
      if (this.socket !== socket) return;
      this.socket = null;
      if (code === WRONG_TOKEN) return this.on.lost();
      this.on.away();
      const pause = PAUSES[Math.min(this.failures++, PAUSES.length - 1)];
      this.timer = setTimeout(() => this.connect(), pause);
    };
  }

  close() {
    clearTimeout(this.timer);
    const { socket } = this;
    this.socket = null;
    socket?.close();
  }

  get open() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  send(message) {
    this.socket.send(message);
  }
}
