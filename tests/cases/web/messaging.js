const { port1, port2 } = new MessageChannel();
const seen = [];
port2.onmessage = (event) => {
  seen.push(event.data);
  console.log(event.type, event.data, event.target === port2, event instanceof MessageEvent, event.ports.length);
  if (seen.length === 3) {
    port1.close();
    port2.close();
  }
};
const shared = { s: 1 };
const buffer = new ArrayBuffer(4);
port1.postMessage({ a: [shared, shared] });
port1.postMessage(buffer, [buffer]);
port1.postMessage(1, { transfer: [] });
console.log(buffer.byteLength, seen.length);
try { port1.postMessage(() => {}); } catch (error) { console.log(error.name); }
try { new MessagePort(); } catch (error) { console.log(error instanceof TypeError); }
console.log(port1 instanceof EventTarget, new MessageEvent("m", { data: 1 }).data, new MessageEvent("m").origin === "");
