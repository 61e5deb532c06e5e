// Blanks mean nothing here, and an empty line is no document.
export function transform({ text, tags }) {
  const trimmed = text.trim().replaceAll(/\s+/g, " ");
  return trimmed === "" ? undefined : { text: trimmed, tags };
}
