// The page of one piece: its colours, and a turn by hand.

import { layerFor, show } from "./turntable.js";

const $ = (selector) => document.querySelector(selector);
const { item } = $("#product").dataset;
const picture = $("#picture");
const bare = picture.src;
let layer = null;
let variant = null;

async function turn() {
  const index = Number($("#turn").value);
  if (!layer) {
    const address = $("#pedestal").dataset.turntable + (variant ? `&variant=${variant}` : "");
    try {
      layer = await layerFor(address);
    } catch {
      return;
    }
    $("#pedestal").append(layer);
    picture.style.visibility = "hidden";
  }
  show(layer, index);
}

function choose(button) {
  variant = button.dataset.variant;
  for (const each of document.querySelectorAll(".variant")) each.setAttribute("aria-pressed", String(each === button));
  layer?.remove();
  layer = null;
  picture.style.visibility = "";
  $("#turn").value = 0;
  picture.src = `${bare}&variant=${variant}`;
  $("#try").href = `/?wear=${item}:${variant}`;
}

$("#turn").addEventListener("input", turn);
for (const button of document.querySelectorAll(".variant")) button.addEventListener("click", () => choose(button));
