// Forms in encodings that are seldom.
(async () => {
  const form = async (body, type) => {
    const data = await new Response(body, { headers: { "content-type": type } }).formData();
    for (const [name, value] of data) {
      const shown = typeof value === "string" ? value : [value.constructor.name, value.name, value.type, await value.text()];
      console.log(JSON.stringify(name), shown);
    }
  };
  const urlencoded = "application/x-www-form-urlencoded";
  // A byte order mark is part of the name, whether it is escaped or not.
  await form("\ufeffa=1&%EF%BB%BFb=2&c=\ufeff3", urlencoded);
  await form(Uint8Array.of(0x61, 0x3d, 0xff), urlencoded);

  const part = (head) => "--b\r\nContent-Disposition: form-data; " + head + "\r\n\r\nbytes\r\n";
  const multipart = (...heads) => form(heads.map(part).join("") + "--b--\r\n", "multipart/form-data; boundary=b");
  await multipart(
    "name=a; filename*=UTF-8''na%C3%AFve%20%E2%82%AC.txt",
    "name=b; filename*=iso-8859-1'en'%E9t%E9",
    "name=c; filename=plain; filename*=UTF-8''extended",
    "name=d; filename*=utf-7''x",
    "name=e; filename*=broken",
    "name=f",
  );
})();
