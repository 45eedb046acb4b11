// What is worn: an ordered list of {id, variant}, with undo. Pure values; the page listens to changes.

const MOST = 16;

// "a:gold,b" → [{id: "a", variant: "gold"}, {id: "b", variant: ""}]; unknown ids are left out.
export function read(text, items) {
  const chosen = [];
  for (const part of text.split(",")) {
    const [id, variant = ""] = part.trim().split(":");
    const item = items.get(id);
    if (!item || chosen.some((each) => each.id === id)) continue;
    const known = item.variants.some((each) => each.name === variant);
    chosen.push({ id, variant: known ? variant : item.variants[0].name });
  }
  return chosen.slice(0, MOST);
}

export function write(worn, items) {
  return worn
    .map(({ id, variant }) => (variant === items.get(id).variants[0].name ? id : `${id}:${variant}`))
    .join(",");
}

// Put on one more; what was in its place comes off. Gives the new list and who had to go.
export function put(worn, id, variant, items) {
  const item = items.get(id);
  const gone = worn.filter((each) => each.id !== id && items.get(each.id).places.some((place) => item.places.includes(place)));
  const kept = worn.filter((each) => each.id !== id && !gone.includes(each));
  return { worn: [...kept, { id, variant: variant || item.variants[0].name }].slice(-MOST), gone };
}

export class Worn {
  #past = [];

  constructor(items, changed) {
    this.items = items;
    this.changed = changed;
    this.list = [];
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  has(id) {
    return this.list.some((each) => each.id === id);
  }

  variantOf(id) {
    return this.list.find((each) => each.id === id)?.variant;
  }

  put(id, variant) {
    const { worn, gone } = put(this.list, id, variant, this.items);
    this.#set(worn, { put: id, gone });
  }

  // Another colour of something that is worn; keeps the order.
  recolour(id, variant) {
    this.#set(this.list.map((each) => (each.id === id ? { id, variant } : each)), { recoloured: id });
  }

  takeOff(id) {
    this.#set(this.list.filter((each) => each.id !== id), { off: id });
  }

  replaceAll(list, { remember = true } = {}) {
    if (remember) return this.#set(list, {});
    this.list = list;
    this.changed({});
  }

  undo() {
    if (!this.canUndo) return;
    this.list = this.#past.pop();
    this.changed({ undone: true });
  }

  #set(list, change) {
    if (JSON.stringify(list) === JSON.stringify(this.list)) return;
    this.#past = [...this.#past.slice(-49), this.list];
    this.list = list;
    this.changed(change);
  }
}
