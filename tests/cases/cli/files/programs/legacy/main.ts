import { Kind } from "@/kinds";

const log: string[] = [];

function sealed(name: string) {
  return (target: Function) => void log.push(`${name} ${target.name}`);
}
function doubled(target: object, key: string, descriptor: PropertyDescriptor) {
  const method = descriptor.value;
  descriptor.value = function (...args: number[]) {
    return 2 * method.apply(this, args);
  };
}
function field(target: object, key: string) {
  log.push(`field ${key}`);
}
function param(target: object, key: string, index: number) {
  log.push(`parameter ${index} of ${key}`);
}

@sealed("class")
class Account {
  #secret = 1;
  @field owner!: string;
  copy = this.start;
  static count = 0;
  constructor(public start: number) {
    Account.count++;
  }
  @doubled
  add(@param n: number) {
    return this.copy + n + this.#secret;
  }
}

const account = new Account(3);
console.log(log, account.add(4), "owner" in account, Account.count, Kind.Square);
