// What every module of the page needs: elements, words and the line that is read aloud.

const root = document.querySelector("#atelier");
export const texts = JSON.parse(root?.dataset.texts ?? "{}");
export const language = root?.dataset.language ?? "en";

export const $ = (selector) => document.querySelector(selector);
export const $$ = (selector) => [...document.querySelectorAll(selector)];

export function words(key, values = {}) {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export function say(text) {
  $("#status").textContent = text;
}

let hintTimer = 0;

// A line over the mirror, also read aloud; gone by itself unless it is to stay.
export function hint(text, { stays = false } = {}) {
  const line = $("#hint");
  clearTimeout(hintTimer);
  line.textContent = text;
  line.hidden = !text;
  if (text && text !== $("#status").textContent) say(text);
  if (text && !stays) hintTimer = setTimeout(() => (line.hidden = true), 4000);
}

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `/static/icons.svg#${name}`);
  svg.append(use);
  return svg;
}
