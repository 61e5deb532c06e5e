// Runs wrk and reads what it says.
import { spawn } from "node:child_process";

const SECONDS = { us: 1e-6, ms: 1e-3, s: 1, m: 60 };

const seconds = (text, line) => {
  const [, number, unit] = new RegExp(`${line}\\s+([\\d.]+)(us|ms|s|m)\\b`).exec(text);
  return Number(number) * SECONDS[unit];
};

/** Requests per second and latencies in seconds, with so many connections for so many seconds. */
export async function wrk(port, connections, duration) {
  const args = ["-t1", `-c${connections}`, `-d${duration}s`, "--latency", `http://127.0.0.1:${port}/some/path`];
  const child = spawn("wrk", args, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (piece) => (text += piece));
  await new Promise((resolve, reject) => child.once("exit", resolve).once("error", reject));
  const errors = /Non-2xx or 3xx responses: (\d+)|Socket errors: .*/.exec(text)?.[0];
  return {
    rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)[1]),
    p50: seconds(text, "50%"),
    p99: seconds(text, "99%"),
    errors,
  };
}
