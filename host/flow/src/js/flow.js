// `jsvm:flow`: what durable programs import.
export {
  RequestInDoubtError,
  SignalTimeoutError,
  checkpoint,
  continueWith,
  flowInfo,
  once,
  progress,
  query,
  retry,
  secret,
  signal,
  sleep,
} from "jsvm:flow/internal";
