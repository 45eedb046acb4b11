// How large and how finely pictures travel: down quickly when the way is slow, up slowly when it is not.

// [longer side in pixels, quality of the camera's JPEG, quality asked back]
export const RUNGS = [
  [320, 0.55, 60],
  [400, 0.62, 66],
  [512, 0.68, 72],
  [640, 0.74, 78],
  [800, 0.78, 82],
  [960, 0.82, 85],
  [1280, 0.85, 88],
];
const SLOW_MS = 230;
const SLOW_WAY_MS = 130;
const QUICK_MS = 110;
// Below this rung only a slow link gains anything: the engine's time hardly depends on the size.
const PLENTY = 2;
const SLOW_ENOUGH = 4;
const QUICK_ENOUGH = 40;

export function begin(rung = 3) {
  return { rung, slow: 0, quick: 0, ceiling: RUNGS.length - 1, patience: QUICK_ENOUGH };
}

// One more frame came back after so many milliseconds, `server_ms` of them in the server, or was dropped.
export function advance(tempo, { latency_ms, server_ms = 0, dropped = false }) {
  const late = latency_ms - server_ms > SLOW_WAY_MS || ((dropped || latency_ms > SLOW_MS) && tempo.rung > PLENTY);
  const slow = late ? tempo.slow + 1 : Math.max(0, tempo.slow - 0.5);
  const quick = !dropped && latency_ms < QUICK_MS ? tempo.quick + 1 : 0;
  if (slow >= SLOW_ENOUGH && tempo.rung > 0) {
    // A rung that was too high is tried again only after a longer while.
    return { ...tempo, rung: tempo.rung - 1, slow: 0, quick: 0, patience: Math.min(tempo.patience * 2, 640) };
  }
  if (quick >= tempo.patience && tempo.rung < tempo.ceiling) {
    return { ...tempo, rung: tempo.rung + 1, slow: 0, quick: 0 };
  }
  return { ...tempo, slow: Math.min(slow, SLOW_ENOUGH), quick };
}

export function fitted(width, height, longer) {
  const scale = Math.min(1, longer / Math.max(width, height));
  return [Math.max(32, Math.round((width * scale) / 4) * 4), Math.max(32, Math.round(height * scale))];
}
