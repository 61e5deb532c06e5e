// Every third order of a customer is cheaper. What this remembers is part of the VM's state.
const orders = new Map();

export default function ({ customer }) {
  const count = (orders.get(customer) ?? 0) + 1;
  orders.set(customer, count);
  if (count % 3 === 0) return { percent: -10, note: `10 % off order ${count} of ${customer}` };
}
