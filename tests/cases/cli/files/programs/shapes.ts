export enum Kind { Circle, Square }

export interface Shape {
  kind: Kind;
  area(): number;
}

export class Circle implements Shape {
  kind = Kind.Circle;
  constructor(private readonly radius: number) {}
  area() {
    return Math.PI * this.radius ** 2;
  }
}
