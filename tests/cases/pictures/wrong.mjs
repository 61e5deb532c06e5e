// What is no picture, or asks for what cannot be, throws; and the component goes on as it was.
import { Picture } from "acme:image/pictures";
import * as filters from "acme:image/filters";
import * as pure from "../../../examples/image/filters.js";
import { photo } from "../../../examples/image/photo.js";

const attempt = (name, work) => {
  try {
    work();
    console.log(`${name}: worked`);
  } catch (error) {
    console.log(`${name}: ${error}`, error.payload === undefined ? "without a payload" : "with a payload");
  }
};

const drawn = photo(64, 48);
const file = Uint8Array.from(pure.encode(drawn, 90));
const png = filters.encodePng(file);
const before = Picture.decode(file);
const text = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt());

console.log("# no pictures");
for (const bytes of ["", "x", "Not a picture.", "GIF89a\x01\0\x01\0\0\0\0", "\xff\xd8\xff", "\xff\xd8\xff\xd9", "P6\n2 2\n255\nabc"]) {
  attempt(JSON.stringify(bytes), () => Picture.decode(text(bytes)));
}
attempt("zeros", () => filters.resize(new Uint8Array(100_000), 10, 10));

console.log("# cut off");
for (const length of [3, 20, 200, file.length >> 1, file.length - 3]) {
  attempt(length < 300 ? `${length} bytes` : "most of it", () => Picture.decode(file.slice(0, length)));
}
attempt("a PNG file", () => Picture.decode(png.slice(0, png.length >> 1)));
attempt("with something behind it", () => Picture.decode(Uint8Array.of(...file, 1, 2, 3)));

console.log("# sizes that are not there");
const claims = (width, height) => {
  const claiming = file.slice();
  // The first such marker is the frame's, as the file has no preview.
  const frame = claiming.findIndex((byte, at) => byte === 0xff && claiming[at + 1] === 0xc0);
  claiming.set([height >> 8, height & 255, width >> 8, width & 255], frame + 5);
  return claiming;
};
attempt("JPEG", () => Picture.decode(claims(65535, 65535)));
attempt("JPEG", () => filters.crop(claims(65500, 65500), 0, 0, 8, 8));
attempt("JPEG", () => Picture.decode(claims(0, 48)));
attempt("PPM", () => Picture.decode(text("P6\n65535 65535\n255\n")));
attempt("PPM", () => Picture.decode(text("P6\n4000000000 4000000000\n255\n")));
attempt("PPM", () => Picture.decode(text("P6\n9000 9000\n255\nabc")));

console.log("# operations");
const picture = Picture.decode(file);
const most = 2 ** 32 - 1;
for (const place of [[60, 0, 8, 8], [0, 41, 8, 8], [0, 0, 0, 8], [most, 0, 1, 1], [most, most, most, most]]) {
  attempt(`crop ${place}`, () => picture.crop(...place));
  attempt(`crop ${place}`, () => filters.crop(file, ...place));
}
for (const size of [[0, 10], [10, 0], [100_000, 100_000], [most, most], [1, 10_000_000]]) {
  attempt(`resize ${size}`, () => picture.resize(...size));
  attempt(`resize ${size}`, () => filters.resize(file, ...size));
}
for (const by of [[0, 1], [-1, 1], [NaN, 1], [Infinity, 1], [51, 1], [1e-40, 1], [1, -1], [1, NaN], [1, Infinity]]) {
  attempt(`sharpen ${by}`, () => picture.sharpen(...by));
}
attempt("sharpen", () => filters.sharpen(file, 0, 0));
for (const quality of [0, 101, 256, 1.5, -1, "85"]) {
  attempt(`quality ${quality}`, () => picture.encodeJpeg(quality));
  attempt(`quality ${quality}`, () => filters.encodeJpeg(file, quality));
}
attempt("too wide", () => filters.encodeJpeg(filters.resize(file, 70_000, 1), 85));
// What failed has left it as it was.
console.log(picture.width(), picture.height(), `${picture.encodePng()}` === `${png}`);
attempt("no bytes", () => Picture.decode("file"));
attempt("gone", () => {
  picture[Symbol.dispose ?? Symbol.for("dispose")]();
  picture.width();
});

console.log("# damaged");
let seed = 1;
const random = (below) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * below);
};
for (const whole of [file, png]) {
  for (let round = 0; round < 150; round++) {
    const damaged = whole.slice();
    for (let flip = 0; flip < 4; flip++) damaged[random(damaged.length)] ^= 1 << random(8);
    try {
      Picture.decode(damaged);
    } catch (error) {
      if (error.name !== "ComponentError") console.log(`${error}`);
    }
  }
}

// No instance was thrown away: nothing trapped.
console.log(before.width(), before.height(), before.encodeJpeg(85).length > 500);
