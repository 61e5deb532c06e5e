const dropped = [];

class Cart {
  #owner;
  items = [];
  constructor(owner) {
    this.#owner = owner;
  }
  add(name, price) {
    this.items.push({ name, price });
  }
  total() {
    return this.items.reduce((sum, { price }) => sum + price, 0);
  }
  owner() {
    return this.#owner;
  }
  merge(other) {
    if (!(other instanceof Cart)) throw new Error("no cart");
    this.items.push(...other.items);
    return this.items.length;
  }
  compare(other) {
    return Math.sign(this.total() - other.total());
  }
  static fromNames(names) {
    const cart = new Cart(names.join());
    for (const name of names) cart.add(name, name.length);
    return cart;
  }
  static tryNew(owner) {
    if (!owner) throw "a cart needs an owner";
    return new Cart(owner);
  }
  [Symbol.dispose ?? Symbol.for("dispose")]() {
    dropped.push(this.#owner);
  }
}

export const carts = {
  Cart,
  describe: (cart) => `${cart.owner()}: ${cart.total()}`,
  take: (cart) => `took ${cart.owner()}`,
  all: () => [new Cart("first"), new Cart("second")],
  dropped: () => dropped,
};
