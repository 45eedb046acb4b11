// The live link: a ticket from the lobby, then a WebSocket that comes back by itself.

import * as api from "./ask.js";

export const MOST_IN_FLIGHT = 2;
const HEAD = 16;
const REPLY_HEAD = 32;
const DROPPED = 1;
const WAITING = 2;
const ASK_EVERY_MS = 2000;
const LOST_FRAME_MS = 4000;
const CODE = { refused: 4400, ticket: 4403, idle: 4408, replaced: 4409 };

export class Link {
  #socket = null;
  #ticket = null;
  #wanted = false;
  #tries = 0;
  #timer = 0;
  #seq = 0;
  #pending = new Map();
  #wish = null;
  #wishes = 0;
  #lens = "webcam";

  // on: {state(name, details), reply({...}), notice(document)}; states: waiting, open, lost, idle, closed.
  constructor(on) {
    this.on = on;
  }

  get open() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  get hasRoom() {
    this.#forgetLost();
    return this.open && this.#pending.size < MOST_IN_FLIGHT && this.#socket.bufferedAmount < 500_000;
  }

  async begin(lens) {
    this.#lens = lens;
    this.#wanted = true;
    if (this.open) {
      this.#tell({ type: "lens", lens });
      this.#tell({ type: "forget" });
      return;
    }
    await this.#come();
  }

  wear(worn) {
    this.#wish = {
      type: "wear",
      wear: worn.map((each) => each.id),
      variants: Object.fromEntries(worn.map((each) => [each.id, each.variant])),
      wish: ++this.#wishes,
    };
    if (this.open) this.#tell(this.#wish);
  }

  // Send one frame; `kept` comes back with its reply.
  send(jpeg, capture_ms, quality, kept) {
    const seq = ++this.#seq;
    const head = new DataView(new ArrayBuffer(HEAD));
    head.setUint8(0, 0x54);
    head.setUint8(1, 0x4f);
    head.setUint8(2, 1);
    head.setUint8(3, quality);
    head.setUint32(4, seq, true);
    head.setFloat64(8, capture_ms, true);
    this.#pending.set(seq, { kept, sent_ms: performance.now() });
    this.#socket.send(new Blob([head.buffer, jpeg]));
  }

  close() {
    this.#wanted = false;
    clearTimeout(this.#timer);
    if (this.open) {
      this.#tell({ type: "bye" });
      this.#socket.close(1000);
    } else if (this.#ticket) {
      api.leave(this.#ticket);
    }
    this.#ticket = null;
    this.#clear();
    this.on.state("closed");
  }

  // Tear the link as a lost network would; it comes back by itself.
  drop() {
    this.#socket?.close();
  }

  async #come() {
    clearTimeout(this.#timer);
    try {
      const pass = this.#ticket ? await api.ask(this.#ticket) : await api.enter();
      if (!this.#wanted) return api.leave(pass.ticket);
      this.#ticket = pass.ticket;
      if (pass.position > 0) {
        this.on.state("waiting", pass);
        this.#timer = setTimeout(() => this.#come(), ASK_EVERY_MS);
        return;
      }
      this.#connect();
    } catch (problem) {
      if (problem.status === 404) this.#ticket = null;
      this.#later();
    }
  }

  #connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/live?ticket=${this.#ticket}`);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.onopen = () => {
      this.#tell({ type: "lens", lens: this.#lens });
      if (this.#wish) this.#tell(this.#wish);
    };
    socket.onmessage = ({ data }) => (typeof data === "string" ? this.#notice(JSON.parse(data)) : this.#reply(data));
    socket.onclose = ({ code }) => socket === this.#socket && this.#lost(code);
  }

  #notice(document) {
    if (document.type === "welcome") {
      this.#tries = 0;
      this.on.state("open", document);
    }
    this.on.notice(document);
  }

  #reply(data) {
    const head = new DataView(data);
    const seq = head.getUint32(4, true);
    const mine = this.#pending.get(seq);
    if (!mine) return;
    this.#pending.delete(seq);
    const flags = head.getUint8(3);
    this.on.reply({
      seq,
      kept: mine.kept,
      dropped: (flags & DROPPED) !== 0,
      making: (flags & WAITING) !== 0,
      capture_ms: head.getFloat64(8, true),
      server_ms: head.getFloat32(16, true) + head.getFloat32(20, true) + head.getFloat32(24, true),
      people: head.getUint16(28, true),
      jpeg: new Blob([data.slice(REPLY_HEAD)], { type: "image/jpeg" }),
    });
  }

  #lost(code) {
    this.#clear();
    if (!this.#wanted) return;
    if (code === CODE.idle || code === CODE.replaced || code === CODE.refused) {
      this.#wanted = false;
      this.#ticket = null;
      this.on.state("idle");
      return;
    }
    if (code === CODE.ticket) this.#ticket = null;
    this.on.state("lost");
    this.#later();
  }

  #later() {
    if (!this.#wanted) return;
    const wait_ms = Math.min(4000, 300 * 2 ** this.#tries++);
    this.#timer = setTimeout(() => this.#come(), wait_ms);
  }

  #tell(document) {
    this.#socket.send(JSON.stringify(document));
  }

  #forgetLost() {
    const now = performance.now();
    for (const [seq, { sent_ms, kept }] of this.#pending) {
      if (now - sent_ms < LOST_FRAME_MS) continue;
      kept?.close?.();
      this.#pending.delete(seq);
    }
  }

  #clear() {
    for (const { kept } of this.#pending.values()) kept?.close?.();
    this.#pending.clear();
  }
}
