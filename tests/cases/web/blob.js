(async () => {
  const blob = new Blob(["ab", new Uint8Array([99, 100]), new Uint8Array([101, 102]).buffer, new Blob(["g", "ä"])], { type: "Text/Plain" });
  console.log(blob.size, blob.type, await blob.text());
  console.log(new Uint8Array(await blob.arrayBuffer()).length, String(blob));
  const slice = blob.slice(2, -3, "x/y");
  console.log(slice.size, slice.type, await slice.text(), await blob.slice(-4, -2).text(), await slice.slice(1).text());
  console.log(blob.slice(5, 2).size, blob.slice(100).size, blob.slice().size);
  console.log(new Blob().size, JSON.stringify(await new Blob([]).text()), new Blob([1, null, {}]).size, new Blob([], { type: "\u00e4" }).type);
  console.log(JSON.stringify(await new Blob(["a\r\nb\rc\nd"], { endings: "native" }).text()));
  console.log(JSON.stringify(await new Blob([new Uint8Array([0xff, 0x61])]).text()));
  const chunks = [];
  for await (const chunk of blob.stream()) chunks.push(chunk);
  console.log(chunks.length, chunks[0]);
  console.log(await sizeOf(new Blob(["x".repeat(200000)]).stream()));
  const file = new File(["data"], "name.txt", { type: "text/plain", lastModified: 7 });
  console.log(file.name, file.size, file.type, file.lastModified, file instanceof Blob, String(file));
  console.log(new File([], "n").lastModified > 0);
  const copy = structuredClone({ file, blob: slice });
  console.log(copy.blob instanceof Blob, await copy.blob.text(), copy.blob.type);
  // The bytes are the blob's own.
  const source = new Uint8Array([1, 2, 3]);
  const own = new Blob([source]);
  source[0] = 9;
  new Uint8Array(await own.arrayBuffer())[1] = 9;
  console.log(new Uint8Array(await own.arrayBuffer()));
  for (const wrong of [
    () => Blob(), () => new Blob("text"), () => new Blob(1), () => new Blob({}), () => new File(), () => new File([]),
    () => Object.getOwnPropertyDescriptor(Blob.prototype, "size").get.call({}), () => new Blob([], { endings: "x" }),
  ]) {
    try {
      wrong();
      console.log("nothing was thrown");
    } catch (error) {
      console.log(error instanceof TypeError);
    }
  }
  await Blob.prototype.text.call({}).catch((error) => console.log(error.name));
})();
// Reads a stream as large chunks of any number.
async function sizeOf(stream) {
  let size = 0;
  for await (const chunk of stream) size += chunk.length;
  return size;
}
