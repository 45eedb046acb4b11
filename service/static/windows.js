// Side by side, snapshot, recording, a whole clip, sharing: each in a window of its own.

import { $, $$, hint, make, say, words, language } from "./page.js";
import { put, write } from "./worn.js";
import * as api from "./ask.js";

const COUNT_S = 3;
const ASK_EVERY_MS = 700;

export class Windows {
  #addresses = [];
  #job = null;

  constructor(mirror, worn) {
    this.mirror = mirror;
    this.worn = worn;
    this.items = worn.items;
    for (const window of $$("dialog")) {
      window.addEventListener("close", () => this.#forget());
      window.addEventListener("click", (event) => event.target === window && window.close());
      for (const button of window.querySelectorAll("[data-close]")) {
        button.addEventListener("click", () => window.close());
      }
    }
    $("#tool-compare").addEventListener("click", () => this.compare());
    $("#tool-snapshot").addEventListener("click", () => this.snapshot());
    $("#tool-share").addEventListener("click", () => this.share());
    $("#tool-clip").addEventListener("click", () => this.renderClip());
    $("#tool-record").addEventListener("change", (event) => (event.target.checked ? this.record() : this.recorder?.stop()));
    $("#share-copy").addEventListener("click", () => this.#copy());
    for (const side of ["left", "right"]) $(`#${side}-piece`).addEventListener("change", () => this.#dressSide(side));
  }

  async compare() {
    this.still = await this.mirror.bare();
    const first = this.worn.list.at(-1)?.id ?? [...this.items.keys()][0];
    const rivals = [...this.items.values()].filter((each) => each.id !== first && each.group === this.items.get(first).group);
    const second = rivals[0]?.id ?? [...this.items.keys()].find((id) => id !== first);
    for (const [side, chosen] of [["left", first], ["right", second]]) {
      const options = [...this.items.values()].map((item) =>
        make("option", { value: item.id, selected: item.id === chosen ? "" : null }, item.title[language]),
      );
      $(`#${side}-piece`).replaceChildren(...options);
    }
    $("#compare-window").showModal();
    await this.#dressSide("left");
    await this.#dressSide("right");
  }

  async #dressSide(side) {
    const id = $(`#${side}-piece`).value;
    const frame = $(`#${side}-still`);
    frame.replaceChildren(words("dressing"));
    const variant = this.worn.variantOf(id);
    try {
      const { picture } = await api.tryOn(this.still, put(this.worn.list, id, variant, this.items).worn, { maxSide: 1200 });
      if ($(`#${side}-piece`).value !== id) return;
      frame.replaceChildren(make("img", { src: this.#address(picture), alt: this.items.get(id).title[language] }));
    } catch (problem) {
      frame.replaceChildren(problem.said ?? words("problem"));
    }
  }

  async snapshot() {
    $("#tool-snapshot").disabled = true;
    if (this.mirror.live) {
      for (let left = COUNT_S; left > 0; left--) {
        $("#countdown").textContent = String(left);
        say(words("countdown", { seconds: left }));
        await new Promise((done) => setTimeout(done, 1000));
      }
      $("#countdown").textContent = "";
    }
    const picture = await this.#photograph();
    const address = this.#address(picture);
    $("#snapshot-picture").src = address;
    $("#snapshot-save").href = address;
    const file = new File([picture], "tryon.jpg", { type: "image/jpeg" });
    this.#offerSend($("#snapshot-send"), { files: [file] });
    $("#tool-snapshot").disabled = false;
    $("#snapshot-window").showModal();
  }

  // The bare frame dressed with a photo's care; what is on the glass when that fails.
  async #photograph() {
    if (!this.mirror.live || !this.worn.list.length) return this.mirror.seen();
    hint(words("dressing"), { stays: true });
    try {
      return (await api.tryOn(await this.mirror.bare(), this.worn.list)).picture;
    } catch {
      return this.mirror.seen();
    } finally {
      hint("");
    }
  }

  record() {
    const chunks = [];
    this.recorder = new MediaRecorder(this.mirror.stream());
    this.recorder.ondataavailable = ({ data }) => chunks.push(data);
    this.recorder.onstop = () => {
      $("#tool-record").checked = false;
      hint("");
      const address = this.#address(new Blob(chunks, { type: this.recorder.mimeType }));
      this.recorder = null;
      $("#record-clip").src = address;
      $("#record-save").href = address;
      $("#record-window").showModal();
    };
    this.recorder.start();
    hint(words("recording"), { stays: true });
  }

  async renderClip() {
    const told = $("#clip-told");
    $("#clip-result").hidden = $("#clip-save").hidden = true;
    $("#clip-progress").hidden = false;
    $("#clip-progress").value = 0;
    told.textContent = words("rendering", { percent: 0 });
    $("#clip-window").showModal();
    try {
      const job = await api.startJob(this.mirror.clip, this.worn.list);
      this.#job = job.id;
      await this.#watch(job);
    } catch (problem) {
      told.textContent = problem.said ?? words("problem");
    }
  }

  async #watch(started) {
    let job = started;
    while (this.#job === job.id && (job.state === "waiting" || job.state === "running")) {
      await new Promise((done) => setTimeout(done, ASK_EVERY_MS));
      job = await api.job(job.id);
      const percent = Math.round(100 * (job.progress ?? 0));
      $("#clip-progress").value = percent;
      $("#clip-told").textContent = words("rendering", { percent });
    }
    if (this.#job !== job.id) return;
    if (job.state !== "done") throw new api.Problem(0, job.problem);
    $("#clip-progress").hidden = true;
    $("#clip-told").textContent = words("rendered");
    $("#clip-result").src = $("#clip-save").href = job.result;
    $("#clip-result").hidden = $("#clip-save").hidden = false;
  }

  share() {
    const address = new URL("/", location.href);
    address.search = new URLSearchParams({ wear: write(this.worn.list, this.items) }).toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
    $("#share-link").value = address.href;
    this.#offerSend($("#share-send"), { url: address.href });
    $("#share-window").showModal();
    $("#share-link").select();
  }

  async #copy() {
    $("#share-link").select();
    try {
      await navigator.clipboard.writeText($("#share-link").value);
    } catch {
      document.execCommand("copy");
    }
    $("#share-window").close();
    hint(words("copied"));
  }

  #offerSend(button, content) {
    button.hidden = !navigator.canShare?.(content);
    button.onclick = () => navigator.share(content).catch(() => {});
  }

  #address(blob) {
    const address = URL.createObjectURL(blob);
    this.#addresses.push(address);
    return address;
  }

  // A closed window leaves nothing behind.
  #forget() {
    for (const clip of $$("dialog video")) {
      clip.pause();
      clip.removeAttribute("src");
      clip.load();
    }
    $("#snapshot-picture").removeAttribute("src");
    for (const side of ["left", "right"]) $(`#${side}-still`).replaceChildren();
    for (const address of this.#addresses.splice(0)) URL.revokeObjectURL(address);
    if (this.#job) api.dropJob(this.#job);
    this.#job = null;
    this.still = null;
  }
}
