const thrown = (run) => {
  try {
    return run();
  } catch (error) {
    return error.constructor.name;
  }
};
(async () => {
  const form = new FormData();
  form.append("a", "1");
  form.append("b", 2);
  form.append("a", "3");
  form.append("blob", new Blob(["x"], { type: "t/x" }));
  form.append("named", new Blob(["y"]), "n.txt");
  form.append("file", new File(["z"], "z.png", { type: "image/png", lastModified: 7 }));
  form.append("renamed", new File(["z"], "z.png", { type: "image/png", lastModified: 7 }), "r.png");
  console.log(form.get("a"), form.getAll("a"), form.get("b"), form.has("c"), form.get("c"), form.getAll("c"));
  for (const [name, value] of form) {
    console.log(name, typeof value === "string" ? value : [value.name, value.type, value.size, value instanceof File, value.lastModified === 7].join());
  }
  form.set("a", "9");
  form.set("new", "n");
  form.delete("blob");
  form.delete("none");
  console.log([...form.keys()].join(), form.get("a"));
  form.forEach((value, name, all) => { if (name === "b") console.log(value, all === form); });
  for (const refused of [
    () => form.append("a"), () => form.append("a", "b", "c"), () => form.get(), () => form.set("a"), () => new FormData({}), () => FormData(),
    () => FormData.prototype.get.call({}, "a"),
  ]) console.log(thrown(refused));
  console.log(String(form), FormData.prototype[Symbol.iterator] === FormData.prototype.entries);

  // There and back.
  const sent = new FormData();
  sent.append('quo"te\r\nline', "one\ntwo\rthree\r\nfour €");
  sent.append("file", new File([new Uint8Array([0, 13, 10, 45, 45, 255])], 'a"b.bin', { type: "a/b" }));
  sent.append("empty", "");
  sent.append("blob", new Blob([]));
  const response = new Response(sent);
  const type = response.headers.get("content-type");
  console.log(type.startsWith("multipart/form-data; boundary="));
  const boundary = type.split("=")[1];
  const text = await response.clone().text();
  console.log(text.replaceAll(boundary, "BOUNDARY").replaceAll("\r\n", "|"));
  const back = await response.formData();
  for (const [name, value] of back) {
    console.log(JSON.stringify(name), typeof value === "string" ? JSON.stringify(value) : [value.name, value.type, await value.bytes?.() ?? new Uint8Array(await value.arrayBuffer())].join());
  }

  // What others write.
  const parse = async (body, type) => {
    try {
      return [...(await new Response(body.replaceAll("\n", "\r\n"), { headers: { "content-type": type } }).formData())].map(([n, v]) => n + "=" + (v.name ? v.name + ":" + v.type + ":" + v.size : v)).join("&");
    } catch (error) {
      return error.constructor.name;
    }
  };
  const multi = "multipart/form-data; boundary=x";
  console.log(await parse('--x\nContent-Disposition: form-data; name="a"\n\nv\n--x--\n', multi));
  console.log(await parse('--x\nContent-Disposition: form-data; name="a"\n\nv\n--x--', 'Multipart/Form-Data; charset=utf-8; boundary="x"'));
  console.log(await parse('--x\ncontent-disposition: form-data; name="f"; filename="n"\ncontent-type: t/t\n\nv\n--xy\n--x--', multi));
  console.log(await parse('--x\nContent-Disposition: form-data; name="f"; filename="n"\n\nv\n--x--', multi));
  console.log(await parse("--x--", multi), await parse("--x\n", multi), await parse("", multi), await parse("--x--", "multipart/form-data"));
  console.log(await parse('--x\nContent-Disposition: form-data; name="a"\n\nv', multi), await parse("--x\nContent-Type: a/b\n\nv\n--x--", multi));
  console.log(await parse("a=1&b=2+3&a=%E2%82%AC", "application/x-www-form-urlencoded"), await parse("a=1", "application/x-www-form-urlencoded;charset=UTF-8"));
  console.log(await parse("a=1", "text/plain"));
  console.log(await new Response("x").formData().catch((e) => e.constructor.name), await new Response().formData().catch((e) => e.constructor.name));
})();
