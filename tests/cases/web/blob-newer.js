// Newer than Node.js 20, or wrong there: it turns clones of files into blobs, and ends itself when
// an index is not an integer.
(async () => {
  const bytes = await new Blob(["abc"]).bytes();
  console.log(bytes);
  const blob = new Blob(["abcdef"]);
  console.log(blob.slice(NaN, 3).size, blob.slice(1.7).size, blob.slice(-1.5).size);
  const file = structuredClone(new File(["data"], "name.txt", { lastModified: 7, type: "a/b" }));
  console.log(file instanceof File, file.name, file.lastModified, file.type, await file.text());
})();
