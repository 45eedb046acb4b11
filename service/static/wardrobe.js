// The catalogue beside the mirror, and the list of what is worn.

import { $, $$, icon, language, make, say, words } from "./page.js";
import { read } from "./worn.js";
import { turnsOnHover } from "./turntable.js";

export class Wardrobe {
  #group = "";

  constructor(worn) {
    this.worn = worn;
    this.items = worn.items;
    this.curated = $$("#grid .card");
    this.#cards();
    this.#looks();
    this.#tabs();
    $("#search").addEventListener("input", () => this.#filter());
    $("#brand")?.addEventListener("change", () => this.#filter());
    $("#sort").addEventListener("change", () => this.#sort());
    $("#undo").addEventListener("click", () => worn.undo());
    $("#clear").addEventListener("click", () => worn.replaceAll([]));
    document.addEventListener("keydown", (event) => {
      const typing = event.target.matches?.("input[type=search], input[type=text], textarea");
      if ((event.ctrlKey || event.metaKey) && event.key === "z" && !typing) {
        event.preventDefault();
        worn.undo();
      }
    });
  }

  title(id) {
    return this.items.get(id).title[language];
  }

  // Show what is worn, everywhere on the page.
  show() {
    const { worn } = this;
    for (const button of $$(".card-wear[data-item]")) {
      button.setAttribute("aria-pressed", String(worn.has(button.dataset.item)));
    }
    for (const { id, variant } of worn.list) this.#mark(id, variant);
    $("#worn-none").hidden = worn.list.length > 0;
    $("#undo").disabled = !worn.canUndo;
    $("#clear").disabled = worn.list.length === 0;
    $("#worn-list").replaceChildren(...worn.list.map((each) => this.#row(each)));
  }

  // Say a change to those who hear the page.
  tell({ put, gone = [], recoloured }) {
    if (put && gone.length) {
      say(words("replaced", { new: this.title(put), old: gone.map((each) => this.title(each.id)).join(", ") }));
    } else if (recoloured) {
      say(words("colour_now", { title: this.title(recoloured), colour: this.#variantTitle(recoloured) }));
    } else if (this.worn.list.length) {
      say(words("now_wearing", { items: this.worn.list.map((each) => this.title(each.id)).join(", ") }));
    } else {
      say(words("nothing_worn"));
    }
  }

  #variantTitle(id) {
    const name = this.worn.variantOf(id);
    return this.items.get(id).variants.find((each) => each.name === name).title[language];
  }

  #cards() {
    for (const card of $$("#grid .card")) {
      const id = card.dataset.item;
      const button = card.querySelector(".card-wear");
      button.addEventListener("click", () =>
        this.worn.has(id) ? this.worn.takeOff(id) : this.worn.put(id, this.#shown(card)),
      );
      for (const swatch of card.querySelectorAll(".swatch")) {
        swatch.addEventListener("click", () => {
          const { variant } = swatch.dataset;
          if (this.worn.has(id)) this.worn.recolour(id, variant);
          else this.worn.put(id, variant);
          this.#mark(id, variant);
        });
      }
      turnsOnHover(card, () => `${this.items.get(id).turntable}?variant=${this.#shown(card)}`);
    }
  }

  #looks() {
    for (const button of $$("[data-look]")) {
      button.addEventListener("click", () => this.worn.replaceAll(read(button.dataset.wear, this.items)));
    }
  }

  #shown(card) {
    const pressed = card.querySelector('.swatch[aria-pressed="true"]');
    return pressed?.dataset.variant ?? this.items.get(card.dataset.item).variants[0].name;
  }

  #mark(id, variant) {
    const card = $(`#grid .card[data-item="${id}"]`);
    for (const swatch of card?.querySelectorAll(".swatch") ?? []) {
      swatch.setAttribute("aria-pressed", String(swatch.dataset.variant === variant));
    }
    const picture = card?.querySelector(".card-picture img");
    const address = `${this.items.get(id).thumbnail}?variant=${variant}`;
    if (picture && !picture.src.endsWith(address)) picture.src = address;
  }

  #row({ id, variant }) {
    const item = this.items.get(id);
    const title = this.title(id);
    const note = [this.#variantTitle(id), item.price_text].filter(Boolean).join(" · ");
    return make(
      "li",
      { "data-worn": id },
      make("img", { src: `${item.thumbnail}?variant=${variant}`, alt: "", width: 480, height: 360 }),
      make("span", {}, make("span", { class: "worn-title" }, title), make("br"), make("span", { class: "worn-note" }, note)),
      make(
        "button",
        {
          type: "button",
          class: "take-off",
          "aria-label": words("remove", { title }),
          onclick: () => {
            this.worn.takeOff(id);
            $("#undo").focus();
          },
        },
        icon("close"),
      ),
    );
  }

  #tabs() {
    const tabs = $$(".tabs [role=tab]");
    const select = (tab) => {
      for (const each of tabs) {
        each.setAttribute("aria-selected", String(each === tab));
        each.tabIndex = each === tab ? 0 : -1;
      }
      $("#pieces").setAttribute("aria-labelledby", tab.id);
      this.#group = tab.dataset.group;
      this.#filter();
    };
    for (const tab of tabs) {
      tab.addEventListener("click", () => select(tab));
      tab.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1, Home: -tabs.indexOf(tab), End: tabs.length - 1 - tabs.indexOf(tab) }[event.key];
        if (step === undefined) return;
        event.preventDefault();
        const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
        next.focus();
        select(next);
      });
    }
  }

  #filter() {
    const wanted = $("#search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const brand = $("#brand")?.value ?? "";
    const looks = this.#group === "looks";
    let count = 0;
    for (const card of $$("#grid .card")) {
      const text = `${card.dataset.words} ${card.dataset.item}`.toLowerCase();
      const fits =
        (!this.#group || card.dataset.group === this.#group) &&
        (!brand || card.dataset.brand === brand) &&
        wanted.every((word) => text.includes(word));
      card.hidden = !fits;
      count += fits ? 1 : 0;
    }
    $("#grid").hidden = looks;
    $("#looks").hidden = !looks;
    $("#none").hidden = looks || count > 0;
    if (!looks) say(count ? words("found", { count }) : $("#none").textContent);
  }

  #sort() {
    const way = $("#sort").value;
    const amount = (card) => Number(card.dataset.amount || Infinity);
    const cards = $$("#grid .card").sort((a, b) =>
      way ? (way === "up" ? 1 : -1) * (amount(a) - amount(b)) : this.curated.indexOf(a) - this.curated.indexOf(b),
    );
    $("#grid").append(...cards);
  }
}
