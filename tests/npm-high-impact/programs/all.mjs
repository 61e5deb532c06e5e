// The programs of all packages.
import { data } from "./data.mjs";
import { files } from "./files.mjs";
import { languages } from "./languages.mjs";
import { network } from "./network.mjs";
import { text } from "./text.mjs";
import { values } from "./values.mjs";

export const programs = { ...data, ...files, ...languages, ...network, ...text, ...values };
