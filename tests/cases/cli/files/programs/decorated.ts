const seen = (target: unknown) => console.log(target);

@seen
export class A {}
