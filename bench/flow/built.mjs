// Compiles the program for the package `workflow`, in a folder of its own. Returns the folder with what is built.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));

export const buildWorkflow = (folder) => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(here, "workflow/program.ts"), join(folder, "program.ts"));
  symlinkSync(join(here, "node_modules"), join(folder, "node_modules"));
  execFileSync(process.execPath, [join(here, "node_modules/workflow/bin/run.js"), "build"], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  return join(folder, ".well-known/workflow/v1");
};
