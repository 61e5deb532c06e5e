// Floating-point arithmetic on properties: the motion of the outer planets.
const DAYS = 365.24;
const SOLAR_MASS = 4 * 3.141592653589793 ** 2;

class Body {
  constructor(x, y, z, vx, vy, vz, mass) {
    this.x = x;
    this.y = y;
    this.z = z;
    this.vx = vx * DAYS;
    this.vy = vy * DAYS;
    this.vz = vz * DAYS;
    this.mass = mass * SOLAR_MASS;
  }
}

function system() {
  const bodies = [
    new Body(0, 0, 0, 0, 0, 0, 1),
    new Body(4.84143144, -1.1603200440, -0.1036220444, 0.0016600766, 0.0076990111, -0.0000690460, 0.0009547919),
    new Body(8.3433667182, 4.1247985641, -0.4035234171, -0.0027674251, 0.0049985280, 0.0000230417, 0.0002858859),
    new Body(12.8943695621, -15.1111514016, -0.2233075788, 0.0029646013, 0.0023784717, -0.0000296589, 0.0000436624),
    new Body(15.3796971148, -25.9193146099, 0.1792587729, 0.0026806777, 0.0016282417, -0.0000951592, 0.0000515138),
  ];
  let px = 0;
  let py = 0;
  let pz = 0;
  for (const body of bodies) {
    px += body.vx * body.mass;
    py += body.vy * body.mass;
    pz += body.vz * body.mass;
  }
  bodies[0].vx = -px / SOLAR_MASS;
  bodies[0].vy = -py / SOLAR_MASS;
  bodies[0].vz = -pz / SOLAR_MASS;
  return bodies;
}

function advance(bodies, dt) {
  for (let i = 0; i < bodies.length; i++) {
    const a = bodies[i];
    for (let j = i + 1; j < bodies.length; j++) {
      const b = bodies[j];
      const dx = a.x - b.x;
      const dy = a.y - b.y;
      const dz = a.z - b.z;
      const distance = dx * dx + dy * dy + dz * dz;
      const force = dt / (distance * Math.sqrt(distance));
      a.vx -= dx * b.mass * force;
      a.vy -= dy * b.mass * force;
      a.vz -= dz * b.mass * force;
      b.vx += dx * a.mass * force;
      b.vy += dy * a.mass * force;
      b.vz += dz * a.mass * force;
    }
  }
  for (const body of bodies) {
    body.x += dt * body.vx;
    body.y += dt * body.vy;
    body.z += dt * body.vz;
  }
}

function energy(bodies) {
  let energy = 0;
  bodies.forEach((a, i) => {
    energy += 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz);
    for (const b of bodies.slice(i + 1)) {
      const distance = Math.sqrt((a.x - b.x) ** 2 + (a.y - b.y) ** 2 + (a.z - b.z) ** 2);
      energy -= (a.mass * b.mass) / distance;
    }
  });
  return energy;
}

globalThis.run = function () {
  const bodies = system();
  const before = energy(bodies);
  for (let step = 0; step < 8000; step++) advance(bodies, 0.01);
  return `${before.toFixed(9)} ${energy(bodies).toFixed(9)}`;
};
