// Waits a little, as a plugin that asks somebody else would.
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function transform({ text, tags }) {
  await pause(1);
  return text.endsWith("!") ? { text: text.toUpperCase(), tags: [...tags, "loud"] } : { text, tags };
}
