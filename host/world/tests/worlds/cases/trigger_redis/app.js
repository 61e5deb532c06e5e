const received = [];
export const inboundRedis = {
  async handleMessage(message) {
    if (message.length === 0) throw "error";
    await null;
    received.push(new TextDecoder().decode(message));
  },
};
export const messages = () => received;
