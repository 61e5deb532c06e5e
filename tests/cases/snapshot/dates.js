const moment = new Date(Date.UTC(2024, 1, 29, 12, 34, 56, 789)), never = new Date(NaN);
const old = new Date(-1), now = Date.now();
class Day extends Date { get day() { return this.toISOString().slice(0, 10) } }
const day = new Day(0);
moment.note = 'kept';
// --- frozen here ---
console.log(moment.toISOString(), moment.getTime(), moment.note);
moment.setUTCFullYear(2025);
console.log(JSON.stringify(moment), moment.getUTCDay());
console.log(never.getTime(), String(never), old.toISOString());
console.log(day.day, day instanceof Date, now === Date.now());
day.setUTCDate(32);
day.day
