export async function wait(milliseconds) {
  const start = performance.now();
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  return Math.round(performance.now() - start);
}

export async function chain(times) {
  let count = 0;
  for (; count < times; count++) await null;
  return count;
}

export const never = () => new Promise(() => {});

export async function elapsed() {
  const order = [];
  const after = (time) => new Promise((resolve) => setTimeout(() => resolve(order.push(time)), time));
  await Promise.all([after(30), after(10), after(20)]);
  return order.join();
}
