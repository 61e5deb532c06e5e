// The component and the version in JavaScript do the same, step by step, each from the same picture.
import { Picture } from "acme:image/pictures";
import * as filters from "acme:image/filters";
import * as pure from "../../../examples/image/filters.js";
import { photo } from "../../../examples/image/photo.js";
import { difference, fromPpm, toPpm } from "./compare.js";

const show = (name, one, other, bounds) => {
  const { mean, most } = difference(one, other);
  const isSame = mean <= bounds.mean && most <= bounds.most;
  console.log(`${name}: ${one.width} x ${one.height},`, isSame ? "the same" : `differs by ${mean}, at most ${most}`);
};

const drawn = photo(160, 120);
const file = pure.encode(drawn, 92);

// Decoders may round differently.
let picture = pure.decode(file);
show("decode", fromPpm(filters.decode(file)), picture, { mean: 1, most: 6 });
show("what was encoded", picture, drawn, { mean: 4, most: 120 });
show("a file of the component", pure.decode(filters.encodeJpeg(toPpm(drawn), 92)), picture, { mean: 1.5, most: 24 });
show("without loss", fromPpm(filters.decode(filters.encodePng(toPpm(drawn)))), drawn, { mean: 0, most: 0 });

const next = (name, one, other, bounds) => {
  const before = picture;
  picture = other;
  show(name, fromPpm(one), picture, bounds);
  if (before.width === picture.width) console.log("it did something:", difference(before, picture).mean > 1);
};

next("crop", filters.crop(toPpm(picture), 20, 15, 120, 90), pure.crop(picture, 20, 15, 120, 90), { mean: 0, most: 0 });
// In whole numbers here, and in floating-point numbers there.
next("sharpen", filters.sharpen(toPpm(picture), 1.5, 0.8), pure.sharpen(picture, 1.5, 0.8), { mean: 0.3, most: 1 });
next("sharpen by a wide blur", filters.sharpen(toPpm(picture), 6, 0.5), pure.sharpen(picture, 6, 0.5), { mean: 0.4, most: 1 });
next("smaller", filters.resize(toPpm(picture), 64, 48), pure.resize(picture, 64, 48), { mean: 0.01, most: 1 });
next("larger", filters.resize(toPpm(picture), 100, 31), pure.resize(picture, 100, 31), { mean: 0.01, most: 1 });

// What stays in the component is what goes back and forth.
const kept = Picture.decode(file);
console.log(kept.width(), kept.height());
kept.crop(20, 15, 120, 90);
kept.sharpen(1.5, 0.8);
kept.resize(64, 48);
console.log(kept.width(), kept.height());
let passed = filters.crop(file, 20, 15, 120, 90);
passed = filters.resize(filters.sharpen(passed, 1.5, 0.8), 64, 48);
console.log(`${kept.encodeJpeg(85)}` === `${filters.encodeJpeg(passed, 85)}`);
console.log(`${kept.encodePng()}` === `${filters.encodePng(passed)}`);

// The whole way, by which small differences could add up.
const small = [[20, 15, 120, 90], [1.5, 0.8], [64, 48]];
const other = pure.resize(pure.sharpen(pure.crop(pure.decode(file), ...small[0]), ...small[1]), ...small[2]);
const ends = [filters.encodeJpeg(passed, 85), pure.encode(other, 85)].map((end) => fromPpm(filters.decode(end)));
show("in the end", ...ends, { mean: 3, most: 32 });
