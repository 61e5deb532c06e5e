const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let next = 0;
const source = new ReadableStream({
  async pull(controller) {
    await sleep(20);
    controller.enqueue(`piece ${next++} – ü\n`);
    if (next === 4) controller.close();
  },
});
const bytes = source.pipeThrough(new TextEncoderStream());
let text = "";
for await (const piece of bytes.pipeThrough(new TextDecoderStream())) text += piece;
console.log(text.trimEnd());
