import fs from "node:fs";
import { createInterface } from "node:readline";

process.on("exit", (code) => console.log("exit", code));

/** What each word on the command line does with standard input. */
const ways: Record<string, () => Promise<void>> = {
  async stream() {
    let bytes = 0;
    for await (const chunk of process.stdin) bytes += chunk.length;
    console.log("stream", bytes);
  },
  async lines() {
    for await (const line of createInterface({ input: process.stdin })) console.log("line", line);
  },
  async sync() {
    console.log("sync", fs.readFileSync(0, "utf8"));
  },
  async device() {
    console.log("device", fs.readFileSync("/dev/stdin").length);
  },
  async background() {
    process.stdin.on("data", () => {}).unref();
    console.log("background");
  },
};

export default (): Promise<void> => ways[process.argv[2]]();
