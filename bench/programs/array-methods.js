// Arrays by their methods: a table is filtered, joined, grouped and summed.
function rows(count) {
  return Array.from({ length: count }, (_, i) => ({
    id: i,
    city: `city ${i % 23}`,
    age: (i * 17) % 90,
    scores: [i % 10, (i * 3) % 10, (i * 7) % 10],
  }));
}

const sum = (list) => list.reduce((total, n) => total + n, 0);

globalThis.run = function () {
  const people = rows(1200);
  let result = 0;
  for (let round = 0; round < 18; round++) {
    const adults = people.filter((person) => person.age >= 18 + round);
    const named = adults.map((person) => ({ ...person, mean: sum(person.scores) / 3 }));
    const cities = named.reduce((groups, person) => {
      (groups[person.city] ??= []).push(person);
      return groups;
    }, {});
    const table = Object.entries(cities)
      .map(([city, members]) => [city, members.length, sum(members.map((member) => member.mean))])
      .filter(([, count]) => count > 10);
    const flat = adults.flatMap((person) => person.scores).filter((score) => score % 2 === 1);
    const oldest = people.reduce((a, b) => (b.age > a.age ? b : a));
    const found = people.find((person) => person.id === 900 + round) ?? oldest;
    const at = people.findIndex((person) => person.city === "city 22" && person.age > 60);
    result +=
      table.length + flat.length + found.age + at +
      (people.every((person) => person.age < 90) ? 1 : 0) + (people.some((person) => person.age === 89) ? 1 : 0) +
      sum(people.slice(-50).map((person) => person.scores.indexOf(7))) +
      people.map((person) => person.id).reverse().concat([1, 2, 3]).lastIndexOf(2) +
      [1, [2, [3, [4]]]].flat(Infinity).length;
    const queue = [];
    for (const person of people) {
      queue.push(person.id);
      if (queue.length > 20) result += queue.shift() % 3;
    }
    queue.splice(5, 10, ...queue.slice(0, 3));
    result += queue.join(",").length + (queue.includes(1199) ? 1 : 0);
  }
  return result;
};
