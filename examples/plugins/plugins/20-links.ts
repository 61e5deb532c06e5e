import { log } from "jsvm:pipeline/host";
import type { Document } from "../plugin";

// Marks what links somewhere, and says what it found.
const LINK = /https?:\/\/(?<host>[\w.-]+)\S*/g;

export function transform({ text, tags }: Document): Document {
  const hosts = new Set<string>();
  const short = text.replaceAll(LINK, (...args) => {
    const { host } = args.at(-1) as { host: string };
    hosts.add(host);
    return `<${host}>`;
  });
  if (hosts.size > 0) log(`links to ${[...hosts].join(", ")}`);
  return { text: short, tags: hosts.size > 0 ? [...tags, "link"] : tags };
}
