(tools) => ({
  exitCodes: { kNoFailure: 0, kGenericUserError: 1 },
  noSideEffectsToString: (value) => String(value),
  triggerUncaughtException(error) {
    reportError(error);
  },
  setPrepareStackTraceCallback() {},
  setGetSourceMapErrorSource() {},
  setMaybeCacheGeneratedSourceMap() {},
  setSourceMapsEnabled() {},
  setEnhanceStackForFatalException() {},
  getErrorSourcePositions: () => undefined,
});
