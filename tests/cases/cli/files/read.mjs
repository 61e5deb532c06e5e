// Says of each path what is in it, or why not.
import fs, { promises, readFileSync } from "node:fs";
import { readFile } from "fs/promises";

const told = (error) => `${error.name} ${error.code}: ${error.message}`;
for (const path of scriptArgs.slice(1)) {
  let sync;
  try {
    sync = readFileSync(path, "utf8").trimEnd();
  } catch (error) {
    sync = told(error);
  }
  const later = await readFile(path, { encoding: "utf-8" }).then((text) => text.trimEnd(), told);
  console.log(later === sync ? sync : [sync, later]);
}
if (fs.promises !== promises) throw new Error("two of them");
