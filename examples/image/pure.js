// The same in JavaScript alone: nothing crosses. It runs in Node, too.
//
//   jsvm run --memory 3GiB --allow-read=photo.jpg pure.js photo.jpg > small.jpg
//   node pure.js photo.jpg > small.jpg
import { readFileSync } from "node:fs";
import { crop, decode, encode, resize, sharpen } from "./filters.js";
import { plan } from "./plan.js";
import { Steps } from "./steps.js";

const steps = new Steps();
const file = readFileSync(process.argv[2]);

let picture = steps.run("decode", () => decode(file));
picture = steps.run("crop", () => crop(picture, ...plan.crop));
picture = steps.run("sharpen", () => sharpen(picture, ...plan.sharpen));
picture = steps.run("resize", () => resize(picture, ...plan.resize));
const small = steps.run("encode", () => encode(picture, plan.quality));

steps.report();
process.stdout.write(small);
