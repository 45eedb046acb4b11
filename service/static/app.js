// The page with the mirror: puts mirror, wardrobe and windows together.

import * as api from "./ask.js";
import { $, $$, hint, words } from "./page.js";
import { Mirror } from "./mirror.js";
import { Wardrobe } from "./wardrobe.js";
import { Windows } from "./windows.js";
import { Worn, read, write } from "./worn.js";

const root = $("#atelier");
const ASKED = new URLSearchParams(location.search).get("wear");

const modes = {
  opened(mode) {
    for (const tool of ["split", "compare", "snapshot"]) $(`#tool-${tool}`).disabled = false;
    $("#tool-figures").disabled = !mirror.live;
    $("#tool-record").disabled = !mirror.live || !window.MediaRecorder;
    $("#tool-clip").hidden = mode !== "clip";
    $("#tool-stop").hidden = false;
    $("#refused").hidden = true;
  },
  closed() {
    for (const tool of ["split", "compare", "snapshot", "figures", "record"]) $(`#tool-${tool}`).disabled = true;
    $("#tool-clip").hidden = $("#tool-stop").hidden = true;
    $("#waiting").hidden = $("#resting").hidden = $("#refused").hidden = true;
    $("#glass").removeAttribute("data-quiet");
    part(false);
    figures(false);
  },
  refused() {
    $("#refused").hidden = false;
    $('#refused [data-act="person"]').focus();
  },
};

function part(shown) {
  $("#tool-split").setAttribute("aria-pressed", String(shown));
  $("#split-row").hidden = !shown;
  mirror.part(shown ? Number($("#split").value) : null);
}

// The parting follows a finger or the mouse on the glass itself.
function drag(event) {
  const box = mirror.pictureBox();
  const x = event.clientX - $("#glass").getBoundingClientRect().left;
  $("#split").value = Math.round((100 * (x - box.left)) / box.width);
  part(true);
}

function figures(shown) {
  $("#tool-figures").setAttribute("aria-pressed", String(shown));
  $("#figures").hidden = !shown;
}

async function showPerson() {
  mirror.close();
  const response = await fetch("/person/collins.jpg");
  await mirror.openStill(await response.blob());
}

async function showFile(file) {
  if (!file) return;
  mirror.close();
  if (file.type.startsWith("video/")) await mirror.openClip(file);
  else await mirror.openStill(file);
}

const acts = { open: () => mirror.openCamera(), person: showPerson, file: () => $("#file").click() };

function remember() {
  const wear = write(worn.list, items);
  const address = new URL(location.href);
  address.search = wear ? `?wear=${wear}` : "";
  history.replaceState(null, "", address);
  for (const link of $$("[data-lang]")) link.href = `?lang=${link.dataset.lang}${wear ? `&wear=${wear}` : ""}`;
}

const items = await api.items();
const worn = new Worn(items, (change) => {
  wardrobe.show();
  wardrobe.tell(change);
  mirror.dress();
  remember();
});
const wardrobe = new Wardrobe(worn);
const mirror = new Mirror(worn, modes);
new Windows(mirror, worn);

$("#open").addEventListener("click", acts.open);
$("#person").addEventListener("click", () => showPerson().catch(() => hint(words("problem"))));
$("#file").addEventListener("change", (event) => {
  showFile(event.target.files[0]);
  event.target.value = "";
});
for (const button of $$("[data-act]")) button.addEventListener("click", () => acts[button.dataset.act]());
$("#go-on").addEventListener("click", () => mirror.resume());
$("#tool-stop").addEventListener("click", () => {
  mirror.close();
  $("#open").focus();
});
$("#tool-split").addEventListener("click", () => part($("#split-row").hidden));
$("#split").addEventListener("input", () => part(true));
$("#glass").addEventListener("pointerdown", (event) => {
  if ($("#split-row").hidden || event.target.closest("button, label, input")) return;
  event.preventDefault();
  $("#glass").setPointerCapture(event.pointerId);
  drag(event);
});
$("#glass").addEventListener("pointermove", (event) => event.buttons && !$("#split-row").hidden && drag(event));
addEventListener("resize", () => !$("#split-row").hidden && part(true));
$("#tool-figures").addEventListener("click", () => figures($("#figures").hidden));
addEventListener("pagehide", () => mirror.live && mirror.link.close());
addEventListener("pageshow", (event) => event.persisted && mirror.close());

const embedded = root.dataset.embedded;
if (embedded) $(`#grid .card[data-item="${embedded}"]`).dataset.chosen = "";
worn.replaceAll(read(embedded ?? ASKED ?? "aurelle-aviator", items), { remember: false });
root.dataset.ready = "";

// For the keyboard of whoever looks into it, and for tests.
globalThis.tryon = { mirror, worn };
