// Forgets that not every order is a gift.
export default (order) => (order.gift.wrap === "gold" ? { cents: 300, note: "golden paper" } : undefined);
