import { echoGet, log } from "acme:app/store";
import * as host from "host";
import echoOnce from "echo-once";
import { echoOnce as same } from "echo-once";
import logIt from "log-it";

export function run() {
  log(3, "running");
  logIt();
  return [echoGet("key"), host.echo(7), echoOnce(["a", "b"]).join("+"), echoOnce === same].join();
}
