// A server of PostgreSQL of our own, which lives as long as the comparison.
import { execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

const binary = (name) => {
  const versions = existsSync("/usr/lib/postgresql") ? readdirSync("/usr/lib/postgresql").sort((a, b) => b - a) : [];
  const found = versions.map((version) => join("/usr/lib/postgresql", version, "bin", name)).find(existsSync);
  return found ?? name;
};

// PostgreSQL refuses to run as root.
const user = () => {
  if (process.getuid() !== 0) return {};
  const ids = ["postgres", "nobody"].map((name) => {
    try {
      const id = (flag) => Number(execFileSync("id", [flag, name], { stdio: ["ignore", "pipe", "ignore"] }));
      return { uid: id("-u"), gid: id("-g") };
    } catch {
      return undefined;
    }
  });
  return ids.find((found) => found !== undefined) ?? {};
};

export const startPostgres = async (folder, port) => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const as = user();
  if (as.uid !== undefined) chownSync(folder, as.uid, as.gid);
  const data = join(folder, "data");
  const options = { ...as, stdio: ["ignore", "ignore", "inherit"], cwd: folder };
  try {
    execFileSync(binary("initdb"), ["-D", data, "-U", "bench", "--auth=trust", "--no-locale", "-E", "UTF8"], options);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    throw new Error("PostgreSQL is missing; DBOS stores flows in it. On Debian: apt-get install postgresql", { cause: error });
  }
  // Its defaults, so that each commit is on disk; only the place of its socket is ours.
  const server = spawn(binary("postgres"), ["-D", data, "-p", String(port), "-c", `unix_socket_directories=${folder}`], {
    ...options,
    stdio: "ignore",
  });
  // It ends with this process, or the next run would find its port taken.
  process.once("exit", () => server.kill("SIGINT"));
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  const sql = (text) =>
    execFileSync(binary("psql"), ["-h", "127.0.0.1", "-p", String(port), "-U", "bench", "-d", "postgres", "-qtAc", text], {
      stdio: ["ignore", "pipe", "ignore"],
    });
  for (let round = 0; ; round++) {
    try {
      sql("SELECT 1");
      break;
    } catch (error) {
      if (round > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  // Seconds of processor time of the server and all its processes, also of those that ended.
  const cpu = () => {
    const ticks = (pid, fields) => {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const parts = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return fields.reduce((sum, field) => sum + Number(parts[field - 3]), 0);
    };
    const children = readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, "utf8").split(" ").filter(Boolean);
    let total = ticks(server.pid, [14, 15, 16, 17]);
    for (const child of children) {
      try {
        total += ticks(child, [14, 15]);
      } catch {
        // It has ended.
      }
    }
    return total / 100;
  };

  return {
    cpu,
    url: (name) => `postgresql://bench@127.0.0.1:${port}/${name}`,
    // An empty database.
    fresh(name) {
      sql(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      sql(`CREATE DATABASE ${name}`);
      return this.url(name);
    },
    stop() {
      server.kill("SIGINT");
      return new Promise((resolve) => server.once("exit", resolve));
    },
  };
};
