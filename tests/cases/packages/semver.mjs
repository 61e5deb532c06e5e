import semver, { coerce, compare, inc, minVersion, parse, satisfies, SemVer } from "semver";
import subset from "semver/ranges/subset.js";

console.log(satisfies("1.2.3", "^1.0.0 || >=3"), satisfies("2.0.0-rc.1", ">=2"), satisfies("2.0.0-rc.1", ">=2.0.0-beta"));
console.log(semver.sort(["1.10.0", "1.2.0", "1.2.0-alpha.10", "1.2.0-alpha.2"]), compare("1.0.0", "1.0.0+build"));
console.log(inc("1.2.3", "minor"), inc("1.2.3", "prerelease", "beta"), semver.diff("1.0.0", "2.0.0-0"));
const version = parse("v1.2.3-rc.1+sha.5");
console.log(version instanceof SemVer, version.major, version.prerelease, version.build, version.version);
console.log(String(coerce("release 4.6 of the thing")), String(minVersion(">1.2 <3")), semver.validRange("~1.2 - 3"), new semver.Range("1.x || ^2.3").range);
console.log(semver.maxSatisfying(["1.0.0", "1.4.9", "2.0.0"], "1"), subset("^1.2.0", "1"), semver.intersects("^1", "<1.1"));
try { new SemVer("one"); } catch (error) { console.log(error.message); }
