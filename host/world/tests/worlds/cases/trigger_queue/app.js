export async function handleQueueMessage({ id, messageAttributes, body }) {
  if (body === undefined) throw { tag: "other", val: `${id} has no body` };
  const size = messageAttributes.find(({ name }) => name === "size");
  if (size?.value.tag === "binary") return size.value.val[0] === body.length ? "delete" : "leave";
  return size?.value.val === String(body.length) ? "delete" : "leave";
}
