// Documents written as JSON and read again, with and without a function that looks at each value.
function order(i) {
  return {
    id: i,
    customer: { name: `Customer ${i}`, email: `customer${i}@example.com`, active: i % 3 !== 0 },
    lines: [
      { product: "tea \"green\"", quantity: i % 7, price: 2.5 },
      { product: "caf\u00e9 \u2615", quantity: i % 5, price: 3.75 },
      { product: "cake\n", quantity: 1, price: (i * 13 % 1000) / 100 },
    ],
    tags: ["new", "paper", i % 2 ? "odd" : "even"],
    note: i % 4 === 0 ? null : "Leave it at the door, please.",
    total: i * 1.1,
  };
}

globalThis.run = function () {
  const orders = [];
  for (let i = 0; i < 400; i++) orders.push(order(i));
  let length = 0;
  let sum = 0;
  for (let round = 0; round < 6; round++) {
    const text = JSON.stringify(orders);
    length += text.length;
    for (const order of JSON.parse(text)) {
      for (const line of order.lines) sum += line.quantity * line.price;
    }
  }
  const some = orders.slice(0, 200);
  const pretty = JSON.stringify(some, null, 2);
  const masked = JSON.stringify(some, (key, value) => (key === "email" ? undefined : value));
  const revived = JSON.parse(pretty, (key, value) => (key === "price" ? value * 2 : value));
  return `${length} ${sum.toFixed(2)} ${pretty.length} ${masked.length} ${revived[7].lines[2].price}`;
};
