// Answers messages, and refuses empty ones.
import { publish } from "wasmcloud:messaging/consumer@0.2.0";

export const handler = {
  async handleMessage({ body, replyTo }) {
    if (body.length === 0) throw new Error("the message is empty");
    const text = new TextDecoder().decode(body).toUpperCase();
    publish({ subject: replyTo, body: new TextEncoder().encode(text) });
  },
};
