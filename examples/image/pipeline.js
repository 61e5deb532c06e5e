// The picture stays in the component: its file crosses once into it, the result once out of it.
//
//   jsvm run --link image.wasm --allow-read=photo.jpg pipeline.js photo.jpg > small.jpg
import { readFileSync } from "node:fs";
import * as pictures from "acme:image/pictures";
import { plan } from "./plan.js";
import { counted, Steps } from "./steps.js";

const { Picture } = counted(pictures);
const steps = new Steps();
const file = readFileSync(process.argv[2]);

const picture = steps.run("decode", () => Picture.decode(file));
steps.run("crop", () => picture.crop(...plan.crop));
steps.run("sharpen", () => picture.sharpen(...plan.sharpen));
steps.run("resize", () => picture.resize(...plan.resize));
const small = steps.run("encode", () => picture.encodeJpeg(plan.quality));

steps.report();
process.stdout.write(small);
