// A picture that has what photographs have: a sky with clouds and a sun, mountains, their reflection in a
// lake, the noise of a sensor; and a board where mistakes are seen: patches of pure colour, a star and
// stripes that get finer, a checkerboard, letters. It is the same each time, in any size.

const mix = (a, b, t) => a + (b - a) * t;
const clamp = (value) => Math.min(Math.max(value, 0), 1);
const smooth = (from, to, value) => {
  const t = clamp((value - from) / (to - from));
  return t * t * (3 - 2 * t);
};
const blend = (a, b, t) => [mix(a[0], b[0], t), mix(a[1], b[1], t), mix(a[2], b[2], t)];

/** From 0 to 1, by the place. */
function chance(x, y) {
  let hash = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0xffffffff;
}

function noise(x, y) {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [u, v] = [smooth(0, 1, x - left), smooth(0, 1, y - top)];
  const above = mix(chance(left, top), chance(left + 1, top), u);
  return mix(above, mix(chance(left, top + 1), chance(left + 1, top + 1), u), v);
}

function rough(x, y, octaves) {
  let sum = 0;
  for (let octave = 0, weight = 0.5; octave < octaves; octave++, weight /= 2) {
    sum += weight * noise(x, y);
    [x, y] = [x * 2.03 + 17, y * 2.03 + 5];
  }
  return sum;
}

const HORIZON = 0.6;
const far = (u) => HORIZON - 0.1 - 0.28 * (rough(u * 3 + 9, 1, 6) - 0.3);
const near = (u) => HORIZON - 0.02 - 0.2 * (rough(u * 4 + 31, 7, 7) - 0.35);

function sky(u, v) {
  const height = v / HORIZON;
  let color = blend([46, 104, 190], [250, 208, 160], height ** 1.6);
  const sun = Math.hypot((u - 0.72) * 1.333, v - 0.2);
  color = blend(color, [255, 236, 190], 0.7 * Math.exp(-sun * 7));
  color = blend(color, [255, 252, 240], 1 - smooth(0.035, 0.038, sun));
  const cloud = smooth(0.45, 0.75, rough(u * 5, v * 12, 6));
  return blend(color, [255, 250, 245], 0.85 * cloud * (1 - 0.5 * height));
}

function land(u, v, ridges) {
  if (v > ridges.near) {
    const light = 0.35 + 0.9 * rough(u * 90, v * 120, 5);
    return [54 * light, 84 * light, 38 * light];
  }
  if (v <= ridges.far) return sky(u, v);
  const rock = rough(u * 40 + v * 30, v * 60, 5);
  const snow = smooth(0.06, 0.02, v - ridges.far) * smooth(0.3, 0.5, rock);
  return blend([70 + 60 * rock, 84 + 60 * rock, 112 + 50 * rock], [240, 244, 250], snow);
}

function lake(u, v, ridges) {
  const depth = (v - HORIZON) / (1 - HORIZON);
  const wave = (rough(u * 14, v * 180, 4) - 0.47) * (0.01 + 0.06 * depth);
  const mirrored = HORIZON - (v - HORIZON) * 1.2 + wave;
  return blend(land(clamp(u + wave), Math.max(mirrored, 0), ridges), [22, 48, 66], 0.25 + 0.35 * depth);
}

const LETTERS = [
  "..###.#####.#...#.#...#",
  "...#..#.....#...#.##.##",
  "...#..#.....#...#.#.#.#",
  "...#..#####.#...#.#.#.#",
  "...#......#.#...#.#...#",
  "#..#......#..#.#..#...#",
  ".##...#####...#...#...#",
];
const COLORS = [
  [230, 30, 30], [30, 200, 40], [30, 60, 230], [30, 210, 210], [220, 40, 210], [240, 220, 30],
  [16, 16, 16], [64, 64, 64], [128, 128, 128], [192, 192, 192], [240, 240, 240],
];

const BOARD = { left: 0.2, top: 0.64, width: 0.6, height: 0.225 };
const ASPECT = (4 * BOARD.width) / (3 * BOARD.height);

/** The board, both coordinates from 0 to 1. */
function board(x, y) {
  const paper = [242, 240, 232];
  const ink = [24, 24, 28];
  if (Math.min(x, 1 - x) < 0.012 || Math.min(y, 1 - y) < 0.025) return [92, 60, 36];
  if (y > 0.78) return COLORS[Math.floor(x * COLORS.length)];
  if (x < 0.42) {
    const row = LETTERS[Math.floor(((y - 0.14) / 0.5) * LETTERS.length)];
    return row?.[Math.floor(((x - 0.05) / 0.34) * row.length)] === "#" ? ink : paper;
  }
  if (x < 0.72) {
    const [dx, dy] = [(x - 0.57) * ASPECT, y - 0.4];
    if (Math.hypot(dx, dy) > 0.33) return paper;
    return Math.sin(Math.atan2(dy, dx) * 36) > 0 ? ink : paper;
  }
  if (y < 0.4) return (Math.floor(x * 60) + Math.floor((y * 60) / ASPECT)) % 2 ? ink : paper;
  // Stripes from 4 to 32 in a tenth of the board's width.
  const t = (x - 0.72) / 0.28;
  return Math.sin(2 * Math.PI * (11 * t + 40 * t * t)) > 0 ? ink : paper;
}

/** Such a picture, with three bytes for each pixel. */
export function photo(width, height) {
  const data = new Uint8ClampedArray(width * height * 3);
  const ridges = Array.from({ length: width }, (_, x) => ({ far: far(x / width), near: near(x / width) }));
  for (let y = 0, at = 0; y < height; y++) {
    const v = (y + 0.5) / height;
    for (let x = 0; x < width; x++, at += 3) {
      const u = (x + 0.5) / width;
      const [a, b] = [(u - BOARD.left) / BOARD.width, (v - BOARD.top) / BOARD.height];
      const isOnBoard = a > 0 && a < 1 && b > 0 && b < 1;
      const color = isOnBoard ? board(a, b) : (v < HORIZON ? land : lake)(u, v, ridges[x]);
      // As of a sensor: small deviations are more frequent.
      const grain = (chance(x, y) + chance(x + 7919, y) - 1) * 10;
      for (let channel = 0; channel < 3; channel++) data[at + channel] = color[channel] + grain;
    }
  }
  return { width, height, data };
}
