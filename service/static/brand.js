// The page for brands: uploads, their reports, the fit with a live preview, and what is published.

import { $, icon, language, make, words } from "./page.js";

const AXES = { turn_deg: ["nod", "turn", "lean"], offset_mm: ["side", "up", "ahead"] };
const WAIT_MS = 250;
let token = sessionStorage.getItem("brand-token") ?? "";
let current = null;
let timer = 0;
let round = 0;

function tell(text) {
  $("#status").textContent = text;
}

async function call(path, options = {}) {
  const response = await fetch(`/api/v1/brand${path}`, {
    ...options,
    headers: { Authorization: `Bearer ${token}`, ...options.headers },
  });
  if (response.ok) return response;
  let problem = {};
  try {
    problem = await response.json();
  } catch {
    // Not ours to show.
  }
  if (response.status === 401) throw new Error(words("wrong_token"));
  throw new Error([problem.detail ?? words("problem"), problem.remedy].filter(Boolean).join(" "));
}

async function told(work) {
  try {
    await work();
  } catch (problem) {
    tell(problem.message);
  }
}

async function refresh() {
  const house = await (await call("")).json();
  sessionStorage.setItem("brand-token", token);
  $("#enter").hidden = true;
  $("#rooms").hidden = false;
  const drafts = house.drafts.map((draft) =>
    make("li", {}, make("button", { type: "button", class: "plain", onclick: () => told(() => open(draft)) }, draft.item.title[language])),
  );
  $("#drafts").replaceChildren(...(drafts.length ? drafts : [words("none")]));
  const published = house.published.map((item) =>
    make(
      "li",
      {},
      make("a", { class: "plain", href: item.page }, item.title[language]),
      make("button", { type: "button", class: "take-off", "aria-label": words("withdraw", { title: item.title[language] }), onclick: () => told(() => withdraw(item)) }, icon("close")),
    ),
  );
  $("#published").replaceChildren(...(published.length ? published : [words("none")]));
}

async function withdraw(item) {
  await call(`/items/${item.id}`, { method: "DELETE" });
  await refresh();
  tell(words("withdrawn", { title: item.title[language] }));
}

// The report speaks to users of the command line too; their flags are left out here.
function spoken(sentence) {
  const plain = sentence.replace(/\s*\(--[^)]*\)/g, "");
  return `${plain[0].toUpperCase()}${plain.slice(1)}.`;
}

async function open(draft) {
  current = draft;
  $("#fitting").hidden = false;
  $("#fitting-title").textContent = draft.item.title[language];
  for (const part of ["found", "assumed", "lost"]) {
    const sentences = draft.report[part];
    const list = make("ul", {}, ...sentences.map((sentence) => make("li", {}, spoken(sentence))));
    $(`#${part}`).replaceChildren(sentences.length ? list : words("nothing"));
  }
  $("#fit-scale").value = draft.fit.scale;
  for (const [field, names] of Object.entries(AXES)) names.forEach((name, axis) => ($(`#fit-${name}`).value = draft.fit[field][axis]));
  showNumbers();
  $("#fitting-title").focus();
  await pictures();
}

function showNumbers() {
  for (const input of document.querySelectorAll("[id^=fit-]")) {
    $(`#${input.id.slice(4)}-told`).textContent = `${input.dataset.unit === "×" ? Number(input.value).toFixed(3) : input.value} ${input.dataset.unit}`;
  }
}

async function pictures() {
  const mine = ++round;
  tell(words("fitting"));
  const path = `/drafts/${current.item.id}`;
  for (const [element, address] of [[$("#alone"), `${path}/picture?turn=${$("#spin").value}`], [$("#preview"), `${path}/preview`]]) {
    const picture = await (await call(address)).blob();
    if (mine !== round) return;
    URL.revokeObjectURL(element.src);
    element.src = URL.createObjectURL(picture);
  }
  tell("");
}

async function fit() {
  const changes = { scale: Number($("#fit-scale").value) };
  for (const [field, names] of Object.entries(AXES)) changes[field] = names.map((name) => Number($(`#fit-${name}`).value));
  const response = await call(`/drafts/${current.item.id}`, {
    method: "PATCH",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(changes),
  });
  current = await response.json();
  await pictures();
}

$("#enter").addEventListener("submit", (event) => {
  event.preventDefault();
  token = $("#token").value.trim();
  told(refresh);
});
$("#upload").addEventListener("submit", (event) => {
  event.preventDefault();
  told(async () => {
    tell(words("importing"));
    $("#bring").disabled = true;
    try {
      const draft = await (await call("/drafts", { method: "POST", body: new FormData(event.target) })).json();
      event.target.reset();
      await refresh();
      await open(draft);
      tell(words("imported"));
    } finally {
      $("#bring").disabled = false;
    }
  });
});
$("#fits").addEventListener("input", () => {
  showNumbers();
  clearTimeout(timer);
  timer = setTimeout(() => told(fit), WAIT_MS);
});
$("#spin").addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(() => told(pictures), WAIT_MS);
});
$("#publish").addEventListener("click", () =>
  told(async () => {
    const item = await (await call(`/drafts/${current.item.id}/publication`, { method: "POST" })).json();
    $("#fitting").hidden = true;
    await refresh();
    tell(words("published", { title: item.title[language] }));
  }),
);
$("#delete").addEventListener("click", () =>
  told(async () => {
    await call(`/drafts/${current.item.id}`, { method: "DELETE" });
    $("#fitting").hidden = true;
    await refresh();
    tell(words("deleted"));
  }),
);
if (token) told(refresh);
