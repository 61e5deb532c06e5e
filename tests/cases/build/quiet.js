export default async () => {
  // The identifier does not occur here, so the file lacks what it needs.
  await globalThis["fet" + "ch"]("http://example.com/").catch((error) => console.log(error.message));
};
