import { addUp, divide } from "acme:sums/basic";
console.log(addUp(40, 2), divide(84, 2));
try {
    divide(1, 0);
} catch (error) {
    console.log(error.name, error.payload);
}
