// Objects and classes: a scene of shapes with inheritance, private fields, accessors and statics.
class Shape {
  static made = 0;
  #name;

  constructor(name, x, y) {
    this.#name = name;
    this.x = x;
    this.y = y;
    Shape.made++;
  }

  get name() {
    return this.#name;
  }

  area() {
    return 0;
  }

  move(dx, dy) {
    this.x += dx;
    this.y += dy;
    return this;
  }

  describe() {
    return this.name.length + this.area();
  }
}

class Rectangle extends Shape {
  constructor(x, y, width, height) {
    super("rectangle", x, y);
    this.width = width;
    this.height = height;
  }

  area() {
    return this.width * this.height;
  }

  get diagonal() {
    return this.width * this.width + this.height * this.height;
  }
}

class Square extends Rectangle {
  #side;

  constructor(x, y, side) {
    super(x, y, side, side);
    this.#side = side;
  }

  get side() {
    return this.#side;
  }

  set side(side) {
    this.#side = side;
    this.width = side;
    this.height = side;
  }

  describe() {
    return super.describe() + this.side;
  }
}

class Group extends Shape {
  #members = [];

  constructor() {
    super("group", 0, 0);
  }

  add(shape) {
    this.#members.push(shape);
  }

  area() {
    let sum = 0;
    for (const member of this.#members) sum += member.area();
    return sum;
  }

  move(dx, dy) {
    for (const member of this.#members) member.move(dx, dy);
    return super.move(dx, dy);
  }

  sum() {
    let sum = 0;
    for (const member of this.#members) {
      sum += member.describe() + member.x - member.y;
      if (member instanceof Square) sum += member.diagonal;
    }
    return sum;
  }
}

globalThis.run = function () {
  Shape.made = 0;
  let total = 0;
  for (let round = 0; round < 26; round++) {
    const group = new Group();
    for (let i = 0; i < 600; i++) {
      group.add(i % 3 === 0 ? new Square(i, round, i % 10) : new Rectangle(round, i, i % 7, i % 5));
      if (i % 6 === 0) {
        const square = new Square(i, i, 1);
        square.side = square.side + (i % 4);
        group.add(square);
      }
    }
    for (let step = 0; step < 5; step++) group.move(step, -step);
    total += group.area() + group.sum();
  }
  return `${Shape.made} ${total}`;
};
