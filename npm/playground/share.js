// A running program as a link: its snapshot, in the part of the address that is sent to nobody.

/** The most characters that a snapshot may take in an address. */
export const MAX_LINK = 8192;

const PREFIX = "#vm=";

/** The fragment of a snapshot, or nothing if it is too long for an address. */
export function toFragment(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) {
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  }
  const encoded = btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  return encoded.length > MAX_LINK ? undefined : PREFIX + encoded;
}

/** The snapshot of a fragment, or nothing if there is none. */
export function fromFragment(fragment) {
  if (!fragment.startsWith(PREFIX)) {
    return undefined;
  }
  let text;
  try {
    text = atob(fragment.slice(PREFIX.length).replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    throw new Error("the link is damaged: it was cut, or changed on its way");
  }
  return Uint8Array.from(text, (unit) => unit.charCodeAt(0));
}

/** Saves a snapshot as a file. */
export function save(bytes, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** A size for people. */
export function size(bytes) {
  return bytes < 1024 ? `${bytes} B` : bytes < 1 << 20 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / (1 << 20)).toFixed(1)} MB`;
}
