interface Order {
  id: number;
}

type Lines = string[];

function total(order: Order, lines?: Lines): number {
  return order.id + lines!.length;
}

export const result: number = total({ id: 1 } as Order);
