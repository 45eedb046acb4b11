// A piece turns when it is pointed at: sixteen views in one picture, loaded only then.

const VIEWS = 16;
const STEP_MS = 110;
const still = matchMedia("(prefers-reduced-motion: reduce)");

export function show(layer, index) {
  layer.style.backgroundPosition = `0 ${(100 * (((index % VIEWS) + VIEWS) % VIEWS)) / (VIEWS - 1)}%`;
}

// A layer over a picture with the views of one turn; resolves when it is loaded.
export async function layerFor(address) {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  const layer = document.createElement("span");
  layer.className = "spin";
  layer.style.backgroundImage = `url("${address}")`;
  show(layer, 0);
  return layer;
}

export function turnsOnHover(card, addressOf) {
  const button = card.querySelector(".card-wear");
  const frame = card.querySelector(".card-picture");
  let timer = 0;
  let layer = null;
  let pointed = false;

  async function begin() {
    if (still.matches) return;
    pointed = true;
    try {
      const fresh = await layerFor(addressOf());
      if (!pointed) return;
      layer?.remove();
      layer = fresh;
    } catch {
      return;
    }
    frame.append(layer);
    frame.querySelector("img").style.visibility = "hidden";
    let index = 0;
    clearInterval(timer);
    timer = setInterval(() => show(layer, ++index), STEP_MS);
  }

  function end() {
    pointed = false;
    clearInterval(timer);
    layer?.remove();
    layer = null;
    frame.querySelector("img").style.visibility = "";
  }

  let wait = 0;
  button.addEventListener("pointerenter", (event) => {
    if (event.pointerType === "mouse") wait = setTimeout(begin, 220);
  });
  button.addEventListener("focus", () => button.matches(":focus-visible") && begin());
  for (const name of ["pointerleave", "blur"]) {
    button.addEventListener(name, () => {
      clearTimeout(wait);
      end();
    });
  }
}
