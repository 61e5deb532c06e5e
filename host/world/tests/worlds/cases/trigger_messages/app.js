const all = [];
export const handler = {
  async handleMessage({ subject, body, replyTo }) {
    if (!replyTo) throw new Error(`${subject} wants no answer`);
    await null;
    all.push(`${replyTo}: ${new TextDecoder().decode(body).toUpperCase()}`);
  },
};
export const answered = () => all;
