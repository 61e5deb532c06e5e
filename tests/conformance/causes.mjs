/** What an error says about the cause of a failure. The first that matches counts. */
const causes = [
  [/Skipped: missing Intl/, "known gap: no Intl"],
  [/Skipped/, "impossible here: the test skips itself"],
  [/UnsupportedCertVersion/, "known gap: TLS takes certificates of version 3 only"],
  [/ENOTSUP: operation not supported on socket/, "known gap: sockets have no paths of the file system"],
  [/exported encrypted|passphrase of a key/, "known gap: no encrypted keys"],
  [/PKCS#12/, "known gap: no PKCS#12"],
  [/TLS needs a socket|handle must be a StreamBase|secureWith/, "known gap: TLS over other streams"],
  [/Brotli/, "known gap: the engine has no Brotli"],
  [/fs\.watch|watch is not/, "known gap: files are not watched"],
  [/invoked with 'new'/, "known gap: classes of fs and crypto need new"],
  [/time limit|does not end/, "known gap: the test does not end in time"],
  [/exceeded its memory/, "known gap: needs more memory than 512 MiB"],
  [/cannot be used here|unavailable on the current platform|Unknown cipher|supported key type/, "known gap: a function or an algorithm is missing"],
  [/PermissionDenied/, "impossible here: the test resolves other names than localhost"],
];

export const causeOf = (file, reason) =>
  causes.find(([pattern]) => pattern.test(reason))?.[1] ?? "known gap: not yet examined";
