// Calls of the HTTP API. Problems come as errors with `detail` and `remedy`.

import { words } from "./page.js";

export class Problem extends Error {
  constructor(status, document) {
    super(document?.detail ?? words("problem"));
    this.status = status;
    this.remedy = document?.remedy ?? "";
  }

  get said() {
    if (this.status === 429) return words("busy");
    if (this.status === 413) return words("too_large");
    return this.message;
  }
}

async function answered(response) {
  if (response.ok) return response;
  let document = null;
  try {
    document = await response.json();
  } catch {
    // A proxy's own page: its words are not for shoppers.
  }
  throw new Problem(response.status, document);
}

export async function items() {
  const response = await answered(await fetch("/api/v1/items"));
  return new Map((await response.json()).items.map((item) => [item.id, item]));
}

function form(worn) {
  const fields = new FormData();
  for (const { id, variant } of worn) {
    fields.append("wear", id);
    fields.append("variant", `${id}=${variant}`);
  }
  return fields;
}

// The dressed picture of a photo, as a Blob, and how many people were found.
export async function tryOn(photo, worn, { maxSide = 1600, signal } = {}) {
  const fields = form(worn);
  fields.append("photo", photo, "photo.jpg");
  fields.append("max_side", String(maxSide));
  const response = await answered(await fetch("/api/v1/try-on", { method: "POST", body: fields, signal }));
  return { picture: await response.blob(), people: Number(response.headers.get("X-Tryon-People")) };
}

export async function enter() {
  return (await answered(await fetch("/api/v1/tickets", { method: "POST" }))).json();
}

export async function ask(ticket) {
  return (await answered(await fetch(`/api/v1/tickets/${ticket}`))).json();
}

export function leave(ticket) {
  fetch(`/api/v1/tickets/${ticket}`, { method: "DELETE", keepalive: true }).catch(() => {});
}

export async function startJob(clip, worn) {
  const fields = form(worn);
  fields.append("clip", clip, clip.name || "clip.mp4");
  return (await answered(await fetch("/api/v1/jobs", { method: "POST", body: fields }))).json();
}

export async function job(id) {
  return (await answered(await fetch(`/api/v1/jobs/${id}`))).json();
}

export function dropJob(id) {
  fetch(`/api/v1/jobs/${id}`, { method: "DELETE", keepalive: true }).catch(() => {});
}
