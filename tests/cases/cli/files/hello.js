// A first program: `./just run` executes it inside the component.
const people = [
  { name: "Ada", born: 1815 },
  { name: "Grace", born: 1906 },
];

for (const { name, born } of people) {
  console.log("Hello, %s! You were born in %d.", name, born);
}

// Promises work: the job queue is part of the VM.
const ages = await Promise.all(people.map(async ({ name, born }) => [name, 2000 - born]));
console.log("In the year 2000:", new Map(ages));
