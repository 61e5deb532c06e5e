import { all, bignumber, chain, complex, create, derivative, det, evaluate, format, fraction, inv, matrix, multiply, parser, simplify, sqrt, std, unit } from "mathjs";

console.log(evaluate("2 inch to cm").toString(), evaluate("sin(pi / 4)^2"), format(evaluate("cos(45 deg)"), { precision: 5 }));
console.log(derivative("x^3 + 2x", "x").toString(), simplify("3x + 2x - (y + y)").toString());
const m = matrix([[2, 1], [1, 3]]);
console.log(det(m), inv(m).toString(), multiply(m, [1, 2]).toArray(), std([2, 4, 4, 4, 5, 5, 7, 9]));
console.log(sqrt(-4).toString(), complex("2 + 3i").mul(complex(1, -1)).toString(), fraction(1, 3).add(fraction("1/6")).toString());
console.log(bignumber("0.1").plus("0.2").toString(), unit("5 km").divide(unit("2 h")).to("m/s").toString());
const scope = parser();
scope.evaluate("f(x, y) = x^y");
scope.evaluate("a = f(2, 10)");
console.log(scope.get("a"), chain(3).add(4).multiply(2).done());
const big = create(all, { number: "BigNumber", precision: 64 });
console.log(big.evaluate("1 / 3").toString());
try { evaluate("2 + * 3"); } catch (error) { console.log(error.name, error.message); }
