// The glass: a source (camera, clip or still) on one side, the dressed picture on the other.

import { Link } from "./link.js";
import * as tempo from "./tempo.js";
import { $, hint, say, words } from "./page.js";
import { Problem, tryOn } from "./ask.js";

const STILL_SIDE = 1600;
const MAKING_MS = 900;

export class Mirror {
  #glass = $("#glass");
  #after = $("#after");
  #before = $("#before");
  #video = $("#camera");
  #scratch = document.createElement("canvas");
  #tempo = tempo.begin();
  #busy = false;
  #shown = 0;
  #times = [];
  #latency = 0;
  #stream = null;
  #still = null;
  #asking = null;
  #loop = 0;
  #nobody = 0;
  #making = 0;

  constructor(worn, modes) {
    this.worn = worn;
    this.modes = modes;
    this.mode = "intro";
    this.frames = 0;
    this.link = new Link({
      state: (name, details) => this.#linkState(name, details),
      reply: (reply) => this.#reply(reply),
      notice: (notice) => this.#notice(notice),
    });
  }

  get live() {
    return this.mode === "camera" || this.mode === "clip";
  }

  async openCamera() {
    this.#setMode("camera");
    hint(words("asking_camera"), { stays: true });
    try {
      if (!navigator.mediaDevices) throw new DOMException("no camera", "NotFoundError");
      this.#stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
      });
    } catch {
      hint("");
      this.close();
      this.modes.refused();
      return;
    }
    for (const track of this.#stream.getTracks()) track.onended = () => this.close();
    this.#video.srcObject = this.#stream;
    hint(words("opening"), { stays: true });
    await this.#play("webcam");
  }

  async openClip(file) {
    this.#setMode("clip");
    this.clip = file;
    this.#video.srcObject = null;
    this.#video.src = URL.createObjectURL(file);
    this.#video.loop = true;
    hint(words("opening"), { stays: true });
    try {
      await this.#play("unknown");
    } catch {
      this.close();
      hint(words("problem"));
    }
  }

  async openStill(blob) {
    this.#setMode("still");
    try {
      // The browser decodes what the server might not (HEIC on iPhones), upright.
      const picture = await createImageBitmap(blob);
      const [width, height] = tempo.fitted(picture.width, picture.height, STILL_SIDE);
      this.#paint(this.#before, picture, width, height);
      this.#paint(this.#after, picture, width, height);
      picture.close();
      this.#still = await new Promise((done) => this.#before.toBlob(done, "image/jpeg", 0.93));
    } catch {
      this.close();
      hint(words("problem"));
      return;
    }
    this.modes.opened(this.mode);
    await this.dressStill();
  }

  // What is worn has changed.
  dress() {
    if (this.live) this.link.wear(this.worn.list);
    else if (this.mode === "still") this.dressStill();
  }

  async dressStill() {
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    if (!this.worn.list.length) {
      const picture = await createImageBitmap(this.#still);
      this.#paint(this.#after, picture, picture.width, picture.height);
      return;
    }
    hint(words("dressing"), { stays: true });
    try {
      const { picture, people } = await tryOn(this.#still, this.worn.list, { signal: asking.signal });
      const bitmap = await createImageBitmap(picture);
      if (asking.signal.aborted) return;
      this.#paint(this.#after, bitmap, bitmap.width, bitmap.height);
      bitmap.close();
      this.frames += 1;
      hint(people ? "" : words("nobody"));
      this.#glass.dataset.dressed = this.worn.list.map((each) => each.id).join(" ");
    } catch (problem) {
      if (problem.name === "AbortError") return;
      hint(problem instanceof Problem ? problem.said : words("problem"));
    }
  }

  // The bare picture at its full size, for a photo of its own.
  async bare() {
    if (this.mode === "still") return this.#still;
    const [width, height] = tempo.fitted(this.#video.videoWidth, this.#video.videoHeight, STILL_SIDE);
    const canvas = document.createElement("canvas");
    this.#paint(canvas, this.#video, width, height);
    return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.93));
  }

  seen() {
    return new Promise((done) => this.#after.toBlob(done, "image/jpeg", 0.92));
  }

  stream() {
    return this.#after.captureStream(25);
  }

  part(percent) {
    this.#glass.classList.toggle("parted", percent !== null);
    const at = percent ?? 0;
    const box = this.pictureBox();
    const x = box.left + (box.width * at) / 100;
    $("#parting").style.left = `${x}px`;
    const share = (100 * x) / this.#glass.clientWidth;
    // The canvas itself is mirrored, so its left is the glass's right.
    const mirrored = this.#glass.classList.contains("mirrored");
    const bare = mirrored ? `inset(0 0 0 ${100 - share}%)` : `inset(0 ${100 - share}% 0 0)`;
    this.#before.style.clipPath = percent === null ? "inset(0 100% 0 0)" : bare;
  }

  close() {
    cancelAnimationFrame(this.#loop);
    this.#asking?.abort();
    const wasLive = this.live;
    this.#setMode("intro");
    for (const track of this.#stream?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    this.#stream = null;
    this.#video.pause();
    this.#video.srcObject = null;
    if (this.#video.src) URL.revokeObjectURL(this.#video.src);
    this.#video.removeAttribute("src");
    this.clip = null;
    if (wasLive) this.link.close();
    hint("");
    this.modes.closed();
  }

  async resume() {
    await this.#play(this.mode === "clip" ? "unknown" : "webcam");
  }

  #setMode(mode) {
    this.mode = mode;
    this.#still = null;
    this.#glass.dataset.mode = mode;
    this.#glass.classList.toggle("mirrored", mode === "camera");
    delete this.#glass.dataset.dressed;
  }

  async #play(lens) {
    await this.#video.play();
    const mode = this.mode;
    this.#tempo = tempo.begin();
    this.#shown = 0;
    const [width, height] = tempo.fitted(this.#video.videoWidth, this.#video.videoHeight, 960);
    for (const canvas of [this.#after, this.#before]) this.#paint(canvas, this.#video, width, height);
    this.modes.opened(mode);
    this.link.wear(this.worn.list);
    cancelAnimationFrame(this.#loop);
    this.#tick();
    await this.link.begin(lens);
  }

  #tick() {
    this.#loop = requestAnimationFrame(() => this.#tick());
    const stalled = this.#video.readyState < 2 || this.#video.paused;
    if (!this.link.hasRoom) {
      // Without a link the mirror is still a mirror.
      if (!this.link.open && !stalled) this.#paint(this.#after, this.#video, this.#after.width, this.#after.height);
      return;
    }
    if (this.#busy || stalled || this.#video.currentTime === this.lastTime) return;
    this.lastTime = this.#video.currentTime;
    this.#capture();
  }

  async #capture() {
    this.#busy = true;
    try {
      const [longer, sent, back] = tempo.RUNGS[this.#tempo.rung];
      const [width, height] = tempo.fitted(this.#video.videoWidth, this.#video.videoHeight, longer);
      const captured_ms = performance.now();
      this.#paint(this.#scratch, this.#video, width, height);
      const [bare, jpeg] = await Promise.all([
        createImageBitmap(this.#scratch),
        new Promise((done) => this.#scratch.toBlob(done, "image/jpeg", sent)),
      ]);
      if (this.link.hasRoom && jpeg) this.link.send(jpeg, captured_ms, back, bare);
      else bare.close();
    } finally {
      this.#busy = false;
    }
  }

  async #reply({ seq, kept, dropped, making, capture_ms, server_ms, people, jpeg }) {
    if (dropped) {
      kept.close();
      this.#tempo = tempo.advance(this.#tempo, { latency_ms: 0, dropped: true });
      return;
    }
    const picture = await createImageBitmap(jpeg);
    if (seq > this.#shown && this.live) {
      this.#shown = seq;
      this.#paint(this.#after, picture, picture.width, picture.height);
      this.#paint(this.#before, kept, kept.width, kept.height);
      this.frames += 1;
      this.#latency = performance.now() - capture_ms;
      this.#tempo = tempo.advance(this.#tempo, { latency_ms: this.#latency, server_ms });
      this.#count(picture);
      this.#guide(people, making);
    }
    picture.close();
    kept.close();
  }

  #count(picture) {
    const now = performance.now();
    this.#times = [...this.#times.filter((time) => now - time < 2000), now];
    const size = `${picture.width} × ${picture.height}`;
    if (!$("#figures").hidden) {
      $("#figures").textContent = words("stats", {
        fps: (this.#times.length / 2).toFixed(0),
        latency: this.#latency.toFixed(0),
        size,
      });
    }
  }

  #guide(people, making) {
    this.#nobody = people ? 0 : this.#nobody + 1;
    // Most pieces are there at once; only a garment that must be cut first is worth a word.
    const now = performance.now();
    if (!making) {
      if (this.#making && $("#hint").textContent === words("making")) hint("");
      this.#making = 0;
    } else {
      this.#making ||= now;
      if (now - this.#making > MAKING_MS) hint(words("making"), { stays: true });
    }
    if (this.#nobody === 25) hint(words("nobody"), { stays: true });
    if (people && $("#hint").textContent === words("nobody")) hint("");
  }

  #notice(notice) {
    if (notice.type === "worn") this.#glass.dataset.dressed = notice.wear.join(" ");
    if (notice.type === "problem") hint(notice.detail);
  }

  #linkState(name, details) {
    $("#waiting").hidden = name !== "waiting";
    $("#resting").hidden = name !== "idle";
    this.#glass.toggleAttribute("data-quiet", name === "waiting" || name === "idle");
    this.#glass.dataset.link = name;
    if (name === "waiting") {
      $("#position").textContent = words("position", details);
      say(words("position", details));
      hint("");
    }
    if (name === "open") hint(this.frames ? words("back") : words("live"));
    if (name === "lost") hint(words("reconnecting"), { stays: true });
    if (name === "idle") {
      cancelAnimationFrame(this.#loop);
      hint("");
      $("#go-on").focus();
    }
  }

  #paint(canvas, picture, width, height) {
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    canvas.getContext("2d").drawImage(picture, 0, 0, width, height);
  }

  // Where the picture lies in the glass, which may be wider or higher.
  pictureBox() {
    const [width, height] = [this.#glass.clientWidth, this.#glass.clientHeight];
    const cover = getComputedStyle(this.#after).objectFit === "cover";
    const scales = [width / this.#after.width, height / this.#after.height];
    const scale = cover ? Math.max(...scales) : Math.min(...scales);
    const shown = Math.min(width, this.#after.width * scale);
    return { left: (width - shown) / 2, width: shown };
  }
}
