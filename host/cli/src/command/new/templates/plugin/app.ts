import { log } from "example:plugin/host";
import type { Document } from "example:plugin/plugin";

/** Drops empty documents, and tags long ones. */
export function transform(document: Document): Document | undefined {
  if (document.text.trim() === "") {
    log("dropped an empty document");
    return undefined;
  }
  return withTags(document);
}

/** Returns the document with its tags. */
export function withTags(document: Document): Document {
  const isLong = document.text.length > 1000;
  return isLong ? { ...document, tags: [...document.tags, "long"] } : document;
}
