// What components/image-rust does, in JavaScript: the same blur, the same Lanczos filter, the same rounding
// at the same places. A picture is { width, height, data }, with three bytes for each pixel.
import jpeg from "jpeg-js";

// The encoder returns a Buffer, of which it needs no more than what a Uint8Array has.
globalThis.Buffer ??= Uint8Array;

export const decode = (file) =>
  jpeg.decode(file, { useTArray: true, formatAsRGBA: false, maxResolutionInMP: 100, maxMemoryUsageInMB: 4096 });

export function encode({ width, height, data }, quality) {
  // The encoder wants a fourth byte, which it does not look at.
  const padded = new Uint8Array(width * height * 4);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    padded[to] = data[from];
    padded[to + 1] = data[from + 1];
    padded[to + 2] = data[from + 2];
  }
  return jpeg.encode({ width, height, data: padded }, quality).data;
}

const blank = (width, height) => ({ width, height, data: new Uint8ClampedArray(width * height * 3) });

export function crop(picture, x, y, width, height) {
  if (x + width > picture.width || y + height > picture.height) throw new RangeError("outside of the picture");
  const out = blank(width, height);
  for (let row = 0; row < height; row++) {
    const from = ((y + row) * picture.width + x) * 3;
    out.data.set(picture.data.subarray(from, from + width * 3), row * width * 3);
  }
  return out;
}

/** An unsharp mask: what a Gaussian blur takes away is added. */
export function sharpen(picture, sigma, amount) {
  const out = blurred(picture, sigma);
  const { data } = picture;
  const { data: to } = out;
  for (let i = 0; i < to.length; i++) to[i] = data[i] + amount * (data[i] - to[i]);
  return out;
}

function blurred(picture, sigma) {
  const size = Math.floor(Math.max(3, ((sigma - 0.8) / 0.3 + 1) * 2 + 1)) | 1;
  const middle = size >> 1;
  const weights = Float64Array.from({ length: size }, (_, i) => Math.exp(-0.5 * ((i - middle) / sigma) ** 2));
  const taps = (count) => {
    const clamped = (at) => Math.min(Math.max(at, 0), count - 1);
    return Array.from({ length: count }, (_, at) =>
      normal(Int32Array.from(weights, (_, i) => clamped(at + i - middle)), weights));
  };
  return columns(rows(picture, taps(picture.height), clamp), taps(picture.width));
}

/** Lanczos' filter with three lobes, which are as wide as the pixels of the smaller picture. */
export function resize(picture, width, height) {
  const taps = (from, to) => {
    const ratio = from / to;
    const scale = Math.max(ratio, 1);
    return Array.from({ length: to }, (_, at) => {
      const center = (at + 0.5) * ratio;
      const left = Math.max(Math.floor(center - 3 * scale), 0);
      const right = Math.min(Math.ceil(center + 3 * scale), from);
      const places = Int32Array.from({ length: right - left }, (_, i) => left + i);
      return normal(places, Float64Array.from(places, (place) => lanczos((place + 0.5 - center) / scale)));
    });
  };
  return columns(rows(picture, taps(picture.height, height), keep), taps(picture.width, width));
}

const sinc = (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

const lanczos = (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0);

/** Weights whose sum is one. */
function normal(places, weights) {
  const sum = weights.reduce((sum, weight) => sum + weight, 0);
  return { places, weights: weights.map((weight) => weight / sum) };
}

// What is between the two passes: bytes, or numbers of any size.
const clamp = (length) => new Uint8ClampedArray(length);
const keep = (length) => new Float32Array(length);

/** Each row of the result is a sum of rows. */
function rows({ width, data }, taps, make) {
  const out = { width, height: taps.length, data: make(width * taps.length * 3) };
  const length = width * 3;
  const sum = new Float32Array(length);
  taps.forEach(({ places, weights }, row) => {
    sum.fill(0);
    for (let tap = 0; tap < places.length; tap++) {
      const from = places[tap] * length;
      const weight = weights[tap];
      for (let i = 0; i < length; i++) sum[i] += weight * data[from + i];
    }
    out.data.set(sum, row * length);
  });
  return out;
}

/** Each column of the result is a sum of columns. */
function columns({ width, height, data }, taps) {
  const out = blank(taps.length, height);
  const { data: to } = out;
  for (let row = 0; row < height; row++) {
    const from = row * width * 3;
    let at = row * taps.length * 3;
    for (const { places, weights } of taps) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let tap = 0; tap < places.length; tap++) {
        const place = from + places[tap] * 3;
        const weight = weights[tap];
        red += weight * data[place];
        green += weight * data[place + 1];
        blue += weight * data[place + 2];
      }
      to[at] = red;
      to[at + 1] = green;
      to[at + 2] = blue;
      at += 3;
    }
  }
  return out;
}
